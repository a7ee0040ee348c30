"""Tests of normalization: variants of a character become one."""

import pytest

from payment_ml.text.normalization import normalize


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        pytest.param("1’234‘567", "1'234'567", id="apostrophes"),
        pytest.param("–5—6−7", "-5-6-7", id="dashes"),
        pytest.param("1\u00a0234\u202f567\u2009890", "1 234 567 890", id="spaces of several widths"),
        pytest.param("  1 \t\n 2 ", "1 2", id="space around and between"),
        pytest.param("\u200f1,234.50\u200e", "1,234.50", id="marks of the writing direction"),
        pytest.param("￥5", "¥5", id="wide yen sign"),
    ],
)
def test_variants_of_a_character_become_one(text, normalized):
    """All else stays as it is."""
    assert normalize(text) == normalized
