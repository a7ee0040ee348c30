"""Tests of printed text: every typeface prints what forms print, on its base line."""

import numpy as np
import pytest

from payment_ml.synthesis import photographs, typefaces

EVERY = range(typefaces.COUNT)


@pytest.mark.parametrize("typeface", EVERY)
def test_digits_are_as_high_as_asked(typeface):
    """Within a tenth; they stand on the base line."""
    for digit in "0123456789":
        printed = typefaces.print_text(digit, typeface, 40)
        assert printed.ink.shape[0] == pytest.approx(40, abs=4)
        assert printed.bottom == pytest.approx(0, abs=1)
        assert 0 < printed.ink.shape[1] <= printed.advance + 2
        assert printed.ink.max() > 200


def test_a_text_with_signs_gets_a_typeface_that_has_them(rng):
    """A missing sign would be printed as the same box as any other missing sign."""
    for _ in range(50):
        typeface = typefaces.choose(rng, "₹ €")
        rupee, euro, missing = (typefaces.print_text(text, typeface, 30).ink for text in ("₹", "€", "\U000f0000"))
        assert rupee.shape != euro.shape or not np.array_equal(rupee, euro)
        assert rupee.shape != missing.shape or not np.array_equal(rupee, missing)


def test_print_ends_where_it_was_asked_to(rng):
    """On the left of a column, its lower edge on a row; what lies outside of the field is cut off."""
    field = np.zeros((40, 100), np.float32)
    photographs.draw_print(field, rng, 60, 30, 20, "₹", ends_at_x=True)
    rows, columns = np.nonzero(field > 0.2)
    assert 57 <= columns.max() < 60
    assert 7 <= rows.min() <= 14
    assert 28 <= rows.max() <= 30
    photographs.draw_print(field, rng, -5, 30, 20, "Rs.")
    assert (field[:, 0] > 0).any()


@pytest.mark.parametrize("text", ["Amount", "Zürich, où", "₹ 500", "المبلغ"])
def test_having_returns_a_typeface_with_every_character(text):
    """A missing one would be printed as the same box as any other missing one."""
    for typeface in range(typefaces.COUNT):
        chosen = typefaces.having(text, typeface)
        missing = typefaces.print_text("\U000f0000", chosen, 30).ink
        for character in text.replace(" ", ""):
            drawn = typefaces.print_text(character, chosen, 30).ink
            assert drawn.shape != missing.shape or not np.array_equal(drawn, missing)
