"""Find the lines of writing in a part of a page, and follow them: to both sides, and to the lines above and below."""

import itertools
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from payment_ml.imaging.text_blocks import Box

# All lengths are heights of the line.
_MAX_GAP = 1.0  # between two pieces of a line, as between words
_MIN_SHARED = 0.5  # of the lower of a piece and the line, that they have in common
_MAX_REACH = 0.5  # of ascenders and descenders beyond the line
_FARTHEST_LINE = 2.5  # to the next line
_MIN_HEIGHT, _MAX_HEIGHT = 0.4, 2.0  # of the next line
_MIN_LENGTH = 2.0  # of the next line
_WORD_GAP = 0.25  # between two words, at least
_WIDEST_GAP = 3.0  # between two words, at most
_MIN_BESIDE = 1.0  # width of what may be something else beside a line; less is a mark, or a letter of it
# Lines that stand in one part of a page; lengths are usual heights of its pieces of ink.
_SMOOTHING = 0.25  # standard deviation over which rows are counted together
_MIN_INK = 0.12  # of the row with the most ink, that the fullest row of a line has: a last word may stand alone
_LEAST_INK = 0.12  # of the fullest row of a line, that its other rows have
_MAX_VALLEY = 0.6  # of the lesser of two full rows, that a row between two lines has


def follow(line: Box, pieces: Sequence[Box]) -> Box:
    """Return the box of a line with the ink that stands beside it without a wide gap.

    Parameters
    ----------
    line : left, top, right, bottom of a part of it
    pieces : boxes of all pieces of ink on the page
    """
    left, top, right, bottom = line
    height = bottom - top
    row = [piece for piece in pieces if _stands_in(piece, line)]
    count = -1
    inside: list[Box] = []
    while len(inside) > count:
        count = len(inside)
        inside = [p for p in row if p[0] < right + _MAX_GAP * height and p[2] > left - _MAX_GAP * height]
        left, right = (
            min([left, *(piece[0] for piece in inside)]),
            max([right, *(piece[2] for piece in inside)]),
        )
    highest, lowest = top - _MAX_REACH * height, bottom + _MAX_REACH * height
    return (
        left,
        min([top, *(piece[1] for piece in inside if piece[1] >= highest)]),
        right,
        max([bottom, *(piece[3] for piece in inside if piece[3] <= lowest)]),
    )


def divide(line: Box, known: Box, pieces: Sequence[Box]) -> list[Box]:
    """Divide a line at gaps between words into the part of it that is known, and what stands beside that.

    Print of a form is often followed by writing without a wide gap, and some people leave wide gaps between words.

    Parameters
    ----------
    line : from `follow`
    known : the part of it that it was followed from
    pieces : boxes of all pieces of ink on the page

    Returns
    -------
    boxes from left to right, as high as the line
    """
    top, bottom = line[1], line[3]
    height = bottom - top
    words = _join([(piece[0], piece[2]) for piece in pieces if _stands_in(piece, line)], _WORD_GAP * height)
    inside = [(begin, end) for begin, end in words if begin < known[2] and end > known[0]]
    first, last = min([known[0], *(begin for begin, _ in inside)]), max([known[2], *(end for _, end in inside)])
    last, behind = _parts_beside(last, [word for word in words if word[0] >= last], height)
    mirrored = [(-end, -begin) for begin, end in words[::-1] if end <= first]
    mirrored_first, before = _parts_beside(-first, mirrored, height)
    parts = [*((-end, -begin) for begin, end in before[::-1]), (-mirrored_first, last), *behind]
    return [(begin, top, end, bottom) for begin, end in parts]


def _join(spans: Sequence[tuple[int, int]], gap: float) -> list[tuple[int, int]]:
    """Return spans from left to right, with those that are less than a gap apart as one."""
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin - joined[-1][1] < gap:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _parts_beside(edge: int, words: Sequence[tuple[int, int]], height: int) -> tuple[int, list[tuple[int, int]]]:
    """Return where a line ends, and what stands to the right of it as far as no gap is too wide.

    Words without a wide gap between them are one part. A mark or letter that stands close is a part of the line.
    """
    reached: list[tuple[int, int]] = []
    for begin, end in words:
        if begin - (reached[-1][1] if reached else edge) > _WIDEST_GAP * height:
            break
        reached.append((begin, end))
    parts = _join(reached, _MAX_GAP * height)
    if parts and parts[0][1] - parts[0][0] < _MIN_BESIDE * height and parts[0][0] - edge < _MAX_GAP * height:
        return parts[0][1], parts[1:]
    return edge, parts


def next_line(line: Box, pieces: Sequence[Box], below: bool, likely: Callable[[Box], float]) -> Box | None:
    """Return the box of the likeliest line below or above, where one stands there; below it may begin further left.

    Parameters
    ----------
    line, pieces : as of `follow`
    below : False looks above
    likely : returns how likely a box is the line that is looked for
    """
    left, top, right, bottom = line
    height = bottom - top
    edge, far = (bottom, bottom + _FARTHEST_LINE * height) if below else (top - _FARTHEST_LINE * height, top)
    seeds = [
        piece
        for piece in pieces
        if edge <= (piece[1] + piece[3]) / 2 <= far
        and _MIN_HEIGHT * height <= piece[3] - piece[1] <= _MAX_HEIGHT * height
        and piece[0] < right
        and (below or piece[2] > left - 2 * height)
    ]
    lines = {follow(seed, pieces) for seed in seeds}
    long = [found for found in lines if found[2] - found[0] >= _MIN_LENGTH * height]
    return max(long, key=lambda box: (likely(box), box), default=None)


def find_line_rows(counts: np.ndarray, piece_height: float) -> list[tuple[int, int]]:
    """Find the rows, first and one behind the last, of each line of writing in a part of a page, from top to bottom.

    Parameters
    ----------
    counts : pixels of ink in each row, float [rows]
    piece_height : usual height of its pieces of ink, in rows
    """
    padded = np.pad(np.asarray(counts, np.float64), 1)[:, None]
    smoothing = max(_SMOOTHING * piece_height, 0.5)
    ink = cv2.GaussianBlur(padded, (1, 0), sigmaX=1, sigmaY=smoothing, borderType=cv2.BORDER_CONSTANT)[:, 0]
    is_peak = (ink[1:-1] > ink[:-2]) & (ink[1:-1] >= ink[2:]) & (ink[1:-1] >= _MIN_INK * ink.max(initial=0))
    cuts: list[int] = []
    peaks: list[int] = []
    for peak in (np.flatnonzero(is_peak) + 1).tolist():
        if peaks:
            valley = peaks[-1] + int(ink[peaks[-1] : peak].argmin())
            if ink[valley] > _MAX_VALLEY * min(ink[peaks[-1]], ink[peak]):
                peaks[-1] = max(peaks[-1], peak, key=lambda row: ink[row])
                continue
            cuts.append(valley - 1)
        peaks.append(peak)
    lines = []
    for first, last in itertools.pairwise([0, *cuts, len(counts)]):
        peak = first + 1 + int(ink[first + 1 : last + 1].argmax())
        empty = np.flatnonzero(ink < _LEAST_INK * ink[peak]) - 1
        above, below = empty[empty < peak - 1], empty[empty >= peak]
        lines.append((max(first, int(above.max(initial=-1)) + 1), min(last, int(below.min(initial=len(counts))))))
    return lines


def _stands_in(piece: Box, line: Box) -> bool:
    shared = min(piece[3], line[3]) - max(piece[1], line[1])
    return shared > _MIN_SHARED * min(piece[3] - piece[1], line[3] - line[1])
