"""Tests of the grammar of amounts: usual ways to write an amount parse exactly, ambiguous ones get no value."""

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
def test_parse_returns_exact_cents_for_every_usual_form(text, value):
    """The value has two decimals, and there is no reason for review."""
    parsed = amounts.parse(text)
    assert parsed.value == Decimal(value), parsed.reason
    assert parsed.value.as_tuple().exponent == -2
    assert parsed.reason is None


@pytest.mark.parametrize(
    ("text", "readings"),
    [("1.234", ("1.234", "1234")), ("1,234", ("1.234", "1234")), ("$12.345", ("12.345", "12345"))],
)
def test_parse_returns_no_value_for_three_digits_after_one_mark(text, readings):
    """The mark may separate thousands or decimals, so both readings are returned."""
    parsed = amounts.parse(text)
    assert parsed.value is None
    assert parsed.readings == tuple(map(Decimal, readings))
    assert "ambiguous: it could mean" in parsed.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "abc",
        "$",
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
def test_parse_returns_a_reason_for_a_text_that_is_no_amount(text):
    """Dates, times, incomplete groups, too many digits and digits of other scripts have no value."""
    parsed = amounts.parse(text)
    assert parsed.value is None
    assert parsed.reason.startswith("expected")


values = st.decimals(min_value=0, max_value=Decimal("9999999.99"), places=2)
styles = st.builds(
    Style,
    thousands=st.sampled_from(["", ",", ".", "'", " "]),
    cents=st.sampled_from([".", ",", "-", "/", "/100"]),
    before=st.sampled_from(["", "$", "€ ", "CHF ", "**", "$ *", "=", "--", "R$ ", "₹"]),
    behind=st.sampled_from(["", " EUR", "€", "**", "=", "* $"]),
).filter(lambda style: style.thousands != style.cents[0])


@given(values, styles)
def test_parse_inverts_write_in_every_style(value, style):
    """Each value that `write` accepts comes back unchanged."""
    parsed = amounts.parse(amounts.write(value, style))
    assert parsed.value == value, parsed


@given(st.integers(0, 9_999_999), st.sampled_from(["", ",", "'", " "]))
def test_parse_inverts_write_for_a_dash_instead_of_cents(whole, thousands):
    """The Swiss form 1,234.- is a whole amount."""
    assert amounts.parse(amounts.write(Decimal(whole), Style(thousands, ".-"))).value == whole


@given(st.integers(0, 9_999_999))
def test_parse_inverts_write_without_cents(whole):
    """A single digit is an amount as well."""
    assert amounts.parse(amounts.write(Decimal(whole), Style(cents=""))).value == whole


@given(st.text(alphabet="0123456789.,'-/ $€*=", max_size=16))
def test_parse_never_raises_and_never_invents_digits(text):
    """A value has the digits of the text in their order, apart from zeros that fill it up."""
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
    ids=["negative", "fraction of a cent", "cents as a dash", "cents left out", "one mark for both"],
)
def test_write_refuses_values_that_a_style_cannot_show(value, style, message):
    """The message names the expected kind of value."""
    with pytest.raises(ValueError, match=message):
        amounts.write(Decimal(value), style)


@pytest.mark.parametrize("text", ["-93.09", "93.09-", "(93.09)", "−93,09", "$-93.09", "-$93.09", "93.09 -", "*-93.09"])
def test_a_single_dash_or_brackets_could_be_a_minus_sign(text):
    """Without a profile, both amounts are readings."""
    parsed = amounts.parse(text)
    assert (parsed.value, parsed.readings) == (None, (Decimal("-93.09"), Decimal("93.09")))
    assert "ambiguous" in parsed.reason


@pytest.mark.parametrize("text", ["--93.09", "93.09--", "-93.09-", "- 93.09 -", "---93.09---", "93.09 ———"])
def test_runs_of_dashes_and_dashes_on_both_sides_are_fillers(text):
    """They close the line, so that nobody can add a digit."""
    assert amounts.parse(text).value == Decimal("93.09")


@pytest.mark.parametrize("text", ["-(93.09)", "(93.09", "93.09)", "((93.09))", "(93.09)-"])
def test_a_sign_twice_or_half_of_one_is_no_amount(text):
    """Neither a value nor readings."""
    assert amounts.parse(text).readings == ()


@pytest.mark.parametrize(
    ("label", "value"),
    [("1234.56", "1234.56"), ("-0.50", "-0.50"), ("0.00", "0")]
    + [(text, None) for text in ("1234.5", "1,234.56", "01.00", "", "$5.00", "--5.00", "5.00-")],
)
def test_a_label_is_written_in_one_way(label, value):
    """`value_of_label` returns None for every other spelling."""
    assert amounts.value_of_label(label) == (None if value is None else Decimal(value))


def test_spellings_of_a_negative_amount_have_a_dash():
    """Each could mean the amount, and no other one but its opposite."""
    spellings = amounts.spellings(Decimal("-1234.50"))
    assert {"-1234.50", "1234,50-"} <= set(spellings)
    readings = (Decimal("-1234.50"), Decimal("1234.50"))
    assert all(amounts.parse(spelling).readings == readings for spelling in spellings)


def test_spellings_of_a_small_amount_start_with_the_plain_ones():
    """The four decimal marks come first, then the same with signs and fillers."""
    spellings = amounts.spellings(Decimal("3.50"))
    assert spellings[:4] == ["3.50", "3,50", "3-50", "3/50"]
    assert {"$3.50", "=3.50=", "3-50€"} <= set(spellings)


@pytest.mark.parametrize("value", ["0.08", "20.00", "1234.00", "99999.99"])
def test_spellings_mean_their_amount_and_nothing_else(value):
    """Ambiguous forms, such as 1.234 for 1234.00, are left out."""
    spellings = amounts.spellings(Decimal(value))
    assert len(set(spellings)) == len(spellings)
    assert all(amounts.parse(spelling).readings == (Decimal(value),) for spelling in spellings)
    assert "1.234" not in spellings


def test_digits_of_keeps_digits_in_written_order():
    """Marks, currency and spaces are dropped."""
    assert amounts.digits_of("$ 1,204.-") == "1204"
