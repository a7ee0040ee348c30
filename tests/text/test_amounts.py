"""amounts: what is written means what people mean, and what is ambiguous is never guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_ml.text import amounts
from payment_ml.text.amounts import Style


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        ("1234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("1’234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1\u202f234,56", "1234.56"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567.00"),
        ("1'234", "1234.00"),
        ("1 234", "1234.00"),
        ("1234", "1234.00"),
        ("1234-56", "1234.56"),
        ("1234/00", "1234.00"),
        ("1234 56/100", "1234.56"),
        ("1234 56", "1234.56"),
        ("56/100", "0.56"),
        (".56", "0.56"),
        ("0.08", "0.08"),
        ("1234.-", "1234.00"),
        ("1234,--", "1234.00"),
        ("1234 -", "1234.00"),
        ("1234.—", "1234.00"),
        ("$1,234.56", "1234.56"),
        ("1234,56 €", "1234.56"),
        ("CHF 1'234.50", "1234.50"),
        ("1234.56 USD", "1234.56"),
        ("Fr. 20.-", "20.00"),
        ("***1234.56***", "1234.56"),
        ("$ **1,234.56**", "1234.56"),
        ("=1234-56=", "1234.56"),
        ("--20.00--", "20.00"),
        ("0", "0.00"),
    ],
)
def test_every_usual_way_to_write_an_amount_is_understood(text, value):
    """And gives exact cents."""
    parsed = amounts.parse(text)
    assert parsed.value == Decimal(value), parsed.reason
    assert parsed.value.as_tuple().exponent == -2
    assert parsed.reason is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1.234", ("1.234", "1234")), ("1,234", ("1.234", "1234")), ("$12.345", ("12.345", "12345"))],
)
def test_three_digits_behind_a_mark_are_ambiguous(text, readings):
    """Thousands to one, decimals to another: a thousandfold difference that is not for us to guess."""
    parsed = amounts.parse(text)
    assert parsed.value is None
    assert parsed.is_ambiguous
    assert parsed.readings == tuple(map(Decimal, readings))
    assert "ambiguous: it could mean" in parsed.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "$",
        "1,23,456.00",
        "1.2.3",
        "12.3",
        "1,234,56",
        "0.123",
        "1..23",
        "12:30",
        "-",
        "1 2 3",
        "--5-6-7",
    ]
    + ["1'23", "0,123.45", "1234567890123", "twelve", "1.234.56", "NaN", "1e5", "٣٤"],
)
def test_what_is_no_amount_has_no_value_and_a_reason(text):
    """Dates, times, torn groups, too many digits, digits of other scripts."""
    parsed = amounts.parse(text)
    assert parsed.value is None
    assert parsed.reason.startswith("expected")


values = st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2)
styles = st.builds(
    Style,
    thousands=st.sampled_from(["", ",", ".", "'", " "]),
    cents=st.sampled_from([".", ",", "-", "/", "/100"]),
    before=st.sampled_from(["", "$", "€ ", "CHF ", "**", "$ *", "="]),
    behind=st.sampled_from(["", " EUR", "€", "**", "=", "* $"]),
).filter(lambda style: style.thousands != style.cents[0])


@given(values, styles)
def test_what_is_written_parses_back(value, style):
    """In every style, every value."""
    parsed = amounts.parse(amounts.write(value, style))
    assert parsed.value == value, parsed


@given(st.integers(0, 9_999_999), st.sampled_from(["", ",", "'", " "]))
def test_whole_amounts_with_a_dash_for_cents_parse_back(whole, thousands):
    """1,234.- as in Switzerland."""
    assert amounts.parse(amounts.write(Decimal(whole), Style(thousands, ".-"))).value == whole


@given(st.integers(0, 9_999_999))
def test_whole_amounts_without_cents_parse_back(whole):
    """A single digit is an amount."""
    assert amounts.parse(amounts.write(Decimal(whole), Style(cents=""))).value == whole


@given(st.text(alphabet="0123456789.,'-/ $€*=", max_size=16))
def test_no_text_makes_the_parser_raise_and_no_value_is_made_up(text):
    """A value has the digits of the text, in their order, but for zeros that it fills up."""
    parsed = amounts.parse(text)
    if parsed.value is None:
        assert parsed.reason
    else:
        written = "".join(character for character in text if character.isdigit())
        assert parsed.value >= 0
        assert str(parsed.value).replace(".", "").strip("0") in written.replace("/100", "") or "/" in text


@pytest.mark.parametrize(
    ("value", "style", "message"),
    [
        ("-1", Style(), "at least 0"),
        ("1.234", Style(), "whole cents"),
        ("1.50", Style(cents=".-"), "no cents"),
        ("1.50", Style(cents=""), "no cents"),
        ("1000", Style(thousands=".", cents="."), "different marks"),
    ],
)
def test_what_cannot_be_written_is_refused(value, style, message):
    """What was expected and what came."""
    with pytest.raises(ValueError, match=message):
        amounts.write(Decimal(value), style)
