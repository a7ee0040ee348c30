"""handwriting: photographs of digits, as people upload them."""

import numpy as np

from payment_ml import handwriting


def test_pictures_are_colour_photographs_of_many_sizes(splits, rng):
    """Heights as promised, colour channels, and their own size each."""
    validation = splits["validation"]
    pictures = [p for p, _ in handwriting.digit_pictures(validation.images, validation.labels, 60, rng)]
    heights = [picture.shape[0] for picture in pictures]
    assert all(picture.dtype == np.uint8 and picture.shape[2] == 3 for picture in pictures)
    assert min(heights) >= 28
    assert max(heights) <= 140
    assert len({picture.shape for picture in pictures}) > 40


def test_the_truth_is_the_digit_in_the_middle(splits, rng):
    """Every digit of a split comes once before any comes twice."""
    validation = splits["validation"]
    labels = [label for _, label in handwriting.digit_pictures(validation.images[:5], validation.labels[:5], 10, rng)]
    assert labels == [*validation.labels[:5].tolist()] * 2


def test_the_same_generator_writes_the_same_pictures(splits):
    """Seeded: an evaluation can be repeated."""
    images, labels = splits["validation"].images[:3], splits["validation"].labels[:3]
    once, again = (list(handwriting.digit_pictures(images, labels, 3, np.random.default_rng(9))) for _ in range(2))
    assert all(np.array_equal(x[0], y[0]) for x, y in zip(once, again, strict=True))


def test_ink_is_darker_than_paper(rng):
    """Whatever the colours: a stroke through the middle stays visible."""
    ink = np.zeros((60, 80), np.float32)
    ink[25:35, 10:70] = 1
    for _ in range(30):
        grey = handwriting.photograph(ink, rng).mean(axis=2)
        assert grey[28:32, 20:60].mean() < grey[45:, :].mean() - 8
