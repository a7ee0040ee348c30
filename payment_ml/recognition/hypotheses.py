"""Group the texts that a line may show by the amount that they mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from payment_ml.recognition.ctc import Hypothesis
from payment_ml.text import amounts
from payment_ml.text.alphabet import NO_AMOUNT
from payment_ml.text.profiles import Profile

_UNKNOWN_WEIGHT = 0.1  # of a text that is no amount, against one that is (docs/decisions/profiles.md)
_MAX_LOG_RATIO = math.log(1e5)  # a text that is this many times less likely than the best is no alternative


@dataclass(frozen=True)
class AmountHypothesis:
    """Hold one amount that a line may show, with all ways of writing it."""

    written: str  # the likeliest way of writing it
    amount: amounts.Amount
    probability: float  # of all ways of writing it together

    @property
    def is_no_amount(self) -> bool:
        """Return True if the network answers that the line shows no amount."""
        return self.written == NO_AMOUNT


def group_by_value(hypotheses: Sequence[Hypothesis], profile: Profile | None = None) -> list[AmountHypothesis]:
    """Add up the probabilities of texts that mean the same amount; a text that means none stands for itself.

    Parameters
    ----------
    hypotheses : texts of one line, the likeliest first; at least one
    profile : of the form on which the amount is written; None: nothing is assumed

    Returns
    -------
    the likeliest amount first
    """
    groups: dict[object, tuple[str, amounts.Amount, float]] = {}
    for hypothesis in hypotheses:
        if hypothesis.log_probability < hypotheses[0].log_probability - _MAX_LOG_RATIO:
            break
        amount = amounts.parse(hypothesis.text, profile)
        key = amount.value if amount.value is not None else amount.readings or hypothesis.text
        written, likeliest, probability = groups.get(key, (hypothesis.text, amount, 0.0))
        groups[key] = (written, likeliest, probability + math.exp(hypothesis.log_probability))
    return sorted((AmountHypothesis(*group) for group in groups.values()), key=lambda group: -group.probability)


def likeliest(hypotheses: Sequence[AmountHypothesis]) -> AmountHypothesis:
    """Return the hypothesis that a line most likely shows, given that nearly everybody writes what the grammar knows.

    An unlikely amount does not replace a likely text that is none: the text then goes to a person as it was read.

    Parameters
    ----------
    hypotheses : as `group_by_value` returns them
    """
    first = hypotheses[0]
    for hypothesis in hypotheses:
        if hypothesis.amount.readings or hypothesis.is_no_amount:
            return hypothesis if hypothesis.probability >= _UNKNOWN_WEIGHT * first.probability else first
    return first
