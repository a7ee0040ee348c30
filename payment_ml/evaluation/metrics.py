"""How good a reader is and how far its confidence can be trusted: numbers from plain arrays."""

from dataclasses import dataclass

import numpy as np
import scipy

from payment_ml.evaluation.calibration import cross_entropy, expected_calibration_error
from payment_ml.evaluation.risk_control import count_accepted


@dataclass(frozen=True)
class DigitPredictions:
    """What a reader made of digits whose truth is known."""

    probabilities: np.ndarray  # float32 [n, 10], calibrated
    labels: np.ndarray  # integer [n], the truth

    @property
    def predictions(self) -> np.ndarray:
        """The likeliest digit of each, integer [n]."""
        return self.probabilities.argmax(axis=1)

    @property
    def correct(self) -> np.ndarray:
        """Which were read right, bool [n]."""
        return self.predictions == self.labels

    @property
    def confidences(self) -> np.ndarray:
        """Probability of the likeliest digit, float32 [n]."""
        return self.probabilities.max(axis=1)


def _unused_ece(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Gap between confidence and accuracy, averaged over confidence bins.

    Parameters
    ----------
    probabilities : float32 [n, classes], rows sum to 1
    labels : integer [n], 0 <= label < classes
    bins : number of equal-width bins over [0, 1]

    Returns
    -------
    float in [0, 1]; 0 is perfectly calibrated

    Raises
    ------
    ValueError : the shapes disagree, or n is 0

    Source: Guo et al. 2017, arXiv 1706.04599, equation 3.
    """
    if len(labels) == 0 or len(probabilities) != len(labels):
        raise ValueError(
            f"expected as many rows of probabilities as labels, and at least one, but got {len(probabilities)} "
            f"and {len(labels)}"
        )
    return expected_calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, bins)


def confusion_matrix(labels: np.ndarray, predictions: np.ndarray, classes: int = 10) -> np.ndarray:
    """Counts int64 [classes, classes]: a row a true label, a column a prediction."""
    return np.bincount(np.asarray(labels, np.int64) * classes + predictions, minlength=classes**2).reshape(
        classes, classes
    )


def per_class(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Digits, wrong, recall and precision of each class, float64 or int64 [classes], from `confusion`'s counts.

    Recall is the share of a class's digits that were read as it; precision the share of what was read as it that
    is. Nothing read as a class gives it precision 0.
    """
    right, digits, read = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return {
        "digits": digits,
        "wrong": digits - right,
        "recall": right / np.maximum(digits, 1),
        "precision": right / np.maximum(read, 1),
    }


def mcnemar_test(champion_right: np.ndarray, challenger_right: np.ndarray) -> float:
    """Probability that readers of equal skill differ at least this much on the same pictures, either way.

    Only pictures that one reads and the other does not tell them apart; with equal skill these fall like a fair coin.

    Parameters
    ----------
    champion_right, challenger_right : bool [n], on the same pictures

    Returns
    -------
    float in (0, 1]; 1 when they never differ

    Source: McNemar 1947 in its exact form, a binomial test through scipy.
    """
    lost = int(np.sum(champion_right & ~challenger_right))
    won = int(np.sum(~champion_right & challenger_right))
    return float(scipy.stats.binomtest(won, won + lost).pvalue) if won + lost else 1.0


def simulated_amount_error_rate(
    correct: np.ndarray, rng: np.random.Generator, amounts: int = 10_000, shortest: int = 3, longest: int = 7
) -> float:
    """Share of whole amounts with a wrong digit, when amounts are read one pre-cut digit at a time.

    Parameters
    ----------
    right : bool [n], whether each of n digits was read right; amounts draw their digits from these
    rng : draws the lengths, evenly, and the digits
    amounts : how many to draw
    shortest, longest : digits of an amount

    Returns
    -------
    float in [0, 1]

    Source: the protocol of the MDW check-amount benchmark, arXiv 2512.00676.
    """
    lengths = rng.integers(shortest, longest + 1, amounts)
    drawn = np.asarray(correct, bool)[rng.integers(0, len(correct), (amounts, longest))]
    beyond = np.arange(longest) >= lengths[:, None]
    return float(1 - np.mean((drawn | beyond).all(axis=1)))


def summary(readings: DigitPredictions, threshold: float, rng: np.random.Generator) -> dict[str, float | int]:
    """The numbers that a version is known by.

    Parameters
    ----------
    readings : of digits that the version never saw
    threshold : its accept threshold; infinite accepts nothing
    rng : draws the amounts of `amounts_wrong`

    Returns
    -------
    digits, wrong, accuracy, cross_entropy (nats), calibration_error, accepted, accepted_wrong, amounts_wrong
    """
    passed, passed_wrong = count_accepted(readings.confidences, readings.correct, threshold)
    logarithms = np.log(np.maximum(readings.probabilities, np.finfo(np.float32).tiny))
    return {
        "digits": len(readings.labels),
        "wrong": int(np.sum(~readings.correct)),
        "accuracy": float(np.mean(readings.correct)),
        "cross_entropy": cross_entropy(logarithms, readings.labels),
        "calibration_error": _unused_ece(readings.probabilities, readings.labels),
        "accepted": passed,
        "accepted_wrong": passed_wrong,
        "amounts_wrong": simulated_amount_error_rate(readings.correct, rng),
    }
