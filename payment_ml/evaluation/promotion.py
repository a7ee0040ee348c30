"""Whether a challenger becomes champion: checks that it has to pass, each with its number, and what it does better."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from payment_ml.evaluation import calibration, metrics, risk_control

_SIGNIFICANCE = 0.05  # p of an exact paired test, below which a difference is no accident
_MAX_CALIBRATION_ERROR = 0.02  # expected calibration error on the gate
_MAX_SLOWDOWN = 2.0  # times as long as the champion for one picture; the machine is noisy
_MAX_GROWTH = 2.0  # times as many bytes as the champion
_MAX_BYTES = 50_000_000  # bytes of a network that nobody served before


@dataclass(frozen=True)
class Check:
    """One thing that is asked of a challenger."""

    name: str
    passed: bool
    measured: float  # what was measured
    limit: float | None  # what it is held against; None: nothing, it is only told
    summary: str  # both, in words
    blocking: bool = False  # a version that fails here is broken, and no one can force it


@dataclass(frozen=True)
class PromotionDecision:
    """A decision, its reason in one line, and the numbers that it rests on."""

    promoted: bool
    reason: str
    samples: int  # digits of the gate split, or amounts written with them
    challenger_errors: int
    champion_errors: int | None  # None: there is no champion
    p_value: float | None  # probability of at least this difference between readers of equal skill
    checks: tuple[Check, ...] = ()
    forced: bool = False  # promoted in spite of failed checks, as somebody asked

    @property
    def broken(self) -> list[Check]:
        """Vital checks that it failed."""
        return [gate for gate in self.checks if gate.blocking and not gate.passed]

    def as_metadata(self) -> dict[str, Any]:
        """Return the entry `verdict` of card.json, under the names that it has had since the first version."""
        checks = [
            {
                "name": check.name,
                "passed": check.passed,
                "number": check.measured,
                "limit": check.limit,
                "told": check.summary,
                "vital": check.blocking,
            }
            for check in self.checks
        ]
        return {
            "promoted": self.promoted,
            "reason": self.reason,
            "pictures": self.samples,
            "challenger_wrong": self.challenger_errors,
            "champion_wrong": self.champion_errors,
            "chance": self.p_value,
            "gates": checks,
            "forced": self.forced,
        }


@dataclass(frozen=True)
class PairedResults:
    """Challenger and champion on the same pictures, bool [n] each: which were read right."""

    unit: str  # what was read, for people
    challenger: np.ndarray
    champion: np.ndarray | None  # None: nothing serves yet

    def __post_init__(self):
        """Refuse what cannot be compared."""
        if self.champion is not None and len(self.champion) != len(self.challenger):
            raise ValueError(
                f"expected both on the same {self.unit}, but got {len(self.challenger)} and {len(self.champion)}"
            )

    @property
    def errors(self) -> int:
        """Mistakes of the challenger."""
        return int(np.sum(~self.challenger))

    @property
    def champion_errors(self) -> int | None:
        """Mistakes of the champion."""
        return None if self.champion is None else int(np.sum(~self.champion))

    @property
    def p_value(self) -> float | None:
        """Probability of at least this difference between readers of equal skill, by an exact paired test."""
        return None if self.champion is None else metrics.mcnemar_test(self.champion, self.challenger)

    def summary(self) -> str:
        """Both in words."""
        said = f"{self.errors} of {len(self.challenger)} {self.unit} wrong"
        return (
            said if self.champion is None else f"{said}, the champion {self.champion_errors} (p = {self.p_value:.2g})"
        )


def not_worse(match: PairedResults) -> Check:
    """Not more mistakes than the champion's, beyond chance."""
    worse = match.champion is not None and match.errors > match.champion_errors and match.p_value < _SIGNIFICANCE
    return Check(f"no worse on {match.unit}", not worse, match.errors, match.champion_errors, match.summary())


def holdout_corrections(match: PairedResults) -> Check:
    """At most as many mistakes as the champion's on corrections that nobody learned from."""
    passed = match.champion is None or match.errors <= match.champion_errors
    return Check("kept corrections", passed, match.errors, match.champion_errors, match.summary())


def accuracy_check(right: np.ndarray, least: float, unit: str) -> Check:
    """At least the share right that a whole training reaches."""
    share = float(right.mean())
    told = f"expected at least {least:.1%} of {unit} right, but got {share:.2%}" if share < least else f"{share:.2%}"
    return Check("accuracy", share >= least, share, least, told, blocking=True)


def finite_check(confidences: np.ndarray) -> Check:
    """Every confidence is a number."""
    broken = int(np.sum(~np.isfinite(confidences)))
    return Check("finite", broken == 0, broken, 0, f"{broken} confidences are no numbers", blocking=True)


def all_digits_check(read: set[str]) -> Check:
    """No digit is never given as an answer."""
    missing = sorted(set("0123456789") - read)
    told = f"never read: {', '.join(missing)}" if missing else "all ten digits are among the answers"
    return Check("no digit lost", not missing, len(read), 10, told, blocking=True)


def calibration_check(confidences: np.ndarray, right: np.ndarray) -> Check:
    """Confidence is about the share that is right."""
    gap = calibration.expected_calibration_error(confidences, right)
    most = _MAX_CALIBRATION_ERROR + 1 / len(right) ** 0.5  # a few hundred pictures show a gap by chance alone
    return Check("calibration", gap <= most, gap, most, f"calibration error {gap:.2%}, at most {most:.1%}")


def risk_check(confidences: np.ndarray, right: np.ndarray, threshold: float, risk: float) -> Check:
    """The accepted are not wrong more often than promised, beyond chance (exact binomial interval)."""
    passed, wrong = risk_control.count_accepted(confidences, right, threshold)
    low = risk_control.clopper_pearson(wrong, passed, 0.9)[0] if passed else 0.0
    told = f"{wrong} of {passed} accepted wrong; promised at most {risk:.1%}"
    return Check("promise", low <= risk, wrong / max(passed, 1), risk, told)


def negatives_check(challenger: np.ndarray, champion: np.ndarray | None) -> Check:
    """Of pictures that hold nothing to read, not more are accepted than by the champion, beyond chance.

    Parameters
    ----------
    challenger, champion : bool [n], which were accepted
    """
    count, total = int(challenger.sum()), len(challenger)
    match = PairedResults("pictures of nothing", ~challenger, None if champion is None else ~champion)
    gate = not_worse(match)
    told = f"{count} of {total} accepted"
    if champion is not None:
        told += f", {int(champion.sum())} by the champion"
    return Check("nothing to read", gate.passed, count, gate.limit, told)


def latency_check(milliseconds: float, champion: float | None) -> Check:
    """One picture takes at most twice as long as with the champion, measured in the same run."""
    limit = None if champion is None else _MAX_SLOWDOWN * champion
    told = f"{milliseconds:.1f} ms a picture" + ("" if champion is None else f", the champion {champion:.1f} ms")
    return Check("speed", limit is None or milliseconds <= limit, milliseconds, limit, told)


def size_check(size: int, champion: int | None) -> Check:
    """At most twice as large as the champion."""
    limit = _MAX_BYTES if champion is None else _MAX_GROWTH * champion
    return Check("size", size <= limit, size, limit, f"{size / 1e6:.1f} MB, at most {limit / 1e6:.1f} MB")


def decide_promotion(
    gate: PairedResults,
    checks: Sequence[Check] = (),
    kept: PairedResults | None = None,
    champion_name: str = "",
    force: bool = False,
) -> PromotionDecision:
    """Promote a challenger that passes every gate and is better in something; a tie changes nothing.

    Better is one that makes fewer mistakes on the gate split or on the kept corrections, and not more on the other.
    More on the gate, though not beyond chance, is made up for only by kept corrections that are read better beyond
    chance.

    The gate split takes part in nothing else: neither learning, nor the choice of the epoch, nor the temperature or
    the threshold. The test split takes no part here.

    Parameters
    ----------
    gate : both readers on the gate split
    checks : what else is asked of the challenger; that it is no worse on `gate` is added
    kept : both readers on the kept corrections; None: there are none
    champion_name : for the reason
    force : promote in spite of failed checks, but never a broken version
    """
    checks = (not_worse(gate), *checks)
    failed = [each for each in checks if not each.passed]
    numbers = (len(gate.challenger), gate.errors, gate.champion_errors, gate.p_value, checks)
    told = f"{gate.errors} of {len(gate.challenger)} gate {gate.unit} wrong"
    if gate.champion is not None:
        # Of a tie as of a difference, the reason says what stands on either side.
        order = np.sign(gate.errors - gate.champion_errors)
        compared = {-1: "fewer than", 0: "as many as", 1: "more than"}[int(order)]
        told += (
            f", {compared} the {gate.champion_errors} of {champion_name} (exact paired test: p = {gate.p_value:.2g})"
        )
    if kept is not None:
        told += f"; kept corrections: {kept.summary()}"
    stays = "not promoted" if gate.champion is None else "kept the champion"
    if failed:
        names = "; ".join(f"{each.name}: {each.summary}" for each in failed)
        forced = force and not any(each.blocking for each in failed)
        head = "promoted by force, though it failed" if forced else f"{stays}, for it failed"
        return PromotionDecision(forced, f"{head} {names}", *numbers, forced)
    if gate.champion is None:
        return PromotionDecision(True, f"promoted: nothing served before; {told}", *numbers)
    better = _is_better(gate, kept)
    if force and not better:
        return PromotionDecision(True, f"promoted by force: {told}", *numbers, True)
    return PromotionDecision(better, f"{'promoted' if better else stays}: {told}", *numbers)


def _is_better(gate: PairedResults, kept: PairedResults | None) -> bool:
    """Whether a challenger that passed every gate, among them not to be worse on kept corrections, is better at all."""
    if kept is None or kept.errors == kept.champion_errors:
        return gate.errors < gate.champion_errors
    return gate.errors <= gate.champion_errors or kept.p_value < _SIGNIFICANCE
