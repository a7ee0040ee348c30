"""The Keras architectures. Each takes raw uint8 pictures: normalisation travels inside the saved network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.imaging import line_images
from payment_ml.networks.backend import keras
from payment_ml.text import alphabet

layers = keras.layers

_QUICK_EPOCHS = 3


@dataclass(frozen=True)
class Architecture:
    """How to build a network, and the recipe that suits it; a notebook's parameters override the recipe."""

    task: str  # what it can be champion of
    summary: str
    build: Callable[[int], keras.Model]
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    clip: float | None
    warm_up: float
    bfloat16: bool  # learn in bfloat16
    lessons: dict[str, Any]  # what else its lessons need
    quick_data_options: dict[str, Any]  # the same, for trying out
    warm: dict[str, Any]  # what of all this is different when it begins with the champion's weights
    min_accuracy: float  # on the gate split after a full run; less means that the run is broken
    quick_accuracy: float  # the same, after a quick run


def build(architecture: str, seed: int) -> keras.Model:
    """A new network with random weights.

    Parameters
    ----------
    architecture : a key of `ARCHITECTURES`
    seed : of the initial weights and of dropout

    Returns
    -------
    for digits, uint8 [n, 28, 28], MNIST's polarity (0 paper, 255 ink) -> float32 [n, 10] probabilities; for amounts,
    uint8 [n, 32, width] -> float32 [n, width / 4, symbols], where the first symbol is CTC's blank. Its layer `logits`
    gives the same before the softmax.

    Raises
    ------
    ValueError : no such architecture
    """
    return find(architecture).build(seed)


def find(architecture: str) -> Architecture:
    """The entry of `ARCHITECTURES` by name.

    Raises
    ------
    ValueError : no such architecture
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"expected an architecture among {', '.join(ARCHITECTURES)}, but got {architecture!r}")
    return ARCHITECTURES[architecture]


def recipe(
    architecture: str, quick: bool = False, warm: bool = False, **given: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The numbers to train an architecture with.

    Parameters
    ----------
    architecture : a key of `ARCHITECTURES`
    quick : few epochs, for trying out
    warm : it begins with trained weights, which takes fewer epochs and shorter steps
    given : replaces numbers of the recipe; what is None, or means nothing to the architecture, replaces nothing

    Returns
    -------
    arguments of `training.train`, and those of `lessons.of`

    Raises
    ------
    ValueError : no such architecture
    """
    usual = find(architecture)
    numbers = {
        "epochs": min(usual.epochs, _QUICK_EPOCHS) if quick else usual.epochs,
        "batch_size": usual.batch_size,
        "learning_rate": usual.learning_rate,
        "weight_decay": usual.weight_decay,
        "clip": usual.clip,
        "warm_up": usual.warm_up,
        "bfloat16": usual.bfloat16,
    }
    lessons = usual.quick_data_options if quick else usual.lessons
    warmed = (
        {} if not warm else {name: value for name, value in usual.warm.items() if not (quick and name == "amounts")}
    )
    changed = warmed | {name: value for name, value in given.items() if value is not None}
    return tuple({name: changed.get(name, value) for name, value in part.items()} for part in (numbers, lessons))


def _mlp(seed: int) -> keras.Model:
    """The dense network that the project grew out of: flatten, two layers of 128, softmax. 118,282 weights."""
    seeds = keras.random.SeedGenerator(seed)
    pictures = keras.Input((SIDE, SIDE), dtype="uint8", name="pictures")
    hidden = layers.Rescaling(1 / 255)(pictures)
    hidden = layers.Flatten()(hidden)
    for _ in range(2):
        hidden = layers.Dense(128, activation="relu", kernel_initializer=keras.initializers.HeNormal(seeds))(hidden)
    return _classify(pictures, hidden, 10, seeds, "mlp")


def _cnn(seed: int) -> keras.Model:
    """Six convolutions at half and quarter resolution.

    The stem strides at once. One that first looks at full resolution, with a dense layer instead of the average at the
    end, trained a third longer and was no better on the validation digits: 10 to 11 wrong of 3,000 with either.
    """
    seeds = keras.random.SeedGenerator(seed)
    pictures = keras.Input((SIDE, SIDE), dtype="uint8", name="pictures")
    hidden = layers.Rescaling(1 / 255)(pictures)
    hidden = layers.Reshape((SIDE, SIDE, 1))(hidden)
    for filters, size, stride in ((32, 5, 2), (32, 3, 1), (64, 3, 2), (64, 3, 1), (64, 3, 1), (96, 3, 1)):
        hidden = layers.Conv2D(
            filters, size, stride, "same", use_bias=False, kernel_initializer=keras.initializers.HeNormal(seeds)
        )(hidden)
        hidden = layers.BatchNormalization(momentum=0.9)(hidden)
        hidden = layers.ReLU()(hidden)
    hidden = layers.GlobalAveragePooling2D()(hidden)
    hidden = layers.Dropout(0.3, seed=seed)(hidden)
    return _classify(pictures, hidden, 10, seeds, "cnn")


def _reader(seed: int) -> keras.Model:
    """Seven convolutions that bring a strip's height to 1 and its width to a quarter, then two that look sideways.

    No recurrent layer: two residual convolutions over time see six frames to either side, which is a digit and its
    neighbours, and they train in half the time.
    """
    seeds = keras.random.SeedGenerator(seed)

    def normal():
        return keras.initializers.HeNormal(seeds)

    strip = keras.Input((line_images.HEIGHT, None), dtype="uint8", name="strips")
    hidden = layers.Rescaling(1 / 255)(strip)
    hidden = layers.Reshape((line_images.HEIGHT, -1, 1))(hidden)
    for filters, size, stride in (
        (32, 5, (2, 2)), (32, 3, 1), (64, 3, (2, 2)), (64, 3, 1), (128, 3, (2, 1)), (128, 3, 1), (160, (4, 3), (4, 1)),
    ):  # fmt: skip
        hidden = layers.Conv2D(filters, size, stride, "same", use_bias=False, kernel_initializer=normal())(hidden)
        hidden = layers.BatchNormalization(momentum=0.9)(hidden)
        hidden = layers.ReLU()(hidden)
    hidden = layers.Reshape((-1, 160))(hidden)
    for _ in range(2):
        beside = layers.Conv1D(160, 5, padding="same", use_bias=False, kernel_initializer=normal())(hidden)
        beside = layers.BatchNormalization(momentum=0.9)(beside)
        hidden = layers.Add()([hidden, layers.ReLU()(beside)])
    return _classify(strip, hidden, len(alphabet.ALPHABET) + 1, seeds, "reader")


def _classify(pictures, hidden, classes: int, seeds: keras.random.SeedGenerator, name: str) -> keras.Model:
    glorot = keras.initializers.GlorotUniform(seeds)
    logits = layers.Dense(classes, kernel_initializer=glorot, name="logits")(hidden)
    return keras.Model(pictures, layers.Softmax(name="probabilities")(logits), name=name)


ARCHITECTURES = {
    "cnn": Architecture(
        task="digits",
        summary="convolutional network for one digit",
        build=_cnn,
        epochs=18,
        batch_size=128,
        learning_rate=6e-3,
        weight_decay=1e-2,
        clip=None,
        warm_up=0.1,
        bfloat16=True,
        lessons={"augment": True},
        quick_data_options={"augment": True},
        warm={"epochs": 3, "learning_rate": 1e-3},
        min_accuracy=0.99,
        quick_accuracy=0.85,
    ),
    "mlp": Architecture(
        task="digits",
        summary="small dense network for one digit, the baseline",
        build=_mlp,
        epochs=10,
        batch_size=128,
        learning_rate=1e-3,
        weight_decay=1e-2,
        clip=None,
        warm_up=0.1,
        bfloat16=False,
        lessons={"augment": False},
        quick_data_options={"augment": False},
        warm={"epochs": 3, "learning_rate": 3e-4},
        min_accuracy=0.96,
        quick_accuracy=0.85,
    ),
    "reader": Architecture(
        task="amounts",
        summary="convolutional network for whole amounts, trained with CTC",
        build=_reader,
        epochs=13,
        batch_size=32,
        learning_rate=8e-3,
        weight_decay=1e-2,
        clip=5.0,
        warm_up=0.03,  # falls to the same loss in 800 steps as with 0.1 in 1,000; at the end there is no difference
        bfloat16=True,
        lessons={"amounts": 30_720},
        quick_data_options={"amounts": 4_096},
        warm={"epochs": 3, "learning_rate": 7e-4, "amounts": 16_384, "warm_up": 0.1},
        min_accuracy=0.93,
        quick_accuracy=0.3,
    ),
}
