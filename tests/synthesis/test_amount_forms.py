"""Tests of random amounts: each is written so that it can be read, in the ways of many people and forms."""

from collections import Counter

import numpy as np
import pytest

from payment_ml.synthesis.amount_forms import CentsLayout, WrittenAmount, random_amount
from payment_ml.text import alphabet, amounts


@pytest.fixture(scope="module")
def drawn() -> list[WrittenAmount]:
    """Return three thousand amounts."""
    rng = np.random.default_rng(11)
    return [random_amount(rng) for _ in range(3000)]


def test_an_amount_is_a_possible_reading_of_its_text(drawn):
    """The grammar without a profile knows every form that is written."""
    unknown = [amount for amount in drawn if amount.value not in amounts.parse(amount.text).readings]
    assert unknown == []


def test_texts_consist_of_the_characters_that_a_network_reads(drawn):
    """All characters but the sign for no amount occur."""
    written = Counter("".join(amount.text for amount in drawn))
    assert set(written) - {" "} == set(alphabet.ALPHABET) - {alphabet.NO_AMOUNT}


def test_every_layout_of_the_cents_occurs(drawn):
    """An eighth of the amounts have cents that are set apart without a mark, and only they have a layout for that."""
    layouts = Counter(amount.layout for amount in drawn)
    assert set(layouts) == set(CentsLayout)
    apart = [amount for amount in drawn if alphabet.SET_APART in amount.text]
    assert 0.1 < len(apart) / len(drawn) < 0.2
    between = {CentsLayout.GAP, CentsLayout.RULE, CentsLayout.COMB, CentsLayout.STACKED}
    assert all(alphabet.SET_APART in amount.text for amount in drawn if amount.layout in between)


def test_small_amounts_are_as_frequent_as_large_ones(drawn):
    """Amounts of every length from one to ten digits, negative ones, and lakh groups."""
    lengths = Counter(len(amounts.digits_of(amount.text)) for amount in drawn)
    assert set(range(1, 11)) <= set(lengths)
    assert sum(amount.value < 0 for amount in drawn) > 20
    assert any(amount.text.count(",") == 2 and len(amount.text.split(",")[1]) == 2 for amount in drawn)


def test_equal_seeds_give_equal_amounts():
    """Amounts depend on the generator alone."""
    first, second = ([random_amount(rng) for _ in range(50)] for rng in (np.random.default_rng(3) for _ in "12"))
    assert first == second
