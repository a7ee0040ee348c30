"""evaluation: numbers that can be computed by hand, or another way."""

import numpy as np
import pytest
from scipy import special

from payment_ml.evaluation import calibration, metrics
from payment_ml.recognition import confidence


def test_soften_by_one_is_the_softmax(rng):
    """Scipy's, on logits."""
    logits = rng.normal(size=(20, 10))
    assert np.allclose(confidence.temperature_scale(logits, 1.0), special.softmax(logits, axis=1), atol=1e-6)


def test_soften_changes_no_answer_and_a_high_temperature_makes_unsure(rng):
    """Order within a row stays; confidence falls."""
    logits = rng.normal(size=(50, 10)) * 3
    sure, unsure = confidence.temperature_scale(logits, 0.5), confidence.temperature_scale(logits, 4.0)
    assert np.array_equal(sure.argmax(axis=1), unsure.argmax(axis=1))
    assert (sure.max(axis=1) > unsure.max(axis=1)).all()


def test_the_temperature_of_a_network_twice_too_sure_is_two(rng):
    """Labels drawn from softmax(logits); the network says logits x 2."""
    logits = rng.normal(size=(40_000, 10)) * 2
    labels = (special.softmax(logits, axis=1).cumsum(axis=1) > rng.random((40_000, 1))).argmax(axis=1)
    assert calibration.fit_temperature(2 * logits, labels) == pytest.approx(2.0, abs=0.05)


def test_calibration_error_of_a_hand_made_case():
    """Two digits at 0.9, one of them right; two at 0.6, both right: 0.5 x 0.4 + 0.5 x 0.4."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]], np.float32)
    assert metrics._unused_ece(probabilities, np.array([0, 1, 1, 1])) == pytest.approx(0.4, abs=1e-6)


def test_calibration_error_of_nothing_is_refused():
    """An empty split would look perfectly calibrated."""
    with pytest.raises(ValueError, match="at least one, but got 0 and 0"):
        metrics._unused_ece(np.zeros((0, 10)), np.zeros(0, int))


def test_confusion_and_the_table_of_classes_by_hand():
    """Three twos, one read as a seven; one seven read right."""
    counts = metrics.confusion_matrix(np.array([2, 2, 2, 7]), np.array([2, 2, 7, 7]))
    assert counts.sum() == 4
    assert (counts[2, 2], counts[2, 7], counts[7, 7]) == (2, 1, 1)
    table = metrics.per_class(counts)
    assert table["recall"][2] == pytest.approx(2 / 3)
    assert table["precision"][7] == pytest.approx(1 / 2)
    assert table["wrong"].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_paired_test_is_the_fair_coin():
    """Nine discordant pictures, eight won: 2 x (1 + 9) / 512."""
    champion = np.array([True] + [False] * 8 + [True] * 100)
    challenger = np.array([False] + [True] * 8 + [True] * 100)
    assert metrics.mcnemar_test(champion, challenger) == pytest.approx(2 * 10 / 512)
    assert metrics.mcnemar_test(champion, champion) == 1.0


def test_amounts_wrong_agrees_with_the_product_of_chances(rng):
    """With 2% of digits wrong, an amount of 3 to 7 is wrong with the mean of 1 - 0.98^n."""
    right = np.arange(10_000) >= 200
    expected = np.mean([1 - 0.98**length for length in range(3, 8)])
    assert metrics.simulated_amount_error_rate(right, rng, amounts=200_000) == pytest.approx(expected, abs=0.002)
    assert metrics.simulated_amount_error_rate(np.ones(10, bool), rng) == 0.0


def test_summary_counts_what_the_threshold_lets_pass():
    """Four readings by hand, one of two accepted is wrong."""
    probabilities = np.array([[0.95, 0.05], [0.9, 0.1], [0.6, 0.4], [0.3, 0.7]], np.float32)
    readings = metrics.DigitPredictions(probabilities, np.array([0, 1, 0, 1]))
    summary = metrics.summary(readings, 0.85, np.random.default_rng(0))
    assert (summary["wrong"], summary["accepted"], summary["accepted_wrong"]) == (1, 2, 1)
    assert summary["accuracy"] == 0.75
    assert summary["cross_entropy"] == pytest.approx(-np.mean(np.log([0.95, 0.1, 0.6, 0.7])), abs=1e-5)


def test_the_line_through_log_odds_is_found_again(rng):
    """Confidences that were bent by a known line come back."""
    truth = rng.normal(2, 2, 40_000)
    right = rng.random(40_000) < 1 / (1 + np.exp(-truth))
    slope, offset = calibration.fit_platt((truth + 1) / 0.5, right)
    assert (slope, offset) == (pytest.approx(0.5, abs=0.02), pytest.approx(-1, abs=0.06))
    assert calibration.fit_platt(truth, np.ones(40_000, bool)) == (1.0, 0.0)
