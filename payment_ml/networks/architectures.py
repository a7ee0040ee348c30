"""Define the Keras architectures and their training recipes.

Every network takes raw uint8 images: the scaling of grey levels is a layer of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.imaging import line_batches, page_images
from payment_ml.networks.backend import keras
from payment_ml.tasks import Task
from payment_ml.text import alphabet, word_alphabet

layers = keras.layers

_QUICK_EPOCHS = 3
_ADDED_SCALE = 0.1  # of what a convolution adds at the beginning that a version trained earlier need not have
_OLD_NAMES = {"clip_norm": "clip", "warmup_fraction": "warm_up"}  # of settings, in card.json


@dataclass(frozen=True)
class Recipe:
    """Hold the settings of one training and the options of its data."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    clip_norm: float | None
    warmup_fraction: float
    bfloat16: bool
    data_options: dict[str, Any]  # keyword arguments of `input_pipeline.make_training_data`
    initial_share: float = 0.0  # of the weights that a warm training starts from, in the trained network

    def training_settings(self) -> dict[str, Any]:
        """Return the keyword arguments of `trainer.train`."""
        return {name: value for name, value in vars(self).items() if name != "data_options"}

    def metadata(self) -> dict[str, Any]:
        """Return settings and data options under the names that card.json and the notebooks' parameters use."""
        settings = {_OLD_NAMES.get(name, name): value for name, value in self.training_settings().items()}
        return {**settings, **self.data_options}


@dataclass(frozen=True)
class Architecture:
    """Represent an architecture with the recipes that suit it; parameters of notebook 02 override them."""

    task: Task  # that a version of it can be champion of
    summary: str
    build: Callable[[int], keras.Model]  # from a seed
    recipe: Recipe
    quick_data_options: dict[str, Any]  # instead of the recipe's, for a quick run
    fine_tuning: dict[str, Any]  # settings instead of the recipe's, when training starts from a champion's weights
    min_accuracy: float  # on the gate split after a full run; a lower one means that the run is broken
    quick_accuracy: float  # the same, after a quick run
    # The same for data options; not in a quick run.
    fine_tuning_data_options: dict[str, Any] = field(default_factory=dict)


def build(architecture: str, seed: int) -> keras.Model:
    """Build a new network with random weights.

    Parameters
    ----------
    architecture : a key of `ARCHITECTURES`
    seed : of the initial weights and of dropout

    Returns
    -------
    for digits, uint8 [n, 28, 28], 0 paper, 255 ink -> float32 [n, 10] probabilities; for lines, uint8 [n, 32, width]
    -> float32 [n, width / 4, labels] probabilities, where label 0 is the CTC blank; for pages, uint8
    [n, height, width, 1], 0 white -> float32 [n, height / 4, width / 4, labels] probabilities, labels as of
    `page_images.label`. Its layer `logits` gives the scores before the softmax.

    Raises
    ------
    ValueError : there is no such architecture
    """
    return find(architecture).build(seed)


def find(architecture: str) -> Architecture:
    """Return the entry of `ARCHITECTURES` with this name.

    Raises
    ------
    ValueError : there is no such architecture
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"expected an architecture among {', '.join(ARCHITECTURES)}, but got {architecture!r}")
    return ARCHITECTURES[architecture]


def recipe(architecture: str, quick: bool = False, fine_tuning: bool = False, **overrides: Any) -> Recipe:
    """Return the recipe to train an architecture with.

    Parameters
    ----------
    architecture : a key of `ARCHITECTURES`
    quick : few epochs and little data, to try something out
    fine_tuning : the training starts from trained weights, which takes fewer epochs and a lower learning rate
    overrides : values of settings and data options, by their names in `Recipe.metadata`; None, or a name that the
        recipe does not have, changes nothing

    Raises
    ------
    ValueError : there is no such architecture, or random weights are to have a share in the trained network
    """
    entry = find(architecture)
    usual = entry.recipe
    if overrides.get("initial_share") and not fine_tuning:
        raise ValueError("expected warm_start with initial_share: without it training starts from random weights")
    if quick:
        usual = replace(usual, epochs=min(usual.epochs, _QUICK_EPOCHS), data_options=entry.quick_data_options)
    if fine_tuning:
        data_options = usual.data_options if quick else usual.data_options | entry.fine_tuning_data_options
        usual = replace(usual, **entry.fine_tuning, data_options=data_options)
    given = {name: value for name, value in overrides.items() if value is not None}
    settings = {name: given.get(_OLD_NAMES.get(name, name), value) for name, value in usual.training_settings().items()}
    return Recipe(**settings, data_options={name: given.get(name, value) for name, value in usual.data_options.items()})


def _mlp(seed: int) -> keras.Model:
    """Build the dense baseline, the first network of this project: two layers of 128; 118,282 weights."""
    seeds = keras.random.SeedGenerator(seed)
    images = keras.Input((SIDE, SIDE), dtype="uint8", name="images")
    hidden = layers.Rescaling(1 / 255)(images)
    hidden = layers.Flatten()(hidden)
    for _ in range(2):
        hidden = layers.Dense(128, activation="relu", kernel_initializer=keras.initializers.HeNormal(seeds))(hidden)
    return _classify(images, hidden, 10, seeds, "mlp")


def _cnn(seed: int) -> keras.Model:
    """Build six convolutions at half and quarter resolution, and a global average.

    The first convolution has stride 2: full resolution takes longer and is no better
    (docs/decisions/network-and-training.md).
    """
    seeds = keras.random.SeedGenerator(seed)
    images = keras.Input((SIDE, SIDE), dtype="uint8", name="images")
    hidden = layers.Rescaling(1 / 255)(images)
    hidden = layers.Reshape((SIDE, SIDE, 1))(hidden)
    for filters, size, stride in ((32, 5, 2), (32, 3, 1), (64, 3, 2), (64, 3, 1), (64, 3, 1), (96, 3, 1)):
        hidden = layers.Conv2D(
            filters, size, stride, "same", use_bias=False, kernel_initializer=keras.initializers.HeNormal(seeds)
        )(hidden)
        hidden = layers.BatchNormalization(momentum=0.9)(hidden)
        hidden = layers.ReLU()(hidden)
    hidden = layers.GlobalAveragePooling2D()(hidden)
    hidden = layers.Dropout(0.3, seed=seed)(hidden)
    return _classify(images, hidden, 10, seeds, "cnn")


def _reader(seed: int) -> keras.Model:
    """Build eight convolutions that reduce a line's height to 1 and its width to a quarter, then four along the line.

    There is no recurrent layer: four residual convolutions along the line see ten frames to either side, which is a
    digit and the two before and behind it, and train faster (docs/decisions/network-and-training.md).
    """
    seeds = keras.random.SeedGenerator(seed)
    line = keras.Input((line_batches.HEIGHT, None), dtype="uint8", name="lines")
    hidden = layers.Rescaling(1 / 255)(line)
    hidden = layers.Reshape((line_batches.HEIGHT, -1, 1))(hidden)
    for filters, size, stride in ((32, 5, 2), (32, 3, 1), (64, 3, 2), (64, 3, 1), (128, 3, (2, 1)), (128, 3, 1)):
        hidden = _convolve(hidden, filters, size, stride, seeds)
    hidden = layers.Add()([hidden, _convolve(hidden, 128, 3, 1, seeds)])
    hidden = _convolve(hidden, 160, (4, 3), (4, 1), seeds)
    return _read_along(line, hidden, len(alphabet.ALPHABET) + 1, seeds, "reader")


def _words(seed: int) -> keras.Model:
    """Build six convolutions that reduce a line of words to a quarter of its width, then ten along the line.

    Smaller than that of amounts, since lines of words are several times as long. The last six convolutions along the
    line are dilated: they see 66 frames to either side, three or four words, for a joined letter is often told by its
    neighbours alone.
    """
    seeds = keras.random.SeedGenerator(seed)
    line = keras.Input((line_batches.HEIGHT, None), dtype="uint8", name="lines")
    hidden = layers.Rescaling(1 / 255)(line)
    hidden = layers.Reshape((line_batches.HEIGHT, -1, 1))(hidden)
    for filters, size, stride in ((24, 5, 2), (32, 3, 1), (64, 3, 2), (64, 3, 1), (96, 3, (2, 1)), (96, 3, 1)):
        hidden = _convolve(hidden, filters, size, stride, seeds)
    hidden = _convolve(hidden, 144, (4, 3), (4, 1), seeds)
    classes = len(word_alphabet.CHARACTERS) + 1
    return _read_along(line, hidden, classes, seeds, "words", dilations=(2, 4, 8, 2, 4, 8))


def _convolve(
    hidden: keras.KerasTensor,
    filters: int,
    size: int | tuple[int, int],
    stride: int | tuple[int, int],
    seeds: keras.random.SeedGenerator,
) -> keras.KerasTensor:
    """Add a convolution with batch normalisation and ReLU."""
    he_normal = keras.initializers.HeNormal(seeds)
    hidden = layers.Conv2D(filters, size, stride, "same", use_bias=False, kernel_initializer=he_normal)(hidden)
    hidden = layers.BatchNormalization(momentum=0.9)(hidden)
    return layers.ReLU()(hidden)


def _read_along(
    line: keras.KerasTensor,
    hidden: keras.KerasTensor,
    classes: int,
    seeds: keras.random.SeedGenerator,
    name: str,
    dilations: Sequence[int] = (),
) -> keras.Model:
    """Finish a network of lines, reduced to one row, with four residual convolutions along the line, or more.

    Each of `dilations`, in frames, adds one. These begin with a small share in the sum, so that a warm training can
    start from a network that does not have them (`initial_weights`).
    """
    filters = hidden.shape[-1]
    hidden = layers.Reshape((-1, filters))(hidden)
    for dilation, scale in [(1, 1.0)] * 4 + [(dilation, _ADDED_SCALE) for dilation in dilations]:
        he_normal = keras.initializers.HeNormal(seeds)
        residual = layers.Conv1D(
            filters, 5, padding="same", dilation_rate=dilation, use_bias=False, kernel_initializer=he_normal
        )(hidden)
        gamma = keras.initializers.Constant(scale)
        residual = layers.BatchNormalization(momentum=0.9, gamma_initializer=gamma)(residual)
        hidden = layers.Add()([hidden, layers.ReLU()(residual)])
    return _classify(line, hidden, classes, seeds, name)


def _pages(seed: int) -> keras.Model:
    """Build a small U-Net: down to cells of 32 pixels, which see the whole page, and back to cells of 4 pixels.

    Source: Ronneberger et al. 2015, "U-Net", arXiv 1505.04597, with sums instead of concatenations.
    """
    seeds = keras.random.SeedGenerator(seed)

    pages = keras.Input((None, None, 1), dtype="uint8", name="pages")
    # One step to a quarter of the resolution: large maps are bound by memory.
    hidden = _convolve(layers.Rescaling(1 / 255)(pages), 24, 7, 4, seeds)
    levels = [(24, hidden)]
    for filters, residuals in ((48, 1), (80, 1), (96, 3)):
        hidden = _convolve(hidden, filters, 3, 2, seeds)
        for _ in range(residuals):
            hidden = layers.Add()([hidden, _convolve(hidden, filters, 3, 1, seeds)])
        levels.append((filters, hidden))
    for filters, level in reversed(levels[:-1]):
        above = layers.UpSampling2D()(_convolve(hidden, filters, 1, 1, seeds))
        hidden = layers.Add()([level, above])
        hidden = layers.Add()([hidden, _convolve(hidden, filters, 3, 1, seeds)])
    return _classify(pages, hidden, page_images.LABELS, seeds, "pages")


def _classify(
    images: keras.KerasTensor, hidden: keras.KerasTensor, classes: int, seeds: keras.random.SeedGenerator, name: str
) -> keras.Model:
    """Finish a network with the layer `logits` and a softmax over its classes."""
    glorot = keras.initializers.GlorotUniform(seeds)
    logits = layers.Dense(classes, kernel_initializer=glorot, name="logits")(hidden)
    return keras.Model(images, layers.Softmax(name="probabilities")(logits), name=name)


ARCHITECTURES = {
    "cnn": Architecture(
        task=Task.DIGITS,
        summary="convolutional network for one digit",
        build=_cnn,
        recipe=Recipe(
            epochs=18,
            batch_size=128,
            learning_rate=6e-3,
            weight_decay=1e-2,
            clip_norm=None,
            warmup_fraction=0.1,
            bfloat16=True,
            data_options={"augment": True, "drawn_share": 0.15, "corrections_share": 0.2},
        ),
        quick_data_options={"augment": True, "drawn_share": 0.15, "corrections_share": 0.2},
        fine_tuning={"epochs": 3, "learning_rate": 1e-3},
        min_accuracy=0.99,
        quick_accuracy=0.85,
    ),
    "mlp": Architecture(
        task=Task.DIGITS,
        summary="small dense network for one digit, the baseline",
        build=_mlp,
        recipe=Recipe(
            epochs=10,
            batch_size=128,
            learning_rate=1e-3,
            weight_decay=1e-2,
            clip_norm=None,
            warmup_fraction=0.1,
            bfloat16=False,
            data_options={"augment": False, "drawn_share": 0.0, "corrections_share": 0.2},
        ),
        quick_data_options={"augment": False, "drawn_share": 0.0, "corrections_share": 0.2},
        fine_tuning={"epochs": 3, "learning_rate": 3e-4},
        min_accuracy=0.96,
        quick_accuracy=0.85,
    ),
    "reader": Architecture(
        task=Task.AMOUNTS,
        summary="convolutional network for whole amounts, trained with CTC",
        build=_reader,
        recipe=Recipe(
            epochs=32,
            batch_size=32,
            learning_rate=8e-3,
            weight_decay=1e-2,
            clip_norm=5.0,
            warmup_fraction=0.03,  # fewer steps than 0.1 to the same loss (docs/decisions/network-and-training.md)
            bfloat16=True,
            data_options={"amounts": 30_720, "corrections_share": 0.3},
        ),
        quick_data_options={"amounts": 4_096, "corrections_share": 0.3},
        fine_tuning={"epochs": 3, "learning_rate": 7e-4, "warmup_fraction": 0.1, "initial_share": 0.3},
        fine_tuning_data_options={"amounts": 6_144},
        min_accuracy=0.75,  # one amount in eight has cents set apart, and many are faint or on dense patterns
        quick_accuracy=0.3,
    ),
    "pages": Architecture(
        task=Task.PAGES,
        summary="convolutional network that finds the amount on whole pages",
        build=_pages,
        recipe=Recipe(
            epochs=20,
            batch_size=8,
            learning_rate=4e-3,
            weight_decay=1e-2,
            clip_norm=5.0,
            warmup_fraction=0.05,
            bfloat16=True,
            data_options={"documents": 768, "validation_documents": 400},
        ),
        quick_data_options={"documents": 128, "validation_documents": 48},
        fine_tuning={"epochs": 3, "learning_rate": 5e-4},
        min_accuracy=0.8,
        quick_accuracy=0.1,
    ),
    "words": Architecture(
        task=Task.WORDS,
        summary="convolutional network for amounts in words, trained with CTC",
        build=_words,
        recipe=Recipe(
            epochs=14,
            batch_size=32,
            learning_rate=6e-3,
            weight_decay=1e-2,
            clip_norm=5.0,
            warmup_fraction=0.03,
            bfloat16=True,
            data_options={"amounts": 4_096},
        ),
        quick_data_options={"amounts": 1_024},
        fine_tuning={"epochs": 4, "learning_rate": 1e-3, "warmup_fraction": 0.1},
        min_accuracy=0.5,
        quick_accuracy=0.0,
    ),
}
