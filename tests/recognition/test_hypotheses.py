"""Tests of hypotheses: texts that mean the same amount count together."""

import math
from decimal import Decimal

import pytest

from payment_ml.recognition.ctc import Hypothesis
from payment_ml.recognition.hypotheses import group_by_value, likeliest
from payment_ml.text.alphabet import NO_AMOUNT
from payment_ml.text.profiles import Profile


def hypotheses(probabilities: dict[str, float]) -> list[Hypothesis]:
    """Return texts with their probabilities as hypotheses; the likeliest must come first."""
    return [Hypothesis(text, math.log(probability)) for text, probability in probabilities.items()]


def test_probabilities_of_one_value_add_up():
    """12.00 and 12 together are likelier than 72, though 72 is the likeliest text."""
    first, second = group_by_value(hypotheses({"72": 0.4, "12.00": 0.35, "12": 0.15}))
    assert (first.amount.value, first.written) == (Decimal(12), "12.00")
    assert first.probability == pytest.approx(0.5)
    assert (second.amount.value, second.probability) == (Decimal(72), pytest.approx(0.4))


def test_an_ambiguous_text_counts_for_none_of_its_values():
    """1.234 may mean two amounts, and adds to neither."""
    ambiguous, plain = group_by_value(hypotheses({"1.234": 0.5, "1234": 0.3}))
    assert (ambiguous.written, ambiguous.amount.value) == ("1.234", None)
    assert (plain.written, plain.probability) == ("1234", pytest.approx(0.3))


def test_the_sign_for_no_amount_stands_for_itself():
    """Only this hypothesis is no amount."""
    groups = group_by_value(hypotheses({"12": 0.5, NO_AMOUNT: 0.3}))
    assert [group.is_no_amount for group in groups] == [False, True]


def test_a_text_that_is_no_amount_stands_for_itself():
    """Two texts outside of the grammar are two hypotheses without a value."""
    groups = group_by_value(hypotheses({"12.3.4": 0.5, "12.3.5": 0.3}))
    assert [(group.written, group.amount.value) for group in groups] == [("12.3.4", None), ("12.3.5", None)]


def test_a_profile_adds_up_what_means_the_same_on_its_form():
    """On an American cheque, 1,234 is 1234."""
    (only,) = group_by_value(hypotheses({"1,234": 0.5, "1234": 0.3}), Profile("en_US"))
    assert (only.amount.value, only.written) == (Decimal(1234), "1,234")
    assert only.probability == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("probabilities", "written"),
    [
        pytest.param({"12.3.4": 0.6, "12.34": 0.3}, "12.34", id="amount at half of the text's probability"),
        pytest.param({"12.3.4": 0.9, "12.34": 0.05}, "12.3.4", id="unlikely amount"),
        pytest.param({"12.3.4": 0.9, "1.234": 0.05}, "12.3.4", id="unlikely ambiguous amount"),
        pytest.param({"12.3.4": 0.6, NO_AMOUNT: 0.3}, NO_AMOUNT, id="no amount at half of it"),
        pytest.param({"12.3.4": 0.9, NO_AMOUNT: 0.05}, "12.3.4", id="unlikely that there is no amount"),
        pytest.param({"12.3.4": 0.6, "12.3.5": 0.3}, "12.3.4", id="nothing that the grammar knows"),
        pytest.param({"12.34": 0.6, "12.3.4": 0.3}, "12.34", id="likely amount"),
    ],
)
def test_an_amount_counts_before_a_likelier_text_that_is_none_unless_it_is_unlikely(probabilities, written):
    """The limit is a tenth of the probability of the text."""
    assert likeliest(group_by_value(hypotheses(probabilities))).written == written


def test_a_text_a_million_times_less_likely_is_dropped():
    """The limit is a ratio of 100,000 to the likeliest text."""
    assert len(group_by_value(hypotheses({"5": 0.9, "6": 9e-7}))) == 1
    assert len(group_by_value(hypotheses({"5": 0.9, "6": 1.1e-5}))) == 2
