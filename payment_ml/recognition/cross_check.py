"""Hold an amount in figures against the same amount in words: on which value they agree, and how sure that makes it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from payment_ml.imaging.page_regions import share_inside
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.amount_candidates import Candidate, log_probability
from payment_ml.recognition.readings import AmountReading, FoundAmount
from payment_ml.text import amounts as amount_texts

if TYPE_CHECKING:
    from payment_ml.recognition.word_verifier import WordsReading  # spelling takes a while to import

_LEAST_ALTERNATIVE = 0.01  # confidence of another amount that the figures may show, from which on the words decide
# Share of the amounts in words that are read right where their letters are sure: some short words are read wrongly with
# as much certainty as others are read right, such as "cien" as "one".
_RELIABLE = 0.95
_IN_LINE = 0.5  # of the area of a number, that a line of words holds where the number is a part of it


@dataclass(frozen=True)
class WeighedAmount:
    """Hold an amount that was found."""

    amount: FoundAmount
    preference: float  # the largest one is the amount to pay
    evidence: float  # probability that it is, and was read right, before calibration
    words: "WordsReading | None" = None  # that confirm or contradict it; None where nothing does


def meanings(candidates: Sequence[Candidate]) -> dict[Decimal, float]:
    """Return the values that the figures of a page may mean, and how likely each is against the likeliest one.

    An ambiguous reading may mean several values, each as likely as the other. What is read at a place is weighted by
    `exp(score - highest score)` of the candidates.
    """
    likely: dict[Decimal, float] = {}
    highest = max((candidate.score for candidate in candidates), default=0.0)
    for candidate in candidates:
        weight = math.exp(candidate.score - highest)
        reading = candidate.reading
        own = _own_meanings(reading)
        others = {other.value: other.confidence for other in reading.alternatives}
        sureness = reading.confidence if reading.value is not None else math.exp(log_probability(reading))
        best = max([sureness if own else 0.0, *others.values()]) or 1.0
        for value, probability in {**others, **dict.fromkeys(own, sureness)}.items():
            likely[value] = max(likely.get(value, 0.0), weight * probability / best)
    return likely


def _own_meanings(reading: AmountReading) -> tuple[Decimal, ...]:
    """Return the value of a text, or each that it may have."""
    return tuple(amount_texts.parse(reading.text).readings) if reading.value is None else (reading.value,)


def mark_parts_of_words(
    candidates: Sequence[Candidate], words: "WordsReading | None", lines: Sequence[Box]
) -> list[Candidate]:
    """Return candidates, of which those that are a part of the amount in words are marked as such.

    Parameters
    ----------
    candidates : places of figures
    words : that were read; None: there are none
    lines : boxes of the lines that they were read from
    """
    read = [lines[number] for number in words.lines] if words is not None and words.has_figures else []
    return [
        replace(candidate, is_of_words=any(share_inside(candidate.block, line) >= _IN_LINE for line in read))
        for candidate in candidates
    ]


def weigh(candidate: Candidate, amount: FoundAmount, share: float, words: "WordsReading | None") -> WeighedAmount:
    """Weigh an amount that was found; the words settle which value an ambiguous or doubtful reading has.

    `share` is the part of all evidence on the page that speaks for this place.
    """
    if words is None or not words.legible or candidate.is_of_words:
        return WeighedAmount(amount, share, amount.confidence * share * candidate.place_probability)
    settled = _settle(amount, candidate.reading, words)
    evidence = settled.confidence * share * candidate.place_probability
    said = 0.0 if settled.value is None else words.probabilities.get(settled.value, 0.0)
    if settled.value is None or words.verdict(settled.value) != "agree":
        return WeighedAmount(settled, share, evidence * said, words)
    # Figures and words err independently: that both say the same wrong amount is as unlikely as both errors together.
    return WeighedAmount(settled, 1 + share, 1 - (1 - evidence) * (1 - _RELIABLE * said), words)


def _settle(amount: FoundAmount, reading: AmountReading, words: "WordsReading") -> FoundAmount:
    """Return the amount with the value on which figures and words agree, where that is not the figures' likeliest one.

    Where it is one of the values of an ambiguous text, nothing speaks against it; where it is an alternative, a person
    should look.
    """
    if amount.value is not None and words.verdict(amount.value) == "agree":
        return amount
    if amount.value is None:
        possible = _own_meanings(reading)
        meant = [value for value in possible if words.verdict(value) == "agree"]
        if len(meant) == 1:
            sureness = math.exp(log_probability(reading)) / len(possible)  # the figures alone say each as likely
            return replace(amount, value=meant[0], text=str(meant[0]), confidence=sureness, reason=None)
    for other in reading.alternatives:
        if other.confidence >= _LEAST_ALTERNATIVE and words.verdict(other.value) == "agree":
            doubt = amount.reason if amount.value is None else f"the figures say {amount.value:,.2f}"
            return replace(
                amount,
                value=other.value,
                text=other.text,
                digits=_digits_of(other.value, len(amount.digits)),
                confidence=other.confidence,
                reason=f"{doubt}, but the words {other.value:,.2f}",
            )
    return amount


def _digits_of(value: Decimal, count: int) -> str:
    """Return the digits of an amount as they are written: without cents where that makes as many as were seen."""
    units = str(int(value))
    return units if value == int(value) and len(units) == count else amount_texts.digits_of(f"{value:.2f}")


def agreement(amount: FoundAmount, words: "WordsReading | None") -> bool | None:
    """Return whether the words say the same amount; None where that is unclear, or nothing is said."""
    if words is None or amount.value is None:
        return None
    return {"agree": True, "disagree": False}.get(words.verdict(amount.value))


def disagreement(amount: FoundAmount, words: "WordsReading | None") -> str | None:
    """Return why a person should look where figures and words say different amounts; None if they do not."""
    if words is None or agreement(amount, words) is not False:
        return None
    said = "another amount" if words.value is None else f"{words.value:,.2f}"
    return f"the figures say {amount.value:,.2f}, but the words {said}"
