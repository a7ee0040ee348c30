"""losses: losses of single examples, and the examples that are recognised correctly."""

import numpy as np
import pytest

from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import Content
from payment_ml.networks.backend import keras
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.recognition import ctc
from payment_ml.text import alphabet
from payment_ml.training import line_generator, line_sources, losses

CLASSES = len(alphabet.ALPHABET) + 1


def test_ctc_loss_equals_the_sum_over_all_alignments(splits, rng):
    """Compared with the decoder's own implementation."""
    lines = line_generator.generate_lines(line_sources.AmountLines(splits["validation"], distorted_share=0), rng, 8)
    images, frame_counts, labels = next(line_generator.pad_batches(lines, 8))
    scores = rng.normal(size=(8, images.shape[2] // 4, CLASSES)).astype(np.float32)
    log_probs = scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)
    expected = [
        -ctc.ctc_log_likelihood(rows[:frames], [[label for label in text if label]])[0]
        for rows, frames, text in zip(log_probs, frame_counts, labels.tolist(), strict=True)
    ]
    assert losses.ctc_loss(scores, frame_counts, labels).numpy() == pytest.approx(expected, rel=1e-4)


def test_cell_losses_are_weighted_cross_entropies():
    """Computed by hand: equal probabilities for all labels, and a cell of an amount counts eight times."""
    labels = np.array([[[page_images.PAPER, page_images.label(Content.AMOUNT)]]], np.uint8)
    values = losses.cell_losses(tf.zeros((1, 1, 2, page_images.LABELS)), tf.constant(labels)).numpy()
    assert values.ravel() == pytest.approx([np.log(page_images.LABELS), 8 * np.log(page_images.LABELS)], rel=1e-5)


@pytest.mark.parametrize(
    ("box", "expected"),
    [((2, 2, 8, 4), True), ((4, 2, 10, 4), True), ((6, 2, 12, 4), False)],
    ids=["exact", "half", "less than half"],
)
def test_an_amount_is_found_where_half_of_it_is(box, expected):
    """An upright page without an amount does not count."""
    labels = np.zeros((2, 8, 16), np.uint8)
    labels[0, 2:4, 2:8] = page_images.label(Content.AMOUNT)
    seen = np.zeros((2, 8, 16), np.uint8)
    seen[0, box[1] : box[3], box[0] : box[2]] = page_images.label(Content.AMOUNT)
    values, found = losses.page_losses(*_page_batch(labels, seen))
    assert found.tolist() == [expected]
    assert len(values) == 2


@pytest.mark.parametrize(("seen", "expected"), [(2, True), (1, False), (0, False)])
def test_a_turned_page_needs_the_right_direction(seen, expected):
    """It has no amount to find before it is upright."""
    labels = np.full((1, 8, 16), page_images.label(Content.AMOUNT, 2), np.uint8)
    direction = np.full((1, 8, 16), page_images.label(Content.AMOUNT, seen), np.uint8)
    assert losses.page_losses(*_page_batch(labels, direction))[1].tolist() == [expected]


def _page_batch(labels, seen):
    """Return a network that sees these labels, and a batch of pages that have others."""
    scores = 9 * np.eye(page_images.LABELS, dtype=np.float32)[seen]
    images = np.zeros((len(labels), *(page_images.CELL * side for side in labels.shape[1:]), 1), np.uint8)
    return lambda images, training: scores, [(images, labels)]


def test_line_counts_as_correct_when_every_label_is(splits, rng):
    """A network that outputs the blank everywhere reads no line, and its loss is positive."""
    lines = line_generator.generate_lines(line_sources.AmountLines(splits["validation"], distorted_share=0), rng, 20)
    network = keras.Sequential([keras.Input((32, None), dtype="uint8"), keras.layers.Lambda(_blank_scores)])
    values, correct = losses.line_losses(network, lines)
    assert not correct.any()
    assert (values > 0).all()


def test_digit_losses_are_cross_entropies(rng):
    """Computed by hand for two digits with known probabilities."""
    probabilities = np.full((2, 10), 0.05, np.float32)
    probabilities[:, 3] = 0.55
    images = np.zeros((2, 28, 28), np.uint8)
    values, correct = losses.digit_losses(lambda images, training: np.log(probabilities), images, np.array([3, 4]))
    assert values == pytest.approx([-np.log(0.55), -np.log(0.05)], rel=1e-5)
    assert correct.tolist() == [True, False]


def test_mean_and_standard_error():
    """1 and 3 have the mean 2 and the standard deviation 1."""
    assert losses.mean_and_standard_error(np.array([1.0, 3.0])) == pytest.approx((2, 1 / np.sqrt(2)))


def _blank_scores(images: tf.Tensor) -> tf.Tensor:
    """Return scores in favour of the blank, float32 [n, width / 4, classes]."""
    shape = tf.stack([tf.shape(images)[0], tf.shape(images)[2] // 4])
    return 5 * tf.one_hot(tf.zeros(shape, tf.int32), CLASSES)
