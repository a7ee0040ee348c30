"""Strokes: curves pass their control points, bend smoothly between them, and turn sharply at corners."""

import numpy as np
import pytest

from payment_ml.synthesis import allographs
from payment_ml.synthesis.strokes import CHUNK, StrokeTable

SHAPES = allographs.parse(
    "1 bare 1\n"
    "    0,100 10,50 0,0\n"
    "7 crossed 1\n"
    "    0,100 60,100* 20,0 | 10,50 60,50\n"
    "    0,90 50,100* 10,0 | 10,40 60,60\n"
)  # fmt: skip


@pytest.fixture(scope="module")
def table() -> StrokeTable:
    """Return the strokes of a bare one and of a crossed seven."""
    return StrokeTable(SHAPES, chunks=12)


def curve(table: StrokeTable, shape: int, angularity: float = 0.0, form: int = 0) -> np.ndarray:
    """Return the points along a form, [samples, 2]."""
    controls = table.forms[[shape], form]
    return table.curves(np.array([shape]), controls, np.array([angularity], np.float32))[0]


@pytest.mark.parametrize("form", [0, 1])
@pytest.mark.parametrize("angularity", [0.0, 0.5, 1.0])
def test_a_curve_passes_its_control_points(table, angularity, form):
    """However angular a writer is, the strokes go where the form says."""
    points = curve(table, 1, angularity, form)
    for stroke in SHAPES[1].forms[form]:
        for x, y, _ in stroke:
            assert np.hypot(*(points - (x, y)).T).min() < 0.04


def test_an_angular_curve_runs_straight_between_points_and_a_smooth_one_does_not(table):
    """A bow is wider than the triangle through its points."""
    assert curve(table, 0, 1.0)[:, 0].sum() < curve(table, 0, 0.0)[:, 0].sum() - 0.1


def test_a_corner_is_sharp_and_another_point_is_not(table):
    """The seven turns within one step, the bow nowhere by more than a little."""

    def sharpest(points: np.ndarray, chunks: np.ndarray) -> float:
        path = points[np.unique(chunks)[4:-4]]
        steps = np.diff(path, axis=0)
        steps = steps[np.hypot(*steps.T) > 1e-3]
        angles = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        return float(np.abs(np.diff(angles)).max())

    first_stroke = table.chunks[1][: int(np.flatnonzero(table.ends[1])[0]) + 1]
    assert sharpest(curve(table, 1), first_stroke) > 0.8
    assert sharpest(curve(table, 0), table.chunks[0]) < 0.25


def test_the_chunks_of_a_stroke_join_and_strokes_do_not(table):
    """The pen leaves the paper between strokes only."""
    chunks, begins, ends = table.chunks[1], table.begins[1], table.ends[1]
    assert chunks.shape == (12, CHUNK + 1)
    joined = chunks[:-1, -1] == chunks[1:, 0]
    assert np.array_equal(joined, ~ends[:-1])
    assert np.array_equal(begins[1:], ends[:-1])
    assert begins.sum() == ends.sum() == 2


def test_samples_lie_at_even_distances_along_a_stroke(table):
    """A line is drawn with equal steps, so that none is left out or crowded."""
    steps = np.hypot(*np.diff(curve(table, 0)[np.unique(table.chunks[0])], axis=0).T)
    assert steps[3:-3].max() < 1.3 * steps[3:-3].min()


def test_a_moved_entry_leaves_the_rest_of_the_stroke(table):
    """A hook at the beginning of a one moves its beginning only."""
    controls = table.forms[[0], 0].copy()
    controls[0, table.hooks[0] > 0] += (-0.3, 0.0)
    moved = table.curves(np.array([0]), controls, np.zeros(1, np.float32))[0]
    assert moved[0] == pytest.approx((-0.3, 1.0), abs=1e-5)
    assert moved[25:] == pytest.approx(curve(table, 0)[25:], abs=1e-6)
