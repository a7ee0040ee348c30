"""hearing: texts that mean one amount count together."""

import math
from decimal import Decimal

import numpy as np
import pytest

from payment_ml import decoding, hearing


def candidates(**shares: float) -> list[decoding.Candidate]:
    """Texts with their probabilities, the likeliest first."""
    return [decoding.Candidate(text, math.log(share)) for text, share in shares.items()]


def test_ways_of_writing_one_value_add_up():
    """12.00 and 12 together are likelier than 72, though 72 is the likeliest text."""
    first, second = hearing.by_meaning(candidates(**{"72": 0.4, "12.00": 0.35, "12": 0.15}))
    assert (first.amount.value, first.written) == (Decimal("12"), "12.00")
    assert first.probability == pytest.approx(0.5)
    assert (second.amount.value, second.probability) == (Decimal("72"), pytest.approx(0.4))


def test_what_is_ambiguous_or_no_amount_stands_for_itself():
    """1.234 may be two amounts, and is neither's; the sign for no amount means none."""
    meanings = {each.written: each for each in hearing.by_meaning(candidates(**{"1.234": 0.5, "1234": 0.3, "?": 0.1}))}
    assert meanings["1.234"].amount.value is None
    assert meanings["1234"].probability == pytest.approx(0.3)
    assert [text for text, each in meanings.items() if each.is_no_amount] == ["?"]


def test_what_is_hopelessly_unlikely_is_no_meaning():
    """A millionth of the likeliest."""
    assert len(hearing.by_meaning(candidates(**{"5": 0.9, "6": 9e-7}))) == 1


def test_of_two_cuts_the_one_that_lost_a_digit_must_be_much_surer():
    """39.00 at 98% does not beat 1615.39 at 87%; a guess at 1% beats nothing."""

    def weight(text: str, share: float) -> float:
        return hearing.Heard(None, np.zeros((0, 0)), candidates(**{text: share})).weight

    assert weight("1615.39", 0.87) > weight("39.00", 0.98)
    assert weight("1615.39", 0.01) < weight("39.00", 0.98)
