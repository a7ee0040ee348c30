"""Reduce whole pages to the images that the network of pages takes, and name what its cells tell apart.

The network divides a reduced page into cells and tells of each what stands there; where a page lies on another side, it
tells in which direction instead, and looks again at the page turned upright.
"""

from collections.abc import Sequence
from enum import IntEnum

import cv2
import numpy as np

from payment_ml.imaging import text_blocks
from payment_ml.imaging.text_blocks import Box

LONGEST_SIDE = 512  # pixels of a reduced page
CELL = 4  # pixels of a reduced page along each side of a cell
DIRECTIONS = 4  # a page of direction d is upright when it is turned by d quarters clockwise
PAPER = 0  # label of a cell without ink
_MULTIPLE = 32  # of pixels, that both sides of an image have: the network halves its resolution five times
_MAX_ENLARGEMENT = 2.0
_DARKEST = 99.0  # percentile of the ink of a page that counts as its darkest
_MIN_CONTRAST = 20.0  # grey levels between paper and the darkest ink; less is noise
_ROTATIONS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


class Content(IntEnum):
    """Name what stands in a cell; the later of two that share a cell yields to the earlier one."""

    AMOUNT = 0  # in figures, the one to pay
    WORDS = 1  # the amount in words
    NUMBER = 2  # any other: a date, an account, the number of a cheque, another sum
    WRITING = 3  # any other by hand: names, places, signatures
    PRINT = 4  # text of the form


LABELS = 1 + len(Content) + DIRECTIONS - 1


def label(content: Content, direction: int = 0) -> int:
    """Return the label of cells with a content on a page of this direction, 0 to 3; all contents of one not upright."""
    return 1 + content if direction == 0 else len(Content) + direction


def turn(image: np.ndarray, quarters: int) -> np.ndarray:
    """Turn an image by quarters clockwise, 0 to 3."""
    rotation = _ROTATIONS[quarters]
    return image if rotation is None else cv2.rotate(image, rotation)


def turn_box(box: Box, shape: Sequence[int], quarters: int) -> Box:
    """Return a box of an image of this height and width in pixels of the image that `turn` returns."""
    left, top, right, bottom = box
    height, width = shape
    turned = (
        box,
        (height - bottom, left, height - top, right),
        (width - right, height - bottom, width - left, height - top),
        (top, width - right, bottom, width - left),
    )
    return turned[quarters]


def reduction(shape: Sequence[int]) -> float:
    """Return the factor by which a page of this height and width is reduced; a very small one is enlarged."""
    return min(LONGEST_SIDE / max(shape), _MAX_ENLARGEMENT)


def reduce_page(grey: np.ndarray) -> np.ndarray:
    """Return a page as the network takes it, apart from its padding.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black

    Returns
    -------
    uint8 [height, width], the longest side `LONGEST_SIDE`, as `ink_of_page`
    """
    scale = reduction(grey.shape)
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return ink_of_page(cv2.resize(grey, size, interpolation=interpolation))


def ink_of_page(reduced: np.ndarray) -> np.ndarray:
    """Return the ink of a reduced page without its paper, shadows and tables.

    Parameters
    ----------
    reduced : uint8 [height, width], 0 black

    Returns
    -------
    uint8 [height, width], 0 paper, 255 the darkest ink of the page
    """
    ink = cv2.subtract(text_blocks.paper_levels(reduced), reduced)
    darkest = max(_MIN_CONTRAST, float(np.percentile(ink, _DARKEST)))
    return cv2.convertScaleAbs(ink, alpha=255 / darkest)


def label_cells(shape: Sequence[int], boxes: Sequence[tuple[Content, Box]], direction: int = 0) -> np.ndarray:
    """Return the labels of the cells of a reduced page.

    Parameters
    ----------
    shape : height and width of the reduced page
    boxes : what stands on it, in pixels of the reduced page
    direction : of the page, 0 to 3

    Returns
    -------
    uint8 [ceil(height / CELL), ceil(width / CELL)]
    """
    labels = np.full([-(-side // CELL) for side in shape], PAPER, np.uint8)
    for content, box in sorted(boxes, key=lambda item: -item[0]):
        left, top, right, bottom = (round(edge / CELL) for edge in box)
        labels[top : max(bottom, top + 1), left : max(right, left + 1)] = label(content, direction)
    return labels


def stack_pages(pages: Sequence[np.ndarray]) -> np.ndarray:
    """Put reduced pages in one batch, with white beside the smaller ones.

    Returns
    -------
    uint8 [n, height, width, 1], height and width multiples of 32
    """
    height, width = (_round_up(max(page.shape[axis] for page in pages), _MULTIPLE) for axis in (0, 1))
    batch = np.zeros((len(pages), height, width, 1), np.uint8)
    for image, page in zip(batch, pages, strict=True):
        image[: page.shape[0], : page.shape[1], 0] = page
    return batch


def stack_labels(labels: Sequence[np.ndarray], pages: np.ndarray) -> np.ndarray:
    """Put the labels of pages in one batch that fits the batch of `stack_pages`.

    Returns
    -------
    uint8 [n, height / CELL, width / CELL], `PAPER` beside the smaller pages
    """
    batch = np.full((len(labels), pages.shape[1] // CELL, pages.shape[2] // CELL), PAPER, np.uint8)
    for row, page_labels in zip(batch, labels, strict=True):
        row[: page_labels.shape[0], : page_labels.shape[1]] = page_labels
    return batch


def draw_labels(labels: np.ndarray) -> np.ndarray:
    """Return the labels of a page's cells as a picture beside it.

    Returns
    -------
    uint8 [rows * CELL, columns * CELL], the darker the more the content counts, 0 for bare paper
    """
    shades = np.full(LABELS, 0, np.uint8)
    for content in Content:
        shades[label(content)] = 255 - 50 * content
    shades[1 + len(Content) :] = 20, 30, 40
    return cv2.resize(shades[labels], None, fx=CELL, fy=CELL, interpolation=cv2.INTER_NEAREST)


def contents(probabilities: np.ndarray) -> np.ndarray:
    """Return how likely each content is in each cell.

    Parameters
    ----------
    probabilities : float32 [rows, columns, LABELS]

    Returns
    -------
    float32 [rows, columns, len(Content)]
    """
    return probabilities[..., 1 : 1 + len(Content)]


def directions(probabilities: np.ndarray) -> np.ndarray:
    """Return the share of each direction in the ink of a page.

    Parameters
    ----------
    probabilities : float32 [rows, columns, LABELS]

    Returns
    -------
    float32 [DIRECTIONS], with the sum 1; equal shares where there is no ink
    """
    sums = probabilities[probabilities[..., PAPER] <= 0.5].sum(axis=0)
    by_direction = np.array([sums[1 : 1 + len(Content)].sum(), *sums[1 + len(Content) :]]) + 1e-6
    shares: np.ndarray = by_direction / by_direction.sum()
    return shares


def _round_up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
