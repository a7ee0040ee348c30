"""Choose accept thresholds that control the risk, by exact binomial bounds; and compute risk-coverage curves."""

import math

import numpy as np
import scipy  # loads its subpackages at the first call: commands that only read images start without it

from payment_ml.recognition.acceptance import AcceptanceRule

_START_COVERAGES = (30, 55, 80)  # percent accepted
_FITTED_COVERAGES = (0, 30, 65)  # percent accepted, of few readings: as strict as can be, and two others
_LARGEST_FACTOR = 1000  # by which `readings_needed` multiplies readings before it gives up


def clopper_pearson(errors: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided confidence interval of an error rate: (low, high), both in [0, 1].

    Source: Clopper and Pearson 1934, through scipy.
    """
    interval = scipy.stats.binomtest(errors, total).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)


def risk_upper_bound(errors: int, total: int, confidence: float = 0.95) -> float:
    """Return the exact one-sided upper bound of an error rate; 1 where `total` is 0 or everything is wrong.

    Source: Clopper and Pearson 1934, as a quantile of the beta distribution.
    """
    return 1.0 if errors >= total else float(scipy.special.betaincinv(errors + 1, total - errors, confidence))


def control_risk(
    confidences: np.ndarray,
    correct: np.ndarray,
    risk: float = 0.005,
    confidence: float = 0.95,
    *,
    fit_starts: bool = False,
) -> AcceptanceRule:
    """Choose the lowest accept threshold for which at most `risk` of the accepted readings are wrong.

    Testing many thresholds and keeping the best would invalidate the guarantee, for one of them passes by chance.
    So thresholds are tested in orders that are fixed beforehand: from each of three starting coverages towards
    accepting more, in steps of 1%, until the exact bound exceeds the risk. The three starts share the permitted error
    probability equally; a single start at the strict end would be stopped by one confident error.

    Fewer than `least_accepted` readings cannot support the risk even without an error. With `fit_starts`, the first
    start is as strict as that allows, and where there are hardly more readings, it is the only one and has all of the
    permitted error probability. The starts depend on the number of readings alone, so the guarantee stays.

    Parameters
    ----------
    confidences : float [n], of calibration readings
    correct : bool [n]
    risk : largest permitted share of wrong readings among accepted ones, in (0, 1)
    confidence : of the guarantee, in (0, 1)
    fit_starts : fit the starting coverages to the number of readings, which are few

    Returns
    -------
    AcceptanceRule; its threshold is above 1 when no start supports a threshold

    Source: multi-start fixed-sequence testing, Angelopoulos et al. 2021, "Learn then test", arXiv 2110.01052; the bound
    is Clopper and Pearson's.
    """
    confidences, correct = np.asarray(confidences, np.float64), np.asarray(correct, bool)
    total = len(confidences)
    descending = np.sort(confidences)[::-1]
    starts, start_confidence = list(_START_COVERAGES), 1 - (1 - confidence) / len(_START_COVERAGES)
    if fit_starts or not total:
        starts, start_confidence = _fitted_starts(total, risk, confidence)
    best = AcceptanceRule(1.0 + 1e-9, risk, confidence, 0, 0, total, 1.0)
    for start in starts:
        for percent in range(start, 101):
            threshold = descending[max(0, math.ceil(percent * total / 100) - 1)]
            accepted, errors = count_accepted(confidences, correct, threshold)
            bound = risk_upper_bound(errors, accepted, start_confidence)
            if bound > risk:
                break
            if threshold < best.threshold:
                best = AcceptanceRule(float(threshold), risk, confidence, accepted, errors, total, bound)
    return best


def _fitted_starts(total: int, risk: float, confidence: float) -> tuple[list[int], float]:
    """Return coverages in percent from which a number of readings can support a risk, and the confidence of a bound."""
    shared = 1 - (1 - confidence) / len(_FITTED_COVERAGES)
    least = least_accepted(risk, shared)
    if total >= 2 * least:
        return [max(start, math.ceil(100 * least / total)) for start in _FITTED_COVERAGES], shared
    least = least_accepted(risk, confidence)
    return [math.ceil(100 * least / total)] if total >= least else [], confidence


def least_accepted(risk: float, confidence: float = 0.95) -> int:
    """Return how many accepted readings it takes to support a risk if none of them is wrong.

    Without an error the exact upper bound of n readings is 1 - (1 - confidence)^(1/n).
    """
    return math.ceil(math.log(1 - confidence) / math.log(1 - risk))


def readings_needed(confidences: np.ndarray, correct: np.ndarray, risk: float, confidence: float = 0.95) -> int | None:
    """Estimate how many readings it takes for `control_risk` with `fit_starts` to support a risk.

    The estimate supposes that further readings are like these: of c times as many readings, a threshold accepts c times
    as many, and c times as many errors.

    Parameters
    ----------
    confidences : float [n], of readings that do not support the risk
    correct : bool [n]
    risk : largest permitted share of wrong readings among accepted ones, in (0, 1)
    confidence : of the guarantee, in (0, 1)

    Returns
    -------
    a number above n, counting these readings; None if a thousand times as many would not do, or n is 0
    """
    if len(confidences) == 0:
        return None
    order = np.argsort(-np.asarray(confidences), kind="stable")
    errors = np.concatenate([[0], np.cumsum(~np.asarray(correct, bool)[order])])

    def supports(total: int) -> bool:
        starts, start_confidence = _fitted_starts(total, risk, confidence)
        for start in starts:
            accepted = math.ceil(start * total / 100)
            wrong = errors[math.ceil(accepted * len(order) / total)] * total / len(order)
            if wrong < accepted and scipy.special.betaincinv(wrong + 1, accepted - wrong, start_confidence) <= risk:
                return True
        return False

    fewest, most = len(order), len(order) + 1
    while not supports(most):
        if most > _LARGEST_FACTOR * len(order):
            return None
        fewest, most = most, math.ceil(1.02 * most)
    while most - fewest > 1:
        middle = (fewest + most) // 2
        fewest, most = (fewest, middle) if supports(middle) else (middle, most)
    return most


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
