"""Decide what the network learns from an amount: the crop of its image, and the text with all of its marks.

People key the value or the digits; the picture has marks besides, and the network writes them. Each candidate crop is
judged by the exact probability of the known digits in it; the first that shows them nearly as well as the best one is
learned. Among the texts with these digits, found by constrained search, the likeliest that means the known value is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from payment_ml.feedback import dataset
from payment_ml.feedback.labels import Label
from payment_ml.imaging import line_batches
from payment_ml.imaging.line_images import LineImage
from payment_ml.recognition import constrained_search, ctc
from payment_ml.recognition.ctc import Hypothesis
from payment_ml.recognition.line_recognizer import LineRecognizer
from payment_ml.text import alphabet, amounts

_CLEAR = -0.7  # nats; digits at least this probable (50%) need no other crop
_CROP_MARGIN = 2.0  # nats by which another crop must show the digits better than an earlier one
# Nats below which the network finds the digits impossible: true amounts seldom are, other amounts nearly always
# (docs/decisions/corrections.md).
_IMPOSSIBLE = -10.0


@dataclass(frozen=True)
class Spelling:
    """Hold what is learned from an amount."""

    written: str  # with all marks
    cut: int = 0  # index of the crop in `dataset.crops`
    log_probability: float = 0.0  # of the digits in the best crop, whatever marks stand between them; nats

    @property
    def is_impossible(self) -> bool:
        """Return True if the network finds that the picture shows other digits."""
        return self.log_probability < _IMPOSSIBLE


def plain_spelling(line: LineImage, label: Label) -> Spelling | None:
    """Return the plainest spelling of a label that fits into a line; None where none does."""
    frames = line_batches.frame_count(line.pixels.shape[1])
    texts = _usual_texts(label, label.digit_sequences()) or [label.digits]
    fitting = (text for text in texts if alphabet.frames_needed(alphabet.encode(text)) <= frames)
    return next((Spelling(text) for text in fitting), None)


def find_spelling(line: LineImage, label: Label, recognizer: LineRecognizer) -> Spelling | None:
    """Return the crop that shows a label best, and the likeliest text with its digits; None if no crop is wide enough.

    Parameters
    ----------
    line : of the image
    label : of an amount
    recognizer : of the network that serves
    """
    sequences = label.digit_sequences()
    candidates = [line]
    (first,) = recognizer.log_probs([line.pixels])
    log_probs = [first[ctc.drop_repeated_blanks(first)]]
    scores = [constrained_search.digits_log_likelihood(log_probs[0], sequences)]
    if scores[0].max() < _CLEAR:
        others = dataset.crops(line)[1:]
        candidates += others
        for output in recognizer.log_probs([crop.pixels for crop in others]):
            log_probs.append(output[ctc.drop_repeated_blanks(output)])
            scores.append(constrained_search.digits_log_likelihood(log_probs[-1], sequences))
    best = [float(score.max()) for score in scores]
    if not np.isfinite(max(best)):
        return plain_spelling(line, label) and Spelling("", 0, max(best))
    cut = next(i for i, score in enumerate(best) if score >= max(best) - _CROP_MARGIN)
    digits = sequences[int(scores[cut].argmax())]
    return Spelling(_likeliest_text(log_probs[cut], label, digits), cut, max(best))


def _likeliest_text(log_probs: np.ndarray, label: Label, digits: str) -> str:
    """Return the likeliest text with these digits; where the value is known, the likeliest that means it.

    A text that the grammar does not know means no other amount: it is learned where no text means the value.
    """
    hypotheses = constrained_search.texts_with_digits(log_probs, digits)
    usual = _usual_texts(label, [digits])
    exact = ctc.ctc_log_likelihood(log_probs, [alphabet.encode(text) for text in usual]) if usual else np.zeros(0)
    pairs = zip(usual, map(float, exact), strict=True)
    hypotheses += [Hypothesis(text, logarithm) for text, logarithm in pairs if np.isfinite(logarithm)]
    hypotheses.sort(key=lambda hypothesis: -hypothesis.log_probability)
    if not label.text:
        return hypotheses[0].text
    readings = {hypothesis.text: amounts.parse(hypothesis.text).readings for hypothesis in hypotheses}
    value = Decimal(label.text)
    meaning = [text for text, values in readings.items() if value in values]
    unknown = [text for text, values in readings.items() if not values]
    return next(iter([*meaning, *unknown]), digits)


def _usual_texts(label: Label, sequences: Sequence[str]) -> list[str]:
    """Return the unambiguous ways to write a known value with one of these sequences of digits, the plainest first."""
    if not label.text:
        return []
    return [text for text in amounts.spellings(Decimal(label.text)) if amounts.digits_of(text) in sequences]
