"""Whether a challenger becomes champion."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from payment_ml import evaluation


@dataclass(frozen=True)
class Verdict:
    """A decision, its reason in one line, and the numbers that it rests on."""

    promoted: bool
    reason: str
    pictures: int  # digits of the gate split, or amounts written with them
    challenger_wrong: int
    champion_wrong: int | None  # None: there is no champion
    chance: float | None  # probability of at least this difference between readers of equal skill

    def as_card(self) -> dict[str, Any]:
        """For card.json."""
        return asdict(self)


def decide(
    challenger_right: np.ndarray, champion_right: np.ndarray | None, champion_name: str = "", unit: str = "digits"
) -> Verdict:
    """Promote a challenger that reads more of the gate than the champion; a tie changes nothing.

    The gate split takes part in nothing else: neither learning, nor the choice of the epoch, nor the temperature or
    the threshold. The test split takes no part here.

    Parameters
    ----------
    challenger_right : bool [n], which digits or amounts of the gate it read right
    champion_right : bool [n], on the same ones; None when nothing serves yet
    champion_name, unit : for the reason

    Raises
    ------
    ValueError : the two were not measured on the same number
    """
    total, wrong = len(challenger_right), int(np.sum(~challenger_right))
    if champion_right is None:
        reason = f"promoted: nothing served before; {wrong} of {total} gate {unit} wrong"
        return Verdict(True, reason, total, wrong, None, None)
    if len(champion_right) != total:
        raise ValueError(f"expected both on the same gate {unit}, but got {total} and {len(champion_right)}")
    champion_wrong = int(np.sum(~champion_right))
    chance = evaluation.paired_test(champion_right, challenger_right)
    promoted = wrong < champion_wrong
    compared = "fewer than" if promoted else "as many as" if wrong == champion_wrong else "more than"
    reason = (
        f"{'promoted' if promoted else 'kept the champion'}: {wrong} of {total} gate {unit} wrong, {compared} the "
        f"{champion_wrong} of {champion_name} (exact paired test: p = {chance:.2g})"
    )
    return Verdict(promoted, reason, total, wrong, champion_wrong, chance)
