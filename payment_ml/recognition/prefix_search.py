"""Search the likely texts of a CTC network's output: prefix search with a beam, in the stretches between blanks.

Where no label is likely, every path is blank, so that what stands before the frame and behind it are independent: each
stretch between two such frames, often one character, is searched alone, and the likeliest texts of the stretches are
then combined. A stretch has few prefixes where a whole line has many (docs/decisions/reading-cascade.md).
"""

import heapq
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from payment_ml.text.alphabet import ALPHABET, BLANK

_CHARACTERS = ("", *ALPHABET)  # by label
_MIN_RATIO = 1e-7  # a text that is this many times less likely than the best is followed no further
_TINY = 1e-100  # probability of a beam below which it is scaled, or many frames would underflow

Texts = list[tuple[float, str]]  # with their probabilities, the likeliest first

# The probabilities of all labels in a frame, and the labels that are tried there, the likeliest first.
Frame = tuple[list[float], list[int]]

# The probability of the paths that spell a prefix so far; the prefix; its last label; and the probability of those
# paths that end in a blank, and of those that end in the label. Tuples, because they compare and unpack fastest.
Prefix = tuple[float, str, int, float, float]


def likely_texts(lines: Sequence[np.ndarray], width: int, floor: float) -> list[list[str]]:
    """Return the likeliest texts of each of several lines, approximately the likeliest first.

    Parameters
    ----------
    lines : log_probs of each line, float [time, labels + 1], see `ctc`; at least one
    width : number of prefixes that are followed, and of texts that are returned, at most
    floor : labels less probable than this in a frame are not tried there

    Source: prefix search as in Hannun et al. 2014, arXiv 1408.2873, algorithm 1, without a language model.
    """
    found = []
    for stretches in _stretches(lines, floor):
        texts: Texts = [(1.0, "")]
        for stretch in stretches:
            texts = _combine(texts, _search(stretch, width), width)
        found.append([text for _, text in texts])
    return found


def _stretches(lines: Sequence[np.ndarray], floor: float) -> Iterator[list[list[Frame]]]:
    """Yield the stretches of each line: runs of frames in which labels are likely."""
    # All lines in one array, because each step of numpy takes as long for one line as for many.
    probabilities = np.exp(np.concatenate(lines))
    times, labels = np.nonzero(probabilities[:, BLANK + 1 :] > floor)
    labels += BLANK + 1
    order = np.argsort(2.0 * times - probabilities[times, labels])  # by time, then the likeliest first
    tried = labels[order].tolist()
    ends = np.cumsum(np.bincount(times, minlength=len(probabilities))).tolist()
    frames = zip(probabilities.tolist(), [0, *ends], ends, strict=False)
    for line in lines:
        stretches: list[list[Frame]] = [[]]
        for row, begin, end in itertools.islice(frames, len(line)):
            if end > begin:
                stretches[-1].append((row, tried[begin:end]))
            elif stretches[-1]:
                stretches.append([])
        yield stretches if stretches[-1] else stretches[:-1]


def _search(stretch: Sequence[Frame], width: int) -> Texts:
    """Return the likeliest texts of one stretch."""
    beam: list[Prefix] = [(1.0, "", BLANK, 1.0, 0.0)]
    for row, tried in stretch:
        known = {prefix[1]: prefix for prefix in beam}
        best = [_stay(prefix, known, row) for prefix in beam]
        minimum = _MIN_RATIO * max(best)[0]
        heapq.heapify(best)  # the least likely prefix first
        for total, text, last, in_blank, _ in beam:
            for label in tried:
                if total * row[label] < minimum:
                    break
                probability = (in_blank if label == last else total) * row[label]
                longer = text + _CHARACTERS[label]
                if longer in known:
                    continue  # `_stay` has added it
                if len(best) < width:
                    heapq.heappush(best, (probability, longer, label, 0.0, probability))
                else:
                    heapq.heappushpop(best, (probability, longer, label, 0.0, probability))
                    minimum = max(minimum, best[0][0])
        beam = sorted(best, reverse=True)
        if beam[0][0] < _TINY:
            scale = 1 / (beam[0][0] or 1.0)
            beam = [
                (total * scale, text, last, in_blank * scale, in_label * scale)
                for total, text, last, in_blank, in_label in beam
            ]
    return [prefix[:2] for prefix in beam]


def _stay(prefix: Prefix, known: dict[str, Prefix], row: list[float]) -> Prefix:
    """Return a prefix of a beam one frame later, with the paths that come from a shorter prefix of the beam."""
    total, text, last, _, in_label = prefix
    in_blank = total * row[BLANK]
    if last == BLANK:
        return in_blank, text, last, in_blank, 0.0
    in_label *= row[last]
    shorter = known.get(text[:-1])
    if shorter is not None:
        in_label += (shorter[3] if shorter[2] == last else shorter[0]) * row[last]
    return in_blank + in_label, text, last, in_blank, in_label


def _combine(texts: Texts, endings: Texts, width: int) -> Texts:
    """Return the likeliest texts, each of `texts` with one of `endings` behind it."""
    longer: dict[str, float] = {}
    minimum = _MIN_RATIO * texts[0][0] * endings[0][0]
    for probability, text in texts:
        for share, ending in endings:
            if probability * share < minimum:
                break
            # 1 and nothing is the same text as nothing and 1.
            longer[text + ending] = longer.get(text + ending, 0.0) + probability * share
    best = sorted(((probability, text) for text, probability in longer.items()), reverse=True)[:width]
    scale = 1 / (best[0][0] or 1.0)
    return [(probability * scale, text) for probability, text in best]
