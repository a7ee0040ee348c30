"""Draw digits of many simulated writers in MNIST's form, to be mixed with MNIST's own."""

from collections.abc import Iterator, Mapping, Sequence

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX, SIDE
from payment_ml.synthesis import allographs
from payment_ml.synthesis.glyphs import Glyph
from payment_ml.synthesis.writers import DIGITS, Writer

_HEIGHT = 40  # pixels at which digits are drawn before they are reduced
_COPIES = 2  # of each digit by one writer


def draw_digits(
    count: int, rng: np.random.Generator, plain: bool = False, only: Mapping[str, str] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits of all labels, twenty by each writer, as `glyphs.GlyphBank` takes them.

    Parameters
    ----------
    count : number of digits
    plain : whether writers have plain allographs only
    only : names of allographs that every writer has for some digits; None leaves all to chance

    Returns
    -------
    images uint8 [count, 28, 28], 0 paper; labels int64 [count]
    """
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    labels = np.zeros(count, np.int64)
    for i, glyph in enumerate(_glyphs(count, rng, plain, only)):
        images[i], labels[i] = mnist_form(glyph.ink), int(glyph.digits)
    return images, labels


def catalogue(rng: np.random.Generator, writers: int = 3, height: int = 40) -> tuple[list[np.ndarray], list[str]]:
    """Draw every allograph in several hands.

    Parameters
    ----------
    writers : number of hands
    height : of a digit in pixels

    Returns
    -------
    an image for each allograph, uint8 [height, width], 0 paper; and its caption, as "9 koppa"
    """
    images, captions = [], []
    for shape in allographs.load():
        hands = [Writer.sample(rng, only={shape.digits: shape.name}) for _ in range(writers)]
        images.append(_side_by_side([hand.draw(shape.digits, rng, height) for hand in hands], height // 5))
        captions.append(f"{shape.digits} {shape.name}")
    return images, captions


def mnist_form(ink: np.ndarray) -> np.ndarray:
    """Reduce a drawing, uint8 [height, width], to MNIST's form, uint8 [28, 28].

    The longer side of the ink becomes 20 pixels, and its centre of mass comes to the centre.
    """
    scale = BOX / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    moments = cv2.moments(small)
    mass = max(moments["m00"], 1.0)
    # As MNIST, by whole pixels, but never over the edge.
    x = round((SIDE - 1) / 2 - moments["m10"] / mass)
    y = round((SIDE - 1) / 2 - moments["m01"] / mass)
    x, y = min(max(x, 0), SIDE - size[0]), min(max(y, 0), SIDE - size[1])
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[y : y + size[1], x : x + size[0]] = small
    return image


def _glyphs(count: int, rng: np.random.Generator, plain: bool, only: Mapping[str, str] | None) -> Iterator[Glyph]:
    """Draw digits of one writer after another."""
    while count > 0:
        drawn = Writer.sample(rng, plain, only).draw_all(DIGITS * _COPIES, rng, _HEIGHT, margin=0)[:count]
        yield from drawn
        count -= len(drawn)


def _side_by_side(images: Sequence[np.ndarray], gap: int) -> np.ndarray:
    """Put images, uint8 [height, width] with 0 as paper, beside each other, in the middle of the height."""
    height = max(image.shape[0] for image in images)
    padded = []
    for image in images:
        above = (height - image.shape[0]) // 2
        padded.append(np.pad(image, ((above, height - image.shape[0] - above), (0, gap))))
    return np.hstack(padded)
