"""From what the network says at each place of a strip to whole readings with their probabilities."""

import math
from dataclasses import dataclass

import numpy as np

# What the network can say: a blank, then these. Space is not written, and is not read.
ALPHABET = "0123456789.,-/'$€£*="
BLANK = 0
_NOTHING = -math.inf


@dataclass(frozen=True)
class Candidate:
    """One reading of a strip."""

    text: str
    log_probability: float  # of the text as a whole, over all the ways in which the frames can spell it


def encode(text: str) -> list[int]:
    """The network's symbols for a text; spaces are left out.

    Raises
    ------
    ValueError : a character that the network cannot say
    """
    unknown = set(text) - set(ALPHABET) - {" "}
    if unknown:
        raise ValueError(f"expected characters among {ALPHABET}, but got {''.join(sorted(unknown))!r}")
    return [ALPHABET.index(character) + 1 for character in text if character != " "]


def log_probability(frames: np.ndarray, symbols: list[int]) -> float:
    """Exact logarithm of the probability of a text: the sum over all alignments.

    Parameters
    ----------
    frames : float [time, symbols + 1], logarithms of probabilities, rows sum to 1 in probability; column 0 is the blank
    symbols : the text, as `encode` gives it

    Returns
    -------
    float, at most 0; minus infinity when the frames are too few to spell it

    Source: the forward variables of Graves et al. 2006, "Connectionist temporal classification", section 4.1.
    """
    labels = np.zeros(2 * len(symbols) + 1, int)
    labels[1::2] = symbols
    scores = frames[:, labels]
    # A symbol may follow the one before it without a blank between, unless both are the same.
    skips = np.zeros(len(labels), bool)
    skips[3::2] = labels[3::2] != labels[1:-2:2]
    forward = np.full(len(labels), _NOTHING)
    forward[:2] = scores[0, :2]
    stepped, skipped = np.full_like(forward, _NOTHING), np.full_like(forward, _NOTHING)
    for row in scores[1:]:
        stepped[1:] = forward[:-1]
        skipped[2:] = np.where(skips[2:], forward[:-2], _NOTHING)
        forward = np.logaddexp(np.logaddexp(forward, stepped), skipped) + row
    return float(np.logaddexp(forward[-1], forward[-2]) if symbols else forward[-1])


def candidates(frames: np.ndarray, width: int = 8, floor: float = 1e-4) -> list[Candidate]:
    """The likeliest readings, found by prefix beam search, each with its exact probability.

    Parameters
    ----------
    frames : float [time, symbols + 1], as in `log_probability`
    width : how many prefixes are followed
    floor : symbols less probable than this in a frame are not tried there

    Returns
    -------
    Candidates, the likeliest first; at most `width`

    Source: prefix search as in Hannun et al. 2014, arXiv 1408.2873, algorithm 1, without a language model.
    """
    beam: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, _NOTHING)}  # ending in a blank, in a symbol
    log_floor = math.log(floor)
    rows = frames.tolist()
    likely = [np.flatnonzero(row > log_floor).tolist() for row in frames]
    for row, symbols in zip(rows, likely, strict=True):
        if symbols == [BLANK] or not symbols:
            # Nothing but a blank: every prefix lives on, and ends in it.
            beam = {prefix: (_add(*ends) + row[BLANK], _NOTHING) for prefix, ends in beam.items()}
            continue
        grown: dict[tuple[int, ...], list[float]] = {}
        for prefix, (in_blank, in_symbol) in beam.items():
            total = _add(in_blank, in_symbol)
            last = prefix[-1] if prefix else None
            kept = grown.setdefault(prefix, [_NOTHING, _NOTHING])
            kept[0] = _add(kept[0], total + row[BLANK])
            if last is not None:
                kept[1] = _add(kept[1], in_symbol + row[last])
            for symbol in symbols:
                if symbol == BLANK:
                    continue
                longer = grown.setdefault((*prefix, symbol), [_NOTHING, _NOTHING])
                longer[1] = _add(longer[1], (in_blank if symbol == last else total) + row[symbol])
        best = sorted(grown.items(), key=lambda item: -_add(*item[1]))[:width]
        beam = {prefix: (ends[0], ends[1]) for prefix, ends in best}
    found = [
        Candidate("".join(ALPHABET[symbol - 1] for symbol in prefix), log_probability(frames, list(prefix)))
        for prefix in beam
    ]
    return sorted(found, key=lambda candidate: -candidate.log_probability)


def _add(one: float, other: float) -> float:
    """Logarithm of the sum of two probabilities."""
    if one < other:
        one, other = other, one
    return one if other == _NOTHING else one + math.log1p(math.exp(other - one))
