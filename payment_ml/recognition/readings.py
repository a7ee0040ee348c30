"""Define the result of reading an image: an amount or a digit, with its confidence and the decision on it."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from payment_ml.recognition.calibrated_range import Measures


@dataclass(frozen=True)
class Character:
    """Hold one character of a reading, and where it stands."""

    character: str
    confidence: float  # probability that it is correct if all others are, 0 to 1
    left: float  # pixels of the image from its left edge
    right: float
    alternatives: tuple[tuple[str, float], ...]  # other characters that it may be, with probabilities


@dataclass(frozen=True)
class Alternative:
    """Hold another amount that the image may show."""

    text: str  # "1234.56"
    value: Decimal
    confidence: float  # probability, 0 to 1


@dataclass(frozen=True)
class AmountReading:
    """Hold an amount read from an image."""

    text: str  # "1234.56"; the text as read if it is no amount; empty if nothing was read
    value: Decimal | None  # None if there is no amount, or if it is ambiguous
    digits: str  # "123456": the digits as they were written
    confidence: float  # probability that the value is correct, 0 to 1
    decision: str  # "accept" or "review"
    reason: str | None  # why it needs review; None if accepted
    characters: tuple[Character, ...] = ()  # as written, marks included
    alternatives: tuple[Alternative, ...] = ()  # the likeliest first
    outline: tuple[tuple[float, float], ...] = ()  # corners x, y of the text in pixels of the image, clockwise
    note: str | None = None  # a remark for the user, such as that only the first frame of an animation was read
    measures: Measures | None = None  # what the calibrated range is about; None if there is no value

    @property
    def written(self) -> str:
        """Return the text as it was written, with marks and currency."""
        return "".join(character.character for character in self.characters)


@dataclass(frozen=True)
class DigitReading:
    """Hold one digit read from an image."""

    digit: int | None  # 0 to 9; None if nothing was read
    confidence: float  # probability of the digit, 0 to 1
    decision: str  # "accept" or "review"
    reason: str | None  # why it needs review; None if accepted
    probabilities: np.ndarray | None  # float32 [10], of each digit; None if nothing was read
    outline: tuple[tuple[float, float], ...] = ()  # corners x, y of the strokes in pixels of the image, clockwise
    note: str | None = None  # a remark for the user, such as that only the first frame of an animation was read

    @property
    def text(self) -> str:
        """Return the digit as written; empty if nothing was read."""
        return "" if self.digit is None else str(self.digit)

    @property
    def digits(self) -> str:
        """Return the same as `text`: a digit has no separators."""
        return self.text

    @property
    def value(self) -> Decimal | None:
        """Return the digit as an amount; None if nothing was read."""
        return None if self.digit is None else Decimal(self.digit)

    @property
    def characters(self) -> tuple[Character, ...]:
        """Return the digit as the only character, with the other digits as its alternatives; empty if none was read."""
        if self.probabilities is None:
            return ()
        across = [x for x, _ in self.outline]
        alternatives = tuple((alternative.text, alternative.confidence) for alternative in self.alternatives)
        return (Character(self.text, self.confidence, min(across), max(across), alternatives),)

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Return the other nine digits, the likeliest first; empty if nothing was read."""
        if self.probabilities is None:
            return ()
        order = [int(digit) for digit in (-self.probabilities).argsort() if digit != self.digit]
        return tuple(Alternative(str(digit), Decimal(digit), float(self.probabilities[digit])) for digit in order)


@dataclass(frozen=True)
class FoundAmount(AmountReading):
    """Hold an amount that was found on a page; places are in pixels of the upright page."""

    box: tuple[int, int, int, int] = (0, 0, 0, 0)  # left, top, right, bottom
    cut: tuple[int, int, int, int] = (0, 0, 0, 0)  # the part of the page that was read: the box with a margin
    label: str = "amount in figures"
    currency: str | None = None  # ISO 4217 code of the profile; None where none is known


@dataclass(frozen=True)
class DocumentReading:
    """Hold what was read of a whole cheque, slip or bill."""

    amount: FoundAmount | None = None  # the one to pay; None if none was found
    amounts: tuple[FoundAmount, ...] = ()  # all that were found, the likeliest first
    words: str | None = None  # the amount in words, letter by letter; None where it was not read
    decision: str = "review"  # "accept" or "review"
    reason: str | None = None  # why it needs review; None if accepted
    turned: int = 0  # degrees by which the page was turned clockwise to be upright: 0, 90, 180 or 270
    page: int | None = None  # of the source, from 1; None for a source without pages
    note: str | None = None
    # Lines of the amount in words, from top to bottom: left, top, right, bottom in pixels of the upright page.
    words_boxes: tuple[tuple[int, int, int, int], ...] = ()
    words_agree: bool | None = None  # whether they say the amount to pay; None where that is unclear, or there are none
    # Probability that the amount to pay was found and read right; None where the form says where it stands.
    certainty: float | None = None

    @property
    def text(self) -> str:
        """Return the amount to pay as text; empty if none was found."""
        return "" if self.amount is None else self.amount.text

    @property
    def value(self) -> Decimal | None:
        """Return the amount to pay; None if none was found or it is ambiguous."""
        return None if self.amount is None else self.amount.value

    @property
    def digits(self) -> str:
        """Return the digits of the amount as they were written."""
        return "" if self.amount is None else self.amount.digits

    @property
    def confidence(self) -> float:
        """Return the probability that the value is right, 0 to 1."""
        if self.certainty is not None:
            return self.certainty
        return 0.0 if self.amount is None else self.amount.confidence

    @property
    def characters(self) -> tuple[Character, ...]:
        """Return the characters of the amount as they were written."""
        return () if self.amount is None else self.amount.characters

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Return other values of the amount, the likeliest first."""
        return () if self.amount is None else self.amount.alternatives

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return the corners of the amount in pixels of the upright page, clockwise."""
        return () if self.amount is None else self.amount.outline
