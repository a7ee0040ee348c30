"""Build the Keras networks of all architectures; `recipes` says how each is trained.

Every network takes raw uint8 images: the scaling of grey levels is a layer of it.
"""

from collections.abc import Callable, Sequence

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.imaging import line_batches, page_images
from payment_ml.networks import recipes
from payment_ml.networks.backend import keras
from payment_ml.text import alphabet, word_alphabet

layers = keras.layers

_ADDED_SCALE = 0.1  # of what a convolution adds at the beginning that a version trained earlier need not have


def build(architecture: str, seed: int) -> keras.Model:
    """Build a new network with random weights.

    Parameters
    ----------
    architecture : a key of `recipes.ARCHITECTURES`
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
    recipes.find(architecture)
    return _BUILDERS[architecture](seed)


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


_BUILDERS: dict[str, Callable[[int], keras.Model]] = {
    "cnn": _cnn, "mlp": _mlp, "reader": _reader, "pages": _pages, "words": _words,
}  # fmt: skip
