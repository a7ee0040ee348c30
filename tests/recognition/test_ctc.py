"""Tests of CTC decoding: exact probabilities, against counting every alignment and against TensorFlow."""

import itertools
import math

import numpy as np
import pytest

from payment_ml.recognition import ctc
from payment_ml.text import alphabet


def random_log_probs(rng: np.random.Generator, time: int, labels: int, sharpness: float = 1.0) -> np.ndarray:
    """Return logarithms of random probabilities, float64 [time, labels + 1]."""
    return log_softmax(sharpness * rng.normal(size=(time, labels + 1)))


def confident_log_probs(rng: np.random.Generator, path: list[int], margin: float = 9.0) -> np.ndarray:
    """Return log_probs in which each frame has nearly all its probability in one label, float64 [time, labels + 1]."""
    count = len(alphabet.ALPHABET) + 1
    return log_softmax(rng.normal(size=(len(path), count)) + margin * np.eye(count)[path])


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return logarithms of probabilities that sum to 1 in each row."""
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def count_paths(log_probs: np.ndarray) -> dict[tuple[int, ...], float]:
    """Return the probability of every text, by adding up every path."""
    totals: dict[tuple[int, ...], float] = {}
    for path in itertools.product(range(log_probs.shape[1]), repeat=len(log_probs)):
        text = tuple(label for label, _ in itertools.groupby(path) if label != alphabet.BLANK)
        probability = math.exp(sum(log_probs[time, label] for time, label in enumerate(path)))
        totals[text] = totals.get(text, 0.0) + probability
    return totals


def log_likelihood(log_probs: np.ndarray, labels: list[int] | tuple[int, ...]) -> float:
    """Return the log-probability of one text."""
    return float(ctc.ctc_log_likelihood(log_probs, [list(labels)])[0])


def test_the_likelihood_of_a_text_is_the_sum_over_all_paths(rng):
    """Every text of three labels over five frames agrees with the sum of its paths."""
    log_probs = random_log_probs(rng, 5, 3)
    totals = count_paths(log_probs)
    computed = {text: math.exp(log_likelihood(log_probs, text)) for text in totals}
    assert computed == pytest.approx(totals, rel=1e-9)


def test_the_likelihood_agrees_with_the_ctc_loss_of_tensorflow(rng):
    """An independent implementation, on the length of a line."""
    from payment_ml.networks.backend import tensorflow as tf

    log_probs = random_log_probs(rng, 60, 20, sharpness=3)
    labels = alphabet.encode("1,234.56")
    logits = tf.constant(log_probs[None], tf.float32)
    loss = tf.nn.ctc_loss([labels], logits, [len(labels)], [60], False, blank_index=alphabet.BLANK)
    assert log_likelihood(log_probs, labels) == pytest.approx(-float(loss[0]), rel=1e-4)


def test_a_batch_of_texts_equals_single_texts(rng):
    """Long and short texts are scored together as alone."""
    log_probs = random_log_probs(rng, 20, 5, sharpness=2)
    texts = [[1], [], [1, 1, 2], [5, 4, 3, 2, 1, 1, 1]]
    single = [log_likelihood(log_probs, text) for text in texts]
    assert ctc.ctc_log_likelihood(log_probs, texts) == pytest.approx(single)


@pytest.mark.parametrize(
    ("frames", "labels", "is_possible"),
    [(3, [1, 2, 3, 1], False), (3, [1, 1], True), (2, [1, 1], False)],
    ids=["four labels in three frames", "a double in three frames", "a double in two frames"],
)
def test_a_text_longer_than_its_frames_is_impossible(rng, frames, labels, is_possible):
    """Doubled labels need a blank between them."""
    assert (log_likelihood(random_log_probs(rng, frames, 3), labels) > -math.inf) == is_possible


@pytest.mark.parametrize("seed", range(20))
def test_a_wide_beam_search_finds_the_likeliest_texts(seed):
    """It agrees with the sums over all paths where the beam is wide enough to be exact."""
    log_probs = random_log_probs(np.random.default_rng(seed), 5, 3, sharpness=1.5)
    expected = sorted(count_paths(log_probs).items(), key=lambda item: -item[1])[:3]
    hypotheses = ctc.beam_search(log_probs, width=60, floor=1e-9)[:3]
    assert [tuple(alphabet.encode(hypothesis.text)) for hypothesis in hypotheses] == [text for text, _ in expected]
    assert [math.exp(hypothesis.log_probability) for hypothesis in hypotheses] == pytest.approx(
        [probability for _, probability in expected], rel=1e-9
    )


def test_a_narrow_beam_search_finds_the_best_text_of_confident_frames(rng):
    """A trained network has nearly all probability in one label of each frame."""
    labels = alphabet.encode("1778.99")
    log_probs = confident_log_probs(rng, [step for label in labels for step in (label, label, 0, 0)], margin=8)
    best = ctc.beam_search(log_probs)[0]
    assert best.text == "1778.99"
    assert best.log_probability == pytest.approx(log_likelihood(log_probs, labels))


def test_dropped_blanks_are_certain_and_follow_a_blank():
    """The first of three certain blanks stays, and an uncertain blank stays everywhere."""
    probabilities = np.array([1.0, 1.0, 1.0, 0.0, 1.0, 0.9, 1.0])
    log_probs = np.log(np.stack([probabilities, 1 - probabilities], axis=1) + 1e-12)
    assert ctc.drop_repeated_blanks(log_probs).tolist() == [0, 3, 4, 5, 6]
    assert ctc.drop_repeated_blanks(log_probs, certain=0.8).tolist() == [0, 3, 4]


def test_dropping_repeated_blanks_changes_no_likelihood(rng):
    """Each dropped frame changes the probability by less than 1 in 100,000."""
    labels = alphabet.encode("4409.1")
    path = [step for label in labels for step in (label, 0, 0, 0, 0)]
    log_probs = confident_log_probs(rng, path, margin=18)
    frames = ctc.drop_repeated_blanks(log_probs)
    assert len(frames) < len(path)
    dropped = len(path) - len(frames)
    assert log_likelihood(log_probs[frames], labels) == pytest.approx(
        log_likelihood(log_probs, labels), abs=1e-5 * dropped
    )


def test_labels_are_aligned_with_the_frames_in_which_they_peak(rng):
    """Each label of a confident path has its own frame."""
    labels = alphabet.encode("4409.1")
    log_probs = confident_log_probs(rng, [0, 0, *(step for label in labels for step in (label, 0, 0))])
    assert ctc.forced_align(log_probs, labels).tolist() == [2, 5, 8, 11, 14, 17]


def test_an_unlikely_text_is_aligned_with_its_likeliest_path(rng):
    """The second label is never the likeliest of its frame, and the path through it is found all the same."""
    labels = alphabet.encode("171")
    path = [labels[0], 0, 0, 0, labels[2], 0]
    log_probs = confident_log_probs(rng, path)
    log_probs[2, labels[1]] = log_probs[2, 0] - 0.5
    assert ctc.forced_align(log_probs, labels).tolist() == [0, 2, 4]


@pytest.fixture
def seventeen_or_eleven() -> np.ndarray:
    """Return log_probs of a 17 whose second label is four times as likely as a 1, float64 [5, labels + 1]."""
    first, second = alphabet.encode("17")
    probabilities = np.full((5, len(alphabet.ALPHABET) + 1), 1e-6)
    probabilities[[0, 2, 4], alphabet.BLANK] = 1
    probabilities[1, first] = 1
    probabilities[3, [second, first]] = 1, 0.25
    return np.log(probabilities / probabilities.sum(axis=1, keepdims=True))


def test_alternatives_of_a_character_have_exact_probabilities(seventeen_or_eleven):
    """A label four times as likely as another has four fifths of their probability."""
    labels = alphabet.encode("17")
    peaks = ctc.forced_align(seventeen_or_eleven, labels)
    first, second = ctc.character_alternatives(seventeen_or_eleven, labels, peaks)
    assert (first[0].text, second[0].text, second[1].text) == ("1", "7", "1")
    assert math.exp(first[0].log_probability) > 0.99
    assert math.exp(second[0].log_probability) == pytest.approx(0.8, abs=0.01)
    assert sum(math.exp(hypothesis.log_probability) for hypothesis in second) == pytest.approx(1)


def test_aligned_characters_have_frames_of_the_whole_line(seventeen_or_eleven):
    """Repeated blanks are dropped for the alignment, and counted in the frames that it returns."""
    blank = np.full((1, seventeen_or_eleven.shape[1]), -30.0)
    blank[0, alphabet.BLANK] = 0.0
    frames, alternatives = ctc.align_characters(np.vstack([np.repeat(blank, 6, axis=0), seventeen_or_eleven]), "17")
    assert frames.tolist() == [7, 9]
    assert [hypotheses[0].text for hypotheses in alternatives] == ["1", "7"]


def test_every_view_scores_the_texts_of_all_views(rng):
    """Probabilities are exact, and a text that is too long for a view is impossible there."""
    views = [random_log_probs(rng, time, len(alphabet.ALPHABET), 4) for time in (9, 2)]
    texts, scores = ctc.score_hypotheses(views, ["123"])
    proposed = [hypothesis.text for view in views for hypothesis in ctc.beam_search(view, 2)]
    assert texts == list(dict.fromkeys(["123", *proposed]))
    for view, row in zip(views, scores, strict=True):
        assert row == pytest.approx([log_likelihood(view, alphabet.encode(text)) for text in texts], abs=1e-3)
    assert scores[1, 0] == -math.inf
