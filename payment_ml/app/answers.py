"""Describe readings in dicts and words that the panel can show."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from payment_ml.recognition.document_reader import UNPROMISED, review_reason
from payment_ml.recognition.reader import Reading
from payment_ml.recognition.readings import Character, DocumentReading, FoundAmount
from payment_ml.tasks import Task
from payment_ml.text.amounts import parse
from payment_ml.text.profiles import Profile

_MAX_ALTERNATIVES = 3  # that are shown of each character
_MIN_PROBABILITY = {Task.AMOUNTS: 0.0, Task.DIGITS: 0.001}  # of a character's alternative; a digit always has nine
_DOUBTFUL = 0.9  # confidence below which a character is a reason to look
_MAX_SUSPECTS = 3  # characters or meanings that a short reason names
_MAX_CHOICES = 9  # each has a key
_MIN_CHOICE = 0.01  # confidence; typing is faster than looking through amounts that are less likely


def format_value(value: Decimal, task: Task) -> str:
    """Return a value as people read it."""
    return f"{value:,.2f}" if task is Task.AMOUNTS else str(value)


def describe_reading(
    reading: Reading, task: Task, form: Profile | None, corner: tuple[int, int] = (0, 0)
) -> dict[str, Any]:
    """Return a reading as the page needs it.

    Parameters
    ----------
    reading : of a whole image or of a part of it
    task : of its reader
    form : on which the amount is written; None: nothing is assumed
    corner : left and top of the part that was read, in pixels of the whole image

    Returns
    -------
    `text` as read, `value` with a decimal point or None, `currency` of the form or None, `shown` for people, `digits`,
    `confidence`, `decision`, `reason`, `doubt` (the reason in a few words), `outline` (corners of the text),
    `characters` (each with `character`, `confidence`, `left`, `right`, `alternatives`), `choices`; places in pixels of
    the whole image
    """
    left, top = corner
    offered = choices(reading, task, form)
    meanings = [choice["text"] for choice in offered if choice["confidence"] is None]
    return {
        "text": reading.text,
        "value": None if reading.value is None else str(reading.value),
        "currency": None if form is None else form.currency,
        "shown": reading.text if reading.value is None else format_value(reading.value, task),
        "digits": reading.digits,
        "confidence": reading.confidence,
        "decision": reading.decision,
        "reason": reading.reason,
        "doubt": short_reason(reading, meanings),
        "outline": [[x + left, y + top] for x, y in reading.outline],
        "characters": [describe_character(character, task, left) for character in reading.characters],
        "choices": offered,
    }


def describe_document(reading: DocumentReading, form: Profile | None) -> dict[str, Any]:
    """Return the reading of a whole page as the page needs it; `form` as in `describe_reading`.

    Returns
    -------
    of the amount to pay what `describe_reading` returns, and `amounts`: the same of each amount that was found, the
    likeliest first, with its `place` and the `cut` that was read (left, top, right, bottom); `chosen`: the index of the
    one to pay, or None; `words`: the amount in words, or None; places in pixels of the upright page
    """
    amounts = []
    chosen = None
    for index, amount in enumerate(reading.amounts):
        if reading.amount is not None and amount.box == reading.amount.box:
            chosen = index
            decided = replace(amount, decision=reading.decision, reason=reading.reason, confidence=reading.confidence)
        else:
            decided = replace(amount, decision="review", reason=review_reason(amount))
        amounts.append(_describe_found(decided, form))
    first = describe_reading(reading, Task.AMOUNTS, form) if chosen is None else amounts[chosen]
    return {**first, "amounts": amounts, "chosen": chosen, "words": reading.words}


def _describe_found(amount: FoundAmount, form: Profile | None) -> dict[str, Any]:
    """Return one amount of a page, with its place."""
    return {**describe_reading(amount, Task.AMOUNTS, form), "place": list(amount.box), "cut": list(amount.cut)}


def choices(reading: Reading, task: Task, form: Profile | None) -> list[dict[str, Any]]:
    """Return what an image may show: each meaning of what was read, then the other amounts, the likeliest first.

    Returns
    -------
    of each its `text` for people, `typed` as a person may type it, and `confidence` or None; none for a digit
    """
    if task is Task.DIGITS:
        return []
    confidences: dict[Decimal, float | None] = {}
    if reading.value is not None:
        confidences[reading.value] = reading.confidence
    else:
        readings = parse(reading.text, form).readings if reading.text else ()
        confidences |= {value: None for value in readings if value == round(value, 2)}
    for alternative in reading.alternatives:
        if alternative.confidence >= _MIN_CHOICE:
            confidences.setdefault(alternative.value, alternative.confidence)
    return [
        {"text": format_value(value, task), "typed": f"{value:.2f}", "confidence": confidence}
        for value, confidence in list(confidences.items())[:_MAX_CHOICES]
    ]


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
    without a certain value has its `meanings`; of an amount that was found on a page, the picture shows the rest. Any
    other reason stands as it is.
    """
    if reading.decision == "accept" or reading.reason is None:
        return None
    if reading.reason == UNPROMISED:
        return "it was found among other text"
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
