"""Describe readings in dicts and words that the panel can show."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from payment_ml.recognition.reader import Reading
from payment_ml.recognition.readings import Character
from payment_ml.tasks import Task

_MAX_ALTERNATIVES = 3  # that are shown of each character
_MIN_PROBABILITY = {Task.AMOUNTS: 0.0, Task.DIGITS: 0.001}  # of a character's alternative; a digit always has nine
_DOUBTFUL = 0.9  # confidence below which a character is a reason to look
_MAX_SUSPECTS = 3  # characters or meanings that a short reason names


def format_value(value: Decimal, task: Task) -> str:
    """Return a value as people read it."""
    return f"{value:,.2f}" if task is Task.AMOUNTS else str(value)


def describe_character(character: Character, task: Task, left: int) -> dict[str, Any]:
    """Return a character as the page needs it; the part that was read begins at `left` pixels of the whole image."""
    return {
        "character": character.character,
        "confidence": character.confidence,
        "left": character.left + left,
        "right": character.right + left,
        "alternatives": [
            [text, probability]
            for text, probability in character.alternatives[:_MAX_ALTERNATIVES]
            if probability >= _MIN_PROBABILITY[task]
        ],
    }


def short_reason(reading: Reading, meanings: Sequence[str]) -> str | None:
    """Return in a few words why a person should look; None for a reading that is accepted.

    Where the confidence alone is too low, these are the characters that are in doubt, as "not sure of: 0 or 6"; a text
    without a certain value has its `meanings`; any other reason stands as it is.
    """
    if reading.decision == "accept" or reading.reason is None:
        return None
    if reading.value is None and len(meanings) > 1:
        return f"it may mean {' or '.join(meanings[:_MAX_SUSPECTS])}"
    if not reading.reason.startswith("confidence "):
        return reading.reason
    suspects = sorted(
        (character for character in reading.characters if character.alternatives and character.confidence < _DOUBTFUL),
        key=lambda character: character.confidence,
    )
    if suspects:
        pairs = [f"{suspect.character} or {suspect.alternatives[0][0]}" for suspect in suspects[:_MAX_SUSPECTS]]
        return f"not sure of: {', '.join(pairs)}"
    return "not sure enough to accept it without a look"
