"""Recognise ruled lines and the sides of boxes, which are printed around text, by their form alone."""

import cv2
import numpy as np

_MIN_LINE_LENGTH = 1.2  # image heights; a longer horizontal stroke is a line
_MIN_UPRIGHT_LENGTH = 0.8  # image heights; a longer vertical stroke may be the side of a box
_SOFT_EDGE = np.ones((3, 3), np.uint8)  # the soft edge of a line, which is removed with it
_MAX_LEAN = 3  # columns by which the side of a box may lean
_MIN_LINE_SHARE = 0.6  # image widths; a longer horizontal stroke is a line in a narrow image
_SIDE_MARGIN = 0.45  # image heights at the top and the bottom in which the sides of a box are searched
_MIN_ROOM = 0.3  # image heights between two lines, at least
_SIDE_HEIGHT_RATIO = 1.15  # times the tallest character; a taller outer stroke is the side of a box
_STRAIGHT_SIDE_RATIO = 0.22  # width over height of a straight side, at most
_BRACKET_FILL = 0.35  # share of its bounding box that the ink of a bracket fills, at most
_MAX_SIDE_RATIO = 0.6  # width over height of a side with its corners, at most


def remove_lines(mask: np.ndarray) -> np.ndarray:
    """Remove long straight runs: ruled lines and the sides of boxes.

    In a close crop the upright stroke of a digit is as long as the side of a box and is removed too;
    `remove_connected_lines` is the other criterion.

    Parameters
    ----------
    mask : uint8 [height, width], 1 where there is ink

    Returns
    -------
    uint8 [height, width], new
    """
    cleaned = mask.copy()
    for runs in (cv2.morphologyEx(mask, cv2.MORPH_OPEN, _horizontal_kernel(mask)), _vertical_runs(mask)):
        if runs.any():
            cleaned[cv2.dilate(runs, _SOFT_EDGE) > 0] = 0
    return cleaned


def remove_level_lines(mask: np.ndarray, length: float) -> np.ndarray:
    """Remove horizontal runs of at least `length` image heights; parameters and result else as of `remove_lines`."""
    kernel = np.ones((1, max(2, round(length * mask.shape[0]))), np.uint8)
    cleaned = mask.copy()
    cleaned[cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, kernel), _SOFT_EDGE) > 0] = 0
    return cleaned


def remove_connected_lines(mask: np.ndarray) -> np.ndarray:
    """Remove long horizontal runs, also slightly sloping ones, and the vertical runs that end at them.

    A vertical run is the side of a box if each of its ends lies at a horizontal line or at the edge of the image.
    Parameters and result are those of `remove_lines`.
    """
    thickened = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a sloping line becomes one run again
    level = cv2.morphologyEx(thickened, cv2.MORPH_OPEN, _horizontal_kernel(mask)) & mask
    cleaned = mask.copy()
    cleaned[cv2.dilate(level, _SOFT_EDGE) > 0] = 0
    ends = cv2.dilate(level, np.ones((7, 7), np.uint8))
    ends[[0, -1]] = 1
    count, _, boxes, _ = cv2.connectedComponentsWithStats(_vertical_runs(mask), connectivity=8)
    for i in range(1, count):
        left, top, wide, high, _ = boxes[i]
        columns, foot = slice(left, left + wide), top + high
        if ends[max(0, top - 2) : top + 3, columns].any() and ends[max(0, foot - 3) : foot + 2, columns].any():
            # Only a part of a leaning side is a straight run; the rest lies within a few columns.
            cleaned[:, max(0, left - _MAX_LEAN) : left + wide + _MAX_LEAN] = 0
    return cleaned


def find_box_sides(boxes: np.ndarray, keep: np.ndarray, height: int) -> np.ndarray:
    """Find components that are sides of a box: thin, left or right of all others, and reaching further up and down.

    A one in front of raised cents is taller than they are, but does not reach above them.

    Parameters
    ----------
    boxes : int [n, 5], left, top, width, height and area of each component, in pixels
    keep : bool [n], the components to consider
    height : of the image in pixels

    Returns
    -------
    bool [n]
    """
    left, top, wide, high, area = boxes.T
    bottom, middle = top + high, left + wide / 2
    is_straight_or_bracket = (wide < _STRAIGHT_SIDE_RATIO * high) | (area < _BRACKET_FILL * wide * high)
    slim = keep & is_straight_or_bracket & (wide < _MAX_SIDE_RATIO * high)
    rest = keep & ~slim
    if not rest.any():
        return np.zeros(len(boxes), bool)
    rest &= high > 0.4 * high[rest].max()
    above = (top < top[rest].min()) | (top <= 1)
    below = (bottom > bottom[rest].max()) | (bottom >= height - 1)
    outside = (middle < middle[rest].min()) | (middle > middle[rest].max())
    return slim & above & below & outside & (high > _SIDE_HEIGHT_RATIO * high[rest].max())


def rows_between_lines(mask: np.ndarray) -> tuple[int, int] | None:
    """Return the rows between two horizontal lines: the upper and lower sides of a box, or rules.

    A box that is darker than the text, or touches it, distorts every measurement of the image; less of it lies between
    its lines. Its vertical sides stay, because a digit can look like one.

    Parameters
    ----------
    mask : uint8 [height, width], 1 where there is ink

    Returns
    -------
    top and bottom in pixels, bottom exclusive; None where there is no line, or little between them
    """
    height, width = mask.shape
    length = max(12, int(min(_MIN_LINE_LENGTH * height, _MIN_LINE_SHARE * width)))
    dilated = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # a sloping line becomes one run again
    level = np.any(cv2.morphologyEx(dilated, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)), axis=1)
    reach = int(_SIDE_MARGIN * height)
    top, bottom = _first_row_below(level[:reach]), height - _first_row_below(level[::-1][:reach])
    return (top, bottom) if height > bottom - top >= _MIN_ROOM * height else None


def _first_row_below(level: np.ndarray) -> int:
    """Return the first row below the uppermost line of a margin, bool [rows]; 0 where there is none."""
    rows = np.flatnonzero(level)
    if not len(rows):
        return 0
    gaps = np.flatnonzero(np.diff(rows) > 2)
    return int(rows[gaps[0]] if len(gaps) else rows[-1]) + 1


def _horizontal_kernel(mask: np.ndarray) -> np.ndarray:
    return np.ones((1, max(12, int(_MIN_LINE_LENGTH * mask.shape[0]))), np.uint8)


def _vertical_runs(mask: np.ndarray) -> np.ndarray:
    length = max(8, int(_MIN_UPRIGHT_LENGTH * mask.shape[0]))
    return cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
