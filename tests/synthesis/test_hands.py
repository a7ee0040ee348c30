"""Tests of hands: MNIST's digits, a simulated writer, or both in turns, write the digits that they are given."""

import numpy as np
import pytest

from payment_ml.synthesis import glyphs, hands
from payment_ml.synthesis.writers import Writer


@pytest.fixture(scope="module")
def bank(splits) -> glyphs.GlyphBank:
    """Return the validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


@pytest.fixture(scope="module")
def hand_bank(bank) -> hands.HandBank:
    """Return MNIST's hands beside those of ten writers."""
    return hands.HandBank.sample(bank, np.random.default_rng(2), writers=10)


@pytest.mark.parametrize(
    "kind", [glyphs.GlyphBank, hands.SimulatedHand, hands.MixedHand], ids=lambda kind: kind.__name__
)
def test_each_kind_of_hand_writes_the_digits_in_their_order(hand_bank, kind, rng):
    """Joined zeros are one drawing."""
    hand = next(hand for hand in iter(lambda: hand_bank.choose(rng), None) if isinstance(hand, kind))
    for _ in range(20):
        style = hand.style(rng, 40)
        drawn = hand.write("1234567890001", style, rng)
        assert "".join(glyph.digits for glyph in drawn) == "1234567890001"
        assert all(glyph.ink.dtype == np.uint8 and glyph.ink.max() > 100 for glyph in drawn)
        assert 20 < np.median([glyph.ink.shape[0] for glyph in drawn]) < 60


def test_mnist_writes_nearly_half_of_the_amounts_alone(hand_bank, rng):
    """The other hands widen it."""
    chosen = [type(hand_bank.choose(rng)) for _ in range(1000)]
    assert 0.4 < chosen.count(glyphs.GlyphBank) / 1000 < 0.5
    assert chosen.count(hands.SimulatedHand) > chosen.count(hands.MixedHand) > 100


def test_a_mixed_hand_takes_digits_from_both(bank, rng):
    """Of forty digits some are MNIST's, which have no flags beyond their body, and some are drawn."""
    hand = hands.MixedHand(bank, Writer.sample(np.random.default_rng(0)))
    drawn = hand.write("7" * 40, hand.style(rng, 40), rng)
    from_mnist = sum(glyph.left == glyph.right == 0 and glyph.bottom != 0 for glyph in drawn)
    assert 5 < from_mnist < 36
