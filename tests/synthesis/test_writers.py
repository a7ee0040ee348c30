"""Writers: each writes every digit in a hand of its own, the same from digit to digit and unlike the others'."""

import numpy as np
import pytest

from payment_ml.synthesis import glyphs
from payment_ml.synthesis.drawn_digits import mnist_form
from payment_ml.synthesis.writers import DIGITS, JOINED, Writer

HEIGHT = 40


def seeded(seed: int) -> Writer:
    """Return the writer of a seed."""
    return Writer.sample(np.random.default_rng(seed))


@pytest.mark.parametrize("digits", [*DIGITS, *JOINED])
@pytest.mark.parametrize("height", [28, 64])
def test_draw_returns_ink_on_paper_of_about_the_height_that_was_asked_for(rng, digits, height):
    """A digit is uint8 with full ink in it, and its border stays bare."""
    heights = []
    for _ in range(20):
        ink = Writer.sample(rng).draw(digits, rng, height)
        assert ink.dtype == np.uint8
        assert ink.max() > 100
        assert max(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) <= 25
        heights.append(ink.shape[0])
    assert 0.6 * height < np.median(heights) < 1.3 * height


def test_the_same_seed_draws_the_same_pixels():
    """Writers and digits depend on the generator alone."""
    first, second = ([g.ink for g in seeded(3).write("1234567890000", np.random.default_rng(5), HEIGHT)] for _ in "12")
    assert len(first) == len(second)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_writer_is_consistent_and_writers_differ(rng):
    """Two digits of one hand are more alike than those of two hands."""
    within, between = [], []
    for digit in DIGITS:
        forms = []
        for _ in range(12):
            writer = Writer.sample(rng)
            forms.append([mnist_form(glyph.ink).astype(float) for glyph in writer.draw_all([digit] * 4, rng, HEIGHT)])
        for i, own in enumerate(forms):
            within += [np.abs(own[0] - other).mean() for other in own[1:]]
            between += [np.abs(own[0] - forms[i - 1][k]).mean() for k in range(1, 4)]
    assert np.mean(within) < 0.7 * np.mean(between)


def test_no_two_digits_of_a_writer_are_the_same_pixels(rng):
    """People never write a digit twice in the same way."""
    drawn = [glyph.ink.tobytes() for glyph in Writer.sample(rng).draw_all(["3"] * 10, rng, HEIGHT)]
    assert len(set(drawn)) == 10


def test_write_keeps_the_digits_in_order_and_may_join_zeros():
    """Whatever is joined, the drawings spell the amount."""
    rng = np.random.default_rng(0)
    spelled = [[glyph.digits for glyph in Writer.sample(rng).write("1000200", rng, HEIGHT)] for _ in range(60)]
    assert all("".join(parts) == "1000200" for parts in spelled)
    assert any("000" in parts for parts in spelled)
    assert any("00" in parts for parts in spelled)
    assert any(len(parts) == 7 for parts in spelled)


def test_digits_stand_on_the_base_line_and_tails_hang_below_it(rng):
    """The lower edge of a zero is near the line; a nine with a looped stem goes below it."""
    zeros, tails = [], []
    for _ in range(30):
        writer = Writer.sample(rng, plain=True, only={"9": "loop-stem"})
        zero, nine = writer.draw_all(["0", "9"], rng, HEIGHT, margin=0)
        zeros.append(zero.bottom / HEIGHT)
        tails.append(nine.bottom / HEIGHT)
    assert abs(np.median(zeros)) < 0.1
    assert np.median(tails) < -0.12


def test_the_body_of_a_digit_leaves_out_its_bar(rng):
    """A seven like a plus sign is narrower than its ink, so that its bar reaches over the neighbours."""
    seven = Writer.sample(rng, only={"7": "plus-like"}).draw_all(["7"], rng, HEIGHT, margin=0)[0]
    one = Writer.sample(rng, plain=True).draw_all(["1"], rng, HEIGHT, margin=0)[0]
    assert seven.left + seven.right > 0.15 * HEIGHT
    assert one.left + one.right < 0.15 * HEIGHT


def test_a_writer_in_a_style_takes_its_slant_and_thickness():
    """Beside MNIST's digits a hand leans and presses as the style says."""
    writer = seeded(1)
    style = glyphs.WriterStyle(size=HEIGHT, slant=0.5, thickness=3.0, spacing=0.1, unsteadiness=0.4)
    same = writer.in_style(style)
    assert (same.traits.slant, same.pen.width, same.traits.spacing) == (0.5, pytest.approx(0.15), 0.1)
    assert same.choices == writer.choices
    assert writer.traits.slant != 0.5


def test_the_style_of_a_writer_fits_marks_to_its_digits():
    """Marks lean as the digits do, and are about as thick."""
    writer = seeded(2)
    style = writer.style(HEIGHT)
    assert (style.size, style.slant, style.spacing) == (HEIGHT, writer.traits.slant, writer.traits.spacing)
    assert style.thickness == pytest.approx(min(max(20 * writer.pen.width, 1.0), 4.5))


@pytest.mark.parametrize("wrong", ["", "a", "12", "0000"])
def test_draw_refuses_what_it_has_no_shape_for(rng, wrong):
    """The message says what can be drawn."""
    with pytest.raises(ValueError, match=f"expected 0 to 9, 00 or 000, but got '{wrong}'"):
        Writer.sample(rng).draw(wrong, rng, HEIGHT)
