"""page_regions: amounts and lines of words among the cells of a page."""

import numpy as np
import pytest

from payment_ml.imaging import page_regions
from payment_ml.imaging.page_images import Content


def paint(*parts: tuple[Content, tuple[int, int, int, int], float]) -> np.ndarray:
    """Return the contents of a page of 40 x 60 cells with a probability in each box."""
    contents = np.zeros((40, 60, len(Content)), np.float32)
    for content, (left, top, right, bottom), probability in parts:
        contents[top:bottom, left:right, content] = probability
    return contents


def test_the_likeliest_amount_comes_first():
    """With the mean probability of its cells; a single cell is no amount."""
    contents = paint(
        (Content.AMOUNT, (5, 5, 15, 8), 0.5),
        (Content.AMOUNT, (40, 5, 50, 8), 0.9),
        (Content.AMOUNT, (30, 30, 31, 31), 1.0),
    )
    regions = page_regions.amount_regions(contents)
    assert [region.box for region in regions] == [(40, 5, 50, 8), (5, 5, 15, 8)]
    assert [region.probability for region in regions] == pytest.approx([0.9, 0.5])


def test_a_gap_between_digits_does_not_part_an_amount():
    """Four cells wide; other contents between make no difference."""
    parts = [
        (Content.AMOUNT, (5, 5, 15, 8), 0.9),
        (Content.AMOUNT, (19, 5, 22, 8), 0.9),
        (Content.PRINT, (15, 5, 19, 8), 1),
    ]
    assert [region.box for region in page_regions.amount_regions(paint(*parts))] == [(5, 5, 22, 8)]


def test_an_amount_may_touch_the_edge_of_the_page():
    """Joining parts of it moves no edge."""
    regions = page_regions.amount_regions(paint((Content.AMOUNT, (52, 0, 60, 3), 0.9)))
    assert [region.box for region in regions] == [(52, 0, 60, 3)]


def test_lines_of_words_are_in_reading_order():
    """From top to bottom; two parts of one line, far from each other, are one line."""
    contents = paint(
        (Content.WORDS, (3, 16, 20, 19), 0.8),
        (Content.WORDS, (2, 9, 12, 12), 0.7),
        (Content.WORDS, (40, 10, 50, 13), 0.9),
        (Content.AMOUNT, (52, 10, 58, 13), 0.9),
    )
    lines = page_regions.words_lines(contents)
    assert [line.box for line in lines] == [(2, 9, 50, 13), (3, 16, 20, 19)]


@pytest.mark.parametrize(
    ("other", "expected"),
    [((0, 0, 10, 10), 1.0), ((5, 0, 15, 10), 1 / 3), ((20, 0, 30, 10), 0.0), ((0, 20, 10, 30), 0.0)],
    ids=["same", "half", "beside", "below"],
)
def test_intersection_over_union(other, expected):
    """Of two squares of 10 pixels."""
    assert page_regions.intersection_over_union((0, 0, 10, 10), other) == pytest.approx(expected)


def test_a_faint_amount_is_found_where_nothing_is_likelier():
    """Next to a likely one it is none; on a page without anything likely there is none at all."""
    faint, likely = (Content.AMOUNT, (5, 5, 15, 8), 0.15), (Content.AMOUNT, (40, 5, 50, 8), 0.9)
    assert [region.box for region in page_regions.amount_regions(paint(faint))] == [(5, 5, 15, 8)]
    assert [region.box for region in page_regions.amount_regions(paint(faint, likely))] == [(40, 5, 50, 8)]
    assert page_regions.amount_regions(paint((Content.AMOUNT, (5, 5, 15, 8), 0.05))) == []


def test_share_inside():
    """Half of a box, all of it, nothing."""
    areas = [(5, 0, 20, 10), (-1, -1, 11, 11), (20, 0, 30, 10)]
    assert [page_regions.share_inside((0, 0, 10, 10), area) for area in areas] == [0.5, 1.0, 0.0]


def test_a_number_that_the_network_knows_in_parts_is_one_amount():
    """The end of it looks like any number; the probability is that of an amount in all of its cells."""
    parts = [(Content.AMOUNT, (5, 5, 12, 8), 0.9), (Content.NUMBER, (12, 5, 15, 8), 0.9)]
    (region,) = page_regions.amount_regions(paint(*parts))
    assert region.box == (5, 5, 15, 8)
    assert region.probability == pytest.approx(0.63)


def test_the_amount_of_a_table_is_told_from_the_sums_above_it():
    """They touch, so that they are one region of numbers."""
    parts = [(Content.NUMBER, (5, 5, 15, 14), 0.9), (Content.AMOUNT, (5, 14, 15, 17), 0.9)]
    assert [region.box for region in page_regions.amount_regions(paint(*parts))] == [(5, 14, 15, 17)]


def test_what_is_likelier_print_is_no_part_of_an_amount():
    """A printed currency in front of it."""
    parts = [
        (Content.PRINT, (2, 5, 5, 8), 0.6),
        (Content.AMOUNT, (2, 5, 5, 8), 0.35),
        (Content.AMOUNT, (5, 5, 15, 8), 0.9),
    ]
    assert [region.box for region in page_regions.amount_regions(paint(*parts))] == [(5, 5, 15, 8)]
