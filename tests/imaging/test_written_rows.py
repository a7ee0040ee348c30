"""Test imaging.written_rows: a line of writing is followed to both sides, and to its neighbours."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import text_blocks, written_rows

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


def test_print_beside_a_line_is_divided_from_it():
    """At the gaps between words on both sides of the known part, which may end within a word."""
    label, ending = [(x, 104, x + 6, 116) for x in range(40, 90, 8)], [(404, 100, 440, 120)]
    pieces = [*label, *LETTERS, *ending]
    line = written_rows.follow((180, 100, 240, 120), pieces)
    assert line == (40, 100, 440, 120)
    words = [(x, 100, x + 18, 120) for x in range(100, 400, 20) if x not in (200, 300)]
    assert written_rows.divide(line, (220, 100, 250, 120), [*label, *words, *ending]) == [
        (40, 100, 198, 120), (220, 100, 298, 120), (320, 100, 440, 120),
    ]  # fmt: skip


def test_words_beyond_wide_gaps_are_parts_of_their_own():
    """Up to three heights of the line; some people write `ninety   and   six` like this."""
    beyond = [(430, 100, 460, 120), (515, 100, 570, 120), (640, 100, 700, 120)]  # gaps of 38, 55 and 70 pixels
    assert written_rows.divide((100, 100, 392, 120), (100, 100, 392, 120), [*LETTERS, *beyond]) == [
        (100, 100, 392, 120), (430, 100, 460, 120), (515, 100, 570, 120),
    ]  # fmt: skip


def test_a_line_without_anything_beside_it_stays_whole():
    """A colon or a last letter apart is too narrow to be something else."""
    colon = (84, 104, 88, 118)
    line = written_rows.follow((180, 100, 240, 120), [colon, *LETTERS])
    assert written_rows.divide(line, (100, 100, 392, 120), [colon, *LETTERS]) == [line]


@pytest.mark.parametrize(("below", "expected"), [(True, (90, 140, 202, 160)), (False, None)])
def test_the_next_line_stands_at_the_same_part_of_the_page(below, expected):
    """The signature is too far away and too high."""
    found = written_rows.next_line((100, 100, 392, 120), EVERYTHING, below, lambda box: 0.5)
    assert found == expected


@pytest.mark.parametrize(("below", "top"), [(True, 140), (False, 60)])
def test_a_second_line_may_begin_at_the_margin_and_a_first_one_not(below, top):
    """Look for the rest of the words, which did not fit behind a label, below it."""
    margin = [(x, top, x + 12, top + 20) for x in range(10, 70, 15)]
    found = written_rows.next_line((200, 100, 392, 120), [*LETTERS, *margin], below, lambda box: 0.5)
    assert found == ((10, top, 67, top + 20) if below else None)


def test_of_several_lines_the_likeliest_is_next():
    """Print stands below some lines of words, before the second line of words."""
    label = [(x, 150, x + 10, 162) for x in range(330, 380, 16)]
    found = written_rows.next_line(
        (100, 100, 392, 120), [*EVERYTHING, *label], True, lambda box: 1.0 if box[0] > 300 else 0.1
    )
    assert found == (330, 150, 388, 162)


@pytest.mark.parametrize("pitch", [46, 60], ids="{} pixels from line to line".format)
def test_lines_that_stand_close_are_split(pitch):
    """Tails of one line reach to the letters of the next one."""
    page = np.full((260, 700), 240, np.uint8)
    bases = [80 + pitch * number for number in range(3)]
    for text, base in zip(("eighty thousand", "pay eighty five", "gypsy half"), bases, strict=True):
        cv2.putText(page, text, (20, base), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.3, 30, 2, cv2.LINE_AA)
    ink = text_blocks.find_ink(page)
    lines = written_rows.find_line_rows(ink.count_rows((0, 0, 700, 260)), 24)
    assert len(lines) == len(bases)
    for (top, bottom), base in zip(lines, bases, strict=True):
        assert top < base - 15 < base < bottom + 2  # the low letters of the line


def test_a_line_of_high_and_low_letters_is_one():
    """Ascenders have fewer pixels than low letters, but no row between them is empty."""
    page = np.full((120, 700), 240, np.uint8)
    cv2.putText(page, "Thirty lighthouses", (20, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 30, 3, cv2.LINE_AA)
    ((top, bottom),) = written_rows.find_line_rows(text_blocks.find_ink(page).count_rows((0, 0, 700, 120)), 30)
    assert 20 < top < 40
    assert 66 < bottom < 95


def test_a_first_row_full_of_ink_begins_a_line():
    """As the bars of capitals, or what is left of a rule."""
    counts = np.concatenate([[90], np.full(13, 50), np.zeros(8), np.full(14, 40)])
    (first, second) = written_rows.find_line_rows(counts, 14)
    assert first[0] == 0
    assert second[1] == len(counts)
    assert first[1] <= 22
    assert second[0] >= 13


def test_without_ink_there_is_one_empty_line():
    """Nothing divides what is empty."""
    assert written_rows.find_line_rows(np.zeros(20), 8) == [(0, 20)]
