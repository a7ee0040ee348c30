"""Test evaluation.version_plots: figures with any number of versions have labelled axes, and fit in 800 pixels."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from payment_ml.evaluation import version_plots


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def history(count: int) -> Figure:
    """Draw versions of which the second was not run by a retraining."""
    versions = {
        "number": range(1, count + 1),
        "trained": pd.date_range("2026-11-22", periods=count),
        "promoted": [i % 2 == 0 for i in range(count)],
        "error_rate": np.full(count, 0.05),
        "error_rate_low": np.full(count, 0.04),
        "error_rate_high": np.full(count, 0.06),
        "accepted": np.full(count, 0.6),
        "corrections": np.zeros(count, int),
        "training_seconds": np.full(count, 900.0),
        "run_seconds": [np.nan if i == 1 else 1000.0 for i in range(count)],
    }
    return version_plots.history(pd.DataFrame(versions))


def learning_curves(count: int) -> Figure:
    """Draw trainings of one epoch and more; the first knows no best epoch."""
    epochs = {f"{i} a note that is longer than a legend has room for": 1 + i for i in range(count)}
    curves = {
        label: {
            "loss": 1 / np.arange(1, length + 1),
            "validation_loss": [0.5] * length,
            "validation_accuracy": [0.9] * length,
        }
        for label, length in epochs.items()
    }
    return version_plots.learning_curves(curves, dict(list(epochs.items())[1:]))


def metric_intervals(count: int) -> Figure:
    """Draw two metrics; of the first version nothing was accepted."""
    rows = []
    for i in range(count):
        rows.append({"metric": "errors", "version": f"{i}", "share": 0.05, "low": 0.04, "high": 0.07, "total": 100})
        accepted = {"share": 0.0, "total": 100} if i else {"share": np.nan, "total": 0}
        rows.append({"metric": "errors among accepted", "version": f"{i}", "low": 0.0, "high": 0.02, **accepted})
    return version_plots.metric_intervals(pd.DataFrame(rows))


@pytest.mark.parametrize("count", [1, 3, 14])
@pytest.mark.parametrize("draw", [history, learning_curves, metric_intervals], ids=lambda draw: draw.__name__)
def test_axes_are_labelled_and_the_figure_is_800_pixels_wide(draw, count):
    """Texts lie within the figure, however many versions there are."""
    figure = draw(count)
    drawn = [axes for axes in figure.axes if axes.axison]
    assert any(axes.get_xlabel() for axes in drawn)
    assert all(axes.get_xlabel() or axes.get_ylabel() or axes.get_title() for axes in drawn)
    figure.canvas.draw()
    width, height = figure.canvas.get_width_height()
    assert width == 800
    box = figure.get_tightbbox().get_points() * figure.dpi
    assert box.min() >= -1
    assert (box <= [width + 1, height + 1]).all()


def test_no_two_of_twelve_versions_look_the_same():
    """Colour, marker and style of a line together name the version."""
    (axes, *_) = learning_curves(12).axes
    lines = [line for line in axes.lines if not line.get_label().startswith("_")]
    assert len({(line.get_color(), line.get_marker(), line.get_linestyle()) for line in lines}) == 12


def test_the_legend_shortens_long_notes():
    """And every version is in it."""
    figure = learning_curves(3)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert [text[0] for text in texts] == ["0", "1", "2"]
    assert all(text.endswith("…") for text in texts)


def test_rings_mark_the_kept_epochs():
    """The first version knows none; the others kept their last of two and three epochs."""
    (axes, *_) = learning_curves(3).axes
    rings = [line.get_xdata()[0] for line in axes.lines if line.get_fillstyle() == "none"]
    assert rings == [2, 3]


def test_a_version_of_which_nothing_was_accepted_has_no_point():
    """A point at zero would claim that it makes no errors."""
    axes = metric_intervals(2).axes[1]
    assert [text.get_text() for text in axes.texts] == ["no images"]
    assert axes.containers[0].lines[0].get_xdata().tolist() == [0.0]


def test_history_of_one_version_without_corrections_starts_at_zero():
    """A newcomer has one version, and its axes are not negative."""
    assert [axes.get_ylim()[0] for axes in history(1).axes] == [0, 0, 0, 0]
