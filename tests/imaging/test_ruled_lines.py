"""Tests of ruled lines and the sides of boxes, which their form distinguishes from text."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import ruled_lines

UPPER, LOWER = (10, 4, 190, 4), (10, 55, 190, 55)  # horizontal lines
DIGIT = (90, 15, 100, 45)  # a slanted stroke of half the image's height


def draw(*strokes: tuple[int, int, int, int]) -> np.ndarray:
    """Return a mask with strokes two pixels wide from x, y to x, y, uint8 [60, 200]."""
    mask = np.zeros((60, 200), np.uint8)
    for left, top, right, bottom in strokes:
        cv2.line(mask, (left, top), (right, bottom), 1, 2)
    return mask


def find_sides(*boxes: tuple[int, int, int, int, int]) -> list[bool]:
    """Return which components, given by left, top, width, height and area, are sides of a box 60 pixels high."""
    return ruled_lines.find_box_sides(np.array(boxes), np.ones(len(boxes), bool), 60).tolist()


@pytest.mark.parametrize(
    "remove", [ruled_lines.remove_lines, ruled_lines.remove_connected_lines], ids=["by length", "by connection"]
)
def test_a_ruled_line_is_removed_and_a_digit_kept(remove):
    """The line is as long as the image, the digit half as high as it."""
    cleaned = remove(draw((0, 55, 199, 55), DIGIT))
    assert not cleaned[54:57].any()
    assert cleaned[15:45].sum() > 50


def test_only_connected_removal_finds_a_sloping_line():
    """Perspective leaves a line that falls by twelve pixels along the image."""
    sloping = draw((0, 44, 199, 56))
    assert ruled_lines.remove_connected_lines(sloping).sum() < 0.1 * sloping.sum()
    assert ruled_lines.remove_lines(sloping).sum() > 0.3 * sloping.sum()


def test_connected_removal_keeps_a_one_in_a_close_crop():
    """Its ends meet no line; removal by length alone takes it for the side of a box."""
    one = draw((100, 5, 100, 54))
    assert not ruled_lines.remove_lines(one).any()
    assert np.array_equal(ruled_lines.remove_connected_lines(one), one)


def test_connected_removal_removes_a_whole_box():
    """The ends of its sides meet its horizontal lines."""
    box = draw(UPPER, LOWER, (10, 4, 10, 55), (190, 4, 190, 55))
    assert not ruled_lines.remove_connected_lines(box)[:, 5:195].any()


def test_sides_stand_outside_of_the_digits_and_reach_beyond_them():
    """A straight side on the left of two digits and a bracket on the right of them are sides."""
    side, bracket = (5, 2, 3, 55, 150), (120, 1, 14, 58, 200)
    assert find_sides(side, (40, 15, 20, 30, 250), (70, 15, 22, 30, 260), bracket) == [True, False, False, True]


@pytest.mark.parametrize(
    "boxes",
    [
        [(5, 12, 5, 40, 180), (20, 48, 4, 4, 16), (30, 8, 14, 24, 150), (48, 8, 14, 24, 150)],
        [(5, 2, 5, 50, 200), (30, 1, 5, 55, 220)],
    ],
    ids=["a one before raised cents", "eleven"],
)
def test_a_one_is_no_side(boxes):
    """A one before raised cents does not reach above them, and of two ones neither is outside of digits."""
    assert not any(find_sides(*boxes))


def test_rows_between_the_lines_of_a_box_leave_both_lines_out():
    """Strokes two pixels wide cover rows 4 to 5 and 55 to 56, to one pixel."""
    top, bottom = ruled_lines.rows_between_lines(draw(UPPER, LOWER, DIGIT))
    assert top in (5, 6, 7)
    assert bottom in (53, 54, 55)


@pytest.mark.parametrize("line", [UPPER, LOWER], ids=["above", "below"])
def test_rows_beside_a_single_line_reach_to_the_edge(line):
    """All rows on the line's other side are returned."""
    both = ruled_lines.rows_between_lines(draw(UPPER, LOWER, DIGIT))
    expected = (both[0], 60) if line == UPPER else (0, both[1])
    assert ruled_lines.rows_between_lines(draw(line, DIGIT)) == expected


@pytest.mark.parametrize(
    "strokes", [[DIGIT], [(10, 25, 190, 25), (10, 36, 190, 36)]], ids=["no line", "lines close together"]
)
def test_without_lines_or_room_between_them_there_are_no_rows(strokes):
    """A digit alone is no line, and two lines eleven pixels apart leave no room for text."""
    assert ruled_lines.rows_between_lines(draw(*strokes)) is None
