"""Compute metrics of readers from plain arrays."""

from dataclasses import dataclass

import numpy as np
import scipy

from payment_ml.evaluation.calibration import cross_entropy, expected_calibration_error
from payment_ml.evaluation.risk_control import count_accepted


@dataclass(frozen=True)
class DigitPredictions:
    """Hold the predicted probabilities of digits with known labels."""

    probabilities: np.ndarray  # float32 [n, 10], calibrated
    labels: np.ndarray  # integer [n]

    @property
    def predictions(self) -> np.ndarray:
        """Return the most probable digit of each image, integer [n]."""
        return self.probabilities.argmax(axis=1)

    @property
    def correct(self) -> np.ndarray:
        """Return which predictions equal their labels, bool [n]."""
        return self.predictions == self.labels

    @property
    def confidences(self) -> np.ndarray:
        """Return the probability of the most probable digit, float32 [n]."""
        return self.probabilities.max(axis=1)


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int = 10) -> np.ndarray:
    """Count the pairs of label and prediction.

    Parameters
    ----------
    labels, predictions : integer [n], 0 <= value < classes

    Returns
    -------
    int64 [classes, classes]; the row is the label, the column the prediction
    """
    pairs = np.asarray(labels, np.int64) * classes + predictions
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def per_class(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Compute recall and precision of each class from a confusion matrix.

    Recall is the share of a class's digits that were read as it; precision is the share of what was read as it that
    belongs to it. A class that was never predicted has precision 0.

    Parameters
    ----------
    counts : integer [classes, classes], as `confusion_matrix` returns it

    Returns
    -------
    digits and errors (int64), recall and precision (float64), [classes] each
    """
    correct, digits, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return {
        "digits": digits,
        "errors": digits - correct,
        "recall": correct / np.maximum(digits, 1),
        "precision": correct / np.maximum(predicted, 1),
    }


def mcnemar_test(champion_correct: np.ndarray, challenger_correct: np.ndarray) -> float:
    """Compute the p-value of the difference between two readers on the same samples, two-sided.

    Only samples that exactly one of them reads correctly tell the readers apart; between readers of equal skill these
    fall like a fair coin.

    Parameters
    ----------
    champion_correct, challenger_correct : bool [n], on the same samples

    Returns
    -------
    float in (0, 1]; 1 when they never differ

    Source: McNemar 1947 in its exact form, a binomial test through scipy.
    """
    losses = int(np.sum(champion_correct & ~challenger_correct))
    wins = int(np.sum(~champion_correct & challenger_correct))
    return float(scipy.stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def simulated_amount_error_rate(
    correct: np.ndarray, rng: np.random.Generator, amounts: int = 10_000, shortest: int = 3, longest: int = 7
) -> float:
    """Estimate the share of amounts with a wrong digit if an amount is read one pre-segmented digit at a time.

    Parameters
    ----------
    correct : bool [n], which of n digits were read correctly; amounts draw their digits from these
    rng : draws the lengths, evenly, and the digits
    amounts : number of amounts to draw
    shortest, longest : number of digits of an amount

    Returns
    -------
    float in [0, 1]

    Source: the protocol of the MDW check-amount benchmark, arXiv 2512.00676.
    """
    lengths = rng.integers(shortest, longest + 1, amounts)
    drawn = np.asarray(correct, bool)[rng.integers(0, len(correct), (amounts, longest))]
    beyond_end = np.arange(longest) >= lengths[:, None]
    return float(1 - np.mean((drawn | beyond_end).all(axis=1)))


def summary(results: DigitPredictions, threshold: float, rng: np.random.Generator) -> dict[str, float | int]:
    """Summarize predictions of digits in the numbers that card.json keeps.

    Parameters
    ----------
    results : of digits that the version never learned from
    threshold : accept threshold; infinity accepts nothing
    rng : draws the amounts of `simulated_amount_error_rate`

    Returns
    -------
    digits, wrong, accuracy, cross_entropy (nats), calibration_error, accepted, accepted_wrong, amounts_wrong
    """
    accepted, accepted_errors = count_accepted(results.confidences, results.correct, threshold)
    log_probabilities = np.log(np.maximum(results.probabilities, np.finfo(np.float32).tiny))
    return {
        "digits": len(results.labels),
        "wrong": int(np.sum(~results.correct)),
        "accuracy": float(np.mean(results.correct)),
        "cross_entropy": cross_entropy(log_probabilities, results.labels),
        "calibration_error": expected_calibration_error(results.confidences, results.correct),
        "accepted": accepted,
        "accepted_wrong": accepted_errors,
        "amounts_wrong": simulated_amount_error_rate(results.correct, rng),
    }
