"""Find what could give a reading another value than the network's text says: reasons for review beside confidence."""

import itertools
import re
from collections.abc import Sequence

from payment_ml.imaging.line_images import INK_LEVEL, LineImage
from payment_ml.recognition.cents_evidence import find_cents_evidence
from payment_ml.recognition.readings import Character
from payment_ml.text import amounts
from payment_ml.text.alphabet import SET_APART
from payment_ml.text.amounts import Amount
from payment_ml.text.profiles import Profile

_MAX_GAP = 1.6  # digit heights between two digits of one amount; further apart, they are two numbers
_MAX_INK_OUTSIDE = 0.45  # share of the text-like ink that may lie outside of the line
_MIN_ACCOUNT_DIGITS = 7  # of a number without marks that may be an account or a telephone number
_BARE_NUMBER = re.compile(r"[^0-9.,']*([0-9]+)[^0-9.,']*")  # digits alone, whatever stands before and behind
_UNITS_ENDING = re.compile(r"[0-9]\s*(?:/\s*[-=]+|[.,:]\s*[-=]+|=-+)\D*$")  # says that there are no cents
_ONLY_HUNDREDTHS = re.compile(r"[^0-9]*[0-9]{1,2}\s*/\s*100[^0-9]*")
_DAY_AND_MONTH = re.compile(r"([0-3]?[0-9])([./-])([0-3]?[0-9])")


def with_cents_evidence(
    amount: Amount, line: LineImage, characters: Sequence[Character], profile: Profile | None
) -> tuple[Amount, str | None]:
    """Look whether a number without a decimal mark has cents all the same.

    Parameters
    ----------
    amount : as the text was read
    line : that shows the text
    characters : of the text, with their places
    profile : settles what the evidence means; None: the amount then has both values

    Returns
    -------
    the amount, with cents that are set apart where something speaks for them; and what does, in words, or None
    """
    match = _BARE_NUMBER.fullmatch(amount.text)
    if match is None or len(match[1]) < 3 or not amount.readings or _UNITS_ENDING.search(amount.text):
        return amount, None
    if _two_numbers(line, characters):
        return amount, None
    begin, end = match.span(1)
    evidence = find_cents_evidence(line, [(digit.left, digit.right) for digit in characters[begin:end]])
    if evidence is None:
        return amount, None
    text = f"{amount.text[: end - 2]}{SET_APART}{amount.text[end - 2 :]}"
    return amounts.parse(text, profile), evidence


def doubt(amount: Amount, line: LineImage, characters: Sequence[Character], profile: Profile | None) -> str | None:
    """Return why a text may be no amount, or a part of one; None if nothing suggests it."""
    if _ONLY_HUNDREDTHS.fullmatch(amount.text):
        return f"{amount.text!r} has no units; what stands before /100 may not have been read"
    return (
        _two_numbers(line, characters)
        or _upside_down(line, characters)
        or (None if profile is not None else _no_amount(amount.text))
    )


def _two_numbers(line: LineImage, characters: Sequence[Character]) -> str | None:
    """Return why the text may be two numbers; None if nothing suggests it."""
    for character, following in itertools.pairwise(characters):
        if following.left - character.right > _MAX_GAP * line.digit_height:
            return (
                f"there may be two numbers: a wide gap lies between {character.character!r} and {following.character!r}"
            )
    if line.ink_outside > _MAX_INK_OUTSIDE:
        return "there is more writing above or below what was read; cut out the amount"
    return None


def _upside_down(line: LineImage, characters: Sequence[Character]) -> str | None:
    """Return why the picture may be upside down: a decimal mark stands on the base line, not above the middle."""
    across, offset = float(line.transform[0, 0]), float(line.transform[0, 2])
    middle = line.pixels.shape[0] // 2
    for character in characters:
        if character.character in ".,":
            begin, end = (max(0, round((x - offset) / across)) for x in (character.left, character.right))
            end = max(end, begin + 1)
            above = line.pixels[:middle, begin:end] > INK_LEVEL
            # In a coarse picture the place of a mark is known to a column or so.
            below = line.pixels[middle:, max(0, begin - 1) : end + 1] > INK_LEVEL
            if above.any() and not below.any():
                return f"the mark {character.character!r} stands above the middle: the picture may be upside down"
    return None


def _no_amount(text: str) -> str | None:
    """Return why a text may be a date or another number, as long as no profile says that amounts stand there."""
    match = _BARE_NUMBER.fullmatch(text)
    if match is not None and len(match[1]) >= _MIN_ACCOUNT_DIGITS:
        return f"{len(match[1])} digits without marks may be no amount, but an account or a telephone number"
    date = _DAY_AND_MONTH.fullmatch(text)
    if date is None or (len(date[1]) == 1 and len(date[3]) == 1):
        return None
    first, mark, second = int(date[1]), date[2], int(date[3])
    is_day_first = 1 <= first <= 31 and 1 <= second <= 12 and len(date[3]) == 2 and len(date[1]) == 2
    is_month_first = mark != "." and 1 <= first <= 12 and 1 <= second <= 31
    return f"{text!r} may be a date, a day and a month" if is_day_first or is_month_first else None
