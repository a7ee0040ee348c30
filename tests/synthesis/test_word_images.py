"""Tests of `payment_ml.synthesis.word_images`."""

import numpy as np

from payment_ml.synthesis.word_images import render_words
from payment_ml.text.word_alphabet import CHARACTERS


def test_images_are_grey_small_and_large_and_say_what_is_written():
    """Some are scans in black and white; the text is one that the network can say."""
    rng = np.random.default_rng(0)
    samples = [render_words(rng) for _ in range(60)]
    assert all(image.dtype == np.uint8 and image.ndim == 2 and image.std() > 1 for image, _ in samples)
    heights = [image.shape[0] for image, _ in samples]
    assert min(heights) < 20
    assert max(heights) > 50
    assert all(set(text) <= set(CHARACTERS) for _, text in samples)
    assert any(np.isin(image, (0, 255)).all() for image, _ in samples)


def test_the_same_random_numbers_draw_the_same_image():
    """Training is reproducible."""
    (image, text), (again, same) = (render_words(np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(image, again)
    assert text == same
