"""Find the label that stands before a number on a page."""

from collections.abc import Iterator, Sequence

from payment_ml.imaging.page_regions import hull, shared_height
from payment_ml.imaging.text_blocks import Box

# All lengths are heights of the number.
_FARTHEST = 30.0  # from the number to its label
_MAX_GAP = 1.2  # between two pieces of one label, as between words
_MIN_SHARED = 0.4  # of the lower of a piece and the number, that they have in common from top to bottom
_BESIDE = 0.3  # of paper between a number and a label that is not seen
_MIN_WIDTH = 1.2  # of a label; a narrower piece is a currency sign, a bracket or a part of a frame


def find_label(number: Box, pieces: Sequence[Box]) -> Box | None:
    """Return the box of the text that stands to the left of a number.

    Where there is no text of ink within reach, it is that of the paper, which may show print that is fainter than
    writing; None where there is no paper either.

    Parameters
    ----------
    number : left, top, right, bottom
    pieces : boxes of all pieces of ink on the page, without those that are too faint
    """
    left, top, _, bottom = number
    height = bottom - top
    row = [piece for piece in pieces if piece[2] <= left + 1 and shared_height(piece, number) >= _MIN_SHARED]
    for text in _runs(sorted(row, key=lambda piece: -piece[2]), _MAX_GAP * height):
        if left - text[2] > _FARTHEST * height:
            break
        if text[2] - text[0] >= _MIN_WIDTH * height:
            return text
    paper = (max(0, round(left - _FARTHEST * height)), top, round(left - _BESIDE * height), bottom)
    return paper if paper[2] - paper[0] >= _MIN_WIDTH * height else None


def _runs(pieces: Sequence[Box], gap: float) -> Iterator[Box]:
    """Yield the boxes of pieces that stand no further apart than a gap, from right to left as the pieces come."""
    run: Box | None = None
    for piece in pieces:
        if run is not None and run[0] - piece[2] > gap:
            yield run
            run = None
        run = piece if run is None else hull(run, piece)
    if run is not None:
        yield run
