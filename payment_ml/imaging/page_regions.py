"""Find the regions of a page's cells in which its amount and the lines of the amount in words stand."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging.page_images import Content
from payment_ml.imaging.text_blocks import Box

_LIKELY = {Content.AMOUNT: 0.25, Content.WORDS: 0.4}  # probability from which on a cell belongs to a region
_SHARE_OF_PEAK = 0.4  # of the likeliest place of a page, where that is less
_MIN_PEAK = 0.08  # probability of the likeliest place of a page that has the content at all
_GAPS = {Content.AMOUNT: 5, Content.WORDS: 15}  # cells across, between two parts of one region: odd
_MIN_CELLS = 4  # of a region
SAME_LINE = 0.5  # of the lower of two regions, that two parts of one line share


@dataclass(frozen=True)
class Region:
    """Hold neighbouring cells that probably have the same content."""

    box: Box  # in cells
    probability: float  # mean of its likely cells, 0 to 1


def amount_regions(contents: np.ndarray) -> list[Region]:
    """Return where the amount in figures may stand, the likeliest first.

    Parameters
    ----------
    contents : float32 [rows, columns, len(Content)], probabilities of an upright page
    """
    return sorted(_regions(contents, Content.AMOUNT), key=lambda region: -region.probability)


def words_lines(contents: np.ndarray) -> list[Region]:
    """Return the lines of the amount in words, from top to bottom; parameters as of `amount_regions`."""
    lines: list[Region] = []
    for region in sorted(_regions(contents, Content.WORDS), key=lambda region: region.box[1] + region.box[3]):
        if lines and shared_height(lines[-1].box, region.box) > SAME_LINE:
            first = lines.pop()
            lines.append(Region(hull(first.box, region.box), max(first.probability, region.probability)))
        else:
            lines.append(region)
    return lines


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


def _regions(contents: np.ndarray, content: Content) -> list[Region]:
    """Return the connected regions of cells with a content; gaps between words or digits do not part them."""
    probabilities = contents[..., content]
    peak = float(cv2.blur(probabilities, (3, 3)).max())
    likely = (probabilities >= min(_LIKELY[content], _SHARE_OF_PEAK * peak)).astype(np.uint8)
    if peak < _MIN_PEAK:
        return []
    gap = _GAPS[content] // 2
    padded = cv2.copyMakeBorder(likely, 0, 0, gap, gap, cv2.BORDER_CONSTANT, value=0)
    joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, _GAPS[content]), np.uint8))
    count, numbers = cv2.connectedComponents(joined[:, gap : gap + likely.shape[1]], connectivity=8)
    regions = []
    for number in range(1, count):
        rows, columns = np.nonzero((numbers == number) & (likely > 0))
        weights = probabilities[rows, columns]
        if len(rows) >= _MIN_CELLS:
            box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
            regions.append(Region(box, float(weights.mean())))
    return regions


def shared_height(box: Box, other: Box) -> float:
    """Return the share of the lower of two boxes that they have in common from top to bottom."""
    lower = min(box[3] - box[1], other[3] - other[1])
    return (min(box[3], other[3]) - max(box[1], other[1])) / lower


def hull(box: Box, other: Box) -> Box:
    """Return the smallest box that holds two others."""
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
