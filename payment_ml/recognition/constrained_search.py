"""Search the texts that a line may show when its digits are known: digits fixed in their order, any marks between them.

People key an amount as a value or as its digits; the network writes the marks too. Taught bare digits for a line with
marks, it would unlearn marks. So the network that serves says which marks stand between the known digits.

`log_probs` is float [time, labels + 1], as in `ctc`. The character for no amount counts as no mark.
"""

import math
from collections.abc import Sequence

import numpy as np

from payment_ml.recognition.ctc import Hypothesis, ctc_log_likelihood
from payment_ml.text.alphabet import ALPHABET, BLANK, LABELS, NO_AMOUNT, encode

_DIGITS = "0123456789"
_MARKS = [label for character, label in LABELS.items() if character not in _DIGITS + NO_AMOUNT]
_DIGIT_LABELS = encode(_DIGITS)
_NEGLIGIBLE = 1e-250  # relative to the likeliest prefix of a frame; nothing below can come back

_Beam = dict[str, tuple[float, float]]  # prefix -> share that ends in a blank, and in the prefix's last label


def digits_log_likelihood(log_probs: np.ndarray, digits: Sequence[str]) -> np.ndarray:
    """Compute the exact log-probability of each sequence of digits, whatever marks stand between them.

    A mark and a blank do the same to a sequence of digits: they end a digit and add none. So the probability of the
    digits is that of CTC with one label for the blank and all marks together.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    digits : sequences of digits, such as "1500"

    Returns
    -------
    float64 [sequences], at most 0; minus infinity where the frames are too few

    Source: the forward variables of Graves et al. 2006, section 4.1, over merged labels.
    """
    marks = [label for label in _MARKS if label < log_probs.shape[1]]
    no_digit = np.logaddexp.reduce(log_probs[:, [BLANK, *marks]].astype(np.float64), axis=1)
    merged = np.column_stack([no_digit, log_probs[:, _DIGIT_LABELS]])
    return ctc_log_likelihood(merged, [[_DIGITS.index(digit) + 1 for digit in text] for text in digits])


def texts_with_digits(log_probs: np.ndarray, digits: str, width: int = 6, floor: float = 1e-4) -> list[Hypothesis]:
    """Find the likeliest texts with these digits in this order, each with its exact probability.

    The prefix beam search of `ctc.beam_search`, in which a digit may only be the next of the known ones. Prefixes with
    the same number of digits compete with each other alone: otherwise those that the network would rather read would
    displace all others before the last digit.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    digits : of the line, at least one
    width : number of prefixes that are followed for each number of digits
    floor : marks less probable than this in a frame are not tried there; the next digit always is

    Returns
    -------
    at most `width` hypotheses, the likeliest first; none where the frames are too few
    """
    marks = [label for label in _MARKS if label < log_probs.shape[1]]
    beams: list[_Beam] = [{"": (1.0, 0.0)}, *({} for _ in digits)]
    for row in np.exp(log_probs.astype(np.float64)).tolist():
        likely_marks = [label for label in marks if row[label] > floor]
        grown: list[dict[str, list[float]]] = [{} for _ in beams]
        for place, beam in enumerate(beams):
            following = LABELS[digits[place]] if place < len(digits) else None
            for prefix, ends in beam.items():
                _extend(grown, place, prefix, ends, row, likely_marks, following)
        beams = _prune(grown, width)
    texts = list(beams[-1])
    exact = ctc_log_likelihood(log_probs, [encode(text) for text in texts]) if texts else np.zeros(0)
    hypotheses = [Hypothesis(text, float(logarithm)) for text, logarithm in zip(texts, exact, strict=True)]
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis.log_probability)


def _extend(
    grown: list[dict[str, list[float]]],
    place: int,
    prefix: str,
    ends: tuple[float, float],
    row: list[float],
    likely_marks: Sequence[int],
    following: int | None,
) -> None:
    """Add to `grown` what a prefix with `place` digits becomes by a frame; `following` is the label of its next digit.

    Parameters
    ----------
    grown : for each number of digits, prefix -> share that ends in a blank, and in its last label
    row : probability of each label in the frame
    """
    in_blank, in_label = ends
    total = in_blank + in_label
    same = grown[place].setdefault(prefix, [0.0, 0.0])
    same[0] += total * row[BLANK]
    last = LABELS.get(prefix[-1:])
    if last is not None:
        same[1] += in_label * row[last]
    options = [(label, place) for label in likely_marks]
    if following is not None:
        options.append((following, place + 1))
    for label, number in options:
        longer = grown[number].setdefault(prefix + ALPHABET[label - 1], [0.0, 0.0])
        longer[1] += (in_blank if label == last else total) * row[label]


def _prune(grown: list[dict[str, list[float]]], width: int) -> list[_Beam]:
    """Return the likeliest prefixes for each number of digits, scaled so that the likeliest of all has 1."""
    largest = max((sum(ends) for beam in grown for ends in beam.values()), default=0.0)
    scale = 1 / largest if largest > 0 else math.inf
    return [
        {
            prefix: (ends[0] * scale, ends[1] * scale)
            for prefix, ends in sorted(beam.items(), key=lambda item: -sum(item[1]))[:width]
            if sum(ends) * scale > _NEGLIGIBLE
        }
        for beam in grown
    ]
