"""Calibration: known distortions are recovered, and the calibration error is the one computed by hand."""

import numpy as np
import pytest
from scipy import special

from payment_ml.evaluation import calibration
from payment_ml.recognition import confidence


def test_temperature_one_is_the_softmax(rng):
    """The result equals scipy's, on logits."""
    logits = rng.normal(size=(20, 10))
    assert np.allclose(confidence.temperature_scale(logits, 1.0), special.softmax(logits, axis=1), atol=1e-6)


def test_temperature_changes_no_prediction_and_a_high_one_lowers_confidence(rng):
    """The order within a row stays."""
    logits = rng.normal(size=(50, 10)) * 3
    low, high = confidence.temperature_scale(logits, 0.5), confidence.temperature_scale(logits, 4.0)
    assert np.array_equal(low.argmax(axis=1), high.argmax(axis=1))
    assert (low.max(axis=1) > high.max(axis=1)).all()


def test_fit_temperature_finds_two_for_doubled_logits(rng):
    """Labels are drawn from softmax(logits); the network gives logits x 2."""
    logits = rng.normal(size=(40_000, 10)) * 2
    labels = (special.softmax(logits, axis=1).cumsum(axis=1) > rng.random((40_000, 1))).argmax(axis=1)
    assert calibration.fit_temperature(2 * logits, labels) == pytest.approx(2.0, abs=0.05)


def test_fit_platt_finds_the_line_that_distorted_the_log_odds(rng):
    """Log-odds that were distorted by a known line come back."""
    log_odds = rng.normal(2, 2, 40_000)
    correct = rng.random(40_000) < 1 / (1 + np.exp(-log_odds))
    slope, offset = calibration.fit_platt((log_odds + 1) / 0.5, correct)
    assert (slope, offset) == (pytest.approx(0.5, abs=0.02), pytest.approx(-1, abs=0.06))


def test_fit_platt_changes_nothing_when_every_reading_is_correct(rng):
    """One kind of result cannot be fitted."""
    assert calibration.fit_platt(rng.normal(size=100), np.ones(100, bool)) == (1.0, 0.0)


def test_expected_calibration_error_of_a_case_by_hand():
    """Two digits at 0.9, one of them correct; two at 0.6, both correct: 0.5 x 0.4 + 0.5 x 0.4."""
    confidences = np.array([0.9, 0.9, 0.6, 0.6], np.float32)
    error = calibration.expected_calibration_error(confidences, np.array([True, False, True, True]))
    assert error == pytest.approx(0.4, abs=1e-6)


@pytest.mark.parametrize(
    ("confidences", "results", "message"),
    [(0, 0, "at least one, but got 0 and 0"), (3, 2, "as many confidences as results, .* but got 3 and 2")],
    ids=["nothing", "different lengths"],
)
def test_expected_calibration_error_refuses(confidences, results, message):
    """An empty split would look perfectly calibrated."""
    with pytest.raises(ValueError, match=message):
        calibration.expected_calibration_error(np.zeros(confidences), np.zeros(results, bool))
