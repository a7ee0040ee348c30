"""Decode the output of a CTC network: likely texts, their exact probabilities, and where each character stands.

Throughout, `log_probs` is float [time, labels + 1]: logarithms of probabilities in each frame, which sum to 1 in
probability; column 0 is the blank. Labels are those of `text.alphabet`.

Source: Graves et al. 2006, "Connectionist temporal classification".
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from payment_ml.recognition.likelihoods import log_likelihoods, stack_texts
from payment_ml.recognition.prefix_search import likely_texts
from payment_ml.text.alphabet import ALPHABET, BLANK, collapse, encode

BEAM_WIDTH = 8  # prefixes that are followed
_IMPOSSIBLE = -math.inf
_FLOOR = 1e-4  # probability in a frame below which a label is not tried there
_MIN_SHARE = 1e-4  # probability in its frame below which a label is no alternative
_CERTAIN_BLANK = 1 - 1e-5  # probability of a blank from which on only the first of several in a row matters


@dataclass(frozen=True)
class Hypothesis:
    """Hold one text that a line may show."""

    text: str
    log_probability: float  # of the whole text, summed over all alignments


def drop_repeated_blanks(log_probs: np.ndarray, certain: float = _CERTAIN_BLANK) -> np.ndarray:
    """Return the indices of the frames that matter: of several certain blanks in a row only the first.

    Many frames are blanks, and each costs the decoder as much as any other (docs/decisions/reading-cascade.md). The
    probability of a path that is blank in a dropped frame grows by a factor of 1 to 1 / `certain`; one that has a label
    there is lost, to which the frame gave a probability of 1 - `certain` at most.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    certain : probability of a blank from which on it counts as certain

    Returns
    -------
    int [frames], rising
    """
    is_certain_blank = log_probs[:, BLANK] > math.log(certain)
    is_certain_blank[1:] &= is_certain_blank[:-1].copy()
    is_certain_blank[0] = False
    return np.flatnonzero(~is_certain_blank)


def ctc_log_likelihood(log_probs: np.ndarray, texts: Sequence[Sequence[int]]) -> np.ndarray:
    """Compute the exact log-probability of each text: the sum over all alignments.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    texts : labels of each text, as `encode` gives them

    Returns
    -------
    float64 [texts], at most 0; minus infinity where the frames are too few for the text
    """
    return log_likelihoods([log_probs], np.zeros(len(texts), int), *stack_texts(texts))


def beam_search(log_probs: np.ndarray, width: int = BEAM_WIDTH, floor: float = _FLOOR) -> list[Hypothesis]:
    """Find the likeliest texts by prefix beam search, each with its exact probability.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    width : number of prefixes that are followed
    floor : labels less probable than this in a frame are not tried there

    Returns
    -------
    at most `width` hypotheses, the likeliest first
    """
    return beam_searches([log_probs], width, floor)[0]


def beam_searches(
    lines: Sequence[np.ndarray], width: int = BEAM_WIDTH, floor: float = _FLOOR
) -> list[list[Hypothesis]]:
    """Find the likeliest texts of each of many lines, faster than with `beam_search` and with the same result.

    Parameters
    ----------
    lines : log_probs of each line, float [time, labels + 1]
    width, floor : as of `beam_search`
    """
    if not lines:
        return []
    found = likely_texts(lines, width, floor)
    texts = list(itertools.chain.from_iterable(found))
    owners = np.repeat(np.arange(len(lines)), [len(of_line) for of_line in found])
    exact = log_likelihoods(lines, owners, *stack_texts([encode(text) for text in texts]))
    hypotheses = iter(map(Hypothesis, texts, exact.tolist()))
    return [
        sorted(itertools.islice(hypotheses, len(of_line)), key=lambda hypothesis: -hypothesis.log_probability)
        for of_line in found
    ]


def score_hypotheses(
    views: Sequence[np.ndarray], proposed: Sequence[str], searched: int = 0, width: int = 2
) -> tuple[list[str], np.ndarray]:
    """Score every text that any of several views of one line proposes by every view.

    Parameters
    ----------
    views : log_probs of each view, float [time, labels + 1]
    proposed : texts that were proposed already
    searched : number of views, the first ones, that proposed their texts already and are not searched again
    width : number of prefixes that are followed in each other view

    Returns
    -------
    texts, those of `proposed` first; and float64 [views, texts], the exact log-probability of each text in each view
    """
    reduced = [log_probs[drop_repeated_blanks(log_probs)] for log_probs in views]
    found = likely_texts(reduced[searched:], width, _FLOOR) if len(reduced) > searched else []
    texts = list(dict.fromkeys([*proposed, *itertools.chain.from_iterable(found)]))
    labels, lengths = stack_texts([encode(text) for text in texts])
    owners = np.repeat(np.arange(len(views)), len(texts))
    scores = log_likelihoods(reduced, owners, np.tile(labels, len(views)), np.tile(lengths, len(views)))
    return texts, scores.reshape(len(views), len(texts))


def forced_align(log_probs: np.ndarray, labels: Sequence[int]) -> np.ndarray:
    """Return the frame in which each label of a text peaks on the likeliest path that spells the text.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    labels : the text, as `encode` gives it; it must fit into the frames

    Returns
    -------
    int [labels], rising

    Source: Viterbi 1967, over the states of `ctc_log_likelihood`.
    """
    best_path = log_probs.argmax(axis=1).tolist()
    if collapse(best_path) == list(labels):
        # The likeliest labels spell the text themselves, as nearly always: no path is likelier than theirs.
        starts = [
            time
            for time, label in enumerate(best_path)
            if label != BLANK and (time == 0 or best_path[time - 1] != label)
        ]
        return np.array([_peak_frame(log_probs, best_path, time) for time in starts], int)
    states = np.full(2 * len(labels) + 1, BLANK)
    states[1::2] = labels
    scores = np.asarray(log_probs, np.float64)[:, states]
    barred = np.full(len(states), _IMPOSSIBLE)
    barred[3::2] = np.where(states[3::2] != states[1:-2:2], 0.0, _IMPOSSIBLE)
    choices = np.full((3, len(states)), _IMPOSSIBLE)
    best = np.full(len(states), _IMPOSSIBLE)
    best[:2] = scores[0, :2]
    steps = np.zeros(scores.shape, int)
    for time, row in enumerate(scores[1:], start=1):
        choices[0] = best
        choices[1, 1:] = best[:-1]
        choices[2, 2:] = best[:-2] + barred[2:]
        steps[time] = choices.argmax(axis=0)
        best = choices.max(axis=0) + row
    state = len(states) - 1 if best[-1] >= best[-2] else len(states) - 2
    return _peaks_on_path(scores, steps, state, len(labels))


def character_alternatives(
    log_probs: np.ndarray, labels: Sequence[int], peaks: np.ndarray, count: int = 2
) -> list[list[Hypothesis]]:
    """Find the alternatives of each character of a text, given that all other characters are correct.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    labels : the text, as `encode` gives it
    peaks : int [labels], from `forced_align`
    count : number of others that are tried for each character

    Returns
    -------
    for each character hypotheses of one character, the likeliest first; their probabilities sum to 1. Characters with
    less than 1 in 10,000 of the peak frame are left out
    """
    order = np.argsort(-log_probs[peaks][:, 1:], axis=1)[:, : count + 1] + 1
    minimum = math.log(_MIN_SHARE)
    options = [
        [label, *[option for option in row if option != label and log_probs[peak, option] > minimum][:count]]
        for label, row, peak in zip(labels, order.tolist(), peaks.tolist(), strict=True)
    ]
    texts = [[*labels[:i], option, *labels[i + 1 :]] for i, choices in enumerate(options) for option in choices[1:]]
    exact = ctc_log_likelihood(log_probs, [list(labels), *texts]) if texts else np.zeros(1)
    alternatives, place = [], 1
    for choices in options:
        logarithms = np.array([exact[0], *exact[place : place + len(choices) - 1]])
        place += len(choices) - 1
        logarithms -= np.logaddexp.reduce(logarithms)
        hypotheses = [
            Hypothesis(ALPHABET[choice - 1], float(logarithm))
            for choice, logarithm in zip(choices, logarithms, strict=True)
        ]
        alternatives.append(sorted(hypotheses, key=lambda hypothesis: -hypothesis.log_probability))
    return alternatives


def align_characters(log_probs: np.ndarray, text: str) -> tuple[np.ndarray, list[list[Hypothesis]]]:
    """Return the peak frame of each character of a text, int [characters], and its alternatives with itself.

    Parameters
    ----------
    log_probs : float [time, labels + 1]
    text : must fit into the frames
    """
    reduced = drop_repeated_blanks(log_probs)
    labels = encode(text)
    peaks = forced_align(log_probs[reduced], labels)
    return reduced[peaks], character_alternatives(log_probs[reduced], labels, peaks)


def _peak_frame(log_probs: np.ndarray, best_path: list[int], start: int) -> int:
    """Return the frame of a run of one label in which the label is likeliest."""
    label = best_path[start]
    end = next((time for time in range(start, len(best_path)) if best_path[time] != label), len(best_path))
    return start + int(log_probs[start:end, label].argmax())


def _peaks_on_path(scores: np.ndarray, steps: np.ndarray, state: int, count: int) -> np.ndarray:
    """Trace the best path back from its last state and return each label's likeliest frame on it, int [count]."""
    peaks = np.zeros(count, int)
    highest = np.full(count, _IMPOSSIBLE)
    for time in range(len(scores) - 1, -1, -1):
        place = state // 2
        if state % 2 and scores[time, state] > highest[place]:
            highest[place], peaks[place] = scores[time, state], time
        state -= steps[time, state]
    return peaks
