"""Test how readings are put into few words."""

from decimal import Decimal

import pytest

from payment_ml.app.answers import format_value, short_reason
from payment_ml.recognition.readings import AmountReading, Character
from payment_ml.tasks import Task

UNSURE = "confidence 93.00% is below 98.68%, which keeps wrong readings to at most 0.5%"


def reading(reason: str | None, characters: tuple[Character, ...] = (), value: str | None = "10.00") -> AmountReading:
    """Return a reading for review, or an accepted one without a reason."""
    amount = None if value is None else Decimal(value)
    decision = "accept" if reason is None else "review"
    return AmountReading(value or "", amount, "1000", 0.93, decision, reason, characters, ())


def character(text: str, confidence: float, *others: str) -> Character:
    """Return a character with alternatives that share the rest of the confidence."""
    return Character(text, confidence, 0.0, 1.0, tuple((other, (1 - confidence) / len(others)) for other in others))


@pytest.mark.parametrize(
    ("reason", "characters", "words"),
    [
        (None, (), None),
        (UNSURE, (character("1", 0.99, "7"), character("0", 0.6, "6", "8")), "not sure of: 0 or 6"),
        (UNSURE, (character("3", 0.8, "5"), character("0", 0.6, "6")), "not sure of: 0 or 6, 3 or 5"),
        (UNSURE, (character("1", 0.99, "7"),), "not sure enough to accept it without a look"),
        ("no writing was found in the picture", (), "no writing was found in the picture"),
    ],
    ids=["accepted", "one character", "the worst first", "no character", "another reason"],
)
def test_short_reason_names_what_is_in_doubt(reason, characters, words):
    """A number below a threshold tells a clerk nothing; the digit to look at does."""
    assert short_reason(reading(reason, characters), []) == words


def test_short_reason_of_a_text_with_several_meanings_names_them():
    """These are the choices that stand beside it."""
    ambiguous = reading("'1.234' is ambiguous: it could mean 1.234 or 1234.00", value=None)
    assert short_reason(ambiguous, ["1.23", "1,234.00"]) == "it may mean 1.23 or 1,234.00"


def test_format_value_groups_amounts():
    """A digit stays a digit."""
    assert format_value(Decimal("1234567.5"), Task.AMOUNTS) == "1,234,567.50"
    assert format_value(Decimal(7), Task.DIGITS) == "7"
