"""Test feedback.labels: what a person typed, or an archive says, as a label."""

from decimal import Decimal

import pytest

from payment_ml.errors import FeedbackError
from payment_ml.feedback.labels import Label, digit_sequences, parse_truth


@pytest.mark.parametrize(
    ("task", "label", "is_valid"),
    [
        ("amounts", Label("5.00"), True),
        ("amounts", Label("5.00", "5"), True),
        ("amounts", Label("", "0500"), True),
        ("amounts", Label("5"), False),
        ("amounts", Label(""), False),
        ("amounts", Label("5.00", "5.00"), False),
        ("amounts", Label("", "1" * 13), False),
        ("digits", Label("5"), True),
        ("digits", Label("5.00"), False),
        ("digits", Label("5", "5"), False),
    ],
)
def test_a_label_is_an_amount_with_cents_its_digits_or_one_digit(task, label, is_valid):
    """Other labels were not saved by this program."""
    assert label.is_valid(task) == is_valid


@pytest.mark.parametrize(
    ("truth", "value", "label"),
    [
        ("1500", None, Label("", "1500")),
        ("1500", Decimal(1500), Label("1500.00", "1500")),
        ("1500", Decimal("15.00"), Label("15.00", "1500")),
        ("1500100", Decimal("15.00"), Label("15.00", "1500100")),
        ("1,500.00", Decimal("1500.00"), Label("1500.00")),
        ("1.500", None, Label("", "1500")),
        ("1.500", Decimal("1500.00"), Label("1500.00")),
        ("-93.09", Decimal("-93.09"), Label("-93.09")),
        ("0050", Decimal("0.50"), Label("0.50", "0050")),
    ],
)
def test_digits_alone_say_which_are_written_and_an_amount_what_it_means(truth, value, label):
    """The value comes from the row or the profile; keyed marks need not be those in the picture."""
    assert parse_truth(truth, value) == label
    assert label.is_valid("amounts")


@pytest.mark.parametrize(
    ("truth", "value", "message"),
    [
        ("five", None, "expected as truth an amount or its digits, but got 'five'"),
        ("", None, "an amount or its digits"),
        ("1" * 13, None, "an amount or its digits"),
        ("1500", Decimal("16.00"), "truth and value of one amount, but got '1500' and 16.00"),
        ("1500", Decimal("1.5001"), "an amount in whole cents"),
    ],
    ids=["words", "empty", "too long", "another value", "fractions of a cent"],
)
def test_a_row_that_says_no_amount_or_two_is_refused(truth, value, message):
    """The message names what came."""
    with pytest.raises(FeedbackError, match=message):
        parse_truth(truth, value)


def test_an_amount_can_be_written_with_different_digits():
    """With cents, without them, and with cents as hundredths."""
    assert digit_sequences(Decimal("1500.00")) == ["150000", "150000100", "1500", "1500100"]
    assert digit_sequences(Decimal("0.50")) == ["050", "050100", "50", "50100"]


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        (Label("26.50"), Label("26.50", "2650"), True),
        (Label("26.50"), Label("", "2650"), True),
        (Label("2650.00"), Label("", "2650"), True),
        (Label("", "2650"), Label("", "2650"), True),
        (Label("26.50"), Label("2650.00", "2650"), False),
        (Label("26.50"), Label("", "2651"), False),
        (Label("26.50", "2650"), Label("26.50", "2650100"), False),
    ],
)
def test_labels_agree_where_they_can_be_of_one_amount(first, second, agree):
    """A clerk typed the value on the page, and an archive has the digits of the same picture."""
    assert first.agrees(second) is second.agrees(first) is agree
