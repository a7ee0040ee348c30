"""Tests of the prefix search, against a plain one that follows the prefixes of the whole line."""

import math

import numpy as np
import pytest

from payment_ml.recognition import likelihoods
from payment_ml.recognition.prefix_search import likely_texts
from payment_ml.text.alphabet import ALPHABET, BLANK, LABELS, encode

FLOOR = 1e-4


def plain_search(log_probs: np.ndarray, width: int) -> list[str]:
    """Return the likeliest texts by Hannun's algorithm as published, the likeliest first."""
    beam = {"": (1.0, 0.0)}
    for row in np.exp(log_probs).tolist():
        extended: dict[str, list[float]] = {}
        for prefix, (in_blank, in_label) in beam.items():
            same = extended.setdefault(prefix, [0.0, 0.0])
            same[0] += (in_blank + in_label) * row[BLANK]
            last = LABELS.get(prefix[-1:], BLANK)
            if last != BLANK:
                same[1] += in_label * row[last]
            for label in range(1, len(row)):
                if row[label] > FLOOR:
                    longer = extended.setdefault(prefix + ALPHABET[label - 1], [0.0, 0.0])
                    longer[1] += (in_blank if label == last else in_blank + in_label) * row[label]
        best = sorted(extended.items(), key=lambda item: -sum(item[1]))[:width]
        scale = 1 / sum(best[0][1])
        beam = {prefix: (ends[0] * scale, ends[1] * scale) for prefix, ends in best}
    return list(beam)


def random_line(rng: np.random.Generator, time: int, labels: int, blanks: float) -> np.ndarray:
    """Return log_probs with a share of frames that are surely blank, float64 [time, labels + 1]."""
    logits = 2 * rng.normal(size=(time, labels + 1))
    logits[rng.random(time) < blanks, BLANK] += 25
    return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)


def probabilities(log_probs: np.ndarray, texts: list[str]) -> np.ndarray:
    """Return the exact probability of each text, float64 [texts]."""
    owners = np.zeros(len(texts), int)
    labels = likelihoods.stack_texts([encode(text) for text in texts])
    return np.exp(likelihoods.log_likelihoods([log_probs], owners, *labels))


@pytest.mark.parametrize("blanks", [0.0, 0.3, 0.7], ids=["no sure blanks", "some", "most"])
@pytest.mark.parametrize("seed", range(10))
def test_a_wide_search_finds_the_texts_of_the_plain_search(seed, blanks):
    """With room for every prefix, both searches are exact."""
    log_probs = random_line(np.random.default_rng(seed), 6, 3, blanks)
    expected, found = plain_search(log_probs, 3000)[:8], likely_texts([log_probs], 3000, FLOOR)[0][:8]
    assert probabilities(log_probs, found) == pytest.approx(probabilities(log_probs, expected), rel=0.01)


@pytest.mark.parametrize("width", [2, 8])
def test_a_narrow_search_finds_as_much_as_the_plain_search(rng, width):
    """A beam in each stretch holds at least the probability of one beam along the whole line."""
    lines = [random_line(rng, 40, len(ALPHABET), 0.5) for _ in range(30)]
    found = [probabilities(line, texts) for line, texts in zip(lines, likely_texts(lines, width, FLOOR), strict=True)]
    plain = [probabilities(line, plain_search(line, width)) for line in lines]
    assert np.mean([own.max() >= 0.999 * other.max() for own, other in zip(found, plain, strict=True)]) > 0.9
    assert sum(own.sum() for own in found) >= 0.99 * sum(other.sum() for other in plain)


def test_many_lines_give_the_texts_of_single_lines(rng):
    """Neither the number of lines nor their lengths change a search; stretches end with their line."""
    lines = [random_line(rng, time, 5, 0.4) for time in (1, 12, 3, 25)]
    assert likely_texts(lines, 8, FLOOR) == [likely_texts([line], 8, FLOOR)[0] for line in lines]


def test_a_label_beside_its_blank_is_one_character():
    """Two equal labels merge, unless a blank stands between them, and the blank may be sure or not."""
    path = [1, 1, BLANK, 1, 2, 2]
    log_probs = np.log(np.full((len(path), 3), 1e-9) + np.eye(3)[path])
    assert likely_texts([log_probs], 1, FLOOR) == [["001"]]


def test_surely_blank_lines_have_no_text():
    """No label is tried in any frame."""
    log_probs = np.log(np.array([[1.0, 1e-9]] * 5))
    assert likely_texts([log_probs, log_probs], 8, FLOOR) == [[""], [""]]


def test_long_lines_do_not_underflow():
    """Each of a thousand frames has a label of a third, and none is more likely than a third."""
    log_probs = np.full((1000, 3), -math.log(3))
    assert len(likely_texts([log_probs], 4, FLOOR)[0]) == 4
