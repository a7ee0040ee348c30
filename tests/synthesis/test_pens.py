"""Pens: strokes have the width, the ink and the place that they should have, and stay whole."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from payment_ml.synthesis import pens
from payment_ml.synthesis.pens import Pen

STEADY = Pen(0.1, pressure=0.0)


def line(begin: tuple[float, float], end: tuple[float, float], pieces: int = 10) -> np.ndarray:
    """Return a straight stroke as pieces of four steps, float32 [pieces, 5, 2]."""
    points = np.linspace(begin, end, 4 * pieces + 1, dtype=np.float32)
    return np.stack([points[4 * i : 4 * i + 5] for i in range(pieces)])


def draw(paths: np.ndarray, pen: Pen, rng: np.random.Generator, height: float = 40, margin: int = 1) -> pens.Drawing:
    """Draw one stroke as one digit."""
    begins = np.arange(len(paths)) == 0
    return pens.draw_strokes(paths, begins, begins[::-1], np.zeros(len(paths), int), pen, height, rng, margin)[0]


UPRIGHT = line((0.0, 1.0), (0.0, 0.0))


@pytest.mark.parametrize("height", [28, 40, 64, 100])
@pytest.mark.parametrize("width", [0.05, 0.1, 0.18])
def test_a_stroke_is_as_wide_as_its_pen(rng, width, height):
    """The ink of a row through an upright stroke adds up to the width of the pen, on average."""
    inks = [draw(UPRIGHT, replace(STEADY, width=width), rng, height).ink for _ in range(60)]
    widths = [ink[ink.shape[0] // 2].sum() / 255 for ink in inks]
    assert np.mean(widths) == pytest.approx(width * height, abs=0.2)
    assert np.ptp(widths) <= 1.0


@pytest.mark.parametrize("height", [28, 40, 64])
def test_the_thinnest_pen_draws_one_connected_line(rng, height):
    """A ball pen of three hundredths of a digit leaves no gap."""
    bow = np.stack([np.sin(np.linspace(0, 3, 41)), np.linspace(1, 0, 41)], axis=-1).astype(np.float32)
    paths = np.stack([bow[4 * i : 4 * i + 5] for i in range(10)])
    for _ in range(20):
        ink = draw(paths, Pen(0.03, pressure=0.0), rng, height).ink
        count, _ = cv2.connectedComponents((ink > 25).astype(np.uint8))
        assert count == 2  # the paper and one line


@pytest.mark.parametrize("margin", [0, 1, 3])
def test_a_drawing_has_the_margin_that_was_asked_for(rng, margin):
    """The ink touches a border only with a margin of 0."""
    ink = draw(line((0, 1), (0.5, 0)), STEADY, rng, margin=margin).ink
    rows, columns = np.flatnonzero((ink > 25).any(axis=1)), np.flatnonzero((ink > 25).any(axis=0))
    assert (rows[0], columns[0]) == (margin, margin)
    assert (rows[-1], columns[-1]) == (ink.shape[0] - 1 - margin, ink.shape[1] - 1 - margin)


def test_a_drawing_knows_where_it_stands(rng):
    """A stroke from 0.2 below the base line has its lower edge there, below it by half its width."""
    drawing = draw(line((0.5, 0.8), (0.5, -0.2)), STEADY, rng, height=50, margin=0)
    assert drawing.bottom == pytest.approx(-0.2 * 50 - 2.5, abs=1.5)
    assert drawing.left == pytest.approx(0.5 * 50 - 2.5, abs=1.5)


def test_a_broad_nib_draws_strokes_along_its_edge_thin(rng):
    """A nib at 45 degrees rises thin and falls thick."""
    nib = replace(STEADY, nib=0.7, nib_angle=np.pi / 4)
    rising, falling = (
        draw(line(begin, end), nib, rng).ink.sum() for begin, end in [((0, 0), (1, 1)), ((0, 1), (1, 0))]
    )
    assert falling > 2 * rising


def test_fading_ink_is_lighter_and_gaps_are_bare(rng):
    """A pen that runs dry leaves less ink, and none at all in places."""
    full = draw(UPRIGHT, STEADY, rng).ink
    faded = draw(UPRIGHT, replace(STEADY, fading=0.9), rng).ink
    dry = draw(line((0, 1), (0, 0), 30), replace(STEADY, gaps=0.4, width=0.02), rng).ink
    assert full.max() == 255
    assert 0.3 * full.sum() < faded.sum() < 0.98 * full.sum()
    assert cv2.connectedComponents((dry > 25).astype(np.uint8))[0] > 2


def test_a_pencil_is_rougher_than_a_pen(rng):
    """Grain varies the grey levels inside of a thick stroke."""
    thick = replace(STEADY, width=0.3)
    inside = (slice(10, 30), slice(4, 8))
    assert draw(UPRIGHT, thick, rng).ink[inside].std() == 0
    assert draw(UPRIGHT, replace(thick, grain=0.4), rng).ink[inside].std() > 10


def test_random_pens_cover_ball_pens_and_felt_pens(rng):
    """Their widths reach from 3 to 18 hundredths of a digit, and some are pencils or have a nib."""
    drawn = [pens.random_pen(rng) for _ in range(500)]
    widths = np.array([pen.width for pen in drawn])
    assert 0.03 <= widths.min() < 0.035
    assert 0.16 < widths.max() <= 0.18
    for share in ([pen.grain > 0 for pen in drawn], [pen.nib > 0 for pen in drawn], [pen.gaps > 0 for pen in drawn]):
        assert 0.05 < np.mean(share) < 0.3
