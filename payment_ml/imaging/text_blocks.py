"""Find the blocks of writing and print on a whole page: pieces of ink that stand in one line, close to each other."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

_MAX_SIDE = 1600  # pixels of the page at which blocks are found; a larger page is reduced
_BACKGROUND_SHARE, _MIN_BACKGROUND = 0.03, 31  # side of the window whose median is the paper: of the page, and pixels
_REDUCTION = 4  # of the page on which the paper's levels are found
_MIN_CONTRAST = 25  # grey levels between ink and paper
_INK_SHARE = 0.3  # of the strongest contrast of the page
_MIN_INK_HEIGHT = 6  # pixels of a piece of ink; smaller ones are dust, points and commas
_MAX_INK_HEIGHT, _MAX_INK_WIDTH = 0.25, 0.4  # shares of the page; larger ones are pictures and frames
_RULE_WIDTH, _RULE_HEIGHT = 4.0, 2.2  # usual heights of text from which on a straight line is a rule
_MIN_RULE = 25  # pixels
_MAX_GAP = 1.6  # heights between neighbours of one block, as between two digits of one amount
_MIN_OVERLAP = 0.5  # of the smaller height, that neighbours share
_MAX_HEIGHT_RATIO = 2.6  # between neighbours
_PIECES_TOGETHER = 64  # whose neighbours are found at once
_MIN_BLOCK_HEIGHT = 8  # pixels
_MAX_BLOCK_LENGTH = 23  # heights; a longer block does not fit into a line image, and is a line of words
_MAX_BLOCKS = 80


@dataclass(frozen=True)
class PageInk:
    """Hold the ink of an upright page without its rules."""

    pieces: tuple[Box, ...]  # in pixels of the page, from left to right: mostly single characters
    blocks: tuple[Box, ...]  # pieces in one line, close to each other, that may be a word or a number, left to right
    mask: np.ndarray  # uint8 [height, width], 1 ink; of the page after it was reduced
    scale: float  # of the reduced page, at most 1

    def count_rows(self, box: Box) -> np.ndarray:
        """Count the ink in each row of a part of the page, in pixels of `mask`; float64 [height of the box]."""
        left, top, right, bottom = (round(edge * self.scale) for edge in box)
        counts = np.count_nonzero(self.mask[top : max(bottom, top + 1), left : max(right, left + 1)], axis=1)
        height = box[3] - box[1]
        return np.interp((np.arange(height) + 0.5) * self.scale - 0.5, np.arange(len(counts)), counts)


def find_ink(grey: np.ndarray) -> PageInk:
    """Find the ink of a page, its pieces and its blocks.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, of an upright page with dark ink
    """
    page, scale = _reduced(grey)
    mask, pieces = _pieces_of_ink(page)
    blocks = sorted(_group(pieces), key=lambda box: box[3] - box[1], reverse=True)[:_MAX_BLOCKS]
    return PageInk(
        tuple(_enlarged(piece, scale, page.shape) for piece in pieces.tolist()),
        tuple(sorted(_enlarged(box, scale, page.shape) for box in blocks)),
        mask,
        scale,
    )


def paper_levels(page: np.ndarray) -> np.ndarray:
    """Return the levels of the paper without what is written on it.

    Parameters
    ----------
    page : uint8 [height, width], 0 black

    Returns
    -------
    uint8 [height, width]
    """
    window = max(_MIN_BACKGROUND, _BACKGROUND_SHARE * max(page.shape)) / _REDUCTION
    size = [max(1, round(side / _REDUCTION)) for side in page.shape[::-1]]
    small = cv2.resize(page, size, interpolation=cv2.INTER_AREA)
    paper: np.ndarray = cv2.resize(cv2.medianBlur(small, 2 * round(window / 2) + 1), page.shape[::-1])
    return paper


def _reduced(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """Return a page at the size at which blocks are found, and the factor by which it was reduced."""
    scale = min(1.0, _MAX_SIDE / max(grey.shape))
    page = grey if scale == 1 else cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return page, scale


def _enlarged(box: Sequence[int], scale: float, shape: Sequence[int]) -> Box:
    """Return a box of a reduced page of this shape in pixels of the page itself."""
    left, top, right, bottom = (round(edge / scale) for edge in box)
    return max(0, left), max(0, top), min(round(shape[1] / scale), right), min(round(shape[0] / scale), bottom)


def turn_upside_down(blocks: Sequence[Box], shape: Sequence[int]) -> list[Box]:
    """Return the boxes that blocks have after the page was turned by 180 degrees, from left to right.

    Parameters
    ----------
    blocks : of the page as it was
    shape : height and width of the page
    """
    height, width = shape
    return sorted((width - right, height - bottom, width - left, height - top) for left, top, right, bottom in blocks)


def _pieces_of_ink(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ink without rules, and its connected pieces: left, top, right, bottom; int [n, 4], by left edge."""
    height, width = page.shape
    contrast = cv2.subtract(paper_levels(page), page)
    threshold = max(_MIN_CONTRAST, int(_INK_SHARE * float(contrast.max(initial=0))))
    ink = (contrast > threshold).astype(np.uint8)
    heights = _connected(ink)[:, 3]
    usual = float(np.median(heights)) if len(heights) else 0.0
    lengths = [max(_MIN_RULE, round(share * usual)) for share in (_RULE_HEIGHT, _RULE_WIDTH)]
    rules = [
        cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8)) for size in ((lengths[0], 1), (1, lengths[1]))
    ]
    written = cv2.subtract(ink, cv2.max(*rules))
    boxes = _connected(written)
    left, top, wide, high = boxes.T
    is_piece = (high >= _MIN_INK_HEIGHT) & (high < _MAX_INK_HEIGHT * height) & (wide < _MAX_INK_WIDTH * width)
    pieces = np.stack([left, top, left + wide, top + high], axis=1)[is_piece]
    return written, pieces[np.argsort(pieces[:, 0], kind="stable")]


def _connected(ink: np.ndarray) -> np.ndarray:
    """Return the connected pieces of a mask that are no dust: left, top, width, height; int [n, 4].

    Outlines take a quarter of the time of numbered pieces, of which OpenCV counts every pixel.
    """
    outlines, hierarchy = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    is_outer = [] if hierarchy is None else (hierarchy[0, :, 3] < 0).tolist()  # the others are outlines of holes
    boxes = [cv2.boundingRect(outline) for outline, outer in zip(outlines, is_outer, strict=True) if outer]
    pieces = np.array(boxes, int).reshape(-1, 4)
    return pieces[pieces[:, 3] >= _MIN_INK_HEIGHT]


def _group(pieces: np.ndarray) -> list[Box]:
    """Return the boxes of pieces that are neighbours in one line, and of their neighbours in turn."""
    leaders = list(range(len(pieces)))  # of each piece: an earlier piece of its block, or itself
    for neighbours in _neighbours(pieces):
        first, second = sorted(_leader(leaders, piece) for piece in neighbours)
        leaders[second] = first
    members: dict[int, list[int]] = defaultdict(list)
    for piece in range(len(pieces)):
        members[_leader(leaders, piece)].append(piece)
    blocks = []
    for block in members.values():
        left, top = pieces[block, :2].min(axis=0).tolist()
        right, bottom = pieces[block, 2:].max(axis=0).tolist()
        wide, high = right - left, bottom - top
        if high >= _MIN_BLOCK_HEIGHT and high <= wide <= _MAX_BLOCK_LENGTH * high:
            blocks.append((left, top, right, bottom))
    return blocks


def _leader(leaders: list[int], piece: int) -> int:
    """Return the first piece of the block to which a piece belongs so far."""
    while leaders[piece] != piece:
        leaders[piece] = piece = leaders[leaders[piece]]
    return piece


def _neighbours(pieces: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the pairs of pieces that are neighbours in one line.

    Parameters
    ----------
    pieces : left, top, right, bottom; int [n, 4], by their left edge
    """
    left, top, right, bottom = pieces.T
    highs = bottom - top
    reach = right + _MAX_GAP * _MAX_HEIGHT_RATIO * highs  # no neighbour is taller, and so none is farther away
    counts = np.searchsorted(left, reach, side="right") - np.arange(1, len(pieces) + 1)
    for begin in range(0, len(pieces), _PIECES_TOGETHER):
        few = counts[begin : begin + _PIECES_TOGETHER]
        first = begin + np.repeat(np.arange(len(few)), few)
        second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(few) - few, few)
        shared = np.minimum(bottom[first], bottom[second]) - np.maximum(top[first], top[second])
        larger, smaller = np.maximum(highs[first], highs[second]), np.minimum(highs[first], highs[second])
        is_near = left[second] - right[first] <= _MAX_GAP * larger
        is_neighbour = is_near & (shared > _MIN_OVERLAP * smaller) & (larger < _MAX_HEIGHT_RATIO * smaller)
        yield from zip(first[is_neighbour].tolist(), second[is_neighbour].tolist(), strict=True)
