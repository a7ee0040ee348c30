"""What the network says of a strip: how sure it is, where to look again, and what the likeliest texts mean."""

import math
from dataclasses import dataclass

import numpy as np

from payment_ml import amounts, decoding, strips

_SURE = 0.95  # probability that the network gives to a text, from which on one look at the strip is enough
_DIGIT = 1.0  # nats by which a digit more speaks for a cut
_HOPELESS = math.log(1e5)  # a reading that is so many times less likely than the best is no alternative


@dataclass(frozen=True)
class Heard:
    """What the network says of a strip."""

    strip: strips.Strip
    frames: np.ndarray  # float32 [time, symbols + 1], as `AmountReader.log_frames` gives them
    texts: list[decoding.Candidate]  # the likeliest first

    @property
    def is_doubtful(self) -> bool:
        """Whether one look is not enough."""
        return math.exp(self.texts[0].log_probability) < _SURE

    @property
    def weight(self) -> float:
        """How much speaks for this of several cuts of one picture: logarithm of the likeliest text's probability.

        A cut that lost a digit is as sure of the others as one that shows them all, so each digit counts in favour.
        """
        best = self.texts[0]
        return best.log_probability + _DIGIT * len(amounts.digits_of(best.text))

    def looks(self) -> list[np.ndarray]:
        """Other looks at the strip, uint8 [32, width] each; where there is an amount, the last is at it alone."""
        looks = strips.looks(self.strip.levels)
        text = self.texts[0].text
        if text and text != decoding.NO_AMOUNT:
            kept = decoding.telling(self.frames)
            peaks = kept[decoding.align(self.frames[kept], decoding.encode(text))]
            spans = self.strip.spans((peaks[[0, -1]] + 0.5) * strips.FRAME)
            around = self.strip.around(spans[0][0], spans[-1][1])
            looks += [] if around is None else [around]
        return looks


@dataclass(frozen=True)
class Meaning:
    """All ways of writing that mean the same."""

    written: str  # the likeliest of them
    amount: amounts.Amount
    probability: float  # of all of them together

    @property
    def is_no_amount(self) -> bool:
        """Whether the network says that nothing there is an amount."""
        return self.written == decoding.NO_AMOUNT


def by_meaning(candidates: list[decoding.Candidate]) -> list[Meaning]:
    """Candidates with one value put together, the likeliest meaning first; what is no amount stands for itself."""
    found: dict[object, tuple[str, amounts.Amount, float]] = {}
    for candidate in candidates:  # the likeliest first
        if candidate.log_probability < candidates[0].log_probability - _HOPELESS:
            break
        amount = amounts.parse(candidate.text)
        key = amount.value if amount.value is not None else amount.readings or candidate.text
        written, first, probability = found.get(key, (candidate.text, amount, 0.0))
        found[key] = (written, first, probability + math.exp(candidate.log_probability))
    return sorted((Meaning(*each) for each in found.values()), key=lambda meaning: -meaning.probability)
