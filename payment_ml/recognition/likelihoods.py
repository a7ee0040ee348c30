"""Compute the exact probabilities of many texts in many lines at once, from the output of a CTC network.

Every step of numpy takes about as long for one text in one line as for hundreds (docs/decisions/reading-cascade.md).
"""

from collections.abc import Sequence

import numpy as np

from payment_ml.text.alphabet import BLANK

_TINY = 1e-300
_RESCALE_EVERY = 8  # frames; the product of their probabilities must not underflow
_NO_LABEL = -1  # behind the end of a text: the last column of probabilities, which is 0


def stack_texts(texts: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels of texts in one array, int [longest, texts], padded with `_NO_LABEL`; and their lengths."""
    lengths = np.array([len(text) for text in texts], int)
    labels = np.full((len(texts), lengths.max(initial=0)), _NO_LABEL)
    for row, text in zip(labels, texts, strict=True):
        row[: len(text)] = text
    return labels.T, lengths


def log_likelihoods(
    lines: Sequence[np.ndarray], owners: np.ndarray, labels: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """Compute the exact log-probabilities of texts in their lines.

    Parameters
    ----------
    lines : log_probs of each line, float [time, labels + 1]
    owners : int [texts], the line of each text
    labels, lengths : of the texts, from `stack_texts`

    Returns
    -------
    float64 [texts], at most 0; minus infinity where the frames are too few for the text, or where the network has no
    output for one of its labels

    Source: the forward variables of Graves et al. 2006, section 4.1, of blanks and of labels apart, rescaled every few
    frames.
    """
    probabilities = _stack_lines(lines)
    columns = probabilities.shape[2]
    flat = probabilities.reshape(len(probabilities), -1)
    of_blank, of_label = owners * columns + BLANK, owners * columns + np.minimum(labels, columns - 1) % columns
    # A label may follow its predecessor without a blank between them, unless both are the same.
    skips = np.ones(labels.shape)
    skips[1:] = labels[1:] != labels[:-1]
    # Row i of the blanks comes after i labels, row i of the labels at label i; row 0 of these stays 0.
    in_blank, in_label = np.zeros((2, len(labels) + 1, len(owners)))
    in_blank[0] = 1
    here, before, grown = in_label[1:], in_label[:-1], np.empty(labels.shape)
    logarithm = np.zeros(len(owners))
    for begin in range(0, len(flat), _RESCALE_EVERY):
        frames = flat[begin : begin + _RESCALE_EVERY]
        for blank, row in zip(frames.take(of_blank, axis=1), frames.take(of_label, axis=1), strict=True):
            np.multiply(before, skips, out=grown)
            grown += here
            grown += in_blank[:-1]
            in_blank[1:] += here
            in_blank *= blank
            np.multiply(grown, row, out=here)
        total = in_blank.sum(axis=0) + in_label.sum(axis=0) + _TINY
        logarithm += np.log(total)
        in_blank /= total
        in_label /= total
    texts = np.arange(len(owners))
    with np.errstate(divide="ignore"):
        return np.log(in_blank[lengths, texts] + in_label[lengths, texts]) + logarithm


def _stack_lines(lines: Sequence[np.ndarray]) -> np.ndarray:
    """Return the probabilities of lines in one array, float64 [time, lines, labels + 2].

    The last column is 0, for the labels behind the end of a text. A shorter line ends in blanks, which change nothing.
    """
    stacked = np.zeros((max(map(len, lines)), len(lines), lines[0].shape[1] + 1))
    stacked[:, :, BLANK] = 1
    for i, log_probs in enumerate(lines):
        np.exp(log_probs, out=stacked[: len(log_probs), i, :-1], dtype=np.float64)
    return stacked
