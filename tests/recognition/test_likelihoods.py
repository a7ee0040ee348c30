"""Tests of exact probabilities of many texts in many lines; `test_ctc` holds them to sums over all paths."""

import numpy as np
import pytest

from payment_ml.recognition import ctc, likelihoods


def test_texts_in_many_lines_have_the_probabilities_of_each_alone(rng):
    """Shorter lines and shorter texts are padded, which changes nothing."""
    logits = [2 * rng.normal(size=(time, 5)) for time in (3, 20, 9)]
    lines = [rows - np.logaddexp.reduce(rows, axis=1, keepdims=True) for rows in logits]
    texts = [[1], [], [1, 1, 2], [4, 3, 2, 1, 1, 1], [2]]
    owners = np.array([0, 1, 1, 2, 0])
    together = likelihoods.log_likelihoods(lines, owners, *likelihoods.stack_texts(texts))
    alone = [ctc.ctc_log_likelihood(lines[owner], [text])[0] for owner, text in zip(owners, texts, strict=True)]
    assert together == pytest.approx(alone, rel=1e-12)


def test_stacked_texts_are_padded_behind_their_end():
    """One column for each text, and its length beside it."""
    labels, lengths = likelihoods.stack_texts([[3, 1], [], [2]])
    assert labels.T.tolist() == [[3, 1], [-1, -1], [2, -1]]
    assert lengths.tolist() == [2, 0, 1]


def test_a_label_that_the_network_has_not_is_impossible():
    """The alphabet grows; a network that was trained before has no output for the newest characters."""
    line = np.log(np.full((4, 3), 1 / 3))
    assert ctc.ctc_log_likelihood(line, [[1], [3], [1, 7]]).tolist()[1:] == [-np.inf, -np.inf]
    assert ctc.ctc_log_likelihood(line, [[1]])[0] > -np.inf
