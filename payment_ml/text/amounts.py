"""What a written amount may look like and what it means: text <-> Decimal, and what is ambiguous said to be so."""

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

CURRENCY_SIGNS = "$€£¥"
CURRENCY_CODES = ("USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK")
LONGEST = 12  # digits of an amount; more are no payment but two numbers read as one

# Strokes that keep others from writing something in front or behind; and what people write for an apostrophe or a dash.
_FILLERS = "*#=~_-"
_SAME = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u202f": " "}
)

_BARE = frozenset("0123456789.,")  # characters of a text that has nothing to strip

_CURRENCY = "|".join([f"[{CURRENCY_SIGNS}]", *CURRENCY_CODES, "Fr\\.?"])
_CURRENCY_BEFORE = re.compile(rf"^(?:{_CURRENCY})\s*", re.I)
_CURRENCY_BEHIND = re.compile(rf"\s*(?:{_CURRENCY})$", re.I)

_GROUPED = r"[0-9]{1,3}(?:(?P<thousands>[.,' ])[0-9]{3})(?:(?P=thousands)[0-9]{3})*"
_WHOLE = rf"(?P<whole>{_GROUPED}|[0-9]+)"
# Each form in which cents follow the whole part, or are said to be none. A decimal mark is never the thousands mark.
_FORMS = tuple(
    re.compile(form)
    for form in (
        _WHOLE,
        rf"{_WHOLE}(?P<mark>[.,])(?P<cents>[0-9]{{2}})",
        rf"{_WHOLE}\s*[-/]\s*(?P<cents>[0-9]{{2}})",
        rf"{_WHOLE} (?P<cents>[0-9]{{2}})",
        rf"{_WHOLE}(?:\s*(?P<mark>[.,])\s*|\s+|\s*-\s*)(?P<cents>[0-9]{{2}})\s*/\s*100",
        rf"{_WHOLE}\s*(?P<mark>[.,])",  # what remains of 1234.- without its stroke
        r"(?P<whole>)(?P<mark>[.,])(?P<cents>[0-9]{2})",
        r"(?P<whole>)(?P<cents>[0-9]{1,2})\s*/\s*100",
        r"(?P<whole>[0-9]+)(?P<mark>[.,])(?P<mills>[0-9]{3})",
    )
)


@dataclass(frozen=True)
class Amount:
    """What a text means as an amount of money."""

    text: str
    value: Decimal | None  # with two decimals; None when the text is no amount, or more than one
    readings: tuple[Decimal, ...]  # everything that it could mean, smallest first
    reason: str | None  # why there is no value

    @property
    def is_ambiguous(self) -> bool:
        """Whether it could mean different amounts."""
        return len(self.readings) > 1


def parse(text: str) -> Amount:
    """Find out what a written amount means, without ever guessing.

    All ways in which people write the same amount are understood: decimal point or comma, thousands separated by
    comma, point, apostrophe or space, `1234-56`, `1234/56`, `1234 56/100`, `1234.-`, a currency before or behind,
    filler strokes around. A text that could mean two amounts, such as 1.234, has both as its readings and no value.

    Parameters
    ----------
    text : as read or typed

    Returns
    -------
    Amount; it never raises, for what people write is data
    """
    core = _strip(text)
    digits = len(digits_of(core))
    if digits == 0:
        return Amount(text, None, (), f"expected an amount, but {text!r} holds no digit")
    if digits > LONGEST:
        return Amount(text, None, (), f"expected at most {LONGEST} digits, but {text!r} has {digits}")
    found = tuple(sorted({value for form in _FORMS if (value := _value(form.fullmatch(core))) is not None}))
    if len(found) > 1:
        meanings = " or ".join(str(value) for value in found)
        return Amount(text, None, found, f"{text!r} is ambiguous: it could mean {meanings}")
    if not found or found[0] != round(found[0], 2):
        return Amount(text, None, (), f"expected an amount such as 1,234.56, but got {text!r}")
    return Amount(text, found[0].quantize(Decimal("0.01")), found, None)


def digits_of(text: str) -> str:
    """The digits alone, in the order in which they are written."""
    return "".join(filter(str.isdigit, text))


def _strip(text: str) -> str:
    """The text without currency, fillers and outer space."""
    if _BARE.issuperset(text):  # as most are, and nothing takes longer than to look for what is not there
        return text
    core = text.translate(_SAME).strip()
    for _ in range(2):  # the currency may stand inside of the fillers or outside
        core = core.strip(_FILLERS + " ")
        core = _CURRENCY_BEHIND.sub("", _CURRENCY_BEFORE.sub("", core)).strip()
    return re.sub(r"\s+", " ", core).strip(_FILLERS + " ")


def _value(match: re.Match | None) -> Decimal | None:
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


@dataclass(frozen=True)
class Style:
    """One of the ways in which people write an amount."""

    thousands: str = ""  # between groups of three digits: "", ",", ".", "'" or " "
    cents: str = "."  # ".", ",", "-", "/" before the cents; "/100" for hundredths; ".-" or "" for none
    before: str = ""  # currency or fillers in front
    behind: str = ""  # currency or fillers behind


def spellings(value: Decimal) -> list[str]:
    """Ways to write an amount that mean it and nothing else, the plainest first; currency and fillers included."""
    marks = [".", ",", "-", "/"] + ([".-", ""] if value == int(value) else [])
    thousands = ["", ",", ".", "'"] if value >= 1000 else [""]
    sides = [("", "")] + [(each, "") for each in "$€£*=-"] + [("", each) for each in "€*=-"]
    sides += [(each, each) for each in "*=-"]
    styles = (
        Style(thousand, mark, *side)
        for side, mark, thousand in itertools.product(sides, marks, thousands)
        if not thousand or thousand != mark[:1]
    )
    return [text for text in (write(value, style) for style in styles) if parse(text).value == value]


def write(value: Decimal, style: Style = Style()) -> str:
    """Write an amount in a style; `parse` understands what comes out.

    Parameters
    ----------
    value : not negative, whole cents
    style : its cents ".-" and "" need a value without cents

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
