"""Tests of words in handwriting fonts: size, base line, variety, and fonts that nothing is trained on."""

from dataclasses import replace

import numpy as np
import pytest

from payment_ml import paths
from payment_ml.synthesis import handwriting

TEXT = "Six Thousand and 45/100"


@pytest.fixture
def hand(rng):
    """Return a hand that is neither slanted nor stretched nor unsteady."""
    plain = handwriting.random_hand(rng)
    return replace(plain, font="caveat", slant=0.0, stretch=1.0, thickening=0.0, unsteadiness=0.0)


@pytest.mark.parametrize("height", [12, 40])
def test_a_capital_has_the_height_that_is_asked_for(hand, rng, height):
    """It stands on the base line, or as far below it as some fonts draw it."""
    words = handwriting.write_words("H", hand, height, rng)
    assert words.ink.shape[0] == pytest.approx(height, abs=2)
    assert words.base == pytest.approx(words.ink.shape[0], abs=0.2 * height)
    assert words.ink.max() > 0.7


def test_letters_with_tails_reach_below_the_base_line(hand, rng):
    """A g has its tail there."""
    words = handwriting.write_words("Eighty", hand, 40, rng)
    assert words.ink.shape[0] - words.base > 5


def test_a_hand_writes_no_text_twice_the_same(rng):
    """But in about the same width."""
    hand = handwriting.random_hand(rng)
    first, second = (handwriting.write_words(TEXT, hand, 30, rng).ink for _ in range(2))
    assert first.shape != second.shape or not np.array_equal(first, second)
    assert first.shape[1] == pytest.approx(second.shape[1], rel=0.2)


def test_a_seed_gives_the_same_words():
    """Generated documents can be generated again."""
    inks = []
    for _ in range(2):
        rng = np.random.default_rng(7)
        inks.append(handwriting.write_words(TEXT, handwriting.random_hand(rng), 30, rng).ink)
    assert np.array_equal(*inks)


def test_held_out_fonts_are_no_training_fonts(rng):
    """A measurement on held-out hands says something of hands that are new."""
    training, held_out = ({handwriting.random_hand(rng, kept).font for _ in range(2000)} for kept in (False, True))
    assert held_out == set(handwriting.HELD_OUT_FONTS)
    assert training == set(handwriting.font_names()) - held_out
    assert len(training) >= 100


@pytest.mark.parametrize("font", handwriting.font_names())
def test_every_font_has_the_letters_of_amounts_in_words(hand, font):
    """A missing one would be drawn as the same box as any other missing one, or as nothing."""
    for letter in "éèüßñçãõìíAz09/-":
        drawn, missing = (
            handwriting.write_words(text, replace(hand, font=font), 40, np.random.default_rng(1)).ink
            for text in (letter, "\U000f0000")
        )
        assert drawn.max() > 0.3
        assert drawn.shape != missing.shape or not np.array_equal(drawn, missing)


def test_every_font_is_named_with_its_licence():
    """Its holders ask for that."""
    rows = (paths.ROOT / "data" / "fonts" / "README.md").read_text("utf-8").splitlines()
    named = {row.split("|")[1].strip(): row.split("|")[3].strip() for row in rows if row.startswith("| ")}
    assert {named[font] for font in handwriting.font_names()} == {"OFL 1.1", "Apache 2.0"}
    assert len(named) == len(handwriting.font_names()) + 2  # the header and its rule
