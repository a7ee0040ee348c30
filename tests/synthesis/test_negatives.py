"""clutter: pictures without any amount."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import image_loading, line_images
from payment_ml.synthesis import amount_images, glyphs, negatives


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "grey"])
def test_pictures_are_photographs_of_many_sizes(rng, colour):
    """Of every kind in turn, seeded."""
    pictures = [negatives.negative_image(rng, colour) for _ in range(80)]
    assert all(each.dtype == np.uint8 and each.ndim == (3 if colour else 2) for each in pictures)
    assert len({each.shape for each in pictures}) > 60
    once, again = (negatives.negative_image(np.random.default_rng(4), colour) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize("kind", [kind for kind in negatives.KINDS if kind != "noise"])
def test_every_kind_leaves_something_on_the_paper(kind, rng):
    """Twenty of each; an empty form may be empty."""
    drawn = []
    for _ in range(20):
        ink, print_ = np.zeros((80, 240), np.float32), np.zeros((80, 240), np.float32)
        negatives._DRAW[kind](ink, print_, rng)
        assert max(ink.max(), print_.max()) <= 1
        drawn.append(max(ink.max(), print_.max()) > 0.1)
    assert np.mean(drawn) >= 0.7


def test_a_struck_out_amount_has_strokes_across_all_of_it(splits, rng):
    """Far more ink than the amount alone."""
    ink = np.zeros((60, 240), np.float32)
    cv2.line(ink, (40, 15), (40, 45), 1.0, 3)
    before = float((ink > 0.5).mean())
    negatives.strike_through(ink, rng)
    assert (ink > 0.5).mean() > 2 * before
    alphabet = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    struck = amount_images.render_struck_out(alphabet, rng)
    assert struck.dtype == np.uint8
    assert line_images.extract_line(image_loading.load_grey(struck)) is not None
