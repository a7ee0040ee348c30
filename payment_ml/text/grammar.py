"""Split a written amount into currency, fillers, sign and number, and find the values that the number can have.

CLDR has the marks of a locale. The grammar has what people write and CLDR has not: fillers, endings such as `/-`,
hundredths such as `xx/100`, and cents that are set apart.
"""

import functools
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from payment_ml.text.alphabet import SET_APART
from payment_ml.text.normalization import normalize
from payment_ml.text.profiles import Profile

_SIGNS = "$€£¥₹₨₩₪₽₺₴₦₫฿₱"
_CODES = (
    "AED AUD BRL CAD CHF CLP CNY COP CZK DKK DZD EUR GBP HUF ILS INR JPY LKR MAD MXN MYR NOK NPR NZD PKR PLN QAR SAR "
    "SEK SGD TND TRY USD ZAR"
)
_ABBREVIATIONS = "R$ US$ CA$ A$ C$ S$ RM Rs. Rs SFr. SFr Fr. Fr kr. kr Euro"

_FILLERS = r"*#=\s-"
_TWO = r"(?P<cents>[0-9]{2})"
_BESIDE = r"(?:\s*(?:[.,|&-]|and)\s*|\s*)"  # between units and hundredths; a network reads no spaces
_HUNDREDTHS = r"\s*/\s*100"
_UNITS = r"(?P<units>[0-9][0-9.,' ]*?)"
# Forms of a number, each with characters of which it has at least one, unless they are none: most texts are compared
# with few forms. One text can have several: 1.234 is whole, and it is mills.
_FORMS = {
    "whole": ("", re.compile(_UNITS)),
    "decimal": (".,", re.compile(rf"{_UNITS}?\|?(?P<mark>[.,])\|?{_TWO}")),
    "divided": ("-/= ", re.compile(rf"{_UNITS}(?:\s*[-/=]\s*| ){_TWO}")),
    "apart": ("|", re.compile(rf"{_UNITS}\s*\|\s*{_TWO}")),
    "hundredths": ("/", re.compile(rf"{_UNITS}{_BESIDE}{_TWO}{_HUNDREDTHS}", re.I)),
    "only hundredths": ("/", re.compile(rf"(?P<cents>[0-9]{{1,2}}){_HUNDREDTHS}")),
    "no hundredths": ("/", re.compile(rf"{_UNITS}{_BESIDE}(?:xx?|no){_HUNDREDTHS}", re.I)),
    "tenths": (".,", re.compile(rf"{_UNITS}(?P<mark>[.,])(?P<cents>[0-9])")),
    "mills": (".,", re.compile(r"(?P<units>[0-9]+)(?P<mark>[.,])(?P<cents>[0-9]{3})")),
}


@dataclass(frozen=True)
class Parts:
    """Hold the parts of a written amount."""

    number: str  # from the first digit, or the mark before it, to the last digit
    ending: str  # behind the number: "/" of /-, "-" of .- and similar, "." for a mark alone, or nothing
    sign: str  # "before" or "behind" for one dash directly there, "brackets", or nothing
    currencies: frozenset[str]  # that are named, casefolded


@dataclass(frozen=True)
class _Units:
    """Hold the units of a number."""

    digits: str
    mark: str  # between groups of digits; empty without groups
    is_regular: bool  # False for groups of a length that no locale has


@dataclass(frozen=True)
class Value:
    """Hold one value that a number can have."""

    value: Decimal
    doubt: str | None = None  # why a person should look at the spelling


def split(text: str, profile: Profile | None) -> Parts | None:
    """Return the parts of a text that holds a digit; None where it is no amount.

    One dash is a sign. Two or more, or dashes on both sides, are fillers that close the line.
    """
    text = normalize(text)
    if text[0].isdigit() and text[-1].isdigit():  # the usual case: nothing stands before or behind
        return Parts(text, "", "", frozenset())
    outline, currency = _patterns(frozenset() if profile is None else profile.notation.currency_names)
    match = outline.fullmatch(text)
    if match is None:
        return None
    before, behind = (currency.sub("", match[side]) for side in ("before", "behind"))
    dashes = before.count("-"), behind.count("-")
    brackets = before.count("("), behind.count(")")
    if brackets not in ((0, 0), (1, 1)) or (brackets == (1, 1) and any(dashes)):
        return None
    named = currency.findall(match["before"]) + currency.findall(match["behind"])
    return Parts(
        match["number"],
        "/" if match["slash"] else "-" if match["strokes"] else "." if match["mark"] else "",
        "brackets" if brackets == (1, 1) else {(1, 0): "before", (0, 1): "behind"}.get(dashes, ""),
        frozenset(name.casefold() for name in named),
    )


def values(parts: Parts, profile: Profile | None) -> list[Value]:
    """Return the values that the number can have without its sign; none where the grammar does not know it."""
    return _known_forms(parts, profile) or _with_marks_of_groups(parts, profile)


def _with_marks_of_groups(parts: Parts, profile: Profile | None) -> list[Value]:
    """Return the values of a number with `|` between groups: a network takes a long comma or a ruled line for it."""
    if profile is None or SET_APART not in parts.number:
        return []
    found = _known_forms(replace(parts, number=parts.number.replace(SET_APART, ",")), profile)
    return [replace(value, doubt=f"a mark between its digits was read as {SET_APART}") for value in found]


def _known_forms(parts: Parts, profile: Profile | None) -> list[Value]:
    written = set(parts.number)
    found = [
        value
        for form, (marks, pattern) in _FORMS.items()
        if (not marks or not written.isdisjoint(marks)) and (match := pattern.fullmatch(parts.number))
        for value in _values(form, match.groupdict(), parts.ending, profile)
    ]
    # An irregular spelling counts only where the text is no regular one.
    return [value for value in found if value.doubt is None] or found


def _values(form: str, match: dict[str, str | None], ending: str, profile: Profile | None) -> list[Value]:
    """Return the values of a number in one of `_FORMS`; none where its marks, its ending or the profile exclude it."""
    units = _split_units(match.get("units") or "0", profile)
    if units is None or (units.mark and units.mark == match.get("mark")):
        return []
    cents = match.get("cents") or ""
    policy = "any" if profile is None else profile.cents
    irregular = None if units.is_regular else "its groups of digits are irregular"
    if form == "whole":
        doubt = "its cents may be missing" if ending == "." and policy != "never" else None
        whole = Value(_decimal(units.digits), irregular or doubt)
        # Where cents are always written, only groups or an ending show that there are none; a bare number has lost its
        # mark, or its cents.
        is_bare = policy == "always" and not units.mark and not ending
        return [whole, Value(Decimal(units.digits).scaleb(-2))] if is_bare else [whole]
    if ending in ("-", "."):
        return []  # an ending that stands for the cents
    if form == "mills":
        is_excluded = ending or policy == "never" or (profile and match["mark"] != profile.notation.decimal)
        return [] if is_excluded else [Value(_decimal(units.digits, cents))]
    if form == "apart" and not units.mark:
        joined, parted = Value(_decimal(units.digits + cents)), Value(_decimal(units.digits, cents))
        return {"never": [joined], "always": [parted], "any": [parted, joined]}[policy]
    if form == "tenths" and (profile is None or match["mark"] != profile.notation.decimal):
        return []  # a crop that lost the last digit looks the same
    doubt = "the profile has whole units only" if policy == "never" else None
    cents = cents.rjust(2, "0") if form == "only hundredths" else cents.ljust(2, "0")
    return [Value(_decimal(units.digits, cents), irregular or doubt)]


def _split_units(text: str, profile: Profile | None) -> _Units | None:
    """Return the units of a number; None where they are not groups with one mark between them."""
    if text.isdigit():
        return _Units(text, "", True)
    mark = next(character for character in text if not character.isdigit())
    first, *others = text.split(mark)
    lengths = [len(group) for group in others]
    if not all(group.isdigit() for group in (first, *others)) or first.startswith("0"):
        return None
    in_threes = len(first) <= 3 and set(lengths) == {3}
    # In India, 150,00,000 is 150 lakhs; elsewhere a first group of three is no evidence of lakhs.
    longest = 3 if profile is not None and profile.notation.has_lakhs else 2
    in_lakhs = mark == "," and len(first) <= longest and lengths[-1] == 3 and set(lengths[:-1]) == {2}
    digits = first + "".join(others)
    if in_threes or in_lakhs:
        return _Units(digits, mark, True)
    if profile is None or lengths[-1] < 3 or mark not in (profile.notation.group, *(",." * (profile.cents == "never"))):
        return None
    return _Units(digits, mark, False)


def _decimal(units: str, cents: str = "00") -> Decimal:
    return Decimal(f"{units}.{cents}")


@functools.cache
def _patterns(names: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of a whole amount and of a currency, which has the names of a profile besides the usual ones."""
    known = sorted({*_CODES.split(), *_ABBREVIATIONS.split(), *names} - {*_SIGNS}, key=len, reverse=True)
    # The lookahead keeps a digit from being compared with a hundred names.
    currency = rf"(?![0-9.,])(?:{'|'.join(map(re.escape, known))}|[{_SIGNS}])"
    ending = r"\s*(?:(?P<slash>/\s*[-=]+)|(?P<strokes>[.,:|]\s*[-=]+|=-+)|(?P<mark>[.,|]))"
    outline = (
        rf"(?P<before>(?:{currency}|[({_FILLERS}])*)"
        rf"(?P<number>[.,]?[0-9](?:.*[0-9])?)"
        rf"(?:{ending})?"
        rf"(?P<behind>(?:{currency}|[){_FILLERS}])*)"
    )
    return re.compile(outline, re.I), re.compile(currency, re.I)
