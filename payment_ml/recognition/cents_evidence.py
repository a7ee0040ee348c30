"""Look for signs that the last two digits of a number without a decimal mark are cents.

That no decimal mark was read proves nothing: a point can be too small or too faint for a line image, and many people
and forms set cents apart without one. Each sign is searched for in the picture at its full resolution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging.close_up import CloseUp, take_close_up
from payment_ml.imaging.line_images import LineImage

_CENTS = 2  # digits
_SOLID = 0.45  # of full ink, from which on a pixel belongs to a stroke
# All lengths below are digit heights.
_MIN_STROKE = 0.25  # height of a digit's largest stroke, at least
_RULE = 1.15  # height of an upright stroke that is a rule and no digit
_BOX_WIDTH = 1.2  # width of a box of one or more digits, at least
_BOX_SIDE = 0.85  # of the room between the lines of a box, that its side is long, at least
_RULE_LEAN = 0.04  # width of the band in which a leaning rule is still one stroke
_SMALL = 0.8  # height of the cents over that of the other digits
_RAISED, _CLEARLY_RAISED = 0.13, 0.25  # of the feet of the cents above those of the other digits
_WIDE_GAP = 0.3
_WIDER = 1.7  # times the usual gap
_MARK_SIZE = 0.45  # width and height of a mark, at most
_MARK_REACH = (0.35, 0.35)  # above the feet of the digits and below them, in which a mark stands
_STROKE_EDGE = 0.045  # soft edge of a stroke, in which no mark can be told
_FAINTEST = 0.12  # of full ink, that a mark can have
_LEVEL_RULE = 0.8  # width of a level stroke that is a rule and no mark
_TEXTURE_SHARE, _TEXTURE_FACTOR = 0.9, 2.0
_NOISE_FACTOR = 2.0  # standard deviations of the paper by which a mark stands out, at least


@dataclass(frozen=True)
class _Digits:
    """Hold the extent of each digit in a close-up, in pixels: float [n] each."""

    left: np.ndarray
    top: np.ndarray
    right: np.ndarray
    bottom: np.ndarray

    @property
    def height(self) -> np.ndarray:
        return self.bottom - self.top


def find_cents_evidence(line: LineImage, spans: Sequence[tuple[float, float]]) -> str | None:
    """Return what suggests that the last two digits are cents, in words; None if nothing does.

    Parameters
    ----------
    line : that shows a number without a decimal mark
    spans : left and right of each of its digits in pixels of the picture; at least three digits
    """
    view = take_close_up(line)
    rules = _upright_rules(view)
    centres = [view.column((left + right) / 2) for left, right in spans]
    if rules[:, centres[0] : centres[-1] + 1].any():
        return "a ruled line stands between its digits"
    digits = _measure(view, rules, spans)
    if digits is None:
        return "its digits could not be told apart in the picture"
    if _is_gap_wide(digits, view.digit_height):
        return "a gap stands before its last two digits"
    if _are_raised(digits):
        return "its last two digits are smaller or raised"
    if _is_mark_near(view, digits, rules):
        return "there may be a faint mark between its digits"
    return None


def _upright_rules(view: CloseUp) -> np.ndarray:
    """Return where upright rules and the sides of boxes stand, bool [height, width].

    A rule is longer than a digit is high; the side of a box reaches from its upper line to its lower one.
    """
    solid = (view.ink > _SOLID).astype(np.uint8)
    lean = max(1, round(_RULE_LEAN * view.digit_height)) | 1
    thickened = cv2.dilate(solid, np.ones((1, lean), np.uint8))
    length = _RULE * view.digit_height
    if (room := _room_between_lines(solid, view.digit_height)) is not None:
        length = min(length, _BOX_SIDE * room)
    runs = cv2.morphologyEx(thickened, cv2.MORPH_OPEN, np.ones((max(8, round(length)), 1), np.uint8))
    return (runs > 0) & (solid > 0)


def _room_between_lines(solid: np.ndarray, digit_height: float) -> int | None:
    """Return the rows between the innermost level lines above and below the middle; None without such a pair."""
    thickened = cv2.dilate(solid, np.ones((3, 1), np.uint8))  # a sloping line becomes one run again
    kernel = np.ones((1, max(8, round(_BOX_WIDTH * digit_height))), np.uint8)
    rows = np.flatnonzero(cv2.morphologyEx(thickened, cv2.MORPH_OPEN, kernel).any(axis=1))
    middle = solid.shape[0] / 2
    above, below = rows[rows < middle], rows[rows > middle]
    return int(below[0] - above[-1]) if len(above) and len(below) else None


def _measure(view: CloseUp, rules: np.ndarray, spans: Sequence[tuple[float, float]]) -> _Digits | None:
    """Measure each digit by the strokes between its neighbours; None where a digit has no stroke of its own."""
    solid = ((view.ink > _SOLID) & ~rules).astype(np.uint8)
    underlines = cv2.morphologyEx(solid, cv2.MORPH_OPEN, _level_kernel(view.digit_height))
    solid[cv2.dilate(underlines, np.ones((3, 3), np.uint8)) > 0] = 0
    _, labels = cv2.connectedComponents(solid, connectivity=8)
    columns = [(view.column(left), view.column(right)) for left, right in spans]
    extents = []
    for begin, end in columns:
        # A stroke that two digits share is measured in the columns of each.
        part = labels[:, begin : max(end, begin + 1)]
        present = [i for i in np.unique(part) if i]
        rows = [np.flatnonzero((part == i).any(axis=1)) for i in present]
        strokes = [(row[0], row[-1] + 1) for row in rows if row[-1] + 1 - row[0] >= _MIN_STROKE * view.digit_height]
        if not strokes:
            return None
        extents.append((begin, min(top for top, _ in strokes), end, max(bottom for _, bottom in strokes)))
    left, top, right, bottom = np.array(extents, float).T
    return _Digits(left, top, right, bottom)


def _is_gap_wide(digits: _Digits, digit_height: float) -> bool:
    """Return whether the gap before the last two digits is wider than the others."""
    gaps = (digits.left[1:] - digits.right[:-1]) / digit_height
    before_cents = gaps[-_CENTS]
    usual = np.median(np.delete(gaps, len(gaps) - _CENTS))
    return bool(before_cents > _WIDE_GAP and before_cents > _WIDER * usual)


def _are_raised(digits: _Digits) -> bool:
    """Return whether the last two digits are smaller than the others and raised, or clearly raised."""
    usual = float(np.median(digits.height[:-_CENTS]))
    lift = (np.median(digits.bottom[:-_CENTS]) - digits.bottom[-_CENTS:]) / usual
    small = digits.height[-_CENTS:].max() < _SMALL * usual
    return bool(small and lift.min() > _RAISED) or bool(lift.min() > _CLEARLY_RAISED)


def _is_mark_near(view: CloseUp, digits: _Digits, rules: np.ndarray) -> bool:
    """Return whether ink that belongs to no digit stands where a decimal mark would."""
    height = view.digit_height
    smooth = cv2.GaussianBlur(view.ink, (0, 0), max(0.6, 0.012 * height))
    faint = smooth > max(_FAINTEST, _NOISE_FACTOR * view.noise)
    level = cv2.morphologyEx(faint.astype(np.uint8), cv2.MORPH_OPEN, _level_kernel(height)) > 0
    edge = 2 * max(1, round(_STROKE_EDGE * height)) + 1
    covered = cv2.dilate((_large_strokes(view) | rules | level).astype(np.uint8), np.ones((edge, edge), np.uint8)) > 0
    # Paper is rarely even: a mark stands out from its darkest tenth.
    if not covered.all():
        faint &= smooth > _TEXTURE_FACTOR * np.quantile(smooth[~covered], _TEXTURE_SHARE)
    marks = (faint & ~covered).astype(np.uint8)
    _, _, boxes, centres = cv2.connectedComponentsWithStats(marks, connectivity=8)
    feet = float(np.median(digits.bottom))
    above, below = _MARK_REACH
    middles = (digits.left + digits.right) / 2
    for (_, _, wide, high, area), (x, y) in zip(boxes[1:].tolist(), centres[1:].tolist(), strict=True):
        is_mark = max(wide, high) <= _MARK_SIZE * height and area >= max(2.0, (0.03 * height) ** 2)
        stands_low = feet - above * height <= y <= feet + below * height
        if is_mark and stands_low and middles[-_CENTS - 1] < x < middles[-1]:
            return True
    return False


def _large_strokes(view: CloseUp) -> np.ndarray:
    """Return the strokes that are large enough to be digits, bool [height, width]."""
    solid = (view.ink > _SOLID * 0.7).astype(np.uint8)
    # A point in a small picture may touch a digit by the corner of a pixel.
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    large = boxes[:, cv2.CC_STAT_HEIGHT] >= _MARK_SIZE * view.digit_height
    large[0] = False
    return large[labels]


def _level_kernel(digit_height: float) -> np.ndarray:
    return np.ones((1, max(3, round(_LEVEL_RULE * digit_height))), np.uint8)
