"""Tests of readings: the properties that follow from the fields."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.recognition.readings import AmountReading, Character, DigitReading

OUTLINE = ((10.0, 5.0), (30.0, 5.0), (30.0, 40.0), (10.0, 40.0))


@pytest.fixture
def digit_reading() -> DigitReading:
    """Return a seven that may be a one or a nine."""
    probabilities = np.zeros(10, np.float32)
    probabilities[[7, 1, 9]] = 0.7, 0.2, 0.1
    return DigitReading(7, 0.7, "review", "confidence is low", probabilities, OUTLINE)


def test_an_amount_is_written_with_all_its_characters():
    """Marks and currency signs are part of the written text."""
    characters = tuple(Character(character, 1.0, i, i + 1, ()) for i, character in enumerate("$1,234.50"))
    reading = AmountReading("1234.50", Decimal("1234.50"), "123450", 0.9, "accept", None, characters)
    assert reading.written == "$1,234.50"


def test_a_digit_has_text_digits_and_value(digit_reading):
    """A digit reads as an amount of one character."""
    assert (digit_reading.text, digit_reading.digits, digit_reading.value) == ("7", "7", Decimal(7))


def test_the_alternatives_of_a_digit_are_the_other_nine(digit_reading):
    """The likeliest comes first."""
    alternatives = digit_reading.alternatives
    assert [alternative.text for alternative in alternatives][:2] == ["1", "9"]
    assert sorted(int(alternative.value) for alternative in alternatives) == [0, 1, 2, 3, 4, 5, 6, 8, 9]
    assert alternatives[0].confidence == pytest.approx(0.2)


def test_a_digit_is_its_only_character(digit_reading):
    """It spans the outline of its strokes."""
    (character,) = digit_reading.characters
    assert (character.character, character.confidence) == ("7", 0.7)
    assert (character.left, character.right) == (10, 30)
    assert character.alternatives[0] == ("1", pytest.approx(0.2))


def test_a_digit_reading_of_nothing_is_empty():
    """There is no text, no value, no character and no alternative."""
    reading = DigitReading(None, 0.0, "review", "no writing was found in the picture", None)
    assert (reading.text, reading.digits, reading.value) == ("", "", None)
    assert reading.characters == reading.alternatives == ()
