"""Tests of test-time augmentation: views and crops of a line are combined by opinion pools."""

import math

import numpy as np
import pytest

from payment_ml.imaging.line_images import LineImage
from payment_ml.recognition import ctc
from payment_ml.recognition.test_time_augmentation import (
    LineRecognition,
    likely_crops,
    linear_opinion_pool,
    logarithmic_opinion_pool,
)
from payment_ml.text import alphabet


def uncertain_log_probs(text: str, probability: float) -> np.ndarray:
    """Return log_probs that spell a text, each label and the blanks around it with the same probability."""
    labels = [label for character in alphabet.encode(text) for label in (alphabet.BLANK, character)] + [alphabet.BLANK]
    probabilities = np.full(
        (len(labels), len(alphabet.ALPHABET) + 1), (1 - probability) / len(alphabet.ALPHABET), np.float64
    )
    probabilities[np.arange(len(labels)), labels] = probability
    return np.log(probabilities)


@pytest.fixture
def recognize(clear_line):
    """Return a function that recognises a text with a given probability of each frame."""

    def recognition(text: str, probability: float) -> LineRecognition:
        log_probs = uncertain_log_probs(text, probability)
        return LineRecognition(clear_line, log_probs, ctc.beam_search(log_probs))

    return recognition


def only_hypothesis(line: LineImage, text: str, probability: float) -> LineRecognition:
    """Return a recognition with one hypothesis."""
    return LineRecognition(line, np.zeros((0, 0)), [ctc.Hypothesis(text, math.log(probability))])


def probability_of(recognition: LineRecognition) -> dict[str, float]:
    """Return the probability of each text."""
    return {hypothesis.text: math.exp(hypothesis.log_probability) for hypothesis in recognition.hypotheses}


@pytest.mark.parametrize(
    ("probability", "is_confident", "needs_other_crops", "needs_full_image"),
    [(0.999, True, False, False), (0.97, False, False, False), (0.9, False, True, False), (0.7, False, True, True)],
    ids=["one view is enough", "further views", "other crops", "full image"],
)
def test_the_probability_decides_the_next_step(
    clear_line, probability, is_confident, needs_other_crops, needs_full_image
):
    """The thresholds are 99.5%, 95% and 80%."""
    recognition = only_hypothesis(clear_line, "12", probability)
    assert recognition.is_confident == is_confident
    assert recognition.needs_other_crops == needs_other_crops
    assert recognition.needs_full_image == needs_full_image


@pytest.mark.parametrize("probability", [0.999, 0.97, 0.6, 0.4])
def test_without_detected_text_other_crops_are_always_needed(full_image_line, probability):
    """However likely the text is, one view is not enough."""
    recognition = only_hypothesis(full_image_line, "12", probability)
    assert not recognition.is_confident
    assert recognition.needs_other_crops


def test_a_crop_that_lost_a_digit_must_be_much_likelier(clear_line):
    """39.00 at 98% does not beat 1615.39 at 87%, but 1615.39 at 1% beats nothing."""
    short = only_hypothesis(clear_line, "39.00", 0.98)
    assert only_hypothesis(clear_line, "1615.39", 0.87).score > short.score
    assert only_hypothesis(clear_line, "1615.39", 0.01).score < short.score


def test_the_score_of_a_crop_is_its_log_probability_and_a_nat_for_each_digit(clear_line):
    """Marks count for nothing."""
    recognition = only_hypothesis(clear_line, "1,615.39", 0.5)
    assert recognition.score == pytest.approx(math.log(0.5) + 6)


def test_only_crops_that_count_get_further_views(clear_line):
    """A crop that is a hundred times less likely than the best has no weight in the pool."""
    best, close, far = (only_hypothesis(clear_line, "12", probability) for probability in (0.9, 0.1, 0.005))
    assert likely_crops([far, best, close]) == [best, close]


def test_the_logarithmic_pool_of_equal_views_changes_nothing(recognize):
    """The normalised geometric mean of equal distributions is the distribution itself."""
    first = recognize("12", 0.99)
    pooled = probability_of(logarithmic_opinion_pool(first, [first.log_probs] * 2))
    total = sum(probability_of(first).values())
    assert pooled["12"] == pytest.approx(probability_of(first)["12"] / total, abs=0.005)
    assert pooled["12"] > 0.99


def test_a_dissenting_view_lowers_the_confidence_in_the_logarithmic_pool(recognize):
    """The probabilities still sum to 1, and the text of the majority stays ahead."""
    views = [uncertain_log_probs("12", 0.99), uncertain_log_probs("72", 0.99)]
    pooled = probability_of(logarithmic_opinion_pool(recognize("12", 0.99), views))
    assert sum(pooled.values()) == pytest.approx(1, abs=1e-6)
    assert 0.99 > pooled["12"] > 0.5 > pooled["72"]
    assert list(pooled.values()) == sorted(pooled.values(), reverse=True)


def test_a_crop_that_lost_the_amount_has_no_weight(recognize):
    """A crop that shows the amount counts as if it were alone, and its log_probs are kept."""
    good, empty = recognize("1615.39", 0.98), recognize("", 0.6)
    pooled = linear_opinion_pool([empty, good], [])
    assert pooled.hypotheses[0].text == "1615.39"
    assert pooled.log_probs is good.log_probs
    assert probability_of(pooled)["1615.39"] == pytest.approx(probability_of(good)["1615.39"], rel=0.02)


def test_the_linear_pool_weights_crops_of_one_text_by_their_probability(recognize):
    """By hand for two crops: (p * p + q * q) / (p + q)."""
    crops = [recognize("12", 0.9), recognize("12", 0.8)]
    p, q = (probability_of(crop)["12"] for crop in crops)
    pooled = probability_of(linear_opinion_pool(crops, []))["12"]
    assert pooled == pytest.approx((p * p + q * q) / (p + q), rel=1e-3)


def test_views_of_a_crop_can_overrule_it(recognize):
    """Two views that are sure of a seven outweigh one that is unsure of a one; the log_probs stay the crop's."""
    unsure = recognize("12", 0.7)
    pooled = linear_opinion_pool([unsure], [uncertain_log_probs("72", 0.97)] * 2)
    assert pooled.hypotheses[0].text == "72"
    assert pooled.log_probs is unsure.log_probs


def test_the_pool_drops_texts_too_long_for_the_frames_of_the_crop(recognize):
    """The characters of a text are placed by the frames of the crop, of which there must be enough."""
    pooled = linear_opinion_pool([recognize("12", 0.7)], [uncertain_log_probs("123456", 0.97)])
    assert all(len(hypothesis.text) <= 4 for hypothesis in pooled.hypotheses)
