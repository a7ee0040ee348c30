"""Ruled lines and the sides of boxes: what is printed around writing, told from it by its form alone."""

import cv2
import numpy as np

_MIN_LINE_LENGTH = 1.2  # picture heights, from which on a level stroke is a line
_MIN_UPRIGHT_LENGTH = 0.8  # picture heights, from which on an upright stroke may be the side of a box
_SOFT_EDGE = np.ones((3, 3), np.uint8)  # what goes with a line: its soft edge
_MAX_LEAN = 3  # columns
_MIN_LINE_SHARE = 0.6  # picture widths, from which on a level stroke is a line in a narrow picture
_SIDE_MARGIN = 0.45  # picture heights above and below in which the sides of a box are looked for
_MIN_ROOM = 0.3  # picture heights that are left between two lines, at least
_SIDE_HEIGHT_RATIO = 1.15  # times the tallest character, from which on an outer stroke is the side of a box
_STRAIGHT_SIDE_RATIO = 0.22  # width over height of a straight side
_BRACKET_FILL = 0.35  # share of its rectangle that the ink of a bracket fills, at most
_MAX_SIDE_RATIO = 0.6  # width over height of a side with its corners


def remove_lines(mask: np.ndarray) -> np.ndarray:
    """The mask without long straight runs: ruled lines and the sides of boxes.

    In a close crop the upright stroke of a digit is as long as the side of a box, and goes too; `without_joined_lines`
    is the other way to tell them apart.

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


def remove_connected_lines(mask: np.ndarray) -> np.ndarray:
    """The mask without long level runs, a little askew or not, and without the upright ones that end at such lines.

    An upright run counts as the side of a box when each of its ends lies at a level line or at the picture's edge.

    Parameters and result as of `without_lines`.
    """
    level = (
        cv2.morphologyEx(cv2.dilate(mask, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, _horizontal_kernel(mask)) & mask
    )
    cleaned = mask.copy()
    cleaned[cv2.dilate(level, _SOFT_EDGE) > 0] = 0
    ends = cv2.dilate(level, np.ones((7, 7), np.uint8))
    ends[[0, -1]] = 1
    count, _, boxes, _ = cv2.connectedComponentsWithStats(_vertical_runs(mask), connectivity=8)
    for i in range(1, count):
        left, top, wide, high, _ = boxes[i]
        columns, foot = slice(left, left + wide), top + high
        if ends[max(0, top - 2) : top + 3, columns].any() and ends[max(0, foot - 3) : foot + 2, columns].any():
            # A side that leans is straight along a part of itself only; the rest stands within a few columns.
            cleaned[:, max(0, left - _MAX_LEAN) : left + wide + _MAX_LEAN] = 0
    return cleaned


def _horizontal_kernel(mask: np.ndarray) -> np.ndarray:
    return np.ones((1, max(12, int(_MIN_LINE_LENGTH * mask.shape[0]))), np.uint8)


def _vertical_runs(mask: np.ndarray) -> np.ndarray:
    return cv2.morphologyEx(
        mask, cv2.MORPH_OPEN, np.ones((max(8, int(_MIN_UPRIGHT_LENGTH * mask.shape[0])), 1), np.uint8)
    )


def find_box_sides(boxes: np.ndarray, keep: np.ndarray, height: int) -> np.ndarray:
    """Which pieces of ink are sides of a box: thin, left or right of everything else, and reaching further up and down.

    A one in front of raised cents is taller than they are, but does not reach above them.

    Parameters
    ----------
    boxes : int [n, 5], left, top, width, height and area of each piece, in pixels
    keep : bool [n], the pieces to ask about
    height : of the picture

    Returns
    -------
    bool [n]
    """
    left, top, wide, high, area = boxes.T
    bottom, middle = top + high, left + wide / 2
    slim = (
        keep
        & ((wide < _STRAIGHT_SIDE_RATIO * high) | (area < _BRACKET_FILL * wide * high))
        & (wide < _MAX_SIDE_RATIO * high)
    )
    rest = keep & ~slim
    if not rest.any():
        return np.zeros(len(boxes), bool)
    rest &= high > 0.4 * high[rest].max()
    above = (top < top[rest].min()) | (top <= 1)
    below = (bottom > bottom[rest].max()) | (bottom >= height - 1)
    outside = (middle < middle[rest].min()) | (middle > middle[rest].max())
    return slim & above & below & outside & (high > _SIDE_HEIGHT_RATIO * high[rest].max())


def rows_between_lines(mask: np.ndarray) -> tuple[int, int] | None:
    """From which row to which the writing stands between level lines: the upper and lower sides of a box, or rules.

    A box that is darker than the writing, or touches it, spoils all that is measured of the picture; between its lines
    is less of it. Its other sides stay: what looks like one may be a digit.

    Parameters
    ----------
    mask : uint8 [height, width], 1 where there is ink

    Returns
    -------
    top and bottom in pixels, bottom exclusive; None where there is no line, or little between them
    """
    height, width = mask.shape
    length = max(12, int(min(_MIN_LINE_LENGTH * height, _MIN_LINE_SHARE * width)))
    dilated = cv2.dilate(mask, np.ones((3, 1), np.uint8))  # lines askew are whole again
    level = cv2.morphologyEx(dilated, cv2.MORPH_OPEN, np.ones((1, length), np.uint8)).any(axis=1)
    reach = int(_SIDE_MARGIN * height)
    top, bottom = _first_row_below(level[:reach]), height - _first_row_below(level[::-1][:reach])
    return (top, bottom) if height > bottom - top >= _MIN_ROOM * height else None


def _first_row_below(level: np.ndarray) -> int:
    """The first row beneath the uppermost line of a margin, bool [rows]; 0 where there is none."""
    rows = np.flatnonzero(level)
    if not len(rows):
        return 0
    gaps = np.flatnonzero(np.diff(rows) > 2)
    return int(rows[gaps[0]] if len(gaps) else rows[-1]) + 1
