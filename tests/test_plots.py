"""Plots: every figure can be drawn, has labelled axes, and is readable at 800 pixels."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from payment_ml import plots
from payment_ml.evaluation import calibration, metrics, risk_control


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def balance(rng: np.random.Generator) -> Figure:
    """Draw two splits."""
    return plots.balance({"train": rng.integers(80, 120, 10), "gate": rng.integers(80, 120, 10)})


def learning_curves(rng: np.random.Generator) -> Figure:
    """Draw a training of two epochs with corrections."""
    losses = {"loss": [1, 0.5], "validation_loss": [0.8, 0.4], "corrections_loss": [0.9, 0.6]}
    return plots.learning_curves(losses | {"validation_accuracy": [0.8, 0.9]}, best_epoch=2)


def confusion(rng: np.random.Generator) -> Figure:
    """Draw random predictions."""
    return plots.confusion(metrics.confusion_matrix(rng.integers(0, 10, 500), rng.integers(0, 10, 500)))


def draw_readings(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw plausible confidences and which readings are correct."""
    correct = rng.random(500) < 0.97
    return np.where(correct, rng.beta(20, 1, 500), rng.beta(3, 2, 500)), correct


def reliability(rng: np.random.Generator) -> Figure:
    """Draw the same points twice."""
    points = calibration.calibration_bins(*draw_readings(rng))
    return plots.reliability({"before": points, "after": points})


def error_rates(rng: np.random.Generator) -> Figure:
    """Draw amounts of three and four digits."""
    return plots.error_rates(
        pd.DataFrame({"samples": [40, 50], "accuracy": [0.9, 0.8], "accepted": [0.8, 0.7]}, index=[3, 4]),
        pd.DataFrame({"digits": [90, 90, 90], "errors": [1, 2, 0], "error_rate": [0.01, 0.02, 0.0]}, index=[1, 2, 3]),
        metrics.confusion_matrix(rng.integers(0, 10, 500), rng.integers(0, 10, 500)),
    )


def robustness(rng: np.random.Generator) -> Figure:
    """Draw two corruptions."""
    table = pd.DataFrame([("none", 0), ("blur", 2), ("blur", 4), ("tilt", 3)], columns=["fault", "strength"])
    return plots.robustness(table.assign(unit="%", right=0.9, accepted=0.7, accepted_wrong=0))


def spelling(rng: np.random.Generator) -> Figure:
    """Draw a line of 32 pixels, that is eight frames, and three symbols."""
    log_probs = np.log(rng.dirichlet(np.ones(3), 8))
    return plots.spelling(rng.integers(0, 256, (32, 32), np.uint8), log_probs, ["blank", "1", "2"])


def risk_coverage(rng: np.random.Generator) -> Figure:
    """Draw one reader with its accept threshold."""
    return plots.risk_coverage({"reader": risk_control.risk_coverage(*draw_readings(rng))}, 0.005, (0.9, 0.004))


@pytest.mark.parametrize(
    "draw",
    [balance, learning_curves, confusion, reliability, error_rates, robustness, spelling, risk_coverage],
    ids=lambda draw: draw.__name__,
)
def test_axes_are_labelled_and_the_figure_is_800_pixels_wide(draw, rng):
    """Somewhere in the figure stand both labels; every axes that is drawn has at least one, or a title."""
    figure = draw(rng)
    drawn = [axes for axes in figure.axes if axes.axison]
    assert any(axes.get_xlabel() for axes in drawn)
    assert any(axes.get_ylabel() for axes in drawn)
    assert all(axes.get_xlabel() or axes.get_ylabel() or axes.get_title() for axes in drawn)
    figure.canvas.draw()
    assert figure.canvas.get_width_height()[0] == 800


def test_confusion_of_a_perfect_reader_counts_digits_and_shades_nothing():
    """Ten digits, each read correctly."""
    labels = np.arange(10)
    axes = plots.confusion(metrics.confusion_matrix(labels, labels)).axes[0]
    assert [text.get_text() for text in axes.texts] == ["1"] * 10
    assert not axes.images[0].get_array().any()


def test_captioned_without_images_is_an_empty_figure():
    """A perfect reader has no errors to show."""
    figure = plots.captioned([], [])
    assert not any(axes.axison or axes.images for axes in figure.axes)


def test_risk_coverage_without_errors_shows_the_risk_limit():
    """Nothing was accepted: the figure has the curve at zero and no point for the threshold."""
    curve = risk_control.risk_coverage(np.ones(10), np.ones(10, bool))
    (axes,) = plots.risk_coverage({"reader": curve}, 0.005).axes
    assert [line.get_label() for line in axes.lines if not line.get_label().startswith("_")] == ["reader"]
    assert not np.any(axes.lines[0].get_ydata())
    assert axes.get_ylim() == (0, 0.01)


def test_error_rates_of_one_length_have_one_tick():
    """A digit classifier reads nothing but images of one digit."""
    labels = np.arange(10)
    figure = plots.error_rates(
        pd.DataFrame({"samples": [10], "accuracy": [0.9], "accepted": [0.8]}, index=[1]),
        pd.DataFrame({"digits": [10], "errors": [1], "error_rate": [0.1]}, index=[1]),
        metrics.confusion_matrix(labels, labels),
    )
    low, high = figure.axes[0].get_xlim()
    assert [tick for tick in figure.axes[0].get_xticks() if low <= tick <= high] == [1]


def test_an_alarming_caption_is_bold_and_not_only_coloured(splits):
    """Colour is never the only sign."""
    figure = plots.captioned(splits["validation"].images[:2], ["fine", "bad"], columns=2, alarming=[False, True])
    fine, bad = (axes.title for axes in figure.axes)
    assert (fine.get_fontweight(), bad.get_fontweight()) == ("normal", "bold")
    assert to_hex(bad.get_color()).upper() == plots.VERMILION


def test_digit_grid_has_a_row_for_each_label(splits, rng):
    """Ten rows, in order."""
    validation = splits["validation"]
    figure = plots.digit_grid(validation.images, validation.labels, rng)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == [str(digit) for digit in range(10)]
