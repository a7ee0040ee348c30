"""Tests of rendered amounts and digits: images with the label that is written on them."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.synthesis import amount_images, glyphs, hands
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.synthesis.writers import Writer
from payment_ml.text import amounts


class OneHand:
    """Provide one hand."""

    def __init__(self, hand: hands.Hand):
        self.hand = hand

    def choose(self, rng: np.random.Generator) -> hands.Hand:
        """Return the hand."""
        return self.hand


@pytest.fixture(scope="module")
def glyph_bank(splits) -> glyphs.GlyphBank:
    """Return the validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


def test_render_digits_yields_colour_images_of_many_sizes(splits, rng):
    """Heights are 28 to 140 pixels."""
    validation = splits["validation"]
    images = [image for image, _ in amount_images.render_digits(validation.images, validation.labels, 60, rng)]
    heights = [image.shape[0] for image in images]
    assert all(image.dtype == np.uint8 and image.shape[2] == 3 for image in images)
    assert min(heights) >= 28
    assert max(heights) <= 140
    assert len({image.shape for image in images}) > 40


def test_render_digits_uses_each_digit_once_before_any_repeats(splits, rng):
    """Ten images of five digits have their labels twice, in order."""
    images, labels = splits["validation"].images[:5], splits["validation"].labels[:5]
    rendered_labels = [label for _, label in amount_images.render_digits(images, labels, 10, rng)]
    assert rendered_labels == labels.tolist() * 2


def test_render_digits_starts_at_a_given_digit(splits, rng):
    """Chunks of one test set continue where the chunk before ended."""
    images, labels = splits["validation"].images[:5], splits["validation"].labels[:5]
    rendered_labels = [label for _, label in amount_images.render_digits(images, labels, 3, rng, start=3)]
    assert rendered_labels == [*labels[3:].tolist(), int(labels[0])]


def test_render_digits_gives_the_same_images_for_the_same_seed(splits):
    """An evaluation can be repeated."""
    images, labels = splits["validation"].images[:3], splits["validation"].labels[:3]
    first, second = (list(amount_images.render_digits(images, labels, 3, np.random.default_rng(9))) for _ in range(2))
    assert all(np.array_equal(image, same) for (image, _), (same, _) in zip(first, second, strict=True))


def test_render_amount_returns_an_image_with_its_label_and_text(glyph_bank, rng):
    """The grammar of amounts reads the label in the text."""
    for _ in range(200):
        sample = amount_images.render_amount(glyph_bank, rng)
        assert sample.image.dtype == np.uint8
        assert sample.image.ndim == 3
        assert 10 <= sample.image.shape[0] <= 320
        assert sample.digits.isdigit()
        assert Decimal(sample.label) in amounts.parse(sample.written).readings, sample.written


def test_render_amount_writes_a_given_amount(glyph_bank, rng):
    """Value and text come back in the sample."""
    sample = amount_images.render_amount(glyph_bank, rng, WrittenAmount(Decimal("1234.5"), "$1,234.50*"))
    assert (sample.label, sample.written, sample.digits) == ("1234.50", "$1,234.50*", "123450")


def test_render_amount_draws_the_digits_of_the_amount_in_order(glyph_bank, rng, monkeypatch):
    """Each comes from the glyph bank, that is from one split."""
    labels = []
    draw = glyphs.GlyphBank.draw

    def record(self, index, style, rng):
        labels.append(self.labels[index])
        return draw(self, index, style, rng)

    monkeypatch.setattr(glyphs.GlyphBank, "draw", record)
    sample = amount_images.render_amount(glyph_bank, rng, WrittenAmount(Decimal("907.13"), "907.13"))
    assert "".join(map(str, labels)) == sample.digits


def test_render_amount_limits_the_height_of_digits(glyph_bank):
    """The style is drawn for 10 to `max_digit_height` pixels, and for up to twice as many in one image of twenty."""
    sizes = []

    def record(rng: np.random.Generator, size: float) -> glyphs.WriterStyle:
        sizes.append(size)
        return glyphs.random_style(rng, size)

    for seed in range(100):
        rng = np.random.default_rng(seed)
        amount_images.render_amount(glyph_bank, rng, colour=False, max_digit_height=20, style=record)
    assert min(sizes) >= 10
    assert 20 < max(sizes) <= 40
    assert 0 < np.mean(np.array(sizes) > 20) < 0.15
    assert 0 < np.mean(np.array(sizes) < 16) < 0.2


def test_render_struck_out_covers_the_amount_with_strokes(glyph_bank):
    """The image is darker on average than that of an amount."""
    amount = [
        amount_images.render_amount(glyph_bank, np.random.default_rng(seed), colour=False).image for seed in range(50)
    ]
    struck_out = [
        amount_images.render_struck_out(glyph_bank, np.random.default_rng(seed), colour=False) for seed in range(50)
    ]
    assert all(image.dtype == np.uint8 and image.ndim == 2 for image in struck_out)

    def ink_share(image: np.ndarray) -> float:
        return float(np.mean(image < 0.8 * np.median(image)))

    assert np.mean([ink_share(image) for image in struck_out]) > 1.3 * np.mean([ink_share(image) for image in amount])


def test_render_turned_shows_an_amount_upside_down_or_mirrored(glyph_bank):
    """It is a photograph like that of an amount, and equal seeds give equal ones."""
    first, second = (amount_images.render_turned(glyph_bank, np.random.default_rng(7), colour=False) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.ndim == 2
    assert np.array_equal(first, second)


def test_render_amount_is_written_by_the_hand_that_is_chosen(splits):
    """Simulated writers draw what MNIST's digits do not show: the pictures differ, the amount is the same."""
    bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    simulated = hands.SimulatedHand(Writer.sample(np.random.default_rng(4)))
    amount = WrittenAmount(Decimal("4711.09"), "4711.09")
    samples = [
        amount_images.render_amount(OneHand(hand), np.random.default_rng(1), amount) for hand in (bank, simulated)
    ]
    assert samples[0].label == samples[1].label == "4711.09"
    assert not np.array_equal(samples[0].image, samples[1].image)
