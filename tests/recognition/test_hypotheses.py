"""Tests of hypotheses: texts that mean the same amount count together."""

import math
from decimal import Decimal

import pytest

from payment_ml.recognition.ctc import Hypothesis
from payment_ml.recognition.hypotheses import group_by_value
from payment_ml.text.alphabet import NO_AMOUNT


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


def test_a_text_a_million_times_less_likely_is_dropped():
    """The limit is a ratio of 100,000 to the likeliest text."""
    assert len(group_by_value(hypotheses({"5": 0.9, "6": 9e-7}))) == 1
    assert len(group_by_value(hypotheses({"5": 0.9, "6": 1.1e-5}))) == 2
