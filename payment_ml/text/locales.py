"""Look up how a locale writes amounts, in the Unicode CLDR data of Babel.

Babel is imported at the first call: reading without a profile does not need it.
"""

import functools
from dataclasses import dataclass

from payment_ml.text.normalization import normalize

# Signs and abbreviations that people write, and that CLDR has for no locale or for few.
_ABBREVIATIONS = {
    "INR": ("₹", "₨", "Rs", "Rs.", "Re", "Re."),
    "NPR": ("₨", "Rs", "Rs.", "रू"),
    "PKR": ("₨", "Rs", "Rs."),
    "LKR": ("₨", "Rs", "Rs."),
    "CHF": ("Fr", "Fr.", "SFr", "SFr."),
    "SEK": ("kr", "kr."),
    "NOK": ("kr", "kr."),
    "DKK": ("kr", "kr."),
}


@dataclass(frozen=True)
class Notation:
    """Hold how a locale writes an amount of money; its marks are normalized."""

    decimal: str  # "." or ","
    group: str  # between groups of digits
    has_lakhs: bool  # groups of two digits before the last three, as in 12,34,567
    currency_names: frozenset[str]  # signs, code, abbreviations and names of the currency, casefolded; empty: any


@functools.cache
def notation(locale: str, currency: str | None) -> Notation:
    """Return how a locale writes amounts of a currency with Latin digits.

    Parameters
    ----------
    locale : as CLDR names it, such as en_IN
    currency : ISO 4217 code; None for any

    Raises
    ------
    ValueError : CLDR has no such locale, or no such currency
    """
    from babel import Locale, UnknownLocaleError

    try:
        data = Locale.parse(locale)
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise ValueError(f"expected a locale of CLDR, such as en_US, but got {locale!r}") from error
    symbols = data.number_symbols.get("latn", {})
    return Notation(
        normalize(symbols.get("decimal", ".")),
        normalize(symbols.get("group", ",")) or " ",
        data.decimal_formats[None].grouping[1] == 2,
        frozenset() if currency is None else _currency_names(locale, currency),
    )


def _currency_names(locale: str, currency: str) -> frozenset[str]:
    """Return all names of a currency in a locale and in English, normalized and casefolded."""
    from babel import numbers

    if not numbers.is_currency(currency):
        raise ValueError(f"expected a currency code of ISO 4217, such as USD, but got {currency!r}")
    names = {currency, *_ABBREVIATIONS.get(currency, ())}
    for language in (locale, "en"):
        names.add(numbers.get_currency_symbol(currency, language))
        names.add(numbers.get_currency_name(currency, locale=language))
        # CLDR tells plural forms apart by the number.
        names |= {numbers.get_currency_name(currency, count, language) for count in (0, 1, 2, 3, 5, 11, 100, 1.5)}
    # People leave out the country, as in `reais` for reais brasileiros and in `$` for R$.
    names |= {word for name in names for word in normalize(name).split()}
    if any(name.endswith("$") for name in names):
        names.add("$")
    return frozenset(normalize(name).casefold() for name in names)
