"""Follow a line of writing on a page by its pieces of ink: to both sides, and to the lines above and below."""

from collections.abc import Callable, Sequence

from payment_ml.imaging.text_blocks import Box

# All lengths are heights of the line.
_MAX_GAP = 1.0  # between two pieces of a line, as between words
_MIN_SHARED = 0.5  # of the lower of a piece and the line, that they have in common
_MAX_REACH = 0.5  # of ascenders and descenders beyond the line
_FARTHEST_LINE = 2.5  # to the next line
_MIN_HEIGHT, _MAX_HEIGHT = 0.4, 2.0  # of the next line
_MIN_LENGTH = 2.0  # of the next line


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


def next_line(line: Box, pieces: Sequence[Box], below: bool, likely: Callable[[Box], float]) -> Box | None:
    """Return the box of the likeliest line below or above, where one stands at the same part of the page.

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
        and piece[2] > left - 2 * height
    ]
    lines = {follow(seed, pieces) for seed in seeds}
    long = [found for found in lines if found[2] - found[0] >= _MIN_LENGTH * height]
    return max(long, key=lambda box: (likely(box), box), default=None)


def _stands_in(piece: Box, line: Box) -> bool:
    shared = min(piece[3], line[3]) - max(piece[1], line[1])
    return shared > _MIN_SHARED * min(piece[3] - piece[1], line[3] - line[1])
