"""Decide whether a line needs further views or crops, and combine them: test-time augmentation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from payment_ml.imaging.line_images import LineImage
from payment_ml.recognition import ctc
from payment_ml.recognition.ctc import Hypothesis
from payment_ml.text import amounts

# Probabilities of the likeliest text; docs/decisions/reading-cascade.md says what each step gains and costs.
_CONFIDENT = 0.995  # from here on one view of the line is enough
_NEEDS_OTHER_CROPS = 0.95  # below this the line may have been extracted badly
_NEEDS_FULL_IMAGE = 0.8  # below this, after all crops, the text was probably not found
_NATS_PER_DIGIT = 1.0  # by which each digit speaks for a crop
_LIKELY_CROP = 4.6  # nats below the best crop; a crop that is less likely has hardly any weight, nor have its views
_MIN_LOG_PROBABILITY = -20.0  # nats; no view makes a text less likely than this in the logarithmic pool


@dataclass(frozen=True)
class LineRecognition:
    """Hold what a network recognises in a line."""

    line: LineImage
    log_probs: np.ndarray  # float32 [time, labels + 1], see `ctc`
    hypotheses: list[Hypothesis]  # the likeliest first

    @property
    def is_confident(self) -> bool:
        """Return True if one view is enough; never where no text was detected."""
        return self.line.text_detected and self._probability >= _CONFIDENT

    @property
    def needs_other_crops(self) -> bool:
        """Return True if the line should also be extracted in other ways."""
        return not self.line.text_detected or self._probability < _NEEDS_OTHER_CROPS

    @property
    def needs_full_image(self) -> bool:
        """Return True if the full image should be tried, wherever its text stands."""
        return self._probability < _NEEDS_FULL_IMAGE

    @property
    def score(self) -> float:
        """Return how much speaks for this one of several crops, in nats.

        The score is the log-probability of the likeliest text, plus a bonus per digit: a crop that lost a digit is as
        confident of the others as one that shows them all.
        """
        best = self.hypotheses[0]
        return best.log_probability + _NATS_PER_DIGIT * len(amounts.digits_of(best.text))

    @property
    def _probability(self) -> float:
        return math.exp(self.hypotheses[0].log_probability)


def likely_crops(crops: Sequence[LineRecognition]) -> list[LineRecognition]:
    """Return the crops of one image that are worth further views: all but those that the linear pool would ignore."""
    best = max(crop.score for crop in crops)
    return [crop for crop in crops if crop.score >= best - _LIKELY_CROP]


def logarithmic_opinion_pool(recognition: LineRecognition, views: Sequence[np.ndarray]) -> LineRecognition:
    """Combine a nearly confident recognition with further views of the same line.

    All views show the same text, so they are combined by the normalised geometric mean of their probabilities. Unlike
    the arithmetic mean, one dissenting view lowers the confidence strongly; agreement leaves it unchanged.

    Parameters
    ----------
    recognition : of the first view
    views : log_probs of the other views, float32 [time, labels + 1] each

    Source: Genest and Zidek 1986, "Combining probability distributions", section 3.
    """
    proposed = [hypothesis.text for hypothesis in recognition.hypotheses]
    texts, scores = ctc.score_hypotheses([recognition.log_probs, *views], proposed, searched=1)
    pooled = np.maximum(scores, _MIN_LOG_PROBABILITY).mean(axis=0)
    return _with_scores(recognition, texts, pooled - np.logaddexp.reduce(pooled), scores[0])


def linear_opinion_pool(crops: Sequence[LineRecognition], views: Sequence[np.ndarray]) -> LineRecognition:
    """Combine several crops of one image, and further views of each.

    Some crops may have lost the amount or a part of it, so they need not agree: their probabilities are averaged, each
    weighted by `LineRecognition.score`.

    Parameters
    ----------
    crops : at least one
    views : log_probs of the views of all crops, float32 [time, labels + 1] each

    Returns
    -------
    LineRecognition of the crop with the highest score

    Source: Genest and Zidek 1986, "Combining probability distributions", section 2; averaging over distorted copies as
    in Ciresan, Meier and Schmidhuber 2012, arXiv 1202.2745, of texts instead of classes.
    """
    best = max(range(len(crops)), key=lambda i: crops[i].score)
    proposed = dict.fromkeys(hypothesis.text for crop in crops for hypothesis in crop.hypotheses)
    texts, scores = ctc.score_hypotheses([*(crop.log_probs for crop in crops), *views], list(proposed), len(crops))
    digits = np.array([len(amounts.digits_of(text)) for text in texts])
    weights = (scores + _NATS_PER_DIGIT * digits)[np.arange(len(scores)), scores.argmax(axis=1)]
    weights -= np.logaddexp.reduce(weights)
    pooled = np.logaddexp.reduce(scores + weights[:, None], axis=0)
    return _with_scores(crops[best], texts, pooled, scores[best])


def _with_scores(
    recognition: LineRecognition, texts: Sequence[str], pooled: np.ndarray, own_scores: np.ndarray
) -> LineRecognition:
    """Return the recognition with the pooled scores, without texts that are too long for its own frames."""
    hypotheses = [
        Hypothesis(text, float(score))
        for text, score, is_possible in zip(texts, pooled, own_scores > -math.inf, strict=True)
        if is_possible
    ]
    return replace(recognition, hypotheses=sorted(hypotheses, key=lambda hypothesis: -hypothesis.log_probability))
