"""Whether a challenger becomes champion: gates that it has to pass, each with its number, and what it does better."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from payment_ml import evaluation, promises

_BEYOND_CHANCE = 0.05  # p of an exact paired test, below which a difference is no accident
_WORST_GAP = 0.02  # expected calibration error on the gate
_SLOWER = 2.0  # times as long as the champion for one picture; the machine is noisy
_LARGER = 2.0  # times as many bytes as the champion
_LARGEST = 50_000_000  # bytes of a network that nobody served before


@dataclass(frozen=True)
class Gate:
    """One thing that is asked of a challenger."""

    name: str
    passed: bool
    number: float  # what was measured
    limit: float | None  # what it is held against; None: nothing, it is only told
    told: str  # both, in words
    vital: bool = False  # a version that fails here is broken, and no one can force it


@dataclass(frozen=True)
class Verdict:
    """A decision, its reason in one line, and the numbers that it rests on."""

    promoted: bool
    reason: str
    pictures: int  # digits of the gate split, or amounts written with them
    challenger_wrong: int
    champion_wrong: int | None  # None: there is no champion
    chance: float | None  # probability of at least this difference between readers of equal skill
    gates: tuple[Gate, ...] = ()
    forced: bool = False  # promoted in spite of failed gates, as somebody asked

    @property
    def broken(self) -> list[Gate]:
        """Vital gates that it failed."""
        return [gate for gate in self.gates if gate.vital and not gate.passed]

    def as_card(self) -> dict[str, Any]:
        """For card.json."""
        return asdict(self)


@dataclass(frozen=True)
class Match:
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
    def wrong(self) -> int:
        """Mistakes of the challenger."""
        return int(np.sum(~self.challenger))

    @property
    def champion_wrong(self) -> int | None:
        """Mistakes of the champion."""
        return None if self.champion is None else int(np.sum(~self.champion))

    @property
    def chance(self) -> float | None:
        """Probability of at least this difference between readers of equal skill, by an exact paired test."""
        return None if self.champion is None else evaluation.paired_test(self.champion, self.challenger)

    def told(self) -> str:
        """Both in words."""
        said = f"{self.wrong} of {len(self.challenger)} {self.unit} wrong"
        return said if self.champion is None else f"{said}, the champion {self.champion_wrong} (p = {self.chance:.2g})"


def no_worse(match: Match) -> Gate:
    """Not more mistakes than the champion's, beyond chance."""
    worse = match.champion is not None and match.wrong > match.champion_wrong and match.chance < _BEYOND_CHANCE
    return Gate(f"no worse on {match.unit}", not worse, match.wrong, match.champion_wrong, match.told())


def kept_corrections(match: Match) -> Gate:
    """At most as many mistakes as the champion's on corrections that nobody learned from."""
    passed = match.champion is None or match.wrong <= match.champion_wrong
    return Gate("kept corrections", passed, match.wrong, match.champion_wrong, match.told())


def accurate(right: np.ndarray, least: float, unit: str) -> Gate:
    """At least the share right that a whole training reaches."""
    share = float(right.mean())
    told = f"expected at least {least:.1%} of {unit} right, but got {share:.2%}" if share < least else f"{share:.2%}"
    return Gate("accuracy", share >= least, share, least, told, vital=True)


def finite(confidences: np.ndarray) -> Gate:
    """Every confidence is a number."""
    broken = int(np.sum(~np.isfinite(confidences)))
    return Gate("finite", broken == 0, broken, 0, f"{broken} confidences are no numbers", vital=True)


def every_digit(read: set[str]) -> Gate:
    """No digit is never given as an answer."""
    missing = sorted(set("0123456789") - read)
    told = f"never read: {', '.join(missing)}" if missing else "all ten digits are among the answers"
    return Gate("no digit lost", not missing, len(read), 10, told, vital=True)


def calibrated(confidences: np.ndarray, right: np.ndarray) -> Gate:
    """Confidence is about the share that is right."""
    gap = evaluation.calibration_gap(confidences, right)
    most = _WORST_GAP + 1 / len(right) ** 0.5  # a few hundred pictures show a gap by chance alone
    return Gate("calibration", gap <= most, gap, most, f"calibration error {gap:.2%}, at most {most:.1%}")


def promise_kept(confidences: np.ndarray, right: np.ndarray, threshold: float, risk: float) -> Gate:
    """The accepted are not wrong more often than promised, beyond chance (exact binomial interval)."""
    passed, wrong = promises.accepted(confidences, right, threshold)
    low = promises.clopper_pearson(wrong, passed, 0.9)[0] if passed else 0.0
    told = f"{wrong} of {passed} accepted wrong; promised at most {risk:.1%}"
    return Gate("promise", low <= risk, wrong / max(passed, 1), risk, told)


def nothing_accepted(challenger: np.ndarray, champion: np.ndarray | None) -> Gate:
    """Of pictures that hold nothing to read, not more are accepted than by the champion, beyond chance.

    Parameters
    ----------
    challenger, champion : bool [n], which were accepted
    """
    count, total = int(challenger.sum()), len(challenger)
    match = Match("pictures of nothing", ~challenger, None if champion is None else ~champion)
    gate = no_worse(match)
    told = f"{count} of {total} accepted"
    if champion is not None:
        told += f", {int(champion.sum())} by the champion"
    return Gate("nothing to read", gate.passed, count, gate.limit, told)


def quick_enough(milliseconds: float, champion: float | None) -> Gate:
    """One picture takes at most twice as long as with the champion, measured in the same run."""
    limit = None if champion is None else _SLOWER * champion
    told = f"{milliseconds:.1f} ms a picture" + ("" if champion is None else f", the champion {champion:.1f} ms")
    return Gate("speed", limit is None or milliseconds <= limit, milliseconds, limit, told)


def small_enough(size: int, champion: int | None) -> Gate:
    """At most twice as large as the champion."""
    limit = _LARGEST if champion is None else _LARGER * champion
    return Gate("size", size <= limit, size, limit, f"{size / 1e6:.1f} MB, at most {limit / 1e6:.1f} MB")


def decide(
    gate: Match, gates: Sequence[Gate] = (), kept: Match | None = None, champion_name: str = "", force: bool = False
) -> Verdict:
    """Promote a challenger that passes every gate and is better in something; a tie changes nothing.

    Better is one that makes fewer mistakes on the gate split or on the kept corrections, and not more on the other.
    More on the gate, though not beyond chance, is made up for only by kept corrections that are read better beyond
    chance.

    The gate split takes part in nothing else: neither learning, nor the choice of the epoch, nor the temperature or
    the threshold. The test split takes no part here.

    Parameters
    ----------
    gate : both readers on the gate split
    gates : what else is asked of the challenger; that it is no worse on `gate` is added
    kept : both readers on the kept corrections; None: there are none
    champion_name : for the reason
    force : promote in spite of failed gates, but never a broken version
    """
    gates = (no_worse(gate), *gates)
    failed = [each for each in gates if not each.passed]
    numbers = (len(gate.challenger), gate.wrong, gate.champion_wrong, gate.chance, gates)
    told = f"{gate.wrong} of {len(gate.challenger)} gate {gate.unit} wrong"
    if gate.champion is not None:
        # Of a tie as of a difference, the reason says what stands on either side.
        order = np.sign(gate.wrong - gate.champion_wrong)
        compared = {-1: "fewer than", 0: "as many as", 1: "more than"}[int(order)]
        told += f", {compared} the {gate.champion_wrong} of {champion_name} (exact paired test: p = {gate.chance:.2g})"
    if kept is not None:
        told += f"; kept corrections: {kept.told()}"
    stays = "not promoted" if gate.champion is None else "kept the champion"
    if failed:
        names = "; ".join(f"{each.name}: {each.told}" for each in failed)
        forced = force and not any(each.vital for each in failed)
        head = "promoted by force, though it failed" if forced else f"{stays}, for it failed"
        return Verdict(forced, f"{head} {names}", *numbers, forced)
    if gate.champion is None:
        return Verdict(True, f"promoted: nothing served before; {told}", *numbers)
    better = _is_better(gate, kept)
    if force and not better:
        return Verdict(True, f"promoted by force: {told}", *numbers, True)
    return Verdict(better, f"{'promoted' if better else stays}: {told}", *numbers)


def _is_better(gate: Match, kept: Match | None) -> bool:
    """Whether a challenger that passed every gate, among them not to be worse on kept corrections, is better at all."""
    if kept is None or kept.wrong == kept.champion_wrong:
        return gate.wrong < gate.champion_wrong
    return gate.wrong <= gate.champion_wrong or kept.chance < _BEYOND_CHANCE
