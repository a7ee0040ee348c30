"""Test imaging.written_rows: a line of writing is followed to both sides, and to its neighbours."""

import pytest

from payment_ml.imaging import written_rows

LETTERS = [(x, 100, x + 12, 120) for x in range(100, 400, 20)]  # left to right, a line of letters
FAR = [(700, 100, 712, 120)]  # a word at the other end of the page
BELOW = [(x, 140, x + 12, 160) for x in range(90, 200, 20)]
SIGNATURE = [(150, 250, 300, 320)]
EVERYTHING = [*LETTERS, *FAR, *BELOW, *SIGNATURE]


def test_a_part_of_a_line_grows_to_the_whole_line():
    """But not over a wide gap, and not to other lines."""
    assert written_rows.follow((180, 100, 240, 120), EVERYTHING) == (100, 100, 392, 120)


def test_ascenders_and_tails_belong_to_the_line():
    """A blot that is twice as high as the line does not."""
    tall, tail, blot = (402, 92, 410, 120), (420, 104, 430, 128), (440, 60, 450, 180)
    assert written_rows.follow((180, 100, 240, 120), [*LETTERS, tall, tail, blot]) == (100, 92, 450, 128)


@pytest.mark.parametrize(("below", "expected"), [(True, (90, 140, 202, 160)), (False, None)])
def test_the_next_line_stands_at_the_same_part_of_the_page(below, expected):
    """The signature is too far away and too high."""
    found = written_rows.next_line((100, 100, 392, 120), EVERYTHING, below, lambda box: 0.5)
    assert found == expected


def test_of_several_lines_the_likeliest_is_next():
    """Print stands below some lines of words, before the second line of words."""
    label = [(x, 150, x + 10, 162) for x in range(330, 380, 16)]
    found = written_rows.next_line(
        (100, 100, 392, 120), [*EVERYTHING, *label], True, lambda box: 1.0 if box[0] > 300 else 0.1
    )
    assert found == (330, 150, 388, 162)
