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


def test_mnist_writes_as_many_amounts_alone_as_the_simulated_writers(hand_bank, rng):
    """Others mix both, and a few are typed."""
    chosen = [type(hand_bank.choose(rng)) for _ in range(1000)]
    assert 0.33 < chosen.count(glyphs.GlyphBank) / 1000 < 0.43
    assert 0.33 < chosen.count(hands.SimulatedHand) / 1000 < 0.43
    assert chosen.count(hands.MixedHand) > 3 * chosen.count(hands.TypedHand) > 30


def test_a_mixed_hand_takes_digits_from_both(bank, rng):
    """Of forty digits some are MNIST's, which have no flags beyond their body, and some are drawn."""
    hand = hands.MixedHand(bank, Writer.sample(np.random.default_rng(0)))
    drawn = hand.write("7" * 40, hand.style(rng, 40), rng)
    from_mnist = sum(glyph.left == glyph.right == 0 and glyph.bottom != 0 for glyph in drawn)
    assert 5 < from_mnist < 36


def test_a_typed_hand_prints_all_digits_in_one_typeface(rng):
    """All are equally high and wide, the same digit looks the same each time, and marks are of the typeface."""
    hand = hands.TypedHand(typeface=2, aspect=0.8)
    style = hand.style(rng, 40)
    drawn = hand.write("01234567890", style, rng)
    np.testing.assert_array_equal(drawn[0].ink, drawn[-1].ink)
    assert {round(glyph.ink.shape[1] - glyph.left - glyph.right) for glyph in drawn} == {26}
    assert {glyph.ink.shape[0] for glyph in drawn} <= {40, 41, 42}
    ink, base = hands.draw_mark(hand, ",", style, rng)
    again, _ = hands.draw_mark(hand, ",", style, rng)
    np.testing.assert_array_equal(ink, again)
    assert -0.3 < base < 0


def test_a_sign_that_no_machine_types_is_written_with_a_pen(rng):
    """The rupee sign is in few typefaces."""
    hand = hands.TypedHand(typeface=10, aspect=1.0)
    ink, _ = hands.draw_mark(hand, "₹", hand.style(rng, 40), rng)
    assert ink.shape[0] > 30
