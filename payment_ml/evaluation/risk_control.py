"""Choose accept thresholds that control the risk, by exact binomial bounds; and compute risk-coverage curves."""

import numpy as np
import scipy  # loads scipy.stats at the first call: commands that only read images start without it

from payment_ml.recognition.acceptance import AcceptanceRule

_START_COVERAGES = (30, 55, 80)  # percent accepted


def clopper_pearson(errors: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided confidence interval of an error rate: (low, high), both in [0, 1].

    Source: Clopper and Pearson 1934, through scipy.
    """
    interval = scipy.stats.binomtest(errors, total).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


def risk_upper_bound(errors: int, total: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided upper bound of an error rate; 1 where `total` is 0.

    Source: Clopper and Pearson 1934, through scipy.
    """
    if total == 0:
        return 1.0
    test = scipy.stats.binomtest(errors, total, alternative="less")
    return float(test.proportion_ci(confidence, method="exact").high)


def control_risk(
    confidences: np.ndarray, correct: np.ndarray, risk: float = 0.005, confidence: float = 0.95
) -> AcceptanceRule:
    """Choose the lowest accept threshold for which at most `risk` of the accepted readings are wrong.

    Testing many thresholds and keeping the best would invalidate the guarantee, for one of them passes by chance.
    So thresholds are tested in orders that are fixed beforehand: from each of three starting coverages towards
    accepting more, in steps of 1%, until the exact bound exceeds the risk. The three starts share the permitted error
    probability equally; a single start at the strict end would be stopped by one confident error.

    Parameters
    ----------
    confidences : float [n], of calibration readings
    correct : bool [n]
    risk : largest permitted share of wrong readings among accepted ones, in (0, 1)
    confidence : of the guarantee, in (0, 1)

    Returns
    -------
    AcceptanceRule; its threshold is above 1 when no start supports a threshold

    Source: multi-start fixed-sequence testing, Angelopoulos et al. 2021, "Learn then test", arXiv 2110.01052; the bound
    is Clopper and Pearson's.
    """
    confidences, correct = np.asarray(confidences, np.float64), np.asarray(correct, bool)
    total = len(confidences)
    descending = np.sort(confidences)[::-1]
    start_confidence = 1 - (1 - confidence) / len(_START_COVERAGES)
    best = AcceptanceRule(1.0 + 1e-9, risk, confidence, 0, 0, total, 1.0)
    for start in _START_COVERAGES if total else ():
        for percent in range(start, 101):
            threshold = descending[max(0, round(percent * total / 100) - 1)]
            accepted, errors = count_accepted(confidences, correct, threshold)
            bound = risk_upper_bound(errors, accepted, start_confidence)
            if bound > risk:
                break
            if threshold < best.threshold:
                best = AcceptanceRule(float(threshold), risk, confidence, accepted, errors, total, bound)
    return best


def count_accepted(confidences: np.ndarray, correct: np.ndarray, threshold: float) -> tuple[int, int]:
    """Count the readings that a threshold accepts, and the errors among them.

    Parameters
    ----------
    confidences : float [n]
    correct : bool [n]
    threshold : accept where the confidence is at least this
    """
    accepted = np.asarray(confidences) >= threshold
    return int(accepted.sum()), int(np.sum(accepted & ~np.asarray(correct, bool)))


def risk_coverage(confidences: np.ndarray, correct: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the risk-coverage curve, from the strictest threshold to the loosest.

    Parameters
    ----------
    confidences : float [n]
    correct : bool [n]

    Returns
    -------
    coverage, the share of accepted readings, and risk, the share of errors among them; float64 [n] each, in [0, 1]

    Source: El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification".
    """
    order = np.argsort(-np.asarray(confidences), kind="stable")
    errors = np.cumsum(~np.asarray(correct, bool)[order])
    accepted = np.arange(1, len(order) + 1)
    return accepted / len(order), errors / accepted
