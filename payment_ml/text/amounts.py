"""Parse written amounts into exact decimal values, and write values as text.

An ambiguous text, such as 1.234, keeps each of its possible values; only a profile settles which one it has.
"""

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

from payment_ml.text import grammar
from payment_ml.text.profiles import Profile

MAX_DIGITS = 12  # of an amount; longer ones are no payment, but two numbers read as one

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Amount:
    """Hold a text and the amount of money that it means."""

    text: str
    value: Decimal | None  # with two decimals; None for a text that is no amount, or an ambiguous one
    readings: tuple[Decimal, ...]  # each value that the text could mean, smallest first; empty: it is no amount
    reason: str | None  # why a person should look: no value, or a value that is doubtful; None when there is none


def parse(text: str, profile: Profile | None = None) -> Amount:
    """Parse a written amount without guessing.

    The grammar knows the usual ways to write an amount: decimal point or comma; groups of three digits, or lakhs, with
    comma, point, apostrophe or space; `1234-56`, `1234/56`, `1234=56`, `1234 56/100`, `1234 xx/100`; endings such as
    `.-` and `/-`; a currency before or behind; filler strokes around. A text that could mean two amounts, such as
    1.234, has both as its readings and no value. So has one with a single dash before or behind it, or in brackets:
    it could be negative.

    Parameters
    ----------
    text : as read or typed
    profile : settles the marks of the locale, cents and sign; None: nothing is assumed

    Returns
    -------
    Amount; the function never raises, a text that is no amount has a reason instead of a value
    """
    digits = len(digits_of(text))
    if digits == 0:
        return Amount(text, None, (), f"expected an amount, but {text!r} holds no digit")
    if digits > MAX_DIGITS:
        return Amount(text, None, (), f"expected at most {MAX_DIGITS} digits, but {text!r} has {digits}")
    parts = grammar.split(text, profile)
    found = [] if parts is None else grammar.values(parts, profile)
    if parts is None or not found:
        return Amount(text, None, (), f"expected an amount such as 1,234.56, but got {text!r}")
    readings = tuple(sorted(_signed({item.value for item in found}, parts.sign, profile)))
    if len(readings) > 1:
        meanings = " or ".join(map(str, readings))
        return Amount(text, None, readings, f"{text!r} is ambiguous: it could mean {meanings}")
    value = readings[0]
    if value != round(value, 2):
        return Amount(text, None, (), f"expected an amount such as 1,234.56, but got {text!r}")
    doubt = None if found[0].doubt is None else f"{text!r} may mean {value:.2f}, but {found[0].doubt}"
    reason = doubt or (profile and _contradiction(parts, value, profile))
    return Amount(text, value.quantize(_CENT), readings, reason or None)


def value_of_label(text: str) -> Decimal | None:
    """Return the value of a label, an amount as `str(Amount.value)` writes it; None for any other text."""
    return Decimal(text) if re.fullmatch(r"-?(?:0|[1-9][0-9]*)\.[0-9]{2}", text) else None


def digits_of(text: str) -> str:
    """Return the digits of a text alone, in the order in which they are written."""
    return "".join(filter(str.isdigit, text))


@dataclass(frozen=True)
class Style:
    """Hold one way to write an amount."""

    thousands: str = ""  # between groups of three digits: "", ",", ".", "'" or " "
    cents: str = "."  # ".", ",", "-", "/" before the cents; "/100" for hundredths; ".-" or "" for none
    before: str = ""  # currency or fillers in front
    behind: str = ""  # currency or fillers behind


def spellings(value: Decimal) -> list[str]:
    """Return the unambiguous ways to write an amount, the plainest first; currency and fillers included.

    A negative amount has a dash before or behind, which only a profile settles.
    """
    if value < 0:
        plain = [text for text in spellings(-value) if text[0].isdigit() and text[-1].isdigit()]
        return [f"-{text}" for text in plain] + [f"{text}-" for text in plain]
    marks = [".", ",", "-", "/"] + ([".-", ""] if value == int(value) else [])
    thousands = ["", ",", ".", "'"] if value >= 1000 else [""]
    sides = [("", "")] + [(sign, "") for sign in "$€£*="] + [("", sign) for sign in "€*="]
    sides += [(filler, filler) for filler in "*=-"]
    styles = (
        Style(thousand, mark, *side)
        for side, mark, thousand in itertools.product(sides, marks, thousands)
        if not thousand or thousand != mark[:1]
    )
    texts = (write(value, style) for style in styles)
    return [text for text in texts if (amount := parse(text)).reason is None and amount.value == value]


def write(value: Decimal, style: Style = Style()) -> str:
    """Write an amount in a style; `parse` returns the same value for the text.

    Parameters
    ----------
    value : at least 0, in whole cents
    style : the cents ".-" and "" need a value without cents

    Raises
    ------
    ValueError : negative, fractions of a cent, cents that the style cannot show, or a decimal mark that is also the
        thousands mark
    """
    if value < 0 or value != round(value, 2):
        raise ValueError(f"expected whole cents of at least 0, but got {value}")
    if style.cents in (".-", "") and value != int(value):
        raise ValueError(f"expected no cents in the style {style.cents!r}, but got {value}")
    if style.thousands and style.thousands == style.cents[:1]:
        raise ValueError(f"expected different marks for thousands and decimals, but both are {style.thousands!r}")
    whole = f"{int(value):,}".replace(",", style.thousands)
    cents = f"{round(value % 1 * 100):02d}"
    special = {"": whole, ".-": f"{whole}.-", "/100": f"{whole} {cents}/100"}
    return f"{style.before}{special.get(style.cents, f'{whole}{style.cents}{cents}')}{style.behind}"


def _signed(values: set[Decimal], sign: str, profile: Profile | None) -> set[Decimal]:
    """Return values with the signs that they can have; `sign` as in `grammar.Parts`."""
    if not sign or (sign == "behind" and profile is not None and profile.sign == "before"):
        return values
    negative = {value.copy_negate() if value else value for value in values}
    return negative if profile is not None and profile.sign == "negative" else values | negative


def _contradiction(parts: grammar.Parts, value: Decimal, profile: Profile) -> str | None:
    """Return how an amount contradicts a profile; None where it does not."""
    where = f"the profile {profile.name}".rstrip()
    others = parts.currencies - profile.notation.currency_names
    if profile.currency is not None and others:
        return f"expected {profile.currency}, as {where} says, but the currency is {', '.join(sorted(others))}"
    if profile.largest is not None and abs(value) > profile.largest:
        return f"expected at most {profile.largest}, as {where} says, but got {value:.2f}"
    return None
