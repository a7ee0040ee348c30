"""Compute the losses of a network on labelled examples, and which of them it recognises correctly."""

import math
from typing import Any

import numpy as np

from payment_ml.networks.backend import tensorflow as tf
from payment_ml.text import alphabet
from payment_ml.training import line_generator

# In nats; a network after a few steps may give a line a likelihood that float32 cannot hold, and so an infinite loss.
_LARGEST_LINE_LOSS = 1000.0
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


def mean_and_standard_error(losses: np.ndarray) -> tuple[float, float]:
    """Return the mean of losses and its standard error, in the unit of the losses."""
    return float(np.mean(losses)), float(np.std(losses) / math.sqrt(len(losses)))
