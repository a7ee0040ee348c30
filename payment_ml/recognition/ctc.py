"""From what the network says at each place of a strip to whole readings with their probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from payment_ml.text.alphabet import ALPHABET, BLANK, LABELS, collapse, encode

_IMPOSSIBLE = -math.inf
_TINY = 1e-300
_RESCALE_EVERY = 8  # frames; their probabilities multiplied must not underflow
_MIN_SHARE = 1e-4  # of the probability in its frame, from which on a symbol counts as a rival
_LOG_CERTAIN_BLANK = math.log1p(-1e-5)


@dataclass(frozen=True)
class Hypothesis:
    """One reading of a strip."""

    text: str
    log_probability: float  # of the text as a whole, over all the ways in which the frames can spell it


def drop_repeated_blanks(frames: np.ndarray) -> np.ndarray:
    """Places of the frames that matter: of several in a row that are surely blank only the first does.

    Frames are half blanks, and every step of the decoder costs as much for them. The probability of a text changes by
    less than 1 in 100,000 for each that is left out.

    Parameters
    ----------
    frames : float [time, symbols + 1], as in `log_probabilities`

    Returns
    -------
    int [kept], rising
    """
    blank = frames[:, BLANK] > _LOG_CERTAIN_BLANK
    blank[1:] &= blank[:-1].copy()
    blank[0] = False
    return np.flatnonzero(~blank)


def ctc_log_likelihood(frames: np.ndarray, texts: Sequence[Sequence[int]]) -> np.ndarray:
    """Exact logarithm of the probability of each text: the sum over all alignments.

    Parameters
    ----------
    frames : float [time, symbols + 1], logarithms of probabilities, rows sum to 1 in probability; column 0 is the blank
    texts : symbols of each, as `encode` gives them

    Returns
    -------
    float64 [texts], at most 0; minus infinity where the frames are too few to spell the text

    Source: the forward variables of Graves et al. 2006, "Connectionist temporal classification", section 4.1, rescaled
    every few frames.
    """
    lengths = np.array([2 * len(each) + 1 for each in texts])
    labels = np.full((len(texts), lengths.max(initial=1)), BLANK)
    for row, each in zip(labels, texts, strict=True):
        row[1 : 2 * len(each) : 2] = each
    # A symbol may follow the one before it without a blank between, unless both are the same.
    skips = np.zeros(labels.shape)
    skips[:, 3::2] = labels[:, 3::2] != labels[:, 1:-2:2]
    scores = np.exp(np.asarray(frames, np.float64))[:, labels]
    # Two columns of nothing in front, so that what came before stands in views of one array; no step makes a new one.
    padded = np.zeros((len(labels), labels.shape[1] + 2))
    forward, by_one, by_two = padded[:, 2:], padded[:, 1:-1], padded[:, :-2]
    grown, skipped = np.empty(labels.shape), np.empty(labels.shape)
    forward[:, :2] = scores[0, :, :2]
    logarithm = np.zeros(len(texts))
    for time, row in enumerate(scores[1:], start=1):
        np.add(forward, by_one, out=grown)
        np.multiply(by_two, skips, out=skipped)
        np.add(grown, skipped, out=grown)
        np.multiply(grown, row, out=forward)
        if time % _RESCALE_EVERY == 0:
            total = forward.sum(axis=1, keepdims=True) + _TINY
            logarithm += np.log(total[:, 0])
            forward /= total
    each = np.arange(len(texts))
    ends = forward[each, lengths - 1] + np.where(lengths > 1, forward[each, lengths - 2], 0)
    with np.errstate(divide="ignore"):
        return np.log(ends) + logarithm


def beam_search(frames: np.ndarray, width: int = 8, floor: float = 1e-4) -> list[Hypothesis]:
    """The likeliest readings, found by prefix beam search, each with its exact probability.

    Parameters
    ----------
    frames : float [time, symbols + 1], as in `log_probabilities`
    width : how many prefixes are followed
    floor : symbols less probable than this in a frame are not tried there

    Returns
    -------
    Candidates, the likeliest first; at most `width`

    Source: prefix search as in Hannun et al. 2014, arXiv 1408.2873, algorithm 1, without a language model.
    """
    prefixes = _prefix_search(frames, width, floor)
    exact = ctc_log_likelihood(frames, [encode(prefix) for prefix in prefixes])
    found = [Hypothesis(prefix, float(logarithm)) for prefix, logarithm in zip(prefixes, exact, strict=True)]
    return sorted(found, key=lambda candidate: -candidate.log_probability)


def _prefix_search(frames: np.ndarray, width: int, floor: float = 1e-4) -> list[str]:
    """The texts of `candidates`, without their probabilities."""
    beam = {"": (1.0, 0.0)}  # share of the probability that ends in a blank, and in the prefix's last symbol
    for row, likely in zip(np.exp(frames).tolist(), (frames > math.log(floor)).tolist(), strict=True):
        symbols = [symbol for symbol in range(BLANK + 1, len(row)) if likely[symbol]]
        if not symbols:
            # Nothing but a blank: every prefix lives on, and ends in it.
            beam = {prefix: (sum(ends), 0.0) for prefix, ends in beam.items()}
            continue
        grown: dict[str, list[float]] = {}
        for prefix, (in_blank, in_symbol) in beam.items():
            total = in_blank + in_symbol
            kept = grown.setdefault(prefix, [0.0, 0.0])
            kept[0] += total * row[BLANK]
            last = LABELS.get(prefix[-1:])
            if last is not None:
                kept[1] += in_symbol * row[last]
            for symbol in symbols:
                longer = grown.setdefault(prefix + ALPHABET[symbol - 1], [0.0, 0.0])
                longer[1] += (in_blank if symbol == last else total) * row[symbol]
        best = sorted(grown.items(), key=lambda item: -sum(item[1]))[:width]
        scale = 1 / (sum(best[0][1]) or 1.0)  # or many frames would underflow
        beam = {prefix: (ends[0] * scale, ends[1] * scale) for prefix, ends in best}
    return list(beam)


def score_hypotheses(looks: Sequence[np.ndarray], first: Sequence[str], width: int = 2) -> tuple[list[str], np.ndarray]:
    """What each of several looks at one piece of writing says of every text that any of them proposes.

    Parameters
    ----------
    looks : float [time, symbols + 1] each, as in `log_probabilities`
    first : texts that were proposed already
    width : how many prefixes are followed in each look

    Returns
    -------
    texts, those of `first` before the others; and float64 [looks, texts], the logarithm of the exact probability that a
    look gives to a text
    """
    kept = [frames[drop_repeated_blanks(frames)] for frames in looks]
    texts = dict.fromkeys(first)
    for frames in kept:
        texts |= dict.fromkeys(_prefix_search(frames, width))
    symbols = [encode(text) for text in texts]
    return list(texts), np.stack([ctc_log_likelihood(frames, symbols) for frames in kept])


def forced_align(frames: np.ndarray, symbols: Sequence[int]) -> np.ndarray:
    """The frame in which each symbol of a text stands out most, on the likeliest path that spells the text.

    Parameters
    ----------
    frames : float [time, symbols + 1], as in `log_probabilities`
    symbols : the text, as `encode` gives it; it must fit into the frames

    Returns
    -------
    int [symbols], rising

    Source: Viterbi 1967, over the states of `log_probabilities`.
    """
    said = frames.argmax(axis=1).tolist()
    if collapse(said) == list(symbols):
        # The likeliest symbols spell the text themselves, as nearly always: no path is likelier than theirs.
        starts = [time for time, each in enumerate(said) if each != BLANK and (time == 0 or said[time - 1] != each)]
        return np.array([_peak_frame(frames, said, time) for time in starts], int)
    labels = np.full(2 * len(symbols) + 1, BLANK)
    labels[1::2] = symbols
    scores = np.asarray(frames, np.float64)[:, labels]
    barred = np.full(len(labels), _IMPOSSIBLE)
    barred[3::2] = np.where(labels[3::2] != labels[1:-2:2], 0.0, _IMPOSSIBLE)
    choices = np.full((3, len(labels)), _IMPOSSIBLE)
    best = np.full(len(labels), _IMPOSSIBLE)
    best[:2] = scores[0, :2]
    steps = np.zeros(scores.shape, int)
    for time, row in enumerate(scores[1:], start=1):
        choices[0] = best
        choices[1, 1:] = best[:-1]
        choices[2, 2:] = best[:-2] + barred[2:]
        steps[time] = choices.argmax(axis=0)
        best = choices.max(axis=0) + row
    state = len(labels) - 1 if best[-1] >= best[-2] else len(labels) - 2
    peaks = np.zeros(len(symbols), int)
    highest = np.full(len(symbols), _IMPOSSIBLE)
    for time in range(len(scores) - 1, -1, -1):
        place = state // 2
        if state % 2 and scores[time, state] > highest[place]:
            highest[place], peaks[place] = scores[time, state], time
        state -= steps[time, state]
    return peaks


def _peak_frame(frames: np.ndarray, said: list[int], start: int) -> int:
    """Of a run of one symbol the frame in which it is likeliest."""
    end = next((time for time in range(start, len(said)) if said[time] != said[start]), len(said))
    return start + int(frames[start:end, said[start]].argmax())


def character_alternatives(
    frames: np.ndarray, symbols: Sequence[int], peaks: np.ndarray, count: int = 2
) -> list[list[Hypothesis]]:
    """For each symbol of a text what else could stand in its place, with probabilities if all others are right.

    Parameters
    ----------
    frames : float [time, symbols + 1], as in `log_probabilities`
    symbols : the text, as `encode` gives it
    peaks : int [symbols], from `align`
    count : how many others are tried for each

    Returns
    -------
    for each symbol its candidates, one character each, the likeliest first; their probabilities sum to 1. What has less
    than 1 in 10,000 of its frame is none
    """
    order = np.argsort(-frames[peaks][:, 1:], axis=1)[:, : count + 1] + 1
    likely = math.log(_MIN_SHARE)
    options = [
        [symbol, *[each for each in row if each != symbol and frames[peak, each] > likely][:count]]
        for symbol, row, peak in zip(symbols, order.tolist(), peaks.tolist(), strict=True)
    ]
    texts = [[*symbols[:i], option, *symbols[i + 1 :]] for i, choices in enumerate(options) for option in choices[1:]]
    exact = ctc_log_likelihood(frames, [list(symbols), *texts]) if texts else np.zeros(1)
    found, place = [], 1
    for choices in options:
        logarithms = np.array([exact[0], *exact[place : place + len(choices) - 1]])
        place += len(choices) - 1
        logarithms -= np.logaddexp.reduce(logarithms)
        each = [
            Hypothesis(ALPHABET[choice - 1], float(logarithm))
            for choice, logarithm in zip(choices, logarithms, strict=True)
        ]
        found.append(sorted(each, key=lambda candidate: -candidate.log_probability))
    return found
