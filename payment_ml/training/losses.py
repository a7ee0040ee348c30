"""Compute the losses of a network on labelled examples, and which of them it recognises correctly."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from payment_ml.imaging import page_images, page_regions
from payment_ml.imaging.page_images import Content
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.text import alphabet
from payment_ml.training import line_generator

# In nats; a network after a few steps may give a line a likelihood that float32 cannot hold, and so an infinite loss.
_LARGEST_LINE_LOSS = 1000.0
_CONTENT_WEIGHTS = {  # of cells in the loss, against a bare one: amounts take up a hundredth of a page
    Content.AMOUNT: 8.0,
    Content.WORDS: 3.0,
    Content.NUMBER: 4.0,
    Content.WRITING: 2.0,
    Content.PRINT: 1.0,
}
_FOUND = 0.5  # intersection over union from which on an amount counts as found
_DIGIT_BATCH_SIZE, _LINE_BATCH_SIZE = 1000, 100  # of evaluation


def digit_losses(logits: Any, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute the cross-entropy of each digit.

    Parameters
    ----------
    logits : Keras model, uint8 [n, 28, 28] -> float32 [n, 10] scores before the softmax
    images : uint8 [n, 28, 28]
    labels : integer [n]

    Returns
    -------
    losses in nats, float [n]; bool [n], True where the digit is recognised correctly
    """
    batches = (images[i : i + _DIGIT_BATCH_SIZE] for i in range(0, len(labels), _DIGIT_BATCH_SIZE))
    scores = np.concatenate([logits(batch, training=False) for batch in batches])
    losses = np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(scores)), labels]
    return losses, scores.argmax(axis=1) == labels


def line_losses(logits: Any, lines: line_generator.LabelledLines) -> tuple[np.ndarray, np.ndarray]:
    """Compute the CTC loss of each line.

    Parameters
    ----------
    logits : Keras model, uint8 [n, 32, width] -> float32 [n, frames, labels] scores before the softmax
    lines : pixels and labels

    Returns
    -------
    losses in nats, at most 1,000, float [n]; bool [n], True where greedy decoding gives the full text. Both in the
    order of the lines' widths.
    """
    losses, correct = [], []
    for images, frame_counts, labels in line_generator.pad_batches(lines, _LINE_BATCH_SIZE):
        scores = tf.convert_to_tensor(logits(images, training=False))
        losses.append(ctc_loss(scores, frame_counts, labels).numpy())
        frame_labels = scores.numpy().argmax(axis=2)
        correct += [
            alphabet.collapse(row[:frames]) == [label for label in expected if label]
            for row, frames, expected in zip(frame_labels, frame_counts, labels.tolist(), strict=True)
        ]
    return np.minimum(np.concatenate(losses), _LARGEST_LINE_LOSS), np.array(correct)


def ctc_loss(scores: tf.Tensor, frame_counts: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Compute the negative log-likelihood of each line's labels, summed over all alignments.

    Parameters
    ----------
    scores : float32 [n, frames, labels], before the softmax
    frame_counts : int32 [n], frames of each line's own width
    labels : int32 [n, longest], padded with 0

    Returns
    -------
    float32 [n], nats

    Source: Graves et al. 2006, "Connectionist temporal classification".
    """
    return tf.nn.ctc_loss(
        tf.sparse.from_dense(labels), scores, None, frame_counts, logits_time_major=False, blank_index=alphabet.BLANK
    )


def cell_losses(scores: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """Compute the cross-entropy of each cell of pages, by the weight of what stands in it.

    Parameters
    ----------
    scores : float32 [n, rows, columns, labels], before the softmax
    labels : uint8 [n, rows, columns], of `page_images.label`

    Returns
    -------
    float32 [n, rows, columns], nats
    """
    weights = np.ones(page_images.LABELS, np.float32)
    for content, weight in _CONTENT_WEIGHTS.items():
        weights[page_images.label(content)] = weight
    entropies = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.cast(labels, tf.int32), scores)
    return tf.gather(tf.constant(weights), tf.cast(labels, tf.int32)) * entropies


def page_losses(logits: Any, batches: Sequence[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Compute the mean loss of each page, and whether its amount is found.

    Parameters
    ----------
    logits : Keras model, uint8 [n, height, width, 1] -> float32 [n, rows, columns, labels] scores before the softmax
    batches : pages and the labels of their cells

    Returns
    -------
    losses in nats, float [n]; bool, of all pages but upright ones without an amount, True where the direction is right
    and, if it is upright, the likeliest region covers the amount with an intersection over union of at least 0.5
    """
    losses, found = [], []
    for images, labels in batches:
        scores = tf.convert_to_tensor(logits(images, training=False))
        losses.append(tf.reduce_mean(cell_losses(scores, tf.convert_to_tensor(labels)), axis=(1, 2)).numpy())
        for probabilities, expected in zip(tf.nn.softmax(scores).numpy(), labels, strict=True):
            amount = expected == page_images.label(Content.AMOUNT)
            direction = int(page_images.directions(np.eye(page_images.LABELS)[expected]).argmax())
            if amount.any():
                found.append(_is_found(probabilities, amount))
            elif direction > 0:
                found.append(int(page_images.directions(probabilities).argmax()) == direction)
    return np.concatenate(losses), np.array(found)


def mean_and_standard_error(losses: np.ndarray) -> tuple[float, float]:
    """Return the mean of losses and its standard error, in the unit of the losses."""
    return float(np.mean(losses)), float(np.std(losses) / math.sqrt(len(losses)))


def _is_found(probabilities: np.ndarray, amount: np.ndarray) -> bool:
    """Return whether the likeliest region of an upright page is that of its amount, bool [rows, columns]."""
    regions = page_regions.amount_regions(page_images.contents(probabilities))
    if not regions or int(page_images.directions(probabilities).argmax()) != 0:
        return False
    rows, columns = np.nonzero(amount)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    return page_regions.intersection_over_union(regions[0].box, box) >= _FOUND
