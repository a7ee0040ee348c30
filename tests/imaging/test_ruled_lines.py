"""ruling: printed lines and the sides of boxes, told from writing by their form."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import ruled_lines


def drawn(*lines: tuple[int, int, int, int]) -> np.ndarray:
    """Strokes two pixels wide from x, y to x, y on a mask of 60 x 200."""
    mask = np.zeros((60, 200), np.uint8)
    for left, top, right, bottom in lines:
        cv2.line(mask, (left, top), (right, bottom), 1, 2)
    return mask


def pieces(*boxes: tuple[int, int, int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Left, top, width, height and area of pieces, and that all of them are asked about."""
    return np.array(boxes), np.ones(len(boxes), bool)


@pytest.mark.parametrize("clean", [ruled_lines.remove_lines, ruled_lines.remove_connected_lines])
def test_a_ruled_line_goes_and_a_digit_stays(clean):
    """As long as the picture, beneath a stroke of half its height."""
    cleaned = clean(drawn((0, 55, 199, 55), (90, 15, 100, 45)))
    assert not cleaned[54:57].any()
    assert cleaned[15:45].sum() > 50


def test_a_line_askew_is_told_by_the_second_way_alone():
    """Twelve pixels down along the picture, as perspective leaves it."""
    askew = drawn((0, 44, 199, 56))
    assert ruled_lines.remove_connected_lines(askew).sum() < 0.1 * askew.sum()
    assert ruled_lines.remove_lines(askew).sum() > 0.3 * askew.sum()


def test_an_upright_stroke_is_a_side_only_where_its_ends_meet_lines():
    """A one in a close crop stays; the sides of a whole box go."""
    one = drawn((100, 5, 100, 54))
    assert not ruled_lines.remove_lines(one).any()
    assert np.array_equal(ruled_lines.remove_connected_lines(one), one)
    box = drawn((10, 4, 190, 4), (10, 55, 190, 55), (10, 4, 10, 55), (190, 4, 190, 55))
    assert not ruled_lines.remove_connected_lines(box)[:, 5:195].any()


def test_sides_stand_outside_and_reach_beyond():
    """A stroke left of two digits from above them to below, and its bracket on the right."""
    boxes, keep = pieces((5, 2, 3, 55, 150), (40, 15, 20, 30, 250), (70, 15, 22, 30, 260), (120, 1, 14, 58, 200))
    assert ruled_lines.find_box_sides(boxes, keep, 60).tolist() == [True, False, False, True]


def test_a_one_before_raised_cents_is_no_side():
    """It is taller than they are, and does not reach above them."""
    boxes, keep = pieces((5, 12, 5, 40, 180), (20, 48, 4, 4, 16), (30, 8, 14, 24, 150), (48, 8, 14, 24, 150))
    assert not ruled_lines.find_box_sides(boxes, keep, 60).any()


def test_where_all_is_thin_nothing_is_a_side():
    """Eleven."""
    boxes, keep = pieces((5, 2, 5, 50, 200), (30, 1, 5, 55, 220))
    assert not ruled_lines.find_box_sides(boxes, keep, 60).any()


def test_between_the_lines_of_a_box_stands_the_writing():
    """Strokes two pixels wide around rows 4 and 55; with one line alone, all on its other side."""
    top, bottom = (10, 4, 190, 4), (10, 55, 190, 55)
    digit = (90, 15, 100, 45)
    rows = ruled_lines.rows_between_lines(drawn(top, bottom, digit))
    assert rows[0] in (5, 6, 7)
    assert rows[1] in (53, 54, 55)
    assert ruled_lines.rows_between_lines(drawn(top, digit)) == (rows[0], 60)
    assert ruled_lines.rows_between_lines(drawn(bottom, digit)) == (0, rows[1])


def test_without_lines_or_room_between_them_there_is_nothing_between():
    """A digit alone; two rules a few pixels apart."""
    assert ruled_lines.rows_between_lines(drawn((90, 15, 100, 45))) is None
    assert ruled_lines.rows_between_lines(drawn((10, 25, 190, 25), (10, 36, 190, 36))) is None
