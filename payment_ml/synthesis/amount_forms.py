"""Draw amounts of money at random with the ways in which people and forms write them.

The text of an amount is what a reader should read: digits, marks and signs of the alphabet. `|` stands between units
and cents that are set apart without a mark; `CentsLayout` says how. A space is a gap that is not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np


class CentsLayout(StrEnum):
    """Name a way to set cents apart."""

    PLAIN = "plain"  # behind their mark, as large as the other digits
    RAISED = "raised"  # small and raised
    UNDERLINED = "underlined"  # small, raised and underlined
    DOUBLE_UNDERLINED = "double underlined"
    STACKED = "stacked"  # small, raised, underlined, above a small 100
    GAP = "gap"  # behind a gap
    RULE = "rule"  # behind a printed rule
    COMB = "comb"  # every digit in a box of its own, with a wider gap or stronger frame before the cents


@dataclass(frozen=True)
class WrittenAmount:
    """Hold an amount, its text, and how it stands on the paper."""

    value: Decimal
    text: str
    layout: CentsLayout = CentsLayout.PLAIN
    printed_before: str = ""  # a printed currency that touches or nearly touches the first digit; it is not read

    @property
    def label(self) -> str:
        """Return the value with two decimals."""
        return f"{self.value:.2f}"


def random_amount(rng: np.random.Generator) -> WrittenAmount:
    """Draw an amount, from 0.01 to 9,999,999,999, and a way to write it.

    Small amounts are as frequent as large ones (the number of digits is drawn first). About half of the amounts have
    cents behind a mark, an eighth cents that are set apart without one, and the others are whole units with the
    separators and endings of many countries.
    """
    form = rng.random()
    if form < _PLAIN:
        cents = _cents(rng, 7)
        return WrittenAmount(cents, with_cents(cents, "", _choose(rng, _DECIMAL_MARKS)), _raised_sometimes(rng))
    if form < _PLAIN + _SET_APART:
        return _set_apart(rng)
    if form < _PLAIN + _SET_APART + _STYLED:
        return _styled(rng)
    if form < _PLAIN + _SET_APART + _STYLED + _HUNDREDTHS:
        return _hundredths(rng)
    return _whole(rng)


def _set_apart(rng: np.random.Generator) -> WrittenAmount:
    value = _cents(rng, 7)
    value = value if value >= 1 else value + 1
    layout = CentsLayout(_choose(rng, _LAYOUTS))
    thousands = _choose(rng, {"": 0.85, ",": 0.1, ".": 0.05})
    return WrittenAmount(value, with_cents(value, thousands, "|"), layout)


def _styled(rng: np.random.Generator) -> WrittenAmount:
    value = _cents(rng, int(_choose(rng, {"7": 0.7, "9": 0.3})))
    thousands = _choose(rng, {"": 0.3, ",": 0.35, ".": 0.15, "'": 0.08, " ": 0.07, "lakh": 0.05})
    group_mark = "," if thousands == "lakh" else thousands
    mark = _choose(rng, {mark: share for mark, share in _DECIMAL_MARKS.items() if mark != group_mark})
    before, behind, printed = _sides(rng)
    text = f"{before}{with_cents(value, thousands, mark)}{behind}"
    sign = rng.random()
    if sign < 0.06:
        text = f"-{text}"
    elif sign < 0.1:
        text = f"({text})"
    elif sign < 0.12 and not behind:
        text = f"{text}-"
    else:
        return WrittenAmount(value, text, _raised_sometimes(rng), printed)
    return WrittenAmount(-value, text, _raised_sometimes(rng), printed)


def _hundredths(rng: np.random.Generator) -> WrittenAmount:
    """Write hundredths as a fraction: 7|19/100, or 7|xx/100 for none."""
    if rng.random() < 0.6:
        value = _cents(rng, 6)
        value = value if value >= 1 else value + 1
        return WrittenAmount(value, f"{with_cents(value, '', '|')}/100", CentsLayout.GAP)
    value = _units(rng, 5)
    return WrittenAmount(value, f"{value}|xx/100", CentsLayout.GAP)


def _whole(rng: np.random.Generator) -> WrittenAmount:
    value = _units(rng, int(_choose(rng, {"6": 0.75, "8": 0.2, "10": 0.05})))
    thousands = _choose(rng, {"": 0.4, ".": 0.23, ",": 0.13, " ": 0.06, "'": 0.03, "lakh": 0.15})
    before, behind, printed = _sides(rng)
    ending = _choose(rng, _ENDINGS)
    text = f"{before}{group_units(value, thousands)}{behind or ending}"
    return WrittenAmount(value, text, CentsLayout.PLAIN, printed)


def _cents(rng: np.random.Generator, most_digits: int) -> Decimal:
    """Draw an amount with two decimals and at most so many digits; many have round cents."""
    digits = int(rng.integers(1, most_digits + 1))
    value = _with_digits(rng, digits)
    round_ = rng.random()
    if value >= 100 and round_ < 0.2:
        value = value // 100 * 100 + (50 if round_ < 0.03 else 0)
    return Decimal(value).scaleb(-2)


def _with_digits(rng: np.random.Generator, digits: int) -> int:
    """Draw a number of so many digits: half of all evenly, half as amounts of money are, 1 leading three in ten.

    Source: Benford 1938, "The law of anomalous numbers".
    """
    if rng.random() < 0.5:
        return int(10 ** (digits - 1 + rng.random()))
    return int(rng.integers(10 ** (digits - 1), 10**digits))


def _units(rng: np.random.Generator, most_digits: int) -> Decimal:
    """Draw an amount of whole units with at most so many digits; many end in several zeros."""
    digits = int(rng.integers(1, most_digits + 1))
    value = _with_digits(rng, digits) if digits > 1 else int(rng.integers(0, 10))
    if digits > 2 and rng.random() < 0.4:
        zeros = 10 ** int(rng.integers(1, digits))
        value = value // zeros * zeros
    return Decimal(value)


def with_cents(value: Decimal, thousands: str, mark: str) -> str:
    """Return an amount with two decimals behind a mark; its units in groups, as `group_units` has them."""
    whole = int(value)
    return f"{group_units(Decimal(whole), thousands)}{mark}{round(value % 1 * 100):02d}"


def group_units(value: Decimal, thousands: str) -> str:
    """Return whole units in groups; `lakh` groups as India does, 12,34,567."""
    if thousands != "lakh":
        return f"{int(value):,}".replace(",", thousands)
    head, tail = divmod(int(value), 1000)
    if not head:
        return str(tail)
    pairs = []
    while head:
        head, pair = divmod(head, 100)
        pairs.append(f"{pair:02d}" if head else str(pair))
    return ",".join([*reversed(pairs), f"{tail:03d}"])


def _sides(rng: np.random.Generator) -> tuple[str, str, str]:
    """Draw what stands before and behind an amount, and a printed currency that is not read."""
    before = _choose(rng, _BEFORE)
    if before in _PRINTED:
        return "", "", before
    behind = _choose(rng, {"": 0.85, "*": 0.04, "=": 0.03, "€": 0.04, "**": 0.02, "#": 0.02})
    return before, behind if before in ("", "*", "=", "**", "***", "#") else "", ""


def _raised_sometimes(rng: np.random.Generator) -> CentsLayout:
    return CentsLayout(_choose(rng, {"plain": 0.88, "raised": 0.03, "underlined": 0.07, "double underlined": 0.02}))


def _choose(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """Draw a key, by its share; faster than `rng.choice`."""
    drawn = rng.random() * sum(shares.values())
    for key, share in shares.items():
        drawn -= share
        if drawn < 0:
            return key
    return next(iter(shares))


_PLAIN, _SET_APART, _STYLED, _HUNDREDTHS = 0.34, 0.13, 0.12, 0.03  # shares of all amounts; the others are whole units
_DECIMAL_MARKS = {".": 0.5, ",": 0.28, "-": 0.16, "/": 0.06}
_LAYOUTS = {
    "raised": 0.26, "underlined": 0.22, "double underlined": 0.06, "stacked": 0.06,
    "gap": 0.16, "rule": 0.16, "comb": 0.08,
}  # fmt: skip
_ENDINGS = {
    "": 0.38, ".": 0.09, ",": 0.02, ".-": 0.11, ",-": 0.06, "/-": 0.14, "-": 0.06, "--": 0.02, "=": 0.05, ".=": 0.02,
    "#": 0.02, ":-": 0.01, "/=": 0.02,
}  # fmt: skip
_PRINTED: Sequence[str] = ("Rs", "Rs.", "R$", "RM", "CHF", "EUR", "USD", "$ ", "₹ ")
_BEFORE = {
    "": 0.54, "$": 0.09, "€": 0.04, "£": 0.04, "₹": 0.04, "*": 0.03, "**": 0.02, "***": 0.01, "=": 0.02, "#": 0.02,
    "Rs": 0.03, "Rs.": 0.02, "R$": 0.01, "RM": 0.01, "CHF": 0.01, "EUR": 0.01, "USD": 0.01, "$ ": 0.04, "₹ ": 0.06,
}  # fmt: skip
