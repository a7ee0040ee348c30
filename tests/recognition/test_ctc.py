"""decoding: exact probabilities, against counting every alignment and against TensorFlow."""

import itertools
import math

import numpy as np
import pytest

from payment_ml.recognition import ctc
from payment_ml.text import alphabet


def random_frames(rng: np.random.Generator, time: int, symbols: int, sharpness: float = 1.0) -> np.ndarray:
    """Logarithms of random probabilities, float64 [time, symbols + 1]."""
    logits = sharpness * rng.normal(size=(time, symbols + 1))
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def collapse(path: tuple[int, ...]) -> tuple[int, ...]:
    """What a path of symbols and blanks spells: repeats merged, then blanks dropped."""
    return tuple(symbol for symbol, _ in itertools.groupby(path) if symbol != alphabet.BLANK)


def by_counting(frames: np.ndarray) -> dict[tuple[int, ...], float]:
    """Probability of every text, by adding up every path."""
    totals: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(frames.shape[1]), repeat=len(frames)):
        probability = math.exp(sum(frames[time, symbol] for time, symbol in enumerate(path)))
        text = collapse(path)
        totals[text] = totals.get(text, 0.0) + probability
    return totals


def only(frames: np.ndarray, symbols) -> float:
    """Logarithm of the probability of one text."""
    return float(ctc.ctc_log_likelihood(frames, [list(symbols)])[0])


def test_many_texts_at_once_have_the_probabilities_that_each_has_alone(rng):
    """Long and short ones together."""
    frames = random_frames(rng, 20, 5, sharpness=2)
    texts = [[1], [], [1, 1, 2], [5, 4, 3, 2, 1, 1, 1]]
    assert ctc.ctc_log_likelihood(frames, texts) == pytest.approx([only(frames, text) for text in texts])


def test_the_probability_of_a_text_is_the_sum_over_all_paths(rng):
    """Every text of three symbols over five frames, counted one by one."""
    frames = random_frames(rng, 5, 3)
    for text, probability in by_counting(frames).items():
        assert math.exp(only(frames, text)) == pytest.approx(probability, rel=1e-9)


def test_the_probability_agrees_with_tensorflows_ctc_loss(rng):
    """An independent implementation, on a strip's length."""
    from payment_ml.networks.backend import tensorflow as tf

    frames = random_frames(rng, 60, 20, sharpness=3)
    symbols = alphabet.encode("1,234.56")
    loss = tf.nn.ctc_loss([symbols], tf.constant(frames[None], tf.float32), [len(symbols)], [60], False, blank_index=0)
    assert only(frames, symbols) == pytest.approx(-float(loss[0]), rel=1e-4)


def test_a_text_longer_than_its_frames_is_impossible(rng):
    """Doubled digits need a blank between."""
    frames = random_frames(rng, 3, 3)
    assert only(frames, [1, 2, 3, 1]) == -math.inf
    assert only(frames, [1, 1]) > -math.inf
    assert only(frames[:2], [1, 1]) == -math.inf


def test_beam_search_finds_the_likeliest_texts(rng):
    """Against counting, where the beam is wide enough to be exact."""
    for _ in range(20):
        frames = random_frames(rng, 5, 3, sharpness=1.5)
        expected = sorted(by_counting(frames).items(), key=lambda item: -item[1])[:3]
        found = ctc.beam_search(frames, width=60, floor=1e-9)[:3]
        for (text, probability), candidate in zip(expected, found, strict=True):
            assert tuple(alphabet.encode(candidate.text)) == text
            assert math.exp(candidate.log_probability) == pytest.approx(probability, rel=1e-9)


def test_a_narrow_beam_still_finds_the_best_of_confident_frames(rng):
    """As a trained network speaks: nearly all in one symbol a frame."""
    symbols = alphabet.encode("1778.99")
    path = [each for symbol in symbols for each in (symbol, symbol, 0, 0)]
    logits = rng.normal(size=(len(path), 21)) + 8 * np.eye(21)[path]
    frames = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    best = ctc.beam_search(frames)[0]
    assert best.text == "1778.99"
    assert best.log_probability == pytest.approx(only(frames, symbols))


def test_spaces_are_not_read_and_strangers_refused():
    """The network knows the marks of amounts and nothing else."""
    assert alphabet.encode("1 234") == alphabet.encode("1234")
    with pytest.raises(ValueError, match="but got 'AB'"):
        alphabet.encode("1AB2")


def test_symbols_are_aligned_with_the_frames_that_say_them(rng):
    """A confident path: each symbol where it was said."""
    symbols = alphabet.encode("4409.1")
    path = [0, 0, *(each for symbol in symbols for each in (symbol, 0, 0))]
    logits = rng.normal(size=(len(path), 22)) + 9 * np.eye(22)[path]
    frames = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    assert ctc.forced_align(frames, symbols).tolist() == [2, 5, 8, 11, 14, 17]


def test_the_rivals_of_a_symbol_are_weighed_by_exact_probabilities(rng):
    """Of a symbol that is half one and half another, both have half."""
    symbols = alphabet.encode("17")
    probabilities = np.full((5, 22), 1e-6)
    for time, symbol in ((1, symbols[0]), (3, symbols[1])):
        probabilities[time, symbol] = 1
    probabilities[[0, 2, 4], 0] = 1
    probabilities[3, alphabet.encode("1")[0]] = 0.25
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    frames = np.log(probabilities)
    first, second = ctc.character_alternatives(frames, symbols, ctc.forced_align(frames, symbols))
    assert (first[0].text, second[0].text, second[1].text) == ("1", "7", "1")
    assert math.exp(first[0].log_probability) > 0.99
    assert math.exp(second[0].log_probability) == pytest.approx(0.8, abs=0.01)
    assert sum(math.exp(each.log_probability) for each in second) == pytest.approx(1)


def test_frames_needed_counts_a_blank_between_doubles():
    """As the network must say them."""
    assert alphabet.frames_needed(alphabet.encode("100.00")) == 8


def test_collapse_merges_repeats_and_drops_blanks():
    """Against the definition."""
    for path in itertools.product(range(3), repeat=5):
        assert tuple(alphabet.collapse(path)) == collapse(path)


def test_a_text_of_any_look_is_asked_of_all(rng):
    """With its exact probability; a text that is too long for a look has none there."""
    long, short = random_frames(rng, 9, len(alphabet.ALPHABET), 4), random_frames(rng, 2, len(alphabet.ALPHABET), 4)
    texts, said = ctc.score_hypotheses([long, short], ["123"])
    proposed = [each.text for frames in (long, short) for each in ctc.beam_search(frames, 2)]
    assert texts == list(dict.fromkeys(["123", *proposed]))
    for frames, row in zip((long, short), said, strict=True):
        assert row == pytest.approx([only(frames, alphabet.encode(text)) for text in texts], abs=1e-3)
    assert said[1, 0] == -math.inf
