"""Tests of drawn digits: measures of known shapes, and digits that follow the writer style."""

from dataclasses import replace

import numpy as np
import pytest

from payment_ml.synthesis import glyphs

STEADY = glyphs.WriterStyle(size=20, slant=0.2, thickness=2.5, spacing=0.1, unsteadiness=0.2)


@pytest.fixture(scope="module")
def glyph_bank(splits) -> glyphs.GlyphBank:
    """Return the validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


def bars(*shifts: float) -> np.ndarray:
    """Draw bars, four pixels wide and twenty high, that move so many pixels to the right for each pixel up."""
    images = np.zeros((len(shifts), 28, 28), np.uint8)
    for image, shift in zip(images, shifts, strict=True):
        for y in range(4, 24):
            x = round(12 + shift * (13.5 - y))
            image[y, x : x + 4] = 255
    return images


@pytest.mark.parametrize(("shift", "slant"), [(0, 0.0), (0.25, 0.25), (-0.5, -0.5), (1, 0.7)])
def test_slant_is_the_shift_of_a_bar_for_each_pixel_up(shift, slant):
    """Values beyond 0.7 are limited."""
    bank = glyphs.GlyphBank(bars(shift), np.array([1]))
    assert bank.slants[0] == pytest.approx(slant, abs=0.02)


def test_thickness_of_a_bar_is_twice_its_ink_over_its_edge():
    """80 pixels of ink; edges of 2 x 20 rows and 2 x 4 columns make hypot(40, 8)."""
    bank = glyphs.GlyphBank(bars(0), np.array([1]))
    assert bank.thicknesses[0] == pytest.approx(2 * 80 / np.hypot(40, 8), rel=1e-5)


def test_pick_prefers_digits_of_the_thickness_of_the_style(glyph_bank, rng):
    """All picked digits have the label; thick styles get thicker ones."""
    thin, thick = (
        [glyph_bank.pick(4, replace(STEADY, thickness=thickness), rng) for _ in range(200)] for thickness in (1.5, 4.5)
    )
    assert set(glyph_bank.labels[thin + thick]) == {4}
    assert glyph_bank.thicknesses[thick].mean() > glyph_bank.thicknesses[thin].mean() + 0.5


def test_draw_gives_digits_the_slant_of_the_style(glyph_bank, rng):
    """Slants vary less than MNIST's own."""
    indices = rng.integers(len(glyph_bank.labels), size=300)
    fields = np.zeros((300, 40, 60), np.float32)
    for field, index in zip(fields, indices, strict=True):
        glyphs.composite(field, glyph_bank.draw(index, STEADY, rng), 10, 10)
    drawn = glyphs.GlyphBank((fields * 255).astype(np.uint8), glyph_bank.labels[indices])
    assert np.std(drawn.slants) < 0.6 * np.std(glyph_bank.slants)
    assert abs(np.median(drawn.slants) - 0.2) < 0.08


@pytest.mark.parametrize(("label", "changes"), [(1, True), (7, True), (4, False)])
def test_draw_adds_strokes_to_ones_and_sevens_of_european_styles(glyph_bank, label, changes):
    """A foot and an upstroke, a bar; other digits stay as they are."""
    index = int(np.flatnonzero(glyph_bank.labels == label)[0])
    plain, european = (
        glyph_bank.draw(index, replace(STEADY, european=flag), np.random.default_rng(1)) for flag in (False, True)
    )
    if changes:
        assert european.sum() > 1.1 * plain.sum()
    else:
        assert np.array_equal(european, plain)


def test_out_of_distribution_style_leans_backwards_with_a_thick_pen(rng):
    """MNIST's digits lean forwards on average and have thinner strokes."""
    styles = [glyphs.out_of_distribution_style(rng, 30) for _ in range(100)]
    assert all(style.european and style.stroke_gain >= 0.5 and style.size == 30 for style in styles)
    assert np.mean([style.slant for style in styles]) < -0.2


def test_draw_digit_scales_a_digit_and_crops_it_to_its_ink(splits):
    """Twice the scale is about twice the size, with full ink inside."""
    image = splits["validation"].images[0]
    small, large = (glyphs.draw_digit(image, scale, 0.0, 0.0) for scale in (1.5, 3.0))
    assert np.allclose(np.array(large.shape) / np.array(small.shape), 2, atol=0.25)
    assert large.dtype == np.float32
    assert (large.min(), large.max()) == (0, 1)
    assert all((edge > 0.3).any() for edge in (large[0], large[-1], large[:, 0], large[:, -1]))


def test_draw_digit_thickens_strokes(splits):
    """Ink grows with the thickness."""
    ink = [glyphs.draw_digit(splits["validation"].images[0], 2.0, 0.0, t).sum() for t in (-1, 0, 1)]
    assert ink == sorted(ink)
    assert ink[2] > 1.2 * ink[0]


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (1, 0, [[0.5, 0.8, 0.2], [0.5, 0.5, 0.9]]),
        (-1, -1, [[0.9, 0.5, 0.5], [0.5, 0.5, 0.5]]),
        (3, 0, [[0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]),
    ],
    ids=["inside", "cut off", "outside"],
)
def test_composite_keeps_the_darker_ink_and_cuts_off_the_rest(x, y, expected):
    """The stroke has 0.8 and 0.2 above 0.1 and 0.9, on ink of 0.5."""
    ink = np.full((2, 3), 0.5, np.float32)
    stroke = np.array([[0.8, 0.2], [0.1, 0.9]], np.float32)
    glyphs.composite(ink, stroke, x, y)
    assert ink == pytest.approx(np.maximum(np.array(expected, np.float32), 0.5))
