"""Parse written amounts into exact decimal values, and write values as text.

An ambiguous text, such as 1.234, keeps each of its possible values; the parser never chooses one.
"""

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

CURRENCY_SIGNS = "$€£¥"
CURRENCY_CODES = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK")
MAX_DIGITS = 12  # of an amount; longer ones are no payment, but two numbers read as one

# Strokes around an amount, so that nobody can add a digit.
_FILLERS = "*#=~_-"
# Variants of the apostrophe, the dash and the space.
_NORMALIZED = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u202f": " "}
)

_BARE = frozenset("0123456789.,")  # a text of these alone has nothing to strip

_CURRENCY = "|".join([f"[{CURRENCY_SIGNS}]", *CURRENCY_CODES, "Fr\\.?"])
_CURRENCY_BEFORE = re.compile(rf"^(?:{_CURRENCY})\s*", re.I)
_CURRENCY_BEHIND = re.compile(rf"\s*(?:{_CURRENCY})$", re.I)

_GROUPED = r"[0-9]{1,3}(?:(?P<thousands>[.,' ])[0-9]{3})(?:(?P=thousands)[0-9]{3})*"
_WHOLE = rf"(?P<whole>{_GROUPED}|[0-9]+)"
# Each form of a whole part with its cents, or without any. A decimal mark is never the thousands mark.
_FORMS = tuple(
    re.compile(form)
    for form in (
        _WHOLE,
        rf"{_WHOLE}(?P<mark>[.,])(?P<cents>[0-9]{{2}})",
        rf"{_WHOLE}\s*[-/]\s*(?P<cents>[0-9]{{2}})",
        rf"{_WHOLE} (?P<cents>[0-9]{{2}})",
        rf"{_WHOLE}(?:\s*(?P<mark>[.,])\s*|\s+|\s*-\s*)(?P<cents>[0-9]{{2}})\s*/\s*100",
        rf"{_WHOLE}\s*(?P<mark>[.,])",  # 1234.- after its filler stroke is stripped
        r"(?P<whole>)(?P<mark>[.,])(?P<cents>[0-9]{2})",
        r"(?P<whole>)(?P<cents>[0-9]{1,2})\s*/\s*100",
        r"(?P<whole>[0-9]+)(?P<mark>[.,])(?P<mills>[0-9]{3})",
    )
)


@dataclass(frozen=True)
class Amount:
    """Hold a text and the amount of money that it means."""

    text: str
    value: Decimal | None  # with two decimals; None for a text that is no amount, or an ambiguous one
    readings: tuple[Decimal, ...]  # each value that the text could mean, smallest first; two or more are ambiguous
    reason: str | None  # for which there is no value; None when there is one


def parse(text: str) -> Amount:
    """Parse a written amount without guessing.

    The grammar knows the usual ways to write an amount: decimal point or comma, thousands separated by comma, point,
    apostrophe or space, `1234-56`, `1234/56`, `1234 56/100`, `1234.-`, a currency before or behind, filler strokes
    around. A text that could mean two amounts, such as 1.234, has both as its readings and no value.

    Parameters
    ----------
    text : as read or typed

    Returns
    -------
    Amount; the function never raises, a text that is no amount has a reason instead of a value
    """
    core = _strip(text)
    digits = len(digits_of(core))
    if digits == 0:
        return Amount(text, None, (), f"expected an amount, but {text!r} holds no digit")
    if digits > MAX_DIGITS:
        return Amount(text, None, (), f"expected at most {MAX_DIGITS} digits, but {text!r} has {digits}")
    values = tuple(sorted({value for form in _FORMS if (value := _value(form.fullmatch(core))) is not None}))
    if len(values) > 1:
        meanings = " or ".join(map(str, values))
        return Amount(text, None, values, f"{text!r} is ambiguous: it could mean {meanings}")
    if not values or values[0] != round(values[0], 2):
        return Amount(text, None, (), f"expected an amount such as 1,234.56, but got {text!r}")
    return Amount(text, values[0].quantize(Decimal("0.01")), values, None)


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
    """Return the unambiguous ways to write an amount, the plainest first; currency and fillers included."""
    marks = [".", ",", "-", "/"] + ([".-", ""] if value == int(value) else [])
    thousands = ["", ",", ".", "'"] if value >= 1000 else [""]
    sides = [("", "")] + [(sign, "") for sign in "$€£*=-"] + [("", sign) for sign in "€*=-"]
    sides += [(filler, filler) for filler in "*=-"]
    styles = (
        Style(thousand, mark, *side)
        for side, mark, thousand in itertools.product(sides, marks, thousands)
        if not thousand or thousand != mark[:1]
    )
    return [text for text in (write(value, style) for style in styles) if parse(text).value == value]


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


def _strip(text: str) -> str:
    """Return a text without currency, fillers and outer spaces."""
    if _BARE.issuperset(text):  # the usual case, which needs no regular expression
        return text
    core = text.translate(_NORMALIZED).strip()
    for _ in range(2):  # the currency may stand inside or outside of the fillers
        core = core.strip(_FILLERS + " ")
        core = _CURRENCY_BEHIND.sub("", _CURRENCY_BEFORE.sub("", core)).strip()
    return re.sub(r"\s+", " ", core).strip(_FILLERS + " ")


def _value(match: re.Match[str] | None) -> Decimal | None:
    """Return the value of a match of one of `_FORMS`; None without a match, or for inconsistent marks."""
    if match is None:
        return None
    parts = match.groupdict()
    if parts.get("thousands") and parts["thousands"] == parts.get("mark"):
        return None
    if parts.get("thousands") and match["whole"].startswith("0"):
        return None
    whole = "".join(re.findall("[0-9]", parts["whole"])) or "0"
    if parts.get("mills"):
        return Decimal(f"{whole}.{parts['mills']}")
    return Decimal(f"{whole}.{(parts.get('cents') or '0').rjust(2, '0')}")
