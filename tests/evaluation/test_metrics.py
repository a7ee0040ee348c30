"""Metrics: numbers that can be computed by hand, or another way."""

import numpy as np
import pytest

from payment_ml.evaluation import metrics


def test_confusion_matrix_and_per_class_metrics_by_hand():
    """Three twos, one read as a seven; one seven read correctly."""
    counts = metrics.confusion_matrix(np.array([2, 2, 2, 7]), np.array([2, 2, 7, 7]))
    assert counts.sum() == 4
    assert (counts[2, 2], counts[2, 7], counts[7, 7]) == (2, 1, 1)
    table = metrics.per_class(counts)
    assert table["recall"][2] == pytest.approx(2 / 3)
    assert table["precision"][7] == pytest.approx(1 / 2)
    assert table["errors"].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_mcnemar_test_is_the_fair_coin():
    """Nine discordant samples, eight won: 2 x (1 + 9) / 512."""
    champion = np.array([True] + [False] * 8 + [True] * 100)
    challenger = np.array([False] + [True] * 8 + [True] * 100)
    assert metrics.mcnemar_test(champion, challenger) == pytest.approx(2 * 10 / 512)


def test_mcnemar_test_of_equal_readers_is_one():
    """Without a discordant sample nothing tells them apart."""
    champion = np.array([True, False, True])
    assert metrics.mcnemar_test(champion, champion) == 1.0


def test_simulated_amount_error_rate_agrees_with_the_product_of_probabilities(rng):
    """With 2% of digits wrong, an amount of 3 to 7 is wrong with the mean of 1 - 0.98^n."""
    correct = np.arange(10_000) >= 200
    expected = np.mean([1 - 0.98**length for length in range(3, 8)])
    assert metrics.simulated_amount_error_rate(correct, rng, amounts=200_000) == pytest.approx(expected, abs=0.002)


def test_simulated_amount_error_rate_without_errors_is_zero(rng):
    """Amounts of correct digits are correct."""
    assert metrics.simulated_amount_error_rate(np.ones(10, bool), rng) == 0.0


def test_summary_of_four_digits_by_hand():
    """The threshold accepts two of four, and one of these is wrong."""
    probabilities = np.array([[0.95, 0.05], [0.9, 0.1], [0.6, 0.4], [0.3, 0.7]], np.float32)
    results = metrics.DigitPredictions(probabilities, np.array([0, 1, 0, 1]))
    summary = metrics.summary(results, 0.85, np.random.default_rng(0))
    assert (summary["wrong"], summary["accepted"], summary["accepted_wrong"]) == (1, 2, 1)
    assert summary["accuracy"] == 0.75
    assert summary["cross_entropy"] == pytest.approx(-np.mean(np.log([0.95, 0.1, 0.6, 0.7])), abs=1e-5)
