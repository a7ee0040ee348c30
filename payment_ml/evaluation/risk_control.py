"""Accept thresholds that keep a promise: exact bounds, and what is risked at which coverage."""

import numpy as np
import scipy  # scipy.stats comes at its first use, half a second that who only reads pictures does without

from payment_ml.recognition.acceptance import AcceptanceRule


def clopper_pearson(wrong: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact two-sided interval of a share, such as an error rate: (low, high), both in [0, 1].

    Source: Clopper and Pearson 1934, through scipy.
    """
    interval = scipy.stats.binomtest(wrong, total).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


def risk_upper_bound(wrong: int, total: int, confidence: float = 0.95) -> float:
    """Exact one-sided upper bound of an error rate; 1 when nothing was seen.

    Source: Clopper and Pearson 1934, through scipy.
    """
    if total == 0:
        return 1.0
    return float(scipy.stats.binomtest(wrong, total, alternative="less").proportion_ci(confidence, method="exact").high)


def control_risk(
    confidences: np.ndarray, right: np.ndarray, risk: float = 0.005, confidence: float = 0.95
) -> AcceptanceRule:
    """The lowest accept threshold that still keeps "at most `risk` of the accepted are wrong".

    Looking at many thresholds and keeping the best would break the promise, for one of them looks good by chance.
    So thresholds are tried in orders fixed beforehand: from each of three starting coverages towards accepting more,
    in steps of 1%, until an exact bound does not support one. Three starts share the permitted doubt equally; a
    single one at the strict end would be stopped by one confident mistake.

    Parameters
    ----------
    confidences : float [n], of calibration readings
    right : bool [n]
    risk : share of wrong readings among accepted ones, in (0, 1)
    confidence : of the promise, in (0, 1)

    Returns
    -------
    Promise; its threshold is above 1 when no start supports one

    Source: multi-start fixed-sequence testing, Angelopoulos et al. 2021, "Learn then test", arXiv 2110.01052; the bound
    is Clopper and Pearson's.
    """
    confidences, right = np.asarray(confidences, np.float64), np.asarray(right, bool)
    total = len(confidences)
    ranked = np.sort(confidences)[::-1]
    each_confidence = 1 - (1 - confidence) / len(_START_COVERAGES)
    best = AcceptanceRule(1.0 + 1e-9, risk, confidence, 0, 0, total, 1.0)
    for start in _START_COVERAGES if total else ():
        for percent in range(start, 101):
            threshold = ranked[max(0, round(percent * total / 100) - 1)]
            passed, wrong = count_accepted(confidences, right, threshold)
            bound = risk_upper_bound(wrong, passed, each_confidence)
            if bound > risk:
                break
            if threshold < best.threshold:
                best = AcceptanceRule(float(threshold), risk, confidence, passed, wrong, total, bound)
    return best


_START_COVERAGES = (30, 55, 80)  # percent accepted


def count_accepted(confidences: np.ndarray, right: np.ndarray, threshold: float) -> tuple[int, int]:
    """How many readings an accept threshold lets pass, and how many of these are wrong."""
    passed = np.asarray(confidences) >= threshold
    return int(passed.sum()), int(np.sum(passed & ~np.asarray(right, bool)))


def risk_coverage(confidences: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share accepted and share of wrong among them, for every threshold from the strictest to the loosest.

    Parameters
    ----------
    confidences : float [n]
    right : bool [n]

    Returns
    -------
    coverage, risk : float64 [n] each, in [0, 1]

    Source: El-Yaniv and Wiener 2010, "On the foundations of noise-free selective classification".
    """
    order = np.argsort(-np.asarray(confidences), kind="stable")
    wrong = np.cumsum(~np.asarray(right, bool)[order])
    passed = np.arange(1, len(order) + 1)
    return passed / len(order), wrong / passed
