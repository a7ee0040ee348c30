"""Tests of `payment_ml.text.phrases`."""

import numpy as np

from payment_ml.text.phrases import NOTHING, Piece, join, maybe, one_of, random_text, texts

PHRASE = join(one_of(Piece("a", 1), Piece("b", 2)), maybe(Piece(" c", 10)), NOTHING)


def test_texts_of_a_phrase_are_all_combinations_with_their_sums():
    """Pieces that follow each other add up."""
    assert sorted(texts(PHRASE)) == [("a", 1), ("a c", 11), ("b", 2), ("b c", 12)]


def test_random_texts_are_texts_of_the_phrase_and_each_of_them_occurs():
    """Alternatives are equally likely."""
    rng = np.random.default_rng(0)
    assert {random_text(PHRASE, rng) for _ in range(100)} == {text for text, _ in texts(PHRASE)}
