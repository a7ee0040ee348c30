"""Find the regions of a page's cells in which its amount and the lines of the amount in words stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging.page_images import Content
from payment_ml.imaging.text_blocks import Box

_NUMBERS, _WORDS = 0.3, 0.4  # probability from which on a cell belongs to a number, or to a line of words
_WORDS_ODDS = 0.35  # of the amount in words against all other contents: names of payees look alike
_NUMBER_GAP, _WORDS_GAP = 5, 15  # cells across, between two parts of one region: odd
_SHARE_OF_PEAK = 0.4  # of the likeliest place of a page, where that is less
_MIN_PEAK = 0.08  # probability of the likeliest place of a page that has the content at all
_MIN_CELLS = 4  # of a region
_MIN_AMOUNT = 0.02  # probability of an amount; a number below is another one
_CORE = 0.6  # of the highest probability in a number, that its core has
_MAX_WIDTH, _MAX_HEIGHT = 2.5, 1.7  # of a number, against its core; beyond them it is several, as in a table
SAME_LINE = 0.5  # of the lower of two regions, that two parts of one line share


@dataclass(frozen=True)
class Region:
    """Hold neighbouring cells that probably have the same content."""

    box: Box  # in cells
    probability: float  # mean of its likely cells, 0 to 1


def amount_regions(contents: np.ndarray) -> list[Region]:
    """Return the numbers that may be the amount in figures, the likeliest first.

    The network knows a number better than which number is the amount; so the parts of a number stay together.

    Parameters
    ----------
    contents : float32 [rows, columns, len(Content)], probabilities of an upright page
    """
    amounts = contents[..., Content.AMOUNT]
    regions = []
    for cells in _regions(number_cells(contents), _NUMBERS, _NUMBER_GAP):
        number, core = _region(cells, amounts), _region(_core(cells, amounts), amounts)
        regions.append(number if _is_one_number(number.box, core.box) else core)
    likely = (region for region in regions if region.probability >= _MIN_AMOUNT)
    return sorted(likely, key=lambda region: -region.probability)


def words_lines(contents: np.ndarray) -> list[Region]:
    """Return the lines of the amount in words, from top to bottom; parameters as of `amount_regions`."""
    words = words_cells(contents)
    lines: list[Region] = []
    regions = [_region(cells, words) for cells in _regions(words, _WORDS, _WORDS_GAP)]
    for region in sorted(regions, key=lambda region: region.box[1] + region.box[3]):
        if lines and is_same_line(lines[-1].box, region.box):
            first = lines.pop()
            lines.append(Region(hull(first.box, region.box), max(first.probability, region.probability)))
        else:
            lines.append(region)
    return lines


def number_cells(contents: np.ndarray) -> np.ndarray:
    """Return the probability of a number in the cells where nothing else is likelier; 0 elsewhere, [rows, columns]."""
    return _likely(contents, (Content.AMOUNT, Content.NUMBER))


def words_cells(contents: np.ndarray) -> np.ndarray:
    """Return the probability of the amount in words where it has 0.35 of that of all other contents; 0 elsewhere.

    A cell may count as a number too.
    """
    return _likely(contents, (Content.WORDS,), _WORDS_ODDS)


def intersection_over_union(box: Box, other: Box) -> float:
    """Return the share of the area of two boxes that they have in common, 0 to 1."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    common = max(0, width) * max(0, height)
    return common / max(1, _area(box) + _area(other) - common)


def share_inside(box: Box, area: Sequence[float]) -> float:
    """Return the share of a box that lies in an area with these edges, 0 to 1."""
    width = min(box[2], area[2]) - max(box[0], area[0])
    height = min(box[3], area[3]) - max(box[1], area[1])
    return max(0.0, width) * max(0.0, height) / max(1, _area(box))


def _regions(probabilities: np.ndarray, threshold: float, gap: int) -> list[np.ndarray]:
    """Return the connected regions of likely cells, bool [rows, columns] each; gaps across do not part them."""
    peak = float(cv2.blur(probabilities, (3, 3)).max())
    if peak < _MIN_PEAK:
        return []
    likely = (probabilities >= min(threshold, _SHARE_OF_PEAK * peak)).astype(np.uint8)
    padded = cv2.copyMakeBorder(likely, 0, 0, gap // 2, gap // 2, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    count, numbers = cv2.connectedComponents(joined[:, gap // 2 : gap // 2 + likely.shape[1]], connectivity=8)
    regions = [(numbers == number) & (likely > 0) for number in range(1, count)]
    return [cells for cells in regions if np.count_nonzero(cells) >= _MIN_CELLS]


def _is_one_number(number: Box, core: Box) -> bool:
    width, height = (number[axis + 2] - number[axis] for axis in (0, 1))
    core_width, core_height = (core[axis + 2] - core[axis] for axis in (0, 1))
    return width <= _MAX_WIDTH * core_width and height <= _MAX_HEIGHT * core_height


def _likely(contents: np.ndarray, wanted: Sequence[Content], odds: float = 1.0) -> np.ndarray:
    """Return the probability of some contents in the cells where they have these odds at least; 0 elsewhere."""
    likely = contents[..., list(wanted)].sum(axis=2)
    return np.where(likely >= odds * (contents.sum(axis=2) - likely), likely, 0).astype(np.float32)


def _region(cells: np.ndarray, probabilities: np.ndarray) -> Region:
    rows, columns = np.nonzero(cells)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return Region(box, float(probabilities[cells].mean()))


def _core(cells: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """Return the cells of a number that are the likeliest to be the amount, bool [rows, columns]."""
    core: np.ndarray = cells & (amounts >= _CORE * amounts[cells].max())
    return core


def shared_height(box: Box, other: Box) -> float:
    """Return the share of the lower of two boxes that they have in common from top to bottom."""
    lower = min(box[3] - box[1], other[3] - other[1])
    return (min(box[3], other[3]) - max(box[1], other[1])) / lower


def is_same_line(box: Box, other: Box) -> bool:
    """Return whether two boxes share so much of their height that they are parts of one line."""
    return shared_height(box, other) > SAME_LINE


def hull(box: Box, other: Box) -> Box:
    """Return the smallest box that holds two others."""
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
