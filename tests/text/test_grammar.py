"""Tests of the grammar under profiles: what a profile settles has one value, all else keeps its readings."""

from decimal import Decimal

import pytest

from payment_ml.text import amounts
from payment_ml.text.profiles import Profile, load_profile

# Spellings that the profile of their country settles.
SETTLED = {
    "us-cheque": {
        "$1,234.56": "1234.56",
        "5,000": "5000",
        "336,000": "336000",
        "99|46": "99.46",
        "99.|46": "99.46",
        "1,234|56": "1234.56",
        "991=20": "991.20",
        "7 xx/100": "7",
        "83 XX/100": "83",
        "7 no/100": "7",
        "45/100": "0.45",
        "7 45/100": "7.45",
        "7 & 45/100": "7.45",
        "54 and 50/100": "54.50",
        "5450/100": "54.50",
        "995|00/100": "995",
        "1,234 56/100": "1234.56",
        "1234.5": "1234.50",
        "***8.01***": "8.01",
        "**12,345,678.00**": "12345678",
        "1,234.50 US dollars": "1234.50",
    },
    "uk-cheque": {"£1,234-56": "1234.56", "£250.00": "250", "1,234": "1234", "GBP 99|46": "99.46"},
    "indian-cheque": {
        "23,100/-": "23100",
        "12,34,567": "1234567",
        "₹3,22,000/-": "322000",
        "3,22,000/-": "322000",
        "Rs 1800": "1800",
        "Rs. 1,800/-": "1800",
        "250:-": "250",
        "336,000": "336000",
        "991=": "991",
        "71,20,475.00": "7120475",
        "159,000/-": "159000",
        "150,00,000/-": "15000000",
        "₹52,00,00,000": "520000000",
        "12.50/-": "12.50",
        "20,500/=": "20500",
        "49295 36": "49295.36",
        "4647.6": "4647.60",
    },
    "euro-slip": {
        "1.338": "1338",
        "1.234,56": "1234.56",
        "12 345,67": "12345.67",
        "12\u00a0345,67 €": "12345.67",
        "12\u202f345,67": "12345.67",
        "1.234,5": "1234.50",
        "250,-": "250",
        "250,--": "250",
    },
    "swiss-slip": {
        "CHF 12.50": "12.50",
        "CHF 1’234.50": "1234.50",
        "1'234": "1234",
        "20.-": "20",
        "Fr. 20.—": "20",
        "1 234.50": "1234.50",
    },
    "brazilian-cheque": {"R$ 1.234,56": "1234.56", "R$\u00a01.338": "1338", "2.000,00 reais": "2000", "$5,00": "5"},
    "integer-cheque": {
        "1.338": "1338",
        "336,000": "336000",
        "1.338.-": "1338",
        "1.338,-": "1338",
        "1.338 #": "1338",
        "1.338=": "1338",
        "1.338--": "1338",
        "#1338#": "1338",
        "1338.": "1338",
        "99|46": "9946",
    },
}
# Spellings that mean one amount without any profile.
CLEAR = {
    "12,34,567": "1234567",
    "₹3,22,000/-": "322000",
    "23,100/-": "23100",
    "Rs 1800": "1800",
    "250:-": "250",
    "991=20": "991.20",
    "991=": "991",
    "7 xx/100": "7",
    "745/100": "7.45",
    "RM 45.10": "45.10",
    "1,234|56": "1234.56",
    "99|-": "99",
    "99|--": "99",
}


@pytest.mark.parametrize(
    ("profile", "text", "value"), [(name, *item) for name, texts in SETTLED.items() for item in texts.items()]
)
def test_a_profile_settles_the_spellings_of_its_country(profile, text, value):
    """There is one value, and no reason for review."""
    parsed = amounts.parse(text, load_profile(profile))
    assert (parsed.value, parsed.reason) == (Decimal(value), None)


@pytest.mark.parametrize(("text", "value"), CLEAR.items())
def test_a_spelling_with_one_meaning_needs_no_profile(text, value):
    """Nothing else could be meant in any country."""
    parsed = amounts.parse(text)
    assert (parsed.value, parsed.reason) == (Decimal(value), None)


@pytest.mark.parametrize(
    ("text", "profile", "readings"),
    [
        pytest.param("99|46", None, ("99.46", "9946"), id="cents set apart, without a profile"),
        pytest.param("99|46", "indian-cheque", ("99.46", "9946"), id="cents set apart where they are optional"),
        pytest.param("5,000", None, ("5", "5000"), id="three digits behind a mark, without a profile"),
        pytest.param("5.000", "us-cheque", ("5", "5000"), id="three digits behind the decimal mark"),
        pytest.param("9946", "us-cheque", ("99.46", "9946"), id="no cents seen where they are always written"),
        pytest.param("9946=", "us-cheque", ("99.46", "9946"), id="a filler is no evidence of whole units"),
        pytest.param("99.46-", "us-cheque", ("-99.46", "99.46"), id="a dash behind"),
        pytest.param("(99.46)", "us-cheque", ("-99.46", "99.46"), id="brackets"),
        pytest.param("-20.-", "swiss-slip", ("-20", "20"), id="the dash of an ending is no filler"),
    ],
)
def test_a_text_that_a_profile_does_not_settle_keeps_its_readings(text, profile, readings):
    """It has no value, and goes to review."""
    parsed = amounts.parse(text, load_profile(profile))
    assert (parsed.value, parsed.readings) == (None, tuple(map(Decimal, readings)))


def test_a_dash_behind_closes_the_line_where_the_profile_says_so():
    """One before the amount, and brackets, could be a minus sign all the same."""
    closing = load_profile("integer-cheque")
    assert amounts.parse("1.000-", closing).value == Decimal(1000)
    assert amounts.parse("-1.000", closing).readings == (Decimal(-1000), Decimal(1000))
    assert amounts.parse("(1.000)", closing).value is None
    assert amounts.parse("1000-").readings == (Decimal(-1000), Decimal(1000))


@pytest.mark.parametrize("text", ["3,22|000", "1|250|000", "12|345,678"])
def test_a_bar_between_groups_is_a_doubtful_mark(text):
    """A long comma or a ruled line may look like it: the value is known, and a person looks."""
    amount = amounts.parse(text, load_profile("indian-cheque"))
    assert amount.value == Decimal("".join(filter(str.isdigit, text)))
    assert "read as |" in amount.reason


@pytest.mark.parametrize("text", ["-93.09", "93.09-", "(93.09)", "$-93.09", "(US$ 93.09)"])
def test_a_sign_is_negative_where_the_profile_says_so(text):
    """The same dash means nothing on a cheque, where it goes to review."""
    assert amounts.parse(text, Profile("en_US", sign="negative")).value == Decimal("-93.09")


@pytest.mark.parametrize(
    ("text", "profile", "value", "reason"),
    [
        ("3,55000/-", Profile("en_IN"), "355000", "its groups of digits are irregular"),
        ("12.50", Profile("es_CL", cents="never"), "12.50", "whole units only"),
        ("1234.", Profile("en_US"), "1234", "its cents may be missing"),
        ("1234.", Profile("en_US", cents="always"), "1234", "its cents may be missing"),
        ("€5.00", Profile("en_US", "USD"), "5", "expected USD"),
        ("5000.01", Profile("en_US", largest=Decimal(5000)), "5000.01", "expected at most 5000"),
    ],
    ids=["irregular groups", "cents on whole units", "mark alone", "mark alone, cents", "other currency", "too large"],
)
def test_a_doubtful_amount_has_its_value_and_a_reason_for_review(text, profile, value, reason):
    """A person sees what it probably means."""
    parsed = amounts.parse(text, profile)
    assert parsed.value == Decimal(value)
    assert reason in parsed.reason


@pytest.mark.parametrize("text", ["12.3", "1,2345", "12.50.-", "99|467", "|99", "99||46", "71,00.000/-", "5,00,0"])
def test_an_irregular_text_is_no_amount_without_a_profile(text):
    """It has no readings."""
    assert amounts.parse(text).readings == ()


@pytest.mark.parametrize("text", ["1234.56", "5.00"])
@pytest.mark.parametrize("name", ["us-cheque", "uk-cheque", "indian-cheque", "swiss-slip", "euro-slip"])
def test_a_plain_amount_with_cents_means_the_same_under_every_profile(text, name):
    """Two digits behind a mark are cents, whatever the mark."""
    assert amounts.parse(text, load_profile(name)) == amounts.parse(text)
