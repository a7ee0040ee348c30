"""Tests of drawn marks: each leaves ink where its character stands."""

import numpy as np
import pytest

from payment_ml.synthesis import glyphs, marks
from payment_ml.text import alphabet

MARKS = sorted({*alphabet.ALPHABET} - {*"0123456789", alphabet.NO_AMOUNT, alphabet.SET_APART})


@pytest.mark.parametrize("thickness", [1.4, 4.5], ids=["hairline", "felt pen"])
@pytest.mark.parametrize("mark", MARKS)
def test_each_mark_of_the_alphabet_leaves_ink(mark, thickness, rng):
    """At least a quarter of the pen's square; fillers are finer than other marks."""
    pen = thickness * 30 / 20
    for _ in range(100):
        ink, base = marks.draw_mark(mark, glyphs.WriterStyle(30, 0.1, thickness, 0.1, 0.5), rng)
        assert ink.dtype == np.float32
        assert (ink > 0.5).sum() > 0.25 * pen**2
        assert -0.9 < base < 1


@pytest.mark.parametrize(
    ("mark", "lowest", "highest"),
    [(".", -0.15, 0.25), (",", -0.3, 0.3), ("'", 0.7, 1.2), ("-", 0.3, 0.6), ("/", -0.2, 1.2)],
)
def test_marks_stand_at_their_height_above_the_base_line(mark, lowest, highest):
    """Heights of the lower and the upper edge, in digit heights, for a steady style of forty pixels."""
    style = glyphs.WriterStyle(size=40, slant=0, thickness=2, spacing=0.1, unsteadiness=0)
    ink, base = marks.draw_mark(mark, style, np.random.default_rng(0))
    assert base >= lowest
    assert base + ink.shape[0] / style.size <= highest


def test_slant_widens_a_stroke_by_its_height():
    """A slash, 1.1 to 2.2 digit heights high, of a pen of four pixels, gets wider by half its height."""
    upright, slanted = (
        marks.draw_mark("/", glyphs.WriterStyle(40, slant, 2, 0.1, 0), np.random.default_rng(1))[0]
        for slant in (0.0, 0.5)
    )
    assert slanted.shape[1] - upright.shape[1] == pytest.approx(0.5 * (upright.shape[0] - 4), abs=2)


def test_commas_and_slashes_are_as_long_as_people_write_them(rng):
    """Some commas are as long as half a digit, but none is taller; some slashes are twice as high as a digit."""
    style = glyphs.WriterStyle(size=40, slant=0, thickness=2, spacing=0.1, unsteadiness=0)
    commas, slashes = (
        np.array([marks.draw_mark(mark, style, rng)[0].shape[0] / 40 for _ in range(300)]) for mark in ",/"
    )
    assert 0.2 < (commas > 0.45).mean() < 0.5
    assert commas.max() < 0.85
    assert 0.2 < (slashes > 1.5).mean() < 0.6


def test_a_dash_at_the_end_is_often_long_or_hooked(rng):
    """A hook makes it higher than a pen's width."""
    style = glyphs.WriterStyle(size=40, slant=0, thickness=2, spacing=0.1, unsteadiness=0)
    shapes = np.array([marks.draw_mark("-", style, rng, ends=True)[0].shape for _ in range(300)])
    assert 0.1 < (shapes[:, 0] > 7).mean() < 0.3
    assert (shapes[:, 1] > 30).mean() > 0.3


def test_a_space_has_width_and_no_ink(rng):
    """A quarter to 45 percent of a digit's height."""
    ink, base = marks.draw_mark(" ", glyphs.random_style(rng, 100), rng)
    assert 25 <= ink.shape[1] <= 45
    assert (ink.max(), base) == (0, 0)


def test_draw_mark_refuses_a_character_that_is_no_mark(rng):
    """The message lists the known marks."""
    with pytest.raises(ValueError, match=r"expected a mark among .* but got '%'"):
        marks.draw_mark("%", glyphs.random_style(rng, 30), rng)
