"""Tests of `payment_ml.synthesis.word_texts`."""

import numpy as np

from payment_ml.synthesis.word_texts import random_value, random_words
from payment_ml.text.word_alphabet import CHARACTERS, normalize_words


def test_texts_have_all_characters_and_cases_and_are_never_empty():
    """Without each letter in some text, the network would not learn it."""
    rng = np.random.default_rng(0)
    texts = [random_words(rng) for _ in range(1500)]
    assert all(normalize_words(text) for text in texts)
    assert set("".join(map(normalize_words, texts))) == set(CHARACTERS)
    assert any(text.isupper() for text in texts)
    assert any(text.islower() for text in texts)
    assert any("é" in text or "ü" in text or "ã" in text for text in texts)


def test_amounts_have_all_magnitudes_and_some_have_cents():
    """From one unit to ten millions."""
    rng = np.random.default_rng(1)
    values = [random_value(rng) for _ in range(500)]
    assert min(values) < 10
    assert max(values) > 1_000_000
    assert 100 < sum(value != int(value) for value in values) < 300
