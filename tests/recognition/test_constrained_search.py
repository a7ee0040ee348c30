"""Test recognition.constrained_search: the texts of a line whose digits are known."""

import itertools
import math

import numpy as np
import pytest
from helpers.drawn_amounts import spell

from payment_ml.recognition import constrained_search, ctc
from payment_ml.text import alphabet, amounts


def random_log_probs(rng: np.random.Generator, frames: int, characters: str) -> np.ndarray:
    """Return log_probs of an unsure network that knows a few characters, float64 [frames, labels + 1]."""
    probabilities = np.full((frames, len(alphabet.ALPHABET) + 1), 1e-12)
    known = [alphabet.BLANK, *alphabet.encode(characters)]
    probabilities[:, known] = rng.dirichlet(np.full(len(known), 0.5), frames)
    return np.log(probabilities / probabilities.sum(axis=1, keepdims=True))


def all_texts(log_probs: np.ndarray, characters: str) -> dict[str, float]:
    """Return the probability of each text that any alignment spells, by trying all of them."""
    labels = [alphabet.BLANK, *alphabet.encode(characters)]
    texts: dict[str, float] = {}
    for path in itertools.product(labels, repeat=len(log_probs)):
        text = "".join(alphabet.ALPHABET[label - 1] for label in alphabet.collapse(path))
        texts[text] = texts.get(text, 0.0) + math.exp(log_probs[np.arange(len(path)), path].sum())
    return texts


def test_the_probability_of_digits_sums_over_all_marks(rng):
    """It equals the sum over every text with these digits, found by trying all alignments."""
    log_probs = random_log_probs(rng, 7, "10.-")
    texts = all_texts(log_probs, "10.-")
    for digits in ("1", "10", "110", "0", ""):
        expected = sum(probability for text, probability in texts.items() if amounts.digits_of(text) == digits)
        (found,) = constrained_search.digits_log_likelihood(log_probs, [digits])
        assert math.exp(found) == pytest.approx(expected, rel=1e-6)


def test_the_search_finds_the_likeliest_texts_with_the_digits(rng):
    """The same ones, in the same order, as trying all alignments."""
    log_probs = random_log_probs(rng, 7, "10.-")
    texts = all_texts(log_probs, "10.-")
    with_digits = sorted((text for text in texts if amounts.digits_of(text) == "110"), key=lambda text: -texts[text])
    found = constrained_search.texts_with_digits(log_probs, "110", width=50, floor=0)
    assert [hypothesis.text for hypothesis in found[:5]] == with_digits[:5]
    assert math.exp(found[0].log_probability) == pytest.approx(texts[with_digits[0]], rel=1e-6)


def test_marks_are_kept_where_the_network_would_read_another_digit():
    """A beam search would never propose this text: its 2 has one in ten million."""
    log_probs = spell("$1,234.00", 1e-7, "$1,834.00")
    assert ctc.beam_search(log_probs)[0].text == "$1,834.00"
    assert constrained_search.texts_with_digits(log_probs, "123400")[0].text == "$1,234.00"


def test_other_digits_are_impossible_and_the_right_ones_certain():
    """The marks of the line do not matter."""
    right, wrong = constrained_search.digits_log_likelihood(spell("1.500.-"), ["1500", "1700"])
    assert right > -1e-3
    assert wrong < -10


def test_too_few_frames_give_no_text():
    """Six digits do not fit into five frames."""
    log_probs = spell("1")
    assert len(log_probs) == 5
    assert constrained_search.texts_with_digits(log_probs, "123456") == []
    assert constrained_search.digits_log_likelihood(log_probs, ["123456"])[0] == -math.inf


def test_the_character_for_no_amount_is_no_mark():
    """A line that shows no amount does not show its digits either."""
    found = constrained_search.texts_with_digits(spell("?"), "1")
    assert all(alphabet.NO_AMOUNT not in hypothesis.text for hypothesis in found)


def test_a_network_with_fewer_labels_gives_no_text_with_the_others():
    """An older network does not know the last characters of the alphabet."""
    log_probs = spell("1.5")[:, :12]
    assert constrained_search.texts_with_digits(log_probs, "15")[0].text == "1.5"
