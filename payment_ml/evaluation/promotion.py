"""Decide whether a challenger becomes champion: the checks, the decision, and the reason in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from payment_ml.evaluation import calibration, metrics, risk_control

_SIGNIFICANCE_LEVEL = 0.05  # a smaller p-value of an exact paired test makes a difference significant
_MAX_CALIBRATION_ERROR = 0.02  # expected calibration error on the gate split
_MAX_SLOWDOWN = 2.0  # times the champion's latency; the machine is noisy
_MAX_GROWTH = 2.0  # times the champion's bytes
_MAX_BYTES = 50_000_000  # of a network where there is no champion yet


@dataclass(frozen=True)
class PairedResults:
    """Hold which of the same samples the challenger and the champion read correctly."""

    unit: str  # what the samples are, in words
    challenger: np.ndarray  # bool [n]
    champion: np.ndarray | None  # bool [n]; None: there is no champion

    def __post_init__(self) -> None:
        """Refuse results of different samples."""
        if self.champion is not None and len(self.champion) != len(self.challenger):
            raise ValueError(
                f"expected both on the same {self.unit}, but got {len(self.challenger)} and {len(self.champion)}"
            )

    @property
    def errors(self) -> int:
        """Return the number of the challenger's errors."""
        return int(np.sum(~self.challenger))

    @property
    def champion_errors(self) -> int | None:
        """Return the number of the champion's errors; None without a champion."""
        return None if self.champion is None else int(np.sum(~self.champion))

    @property
    def excess_errors(self) -> int:
        """Return how many more errors the challenger makes than the champion; 0 without a champion."""
        champion_errors = self.champion_errors
        return 0 if champion_errors is None else self.errors - champion_errors

    @property
    def p_value(self) -> float | None:
        """Return the p-value of an exact paired test of the difference; None without a champion."""
        return None if self.champion is None else metrics.mcnemar_test(self.champion, self.challenger)

    @property
    def is_significant(self) -> bool:
        """Return whether the difference is significant; False without a champion."""
        p_value = self.p_value
        return p_value is not None and p_value < _SIGNIFICANCE_LEVEL

    def summary(self) -> str:
        """Return both numbers of errors in words."""
        errors = f"{self.errors} of {len(self.challenger)} {self.unit} wrong"
        if self.champion is None:
            return errors
        return f"{errors}, the champion {self.champion_errors} (p = {self.p_value:.2g})"


@dataclass(frozen=True)
class Check:
    """Hold the result of one promotion check."""

    name: str
    passed: bool
    measured: float
    limit: float | None  # None: the measured value is reported, not limited
    summary: str  # both, in words
    blocking: bool = False  # a version that fails is broken, and cannot be promoted by force


@dataclass(frozen=True)
class PromotionReport:
    """Hold the evidence of a promotion: both readers on the gate split, the checks, and held-out corrections."""

    gate: PairedResults
    other_checks: tuple[Check, ...] = ()  # besides being no worse on the gate split
    corrections: PairedResults | None = None  # on held-out corrections; None: there are none
    champion_name: str = ""

    @property
    def checks(self) -> tuple[Check, ...]:
        """Return every check; the first is the comparison on the gate split."""
        return (not_worse(self.gate), *self.other_checks)

    @property
    def failed(self) -> list[Check]:
        """Return the checks that the challenger failed."""
        return [check for check in self.checks if not check.passed]

    @property
    def broken(self) -> list[Check]:
        """Return the blocking checks that the challenger failed."""
        return [check for check in self.failed if check.blocking]

    @property
    def is_better(self) -> bool:
        """Return whether a challenger that passed every check is better than the champion; a tie is not.

        It is better if it makes fewer errors on one of the two sets (gate split, held-out corrections) and no more on
        the other. Slightly more errors on the gate split (not significant) are allowed only if it is significantly
        better on the corrections. Where there is no champion, it is better.
        """
        if self.gate.champion is None:
            return True
        if self.corrections is None or self.corrections.excess_errors == 0:
            return self.gate.excess_errors < 0
        return self.gate.excess_errors <= 0 or self.corrections.is_significant

    def to_frame(self) -> pd.DataFrame:
        """Return a row for each check: its name, and whether it passed, is blocking, and the result in words."""
        rows = [(check.name, check.passed, check.blocking, check.summary) for check in self.checks]
        return pd.DataFrame(rows, columns=["check", "passed", "blocking", "result"])


@dataclass(frozen=True)
class PromotionDecision:
    """Hold a decision and the report that it rests on."""

    report: PromotionReport
    eligible: bool  # the rules, or force, allow the promotion
    forced: bool  # eligible by force: a check failed, or the challenger is not better
    withheld: bool = False  # nothing was to be promoted

    @property
    def promoted(self) -> bool:
        """Return whether the challenger becomes champion."""
        return self.eligible and not self.withheld

    @property
    def reason(self) -> str:
        """Return the reason in one line."""
        return f"not promoted: promote is False; otherwise {self._rules()}" if self.withheld else self._rules()

    def _rules(self) -> str:
        """Return in one line how the rules decide."""
        not_promoted = "not promoted" if self.report.gate.champion is None else "kept the champion"
        if self.report.failed:
            outcome = "promoted by force, though it failed" if self.forced else f"{not_promoted}, for it failed"
            return f"{outcome} {'; '.join(f'{check.name}: {check.summary}' for check in self.report.failed)}"
        comparison = _comparison(self.report)
        if self.report.gate.champion is None:
            return f"promoted: nothing served before; {comparison}"
        outcome = "promoted by force" if self.forced else "promoted" if self.eligible else not_promoted
        return f"{outcome}: {comparison}"

    def as_metadata(self) -> dict[str, Any]:
        """Return the entry `verdict` of card.json, under the keys that it has had since the first version."""
        gate = self.report.gate
        checks = [
            {
                "name": check.name,
                "passed": check.passed,
                "number": check.measured,
                "limit": check.limit,
                "told": check.summary,
                "vital": check.blocking,
            }
            for check in self.report.checks
        ]
        return {
            "promoted": self.promoted,
            "reason": self.reason,
            "pictures": len(gate.challenger),
            "challenger_wrong": gate.errors,
            "champion_wrong": gate.champion_errors,
            "chance": gate.p_value,
            "gates": checks,
            "forced": self.forced and self.promoted,
        }


def decide_promotion(report: PromotionReport, force: bool = False, promote: bool = True) -> PromotionDecision:
    """Promote a challenger that passes every check and is better than the champion.

    The gate split serves this decision alone: no training, early stopping, calibration or threshold uses it. The test
    split takes no part in the decision.

    With `force` it is promoted in spite of failed checks, but never when it is broken. With `promote` False it is not
    promoted in any case; the reason then says how the decision would have been.
    """
    sound = not report.failed and report.is_better
    forced = force and not sound and not report.broken
    return PromotionDecision(report, eligible=sound or forced, forced=forced, withheld=not promote)


def not_worse(results: PairedResults) -> Check:
    """Check that the challenger does not make significantly more errors than the champion."""
    passed = not (results.excess_errors > 0 and results.is_significant)
    return Check(f"no worse on {results.unit}", passed, results.errors, results.champion_errors, results.summary())


def holdout_corrections(results: PairedResults) -> Check:
    """Check that the challenger makes at most as many errors as the champion on held-out corrections."""
    passed = results.excess_errors <= 0
    return Check("kept corrections", passed, results.errors, results.champion_errors, results.summary())


def accuracy_check(correct: np.ndarray, min_accuracy: float, unit: str) -> Check:
    """Check that the accuracy is at least `min_accuracy`.

    Parameters
    ----------
    correct : bool [n]
    min_accuracy : that a sound training reaches, in [0, 1]
    unit : what the samples are, in words
    """
    accuracy = float(correct.mean())
    passed = accuracy >= min_accuracy
    failure = f"expected at least {min_accuracy:.1%} of {unit} right, but got {accuracy:.2%}"
    return Check("accuracy", passed, accuracy, min_accuracy, f"{accuracy:.2%}" if passed else failure, blocking=True)


def finite_check(confidences: np.ndarray) -> Check:
    """Check that every confidence, float [n], is finite."""
    invalid = int(np.sum(~np.isfinite(confidences)))
    return Check("finite", invalid == 0, invalid, 0, f"{invalid} confidences are no numbers", blocking=True)


def all_digits_check(digits_read: set[str]) -> Check:
    """Check that each of the ten digits is read at least once."""
    missing = sorted(set("0123456789") - digits_read)
    summary = f"never read: {', '.join(missing)}" if missing else "all ten digits are among the answers"
    return Check("no digit lost", not missing, len(digits_read), 10, summary, blocking=True)


def calibration_check(confidences: np.ndarray, correct: np.ndarray) -> Check:
    """Check that the expected calibration error is small; confidences float [n], correct bool [n]; 0 of no reading."""
    error = calibration.expected_calibration_error(confidences, correct) if len(correct) else 0.0
    limit = _MAX_CALIBRATION_ERROR + 1 / max(len(correct), 1) ** 0.5  # a few hundred samples show a gap by chance alone
    return Check("calibration", error <= limit, error, limit, f"calibration error {error:.2%}, at most {limit:.1%}")


def risk_check(confidences: np.ndarray, correct: np.ndarray, threshold: float, risk: float) -> Check:
    """Check that the error rate of accepted readings does not exceed the risk (exact binomial interval).

    Parameters
    ----------
    confidences : float [n]
    correct : bool [n]
    threshold : accept threshold
    risk : largest permitted share of errors among accepted readings, in (0, 1)
    """
    accepted, errors = risk_control.count_accepted(confidences, correct, threshold)
    low = risk_control.clopper_pearson(errors, accepted, 0.9)[0] if accepted else 0.0
    summary = f"{errors} of {accepted} accepted wrong; promised at most {risk:.1%}"
    return Check("promise", low <= risk, errors / max(accepted, 1), risk, summary)


def negatives_check(challenger: np.ndarray, champion: np.ndarray | None) -> Check:
    """Check that the challenger does not accept significantly more images without an amount than the champion.

    Parameters
    ----------
    challenger, champion : bool [n], which images were accepted; None: there is no champion
    """
    false_accepts, total = int(challenger.sum()), len(challenger)
    comparison = not_worse(PairedResults("negatives", ~challenger, None if champion is None else ~champion))
    summary = f"{false_accepts} of {total} accepted"
    if champion is not None:
        summary += f", {int(champion.sum())} by the champion"
    return Check("nothing to read", comparison.passed, false_accepts, comparison.limit, summary)


def latency_check(milliseconds: float, champion_milliseconds: float | None) -> Check:
    """Check that one image takes at most twice as long as with the champion, measured in the same run."""
    summary = f"{milliseconds:.1f} ms a picture"
    if champion_milliseconds is None:
        return Check("speed", True, milliseconds, None, summary)
    limit = _MAX_SLOWDOWN * champion_milliseconds
    summary += f", the champion {champion_milliseconds:.1f} ms"
    return Check("speed", milliseconds <= limit, milliseconds, limit, summary)


def size_check(size: int, champion_size: int | None) -> Check:
    """Check that the network, in bytes, is at most twice as large as the champion's."""
    limit = _MAX_BYTES if champion_size is None else _MAX_GROWTH * champion_size
    return Check("size", size <= limit, size, limit, f"{size / 1e6:.1f} MB, at most {limit / 1e6:.1f} MB")


def _comparison(report: PromotionReport) -> str:
    """Return in words how many errors challenger and champion make; a tie names both numbers, too."""
    gate = report.gate
    text = f"{gate.errors} of {len(gate.challenger)} gate {gate.unit} wrong"
    if gate.champion is not None:
        order = {-1: "fewer than", 0: "as many as", 1: "more than"}[int(np.sign(gate.excess_errors))]
        text += f", {order} the {gate.champion_errors} of {report.champion_name}"
        text += f" (exact paired test: p = {gate.p_value:.2g})"
    if report.corrections is not None:
        text += f"; kept corrections: {report.corrections.summary()}"
    return text
