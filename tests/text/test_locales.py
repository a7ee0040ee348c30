"""Tests of notations of locales: what CLDR writes, the grammar reads."""

import subprocess
import sys
from decimal import Decimal

import pytest
from babel import numbers
from hypothesis import given
from hypothesis import strategies as st

from payment_ml.text import amounts
from payment_ml.text.locales import notation
from payment_ml.text.normalization import normalize
from payment_ml.text.profiles import Profile

CURRENCIES = {
    "en_US": "USD", "en_GB": "GBP", "en_IN": "INR", "hi_IN": "INR", "en_ZA": "ZAR", "en_CA": "CAD", "fr_CA": "CAD",
    "de_DE": "EUR", "de_AT": "EUR", "de_CH": "CHF", "fr_CH": "CHF", "it_CH": "CHF", "fr_FR": "EUR", "it_IT": "EUR",
    "es_ES": "EUR", "nl_NL": "EUR", "pt_PT": "EUR", "pt_BR": "BRL", "es_MX": "MXN", "es_CO": "COP", "sv_SE": "SEK",
    "nb_NO": "NOK", "da_DK": "DKK", "fi_FI": "EUR", "pl_PL": "PLN", "cs_CZ": "CZK", "hu_HU": "HUF", "tr_TR": "TRY",
    "ms_MY": "MYR", "he_IL": "ILS", "ar_EG": "EGP", "ne_NP": "NPR", "ja_JP": "JPY", "zh_CN": "CNY",
}  # fmt: skip
locales = st.sampled_from(sorted(CURRENCIES))
values = st.decimals(min_value=0, max_value=Decimal("99999999.99"), places=2)


def profile(locale: str, **settings: str) -> Profile:
    """Return a profile of a locale with the currency of its country."""
    return Profile(locale, CURRENCIES[locale], **settings)


@given(locales, values, st.sampled_from(["standard", "name"]))
def test_an_amount_that_cldr_writes_parses_to_its_value(locale, value, format_type):
    """Currency signs and names of the locale, its groups and its decimal mark."""
    currency = CURRENCIES[locale]
    text = numbers.format_currency(value, currency, locale=locale, format_type=format_type, currency_digits=False)
    parsed = amounts.parse(text, profile(locale))
    assert (parsed.value, parsed.reason) == (round(value, 2), None), text


@given(locales, values.filter(bool), st.sampled_from(["standard", "accounting"]))
def test_a_negative_amount_that_cldr_writes_parses_to_its_value(locale, value, format_type):
    """With a dash, before or behind the currency, or in brackets."""
    currency = CURRENCIES[locale]
    text = numbers.format_currency(-value, currency, locale=locale, format_type=format_type, currency_digits=False)
    assert amounts.parse(text, profile(locale, sign="negative")).value == -value, text
    assert set(amounts.parse(text, profile(locale)).readings) == {-value, value}, text


@given(locales, values)
def test_a_number_that_cldr_writes_parses_as_babel_parses_it(locale, value):
    """Babel's strict parser is an independent implementation."""
    text = numbers.format_decimal(value, locale=locale)
    parsed = amounts.parse(text, profile(locale))
    assert parsed.value == numbers.parse_decimal(text, locale=locale, strict=True) == value, text


@given(locales, st.text("0123456789.,' ", min_size=1, max_size=10))
def test_what_babel_parses_strictly_is_among_the_readings(locale, text):
    """Compare texts that the grammar knows, with the marks of the locale alone; Babel takes others as they are."""
    known = profile(locale)
    parsed = amounts.parse(text, known)
    try:
        value = numbers.parse_decimal(text.strip(), locale=locale, strict=True)
    except numbers.NumberFormatError:
        return
    if parsed.readings and set(text.strip()) <= {*"0123456789", known.notation.decimal, known.notation.group}:
        assert value in parsed.readings, (text, value, parsed)


@pytest.mark.parametrize(
    ("locale", "decimal", "group", "has_lakhs"),
    [
        ("en_US", ".", ",", False),
        ("en_IN", ".", ",", True),
        ("de_DE", ",", ".", False),
        ("de_CH", ".", "'", False),
        ("fr_FR", ",", " ", False),
        ("ar_EG", ".", ",", False),
    ],
)
def test_marks_of_a_locale_are_those_of_cldr_for_latin_digits(locale, decimal, group, has_lakhs):
    """Apostrophes and spaces are normalized."""
    found = notation(locale, None)
    assert (found.decimal, found.group, found.has_lakhs) == (decimal, group, has_lakhs)
    assert found.currency_names == frozenset()


@pytest.mark.parametrize(
    ("locale", "currency", "names"),
    [
        ("en_IN", "INR", {"₹", "rs", "rs.", "inr", "indian rupees", "rupees"}),
        ("pt_BR", "BRL", {"r$", "$", "brl", "reais", "reais brasileiros"}),
        ("de_CH", "CHF", {"chf", "fr.", "franken", "swiss francs"}),
        ("ms_MY", "MYR", {"rm", "myr"}),
    ],
)
def test_a_currency_has_its_signs_code_and_names(locale, currency, names):
    """In its own language and in English."""
    found = notation(locale, currency).currency_names
    assert names <= found
    assert all(name == normalize(name).casefold() for name in found)


@pytest.mark.parametrize("locale", ["xx_YY", "", "english", "en-US"])
def test_a_locale_that_cldr_has_not_is_refused(locale):
    """The message says what a locale looks like."""
    with pytest.raises(ValueError, match="expected a locale of CLDR, such as en_US, but got"):
        notation(locale, None)


def test_a_currency_that_does_not_exist_is_refused():
    """The message says what a currency looks like."""
    with pytest.raises(ValueError, match="expected a currency code of ISO 4217, such as USD, but got 'DOLLAR'"):
        notation("en_US", "DOLLAR")


def test_parsing_without_a_profile_does_not_import_babel():
    """Reading one picture need not wait for the data of locales."""
    program = (
        "import sys; from payment_ml.text import amounts; amounts.parse('$1,234.56'); print('babel' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
