"""TODO module docstring for evaluation.calibration."""

import numpy as np
import scipy


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


def fit_platt(odds: np.ndarray, right: np.ndarray) -> tuple[float, float]:
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


def expected_calibration_error(confidences: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
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
