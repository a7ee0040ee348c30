"""How good a reader is and how far its confidence can be trusted: numbers from plain arrays."""

from dataclasses import dataclass

import numpy as np
import scipy

from payment_ml.promises import accepted


@dataclass(frozen=True)
class Readings:
    """What a reader made of digits whose truth is known."""

    probabilities: np.ndarray  # float32 [n, 10], calibrated
    labels: np.ndarray  # integer [n], the truth

    @property
    def predictions(self) -> np.ndarray:
        """The likeliest digit of each, integer [n]."""
        return self.probabilities.argmax(axis=1)

    @property
    def right(self) -> np.ndarray:
        """Which were read right, bool [n]."""
        return self.predictions == self.labels

    @property
    def confidences(self) -> np.ndarray:
        """Probability of the likeliest digit, float32 [n]."""
        return self.probabilities.max(axis=1)


def soften(log_probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities after dividing the logits by a temperature.

    Parameters
    ----------
    log_probabilities : float [n, classes]; logits do as well, as a constant a row cancels
    temperature : above 1 makes the network less sure, below 1 surer

    Returns
    -------
    float32 [n, classes], rows sum to 1

    Source: Guo et al. 2017, arXiv 1706.04599, equation 9.
    """
    scaled = np.asarray(log_probabilities, np.float64) / temperature
    scaled -= np.logaddexp.reduce(scaled, axis=1, keepdims=True)
    return np.exp(scaled).astype(np.float32)


def cross_entropy(log_probabilities: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> float:
    """Mean negative log-likelihood of the labels, in nats; `log_probabilities` float [n, classes]."""
    scaled = np.asarray(log_probabilities, np.float64) / temperature
    chosen = scaled[np.arange(len(labels)), labels]
    return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - chosen))


def fit_temperature(log_probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The temperature under which the labels are likeliest.

    Parameters
    ----------
    log_probabilities : float [n, classes], of the calibration split
    labels : integer [n]

    Returns
    -------
    float between 0.05 and 20
    """
    fitted = scipy.optimize.minimize_scalar(
        lambda logarithm: cross_entropy(log_probabilities, labels, np.exp(logarithm)),
        bounds=(np.log(0.05), np.log(20.0)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(fitted.x))


def fit_line(odds: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the line through log-odds under which what is right is likeliest.

    Parameters
    ----------
    odds : float [n], logarithms of p / (1 - p), before calibration
    right : bool [n]; both kinds occur, or nothing can be fitted and the line changes nothing

    Returns
    -------
    slope, at least 0.05 so that the order of confidences stays; and offset

    Source: Platt 1999, "Probabilistic outputs for support vector machines", with his smoothed targets.
    """
    wins, losses = int(np.sum(right)), int(np.sum(~right))
    if not wins or not losses:
        return 1.0, 0.0
    targets = np.where(right, (wins + 1) / (wins + 2), 1 / (losses + 2))

    def cost(line: np.ndarray) -> float:
        scaled = line[0] * odds + line[1]
        return float(np.mean(np.logaddexp(0, scaled) - targets * scaled))

    fitted = scipy.optimize.minimize(cost, np.array([1.0, 0.0]), bounds=[(0.05, 20.0), (-20.0, 20.0)])
    return float(fitted.x[0]), float(fitted.x[1])


def calibration_gap(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """Gap between confidence and accuracy, averaged over confidence bins.

    Parameters
    ----------
    confidences : float [n] in [0, 1]
    right : bool [n]

    Returns
    -------
    float in [0, 1]; 0 is perfectly calibrated; 0 of nothing

    Source: Guo et al. 2017, arXiv 1706.04599, equation 3.
    """
    found = calibration_bins(confidences, right, bins)
    return float(sum(each["share"] * abs(each["confidence"] - each["accuracy"]) for each in found))


def calibration_bins(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> list[dict[str, float]]:
    """What a reliability diagram shows: for each non-empty bin of confidence its mean, accuracy and share.

    Parameters
    ----------
    confidences : float [n] in [0, 1]
    right : bool [n]
    bins : number of equal-width bins over [0, 1]

    Returns
    -------
    a dict a bin: confidence, accuracy, share, all in [0, 1]
    """
    place = np.clip((np.asarray(confidences) * bins).astype(int), 0, bins - 1)
    found = []
    for i in np.unique(place):
        inside = place == i
        found.append(
            {
                "confidence": float(np.mean(confidences[inside], dtype=np.float64)),
                "accuracy": float(np.mean(right[inside])),
                "share": float(np.mean(inside)),
            }
        )
    return found


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
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
    return calibration_gap(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, bins)


def confusion(labels: np.ndarray, predictions: np.ndarray, classes: int = 10) -> np.ndarray:
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


def paired_test(champion_right: np.ndarray, challenger_right: np.ndarray) -> float:
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


def amounts_wrong(
    right: np.ndarray, rng: np.random.Generator, amounts: int = 10_000, shortest: int = 3, longest: int = 7
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
    drawn = np.asarray(right, bool)[rng.integers(0, len(right), (amounts, longest))]
    beyond = np.arange(longest) >= lengths[:, None]
    return float(1 - np.mean((drawn | beyond).all(axis=1)))


def summary(readings: Readings, threshold: float, rng: np.random.Generator) -> dict[str, float | int]:
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
    passed, passed_wrong = accepted(readings.confidences, readings.right, threshold)
    logarithms = np.log(np.maximum(readings.probabilities, np.finfo(np.float32).tiny))
    return {
        "digits": len(readings.labels),
        "wrong": int(np.sum(~readings.right)),
        "accuracy": float(np.mean(readings.right)),
        "cross_entropy": cross_entropy(logarithms, readings.labels),
        "calibration_error": expected_calibration_error(readings.probabilities, readings.labels),
        "accepted": passed,
        "accepted_wrong": passed_wrong,
        "amounts_wrong": amounts_wrong(readings.right, rng),
    }
