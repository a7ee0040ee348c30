"""Fit confidence calibration, and measure how well confidence matches accuracy."""

import numpy as np
import scipy

_TEMPERATURES = (0.05, 20.0)  # range of the search
_SLOPES, _OFFSETS = (0.05, 20.0), (-20.0, 20.0)  # ranges of Platt scaling; a positive slope keeps the order


def cross_entropy(log_probabilities: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> float:
    """Return the mean negative log-likelihood of the labels, in nats.

    Parameters
    ----------
    log_probabilities : float [n, classes]; logits do as well
    labels : integer [n], 0 <= label < classes
    temperature : divides the logits
    """
    scaled = np.asarray(log_probabilities, np.float64) / temperature
    label_logits = scaled[np.arange(len(labels)), labels]
    return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - label_logits))


def fit_temperature(log_probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Fit the temperature that maximizes the likelihood of the labels.

    Parameters
    ----------
    log_probabilities : float [n, classes], of the calibration split
    labels : integer [n]

    Returns
    -------
    float between 0.05 and 20

    Source: Guo et al. 2017, arXiv 1706.04599, section 4.2.
    """
    fitted = scipy.optimize.minimize_scalar(
        lambda log_temperature: cross_entropy(log_probabilities, labels, np.exp(log_temperature)),
        bounds=(np.log(_TEMPERATURES[0]), np.log(_TEMPERATURES[1])),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(fitted.x))


def fit_platt(log_odds: np.ndarray, correct: np.ndarray) -> tuple[float, float]:
    """Fit the slope and offset of a line through log-odds that maximize the likelihood of `correct`.

    Parameters
    ----------
    log_odds : float [n], logarithms of p / (1 - p), before calibration
    correct : bool [n]; where all values are equal nothing can be fitted, and the line changes nothing

    Returns
    -------
    slope, at least 0.05 so that the order of confidences stays; and offset

    Source: Platt 1999, "Probabilistic outputs for support vector machines", with his smoothed targets.
    """
    positives, negatives = int(np.sum(correct)), int(np.sum(~correct))
    if not positives or not negatives:
        return 1.0, 0.0
    targets = np.where(correct, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(line: np.ndarray) -> float:
        scaled = line[0] * log_odds + line[1]
        return float(np.mean(np.logaddexp(0, scaled) - targets * scaled))

    fitted = scipy.optimize.minimize(loss, np.array([1.0, 0.0]), bounds=[_SLOPES, _OFFSETS])
    return float(fitted.x[0]), float(fitted.x[1])


def expected_calibration_error(confidences: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """Return the gap between confidence and accuracy, averaged over confidence bins.

    Parameters
    ----------
    confidences : float [n] in [0, 1]
    correct : bool [n]
    bins : number of equal-width bins over [0, 1]

    Returns
    -------
    float in [0, 1]; 0 is perfectly calibrated

    Raises
    ------
    ValueError : the shapes disagree, or n is 0

    Source: Guo et al. 2017, arXiv 1706.04599, equation 3.
    """
    if len(correct) == 0 or len(confidences) != len(correct):
        raise ValueError(
            f"expected as many confidences as results, and at least one, but got {len(confidences)} and {len(correct)}"
        )
    diagram = calibration_bins(confidences, correct, bins)
    return float(sum(point["share"] * abs(point["confidence"] - point["accuracy"]) for point in diagram))


def calibration_bins(confidences: np.ndarray, correct: np.ndarray, bins: int = 15) -> list[dict[str, float]]:
    """Return the points of a reliability diagram: mean confidence, accuracy and share of each non-empty bin.

    Parameters
    ----------
    confidences : float [n] in [0, 1]
    correct : bool [n]
    bins : number of equal-width bins over [0, 1]

    Returns
    -------
    a dict for each bin: confidence, accuracy, share, all in [0, 1]; an empty list where n is 0
    """
    bin_indices = np.clip((np.asarray(confidences) * bins).astype(int), 0, bins - 1)
    points = []
    for i in np.unique(bin_indices):
        inside = bin_indices == i
        points.append(
            {
                "confidence": float(np.mean(confidences[inside], dtype=np.float64)),
                "accuracy": float(np.mean(correct[inside])),
                "share": float(np.mean(inside)),
            }
        )
    return points
