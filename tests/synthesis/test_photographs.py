"""Tests of photographs: ink stays visible on paper, and printed patterns stay within their limits."""

import numpy as np
import pytest

from payment_ml.synthesis import photographs


@pytest.fixture
def ink() -> np.ndarray:
    """Return a thick horizontal stroke."""
    ink = np.zeros((60, 80), np.float32)
    ink[25:35, 10:70] = 1
    return ink


def test_ink_is_darker_than_paper_in_every_colour(ink, rng):
    """Thirty photographs show the stroke."""
    for _ in range(30):
        grey = photographs.render_photograph(ink, rng).mean(axis=2)
        assert grey[28:32, 20:60].mean() < grey[45:, :].mean() - 8


def test_grey_photographs_draw_the_same_random_numbers(ink):
    """The image has about the luma of the one in colour, and the generator ends in the same state."""
    colour_rng, grey_rng = np.random.default_rng(3), np.random.default_rng(3)
    image = photographs.render_photograph(ink, colour_rng)
    grey = photographs.render_photograph(ink, grey_rng, colour=False)
    assert (image.shape, grey.shape, grey.dtype) == ((60, 80, 3), (60, 80), np.uint8)
    assert np.abs(image @ [0.299, 0.587, 0.114] - grey).mean() < 4
    assert colour_rng.random() == grey_rng.random()


def test_tilt_adds_the_height_that_a_rotated_line_needs():
    """100 pixels at 30 degrees rise by 50; the right end of the line comes up."""
    field = np.zeros((20, 100), np.float32)
    field[9:11] = 1
    tilted = photographs.tilt(field, 30)
    assert tilted.shape[0] == pytest.approx(70, abs=1)
    assert tilted.shape[1] == 100
    rows = np.arange(tilted.shape[0])
    left, right = ((rows * tilted[:, x]).sum() / tilted[:, x].sum() for x in (20, 80))
    assert left - right == pytest.approx(60 * np.tan(np.deg2rad(30)), abs=1)


def test_smooth_field_passes_through_its_knots_without_jumps(rng):
    """Neighbouring pixels of a field with three knots a side differ little."""
    field = photographs.smooth_field(90, 120, rng, 1.0)
    assert (field.shape, field.dtype) == ((90, 120), np.float32)
    assert np.abs(np.diff(field, axis=0)).max() < 0.2
    assert not photographs.smooth_field(90, 120, rng, 0.0).any()


def test_draw_rule_draws_one_straight_line(rng):
    """Each line is a band of full rows or of full columns, perhaps dotted."""
    for _ in range(40):
        field = np.zeros((60, 80), np.float32)
        photographs.draw_rule(field, rng, 45)
        rows, columns = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
        assert min(len(rows), len(columns)) <= 2
        assert max(len(rows) / 60, len(columns) / 80) >= 0.5
        assert 0.3 <= field.max() <= 0.9


def test_draw_box_draws_its_sides_and_leaves_the_inside_empty(rng):
    """The middles of all four sides are printed, with straight and with round corners."""
    for _ in range(20):
        field = np.zeros((60, 100), np.float32)
        photographs.draw_box(field, rng, 10, 10, 90, 50)
        assert all(field[y, x] > 0.3 for y, x in ((10, 50), (50, 50), (30, 10), (30, 90)))
        assert not field[20:40, 20:80].any()


def test_draw_print_writes_above_its_base_line(rng):
    """A dollar sign of 22 pixels stays within its height and width."""
    field = np.zeros((60, 100), np.float32)
    photographs.draw_print(field, rng, 40, 45, 22, "$")
    rows, columns = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
    assert 15 < rows.min() < rows.max() < 52
    assert 38 <= columns.min() < columns.max() < 66
    assert field.max() >= 0.5
