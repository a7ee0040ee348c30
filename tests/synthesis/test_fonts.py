"""Handwriting fonts: their digits can be drawn as those of a writer, upright on the line and in any thickness."""

from pathlib import Path

import numpy as np
import pytest

from payment_ml.synthesis import fonts, glyphs
from payment_ml.synthesis.writers import DIGITS

HEIGHT = 40


@pytest.fixture(scope="module")
def paths() -> list[str]:
    """Return the paths of the installed fonts."""
    found = fonts.installed()
    if not found:
        pytest.skip("no handwriting font is installed: pip install 'payment-ml[fonts]'")
    return found


def upright(path: str, thickness: float = 2.0) -> fonts.FontWriter:
    """Return a steady writer with a font."""
    return fonts.FontWriter(path, glyphs.WriterStyle(HEIGHT, 0.0, thickness, 0.1, 0.0))


def test_every_family_is_found(paths):
    """The extra `fonts` installs all of them."""
    assert len({Path(path).parent.parent.name for path in paths}) == len(fonts.FAMILIES)


def test_every_digit_of_every_font_stands_on_the_base_line(rng, paths):
    """Digits have ink, about the height that was asked for, and their feet near the line."""
    for path in paths:
        drawn = upright(path).draw_all(DIGITS, rng, HEIGHT, margin=0)
        assert [glyph.digits for glyph in drawn] == list(DIGITS)
        assert all(glyph.ink.dtype == np.uint8 and glyph.ink.max() > 150 for glyph in drawn)
        assert 0.6 * HEIGHT < np.median([glyph.ink.shape[0] for glyph in drawn]) < 1.4 * HEIGHT
        assert abs(np.median([glyph.bottom for glyph in drawn])) < 0.2 * HEIGHT


def test_a_thicker_style_has_more_ink(rng, paths):
    """Strokes grow with the thickness that a style asks for."""
    thin, thick = (sum(g.ink.sum() for g in upright(paths[0], t).draw_all(DIGITS, rng, HEIGHT)) for t in (1.0, 3.5))
    assert thick > 1.5 * thin


def test_a_style_slants_the_digits(rng, paths):
    """A one of a leaning style is wider than an upright one."""
    writer = upright(paths[0])
    leaning = writer.in_style(glyphs.WriterStyle(HEIGHT, 0.6, 2.0, 0.1, 0.0))
    assert leaning.draw("1", rng, HEIGHT).shape[1] > writer.draw("1", rng, HEIGHT).shape[1] + 5
    assert leaning.style(30).slant == 0.6


def test_the_same_seed_draws_the_same_pixels(paths):
    """Font, style and digits depend on the generator alone."""
    first, second = (
        [g.ink for g in fonts.FontWriter.sample(np.random.default_rng(4)).write("2071", np.random.default_rng(5), 30)]
        for _ in range(2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_sample_says_what_to_install_where_there_is_no_font(rng, monkeypatch):
    """Without the extra nothing can be drawn."""
    monkeypatch.setattr(fonts, "FAMILIES", ())
    with pytest.raises(RuntimeError, match="expected an installed handwriting font, but got none; install the extra"):
        fonts.FontWriter.sample(rng)


def test_draw_refuses_joined_zeros(rng, paths):
    """Fonts have single digits only."""
    with pytest.raises(ValueError, match="expected 0 to 9, but got '00'"):
        upright(paths[0]).draw("00", rng, HEIGHT)
