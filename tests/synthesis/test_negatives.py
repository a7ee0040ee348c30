"""Tests of images without an amount: of many kinds and sizes, never empty, and amounts that are struck through."""

import numpy as np
import pytest

from payment_ml.imaging import image_loading, line_images
from payment_ml.synthesis import amount_images, glyphs, negatives


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "grey"])
def test_negative_images_are_photographs_of_many_sizes(rng, colour):
    """The same seed gives the same image."""
    images = [negatives.negative_image(rng, colour) for _ in range(80)]
    assert all(image.dtype == np.uint8 and image.ndim == (3 if colour else 2) for image in images)
    assert len({image.shape for image in images}) > 60
    first, second = (negatives.negative_image(np.random.default_rng(4), colour) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("kind", [kind for kind in negatives.KINDS if kind != "noise"])
def test_each_kind_leaves_ink_or_print_on_the_paper(kind, rng):
    """At least 14 of 20, since an empty form may be empty."""
    visible = []
    for _ in range(20):
        ink, print_ = np.zeros((80, 240), np.float32), np.zeros((80, 240), np.float32)
        negatives.DRAWINGS[kind](ink, print_, rng)
        assert max(ink.max(), print_.max()) <= 1
        visible.append(max(ink.max(), print_.max()) > 0.1)
    assert np.mean(visible) >= 0.7


def test_strike_through_adds_strokes_across_all_of_the_amount(rng):
    """Level, sloping, wavy and zigzag strokes reach from left to right and are darker than the paper."""
    for _ in range(30):
        ink = np.zeros((60, 240), np.float32)
        negatives.strike_through(ink, rng)
        assert ink.max() > 0.9
        assert all((ink[:, x : x + 40] > 0.5).any() for x in range(0, 240, 40))


def test_a_struck_out_amount_is_still_detected_as_a_line(splits, rng):
    """A reader must reject it by its content."""
    glyph_bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    struck_out = amount_images.render_struck_out(glyph_bank, rng)
    assert struck_out.dtype == np.uint8
    assert line_images.extract_line(image_loading.load_grey(struck_out)) is not None
