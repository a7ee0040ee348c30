"""plots: every figure can be drawn, has labelled axes, and is readable at 800 pixels."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from payment_ml import plots
from payment_ml.evaluation import calibration, metrics, risk_control


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def figures(rng: np.random.Generator) -> dict:
    """Each with plausible numbers."""
    right = rng.random(500) < 0.97
    confidences = np.where(right, rng.beta(20, 1, 500), rng.beta(3, 2, 500))
    bins = calibration.calibration_bins(confidences, right)
    return {
        "balance": plots.balance({"train": rng.integers(80, 120, 10), "gate": rng.integers(80, 120, 10)}),
        "learning curves": plots.learning_curves(
            {"loss": [1, 0.5], "validation_loss": [0.8, 0.4], "validation_accuracy": [0.8, 0.9]}, best_epoch=2
        ),
        "history": plots.history(
            pd.DataFrame(
                {
                    "trained": pd.to_datetime(["2026-11-22", "2026-11-23", "2026-11-24"]),
                    "promoted": [True, False, True],
                    "wrong": [0.05, 0.06, 0.04],
                    "wrong_low": [0.04, 0.05, 0.03],
                    "wrong_high": [0.06, 0.07, 0.05],
                    "accepted": [0.6, 0.5, 0.7],
                    "corrections": [0, 20, 500],
                    "training_seconds": [900.0, 120.0, 130.0],
                    "run_seconds": [1000.0, np.nan, 240.0],
                }
            )
        ),
        "confusion": plots.confusion(metrics.confusion_matrix(rng.integers(0, 10, 500), rng.integers(0, 10, 500))),
        "reliability": plots.reliability({"before": bins, "after": bins}),
        "where": plots.where(
            pd.DataFrame({"pictures": [40, 50], "right": [0.9, 0.8], "accepted": [0.8, 0.7]}, index=[3, 4]),
            pd.DataFrame({"digits": [90, 90, 90], "wrong": [1, 2, 0], "share": [0.01, 0.02, 0.0]}, index=[1, 2, 3]),
            metrics.confusion_matrix(rng.integers(0, 10, 500), rng.integers(0, 10, 500)),
        ),
        "robustness": plots.robustness(
            pd.DataFrame(
                [
                    {
                        "fault": name,
                        "strength": strength,
                        "unit": "%",
                        "right": 0.9,
                        "accepted": 0.7,
                        "accepted_wrong": 0,
                    }
                    for name, strength in (("none", 0), ("blur", 2), ("blur", 4), ("tilt", 3))
                ]
            )
        ),
        "risk-coverage": plots.risk_coverage(
            {"reader": risk_control.risk_coverage(confidences, right)}, 0.005, (0.9, 0.004)
        ),
    }


@pytest.mark.parametrize(
    "name", ["balance", "learning curves", "confusion", "reliability", "where", "robustness", "risk-coverage"]
)
def test_axes_are_labelled_and_the_figure_is_800_pixels_wide(name, rng):
    """The first axes carry both labels."""
    figure = figures(rng)[name]
    axis = figure.axes[0]
    assert axis.get_xlabel()
    assert axis.get_ylabel()
    figure.canvas.draw()
    assert figure.canvas.get_width_height()[0] == 800


def test_no_mistakes_at_all_can_be_drawn():
    """A perfect reader on few digits must not break the last notebook."""
    labels = np.arange(10)
    plots.confusion(metrics.confusion_matrix(labels, labels))
    plots.captioned([], [])
    plots.risk_coverage({"reader": risk_control.risk_coverage(np.ones(10), np.ones(10, bool))}, 0.005)


def test_an_alarming_caption_is_bold_and_not_only_coloured(splits):
    """Colour is never the only sign."""
    images = splits["validation"].images[:2]
    figure = plots.captioned(images, ["fine", "bad"], columns=2, alarming=[False, True])
    weights = [axis.title.get_fontweight() for axis in figure.axes]
    assert weights[1] == "bold"
    assert weights[0] != "bold"


def test_the_digit_grid_shows_a_row_for_each_label(splits, rng):
    """Ten rows, in order."""
    validation = splits["validation"]
    figure = plots.digit_grid(validation.images, validation.labels, rng)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == [str(digit) for digit in range(10)]
