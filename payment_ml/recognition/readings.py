"""What a reader says of a picture of an amount."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np


@dataclass(frozen=True)
class Character:
    """One character of an amount, and where it stands."""

    character: str
    confidence: float  # probability that it is this one if all others are right, 0 to 1
    left: float  # pixels of the picture from its left edge
    right: float
    alternatives: tuple[tuple[str, float], ...]  # what else it could be, with probabilities


@dataclass(frozen=True)
class Alternative:
    """Another amount that the picture could show."""

    text: str  # "1234.56"
    value: Decimal
    confidence: float  # probability, 0 to 1


@dataclass(frozen=True)
class AmountReading:
    """An amount read from a picture."""

    text: str  # "1234.56"; what was read, where that is no amount; empty when nothing was read
    value: Decimal | None  # None when there is no amount, or more than one that it could be
    digits: str  # "123456": the digits as they were written
    confidence: float  # probability that the value is right, 0 to 1
    decision: str  # "accept" or "review"
    reason: str | None  # why a person should look; None when accepted
    characters: tuple[Character, ...] = ()  # as they were written, marks included
    alternatives: tuple[Alternative, ...] = ()  # the likeliest first
    outline: tuple[tuple[float, float], ...] = ()  # corners x, y of the writing in pixels of the picture, clockwise
    note: str | None = None  # what else a person should know, such as that a moving picture's first frame was read

    @property
    def written(self) -> str:
        """What was read, as it was written: marks, currency and all."""
        return "".join(each.character for each in self.characters)


@dataclass(frozen=True)
class DigitReading:
    """One digit read from a picture."""

    digit: int | None  # 0 to 9; None when there was nothing to read
    confidence: float  # probability of the digit, 0 to 1
    decision: str  # "accept" or "review"
    reason: str | None  # why a person should look; None when accepted
    probabilities: np.ndarray | None  # float32 [10], of each digit; None when there was nothing to read
    outline: tuple[tuple[float, float], ...] = ()  # corners x, y of the strokes in pixels of the picture, clockwise
    note: str | None = None  # what else a person should know, such as that a moving picture's first frame was read

    @property
    def text(self) -> str:
        """The digit as written; empty when there was nothing to read."""
        return "" if self.digit is None else str(self.digit)

    @property
    def digits(self) -> str:
        """The same as `text`: a digit has no separators."""
        return self.text
