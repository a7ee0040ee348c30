"""handwriting: photographs of digits, as people upload them."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.synthesis import amount_images, glyphs, marks, photographs
from payment_ml.text import amounts


@pytest.fixture(scope="module")
def alphabet(splits) -> glyphs.GlyphBank:
    """The validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


def test_pictures_are_colour_photographs_of_many_sizes(splits, rng):
    """Heights as promised, colour channels, and their own size each."""
    validation = splits["validation"]
    pictures = [p for p, _ in amount_images.render_digits(validation.images, validation.labels, 60, rng)]
    heights = [picture.shape[0] for picture in pictures]
    assert all(picture.dtype == np.uint8 and picture.shape[2] == 3 for picture in pictures)
    assert min(heights) >= 28
    assert max(heights) <= 140
    assert len({picture.shape for picture in pictures}) > 40


def test_the_truth_is_the_digit_in_the_middle(splits, rng):
    """Every digit of a split comes once before any comes twice."""
    validation = splits["validation"]
    labels = [label for _, label in amount_images.render_digits(validation.images[:5], validation.labels[:5], 10, rng)]
    assert labels == [*validation.labels[:5].tolist()] * 2


def test_the_same_generator_writes_the_same_pictures(splits):
    """Seeded: an evaluation can be repeated."""
    images, labels = splits["validation"].images[:3], splits["validation"].labels[:3]
    once, again = (list(amount_images.render_digits(images, labels, 3, np.random.default_rng(9))) for _ in range(2))
    assert all(np.array_equal(x[0], y[0]) for x, y in zip(once, again, strict=True))


def test_ink_is_darker_than_paper(rng):
    """Whatever the colours: a stroke through the middle stays visible."""
    ink = np.zeros((60, 80), np.float32)
    ink[25:35, 10:70] = 1
    for _ in range(30):
        grey = photographs.render_photograph(ink, rng).mean(axis=2)
        assert grey[28:32, 20:60].mean() < grey[45:, :].mean() - 8


def test_an_amount_picture_tells_its_text_value_and_digits(alphabet, rng):
    """What is written means its value, in the grammar of amounts."""
    for _ in range(200):
        written = amount_images.render_amount(alphabet, rng)
        assert written.image.dtype == np.uint8
        assert written.image.ndim == 3
        assert 10 <= written.image.shape[0] <= 260
        assert written.digits.isdigit()
        assert Decimal(written.label) in amounts.parse(written.written).readings, written.written


def test_a_given_amount_is_written_as_given(alphabet, rng):
    """For samples and for tests of single cases."""
    written = amount_images.render_amount(alphabet, rng, (Decimal("1234.56"), "$1,234.56*"))
    assert (written.written, written.digits) == ("$1,234.56*", "123456")


def test_the_digits_that_are_drawn_are_those_of_the_amount(alphabet, rng, monkeypatch):
    """In their order, and from the alphabet's own split alone."""
    seen = []
    draw = glyphs.GlyphBank.draw

    def watch(self, index, hand, rng):
        seen.append(self.labels[index])
        return draw(self, index, hand, rng)

    monkeypatch.setattr(glyphs.GlyphBank, "draw", watch)
    written = amount_images.render_amount(alphabet, rng, (Decimal("907.13"), "907.13"))
    assert "".join(map(str, seen)) == written.digits


def test_a_hand_is_consistent(alphabet, rng):
    """Digits of one hand lean alike, more so than MNIST's own do."""
    hand = glyphs.WriterStyle(size=20, slant=0.2, thickness=2.5, spacing=0.1, unsteadiness=0.2)
    chosen = rng.integers(len(alphabet.labels), size=300)
    drawn = [alphabet.draw(index, hand, rng) for index in chosen]
    fields = np.zeros((300, 40, 60), np.float32)
    for field, stroke in zip(fields, drawn, strict=True):
        glyphs.composite(field, stroke, 10, 10)
    slants = glyphs._slants((fields * 255).astype(np.uint8))
    assert np.std(slants) < 0.6 * np.std(alphabet.slants)
    assert abs(np.median(slants) - 0.2) < 0.08


@pytest.mark.parametrize("mark", marks.MARKS)
def test_every_mark_leaves_ink(mark, rng):
    """From hairline to felt pen."""
    for thickness in (1.4, 4.5):
        pen = thickness * 30 / 20
        for _ in range(100):
            stroke, foot = marks.draw_mark(mark, glyphs.WriterStyle(30, 0.1, thickness, 0.1, 0.5), rng)
            assert (stroke > 0.5).sum() > 0.25 * pen**2  # a pen that was set down, at the least; fillers are finer
            assert -0.5 < foot < 1


def test_a_mark_that_nobody_can_draw_is_refused(rng):
    """With the known ones."""
    with pytest.raises(ValueError, match=r"expected a mark among .* but got '%'"):
        marks.draw_mark("%", glyphs.random_style(rng, 30), rng)
