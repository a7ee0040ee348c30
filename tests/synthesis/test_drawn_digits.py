"""Drawn digits: they come in MNIST's form, with all labels and shapes, and a classifier that knows MNIST reads them."""

import numpy as np
import pytest

from payment_ml.synthesis import allographs, drawn_digits, glyphs


def test_draw_digits_returns_as_many_of_each_label(rng):
    """A bank of them has MNIST's shape and no label more often than another."""
    images, labels = drawn_digits.draw_digits(400, rng)
    assert (images.shape, images.dtype) == ((400, 28, 28), np.uint8)
    assert np.array_equal(np.bincount(labels), [40] * 10)
    assert images.reshape(400, -1).max(axis=1).min() > 60


def test_draw_digits_stops_within_a_writer(rng):
    """A number that is no multiple of twenty is kept."""
    images, labels = drawn_digits.draw_digits(7, rng)
    assert len(images) == len(labels) == 7


def test_mnist_form_is_20_pixels_high_and_centred():
    """A bar of 100 by 10 pixels becomes one of 20 by 2 around the middle."""
    image = drawn_digits.mnist_form(np.full((100, 10), 255, np.uint8))
    rows, columns = np.nonzero(image)
    assert (rows.min(), rows.max()) == (4, 23)
    assert (columns.min(), columns.max()) == (13, 14)


def test_mnist_form_keeps_lopsided_ink_inside_of_the_image():
    """All ink in one corner would centre the drawing over the edge."""
    ink = np.zeros((40, 40), np.uint8)
    ink[:4, :4] = 255
    assert drawn_digits.mnist_form(ink).sum() == pytest.approx(255 * 4)


def test_a_glyph_bank_takes_drawn_digits_beside_those_of_mnist(rng, splits):
    """Both can be drawn in one style."""
    images, labels = drawn_digits.draw_digits(100, rng)
    split = splits["validation"]
    bank = glyphs.GlyphBank(np.concatenate([split.images, images]), np.concatenate([split.labels, labels]))
    style = glyphs.random_style(rng, 30)
    for index in range(len(bank.labels) - 100, len(bank.labels)):
        assert bank.draw(index, style, rng).max() > 0.3


def test_the_catalogue_shows_every_allograph_once(rng):
    """A caption says which digit an image shows, and how."""
    images, captions = drawn_digits.catalogue(rng, writers=2)
    assert captions == [f"{shape.digits} {shape.name}" for shape in allographs.load()]
    assert all(image.ndim == 2 and image.max() > 60 for image in images)


def test_a_classifier_of_mnist_reads_plain_drawn_digits(rng, classifier):
    """Plain allographs look like the digits that they are."""
    images, labels = drawn_digits.draw_digits(1000, rng, plain=True)
    correct = classifier.predict_proba(images).argmax(axis=1) == labels
    assert correct.mean() > 0.9
    assert min(correct[labels == label].mean() for label in range(10)) > 0.75
