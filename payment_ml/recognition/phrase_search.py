"""Compare the output of a CTC network with all texts of a phrase at once.

The forward variables of CTC run over the nodes of a graph instead of the characters of one text: a node is reached from
all nodes before it. So the probabilities of millions of texts are summed, and the likeliest is found, in one pass.

Source: Graves et al. 2006, "Connectionist temporal classification", section 4.1, over a graph, as Miao et al. 2015,
"EESEN", decode CTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from payment_ml.text.alphabet import BLANK, collapse
from payment_ml.text.phrase_graphs import ROOT, PhraseGraph
from payment_ml.text.word_alphabet import LABELS

# Probability of each label and frame that the network leaves to what it has not learned: a letter that it takes for
# another costs a text at most this factor.
_SMOOTHING = 2e-3
# Probability, for each frame, that what stands between words is no word: remains of print, scribbles, other lines.
_CLUTTER = 0.02
_NO_BREAK = 0.05  # probability that a word goes on from one line to the next
_OTHER_LETTER = 1.5  # nats for each letter of a line that is left out as something else, beside those of its letters
_SPACE = LABELS[" "]
_LARGEST_EXPONENT = 700.0
_NOT_READ = -1


@dataclass(frozen=True)
class JoinedLines:
    """Hold the outputs of lines as one, with a frame for the break before each further line."""

    probabilities: np.ndarray  # float64 [frames, labels + 1], smoothed; rows of the breaks are 1 for the blank
    ends: tuple[int, ...]  # frame behind the last one of each line
    letters: tuple[int, ...]  # that the network most likely sees in each line
    others: tuple[float, ...]  # log-probability of each line as something else than a part of the text
    is_break: np.ndarray  # bool [frames]

    @property
    def begins(self) -> tuple[int, ...]:
        """Return the frame with which each line begins, the break before it included."""
        return 0, *self.ends[:-1]


@dataclass(frozen=True)
class BestText:
    """Hold the likeliest text of a phrase, and where it stands."""

    text: str
    log_probability: float  # of its path, in the frames in which the text stands
    is_text: np.ndarray  # bool [frames], of those in which it stands
    lines: tuple[int, ...]  # in which it stands; the others are something else


def join_lines(lines: Sequence[np.ndarray]) -> JoinedLines:
    """Join the outputs of lines to one, with a blank between them: a text may break wherever it has one.

    Parameters
    ----------
    lines : logarithms of probabilities in reading order, float32 [frames, labels + 1] each
    """
    columns = lines[0].shape[1]
    line_break = np.zeros((1, columns))
    line_break[0, [_SPACE, BLANK]] = 1, _NO_BREAK
    parts: list[np.ndarray] = []
    letters, others = [], []
    for line in lines:
        smoothed = (1 - _SMOOTHING) * np.exp(line.astype(np.float64)) + _SMOOTHING / columns
        letters.append(sum(label not in (BLANK, _SPACE) for label in collapse(line.argmax(axis=1).tolist())))
        others.append(float(np.log(smoothed.max(axis=1)).sum()) - _OTHER_LETTER * letters[-1])
        parts += [line_break, smoothed]
    ends = np.cumsum([len(line) + 1 for line in lines]) - 1
    is_break = np.zeros(int(ends[-1]), bool)
    is_break[ends[:-1]] = True
    return JoinedLines(np.concatenate(parts[1:]), tuple(ends.tolist()), tuple(letters), tuple(others), is_break)


def log_likelihoods(lines: JoinedLines, graph: PhraseGraph) -> np.ndarray:
    """Compute for each phrase of a graph the log-probability that any of its texts is written.

    Clutter is allowed before and behind a text and between its words, and lines of something else before, behind and
    between those of the text, at a price.

    Parameters
    ----------
    lines : from `join_lines`
    graph : of the phrases

    Returns
    -------
    float64 [phrases]; minus infinity where it is too small to compute
    """
    steps = _Steps(lines, graph)
    in_blank, in_label = steps.start()
    behind = np.zeros(len(graph.ends))  # clutter behind a text
    logarithm = 0.0  # of the scale of all three
    for begin, end, other in zip(lines.begins, lines.ends, lines.others, strict=True):
        before, scale_before = (in_blank, in_label, behind), logarithm
        for time in range(begin, end):
            behind = behind * (steps.blank[time] + steps.clutter[time])
            behind += steps.ended(in_blank, in_label) * steps.clutter[time]
            in_blank, in_label = steps.advance(time, in_blank, in_label, np.add)
            total = in_blank.sum() + in_label.sum() + behind.sum()
            logarithm += np.log(total)
            in_blank, in_label, behind = in_blank / total, in_label / total, behind / total
        share = _share(other + scale_before - logarithm)
        in_blank, in_label, behind = (
            now + share * then for now, then in zip((in_blank, in_label, behind), before, strict=True)
        )
    with np.errstate(divide="ignore"):
        result: np.ndarray = np.log(steps.ended(in_blank, in_label) + behind) + logarithm
    return result


def best_text(lines: JoinedLines, graph: PhraseGraph) -> BestText:
    """Find the text of a graph's phrases on the likeliest single path; parameters are those of `log_likelihoods`."""
    steps = _Steps(lines, graph)
    all_ends = np.unique(np.concatenate(graph.ends))
    in_blank, in_label = steps.start()
    history, left_out = [(in_blank, in_label)], {}
    behind, logarithm = 0.0, 0.0  # clutter behind a text; of the scale of all three
    end_frame = 0  # behind which the clutter begins on the best path
    for begin, end, other in zip(lines.begins, lines.ends, lines.others, strict=True):
        blank_before, label_before, behind_before, end_before = in_blank, in_label, behind, end_frame
        scale_before = logarithm
        for time in range(begin, end):
            begins = float(np.maximum(in_blank, in_label)[all_ends].max()) * steps.clutter[time]
            stays = behind * max(steps.blank[time], steps.clutter[time])
            behind, end_frame = (begins, time) if begins > stays else (stays, end_frame)
            in_blank, in_label = steps.advance(time, in_blank, in_label, np.maximum)
            total = max(in_blank.max(), in_label.max(), behind)
            logarithm += np.log(total)
            in_blank, in_label, behind = in_blank / total, in_label / total, behind / total
            history.append((in_blank, in_label))
        share = _share(other + scale_before - logarithm)
        blank_instead, label_instead = share * blank_before, share * label_before
        left_out[end] = blank_instead > in_blank, label_instead > in_label
        in_blank, in_label = np.maximum(in_blank, blank_instead), np.maximum(in_label, label_instead)
        behind, end_frame = max((behind, end_frame), (share * behind_before, end_before))
        history[-1] = in_blank, in_label
    if behind <= float(np.maximum(in_blank, in_label)[all_ends].max()):
        end_frame = len(lines.probabilities)
    last = np.maximum(*history[end_frame])[all_ends]
    path, labels = steps.trace(history, left_out, end_frame, int(all_ends[last.argmax()]))
    is_text = labels != _NOT_READ
    read = [
        number
        for number, (begin, end) in enumerate(zip(lines.begins, lines.ends, strict=True))
        if not np.isin(labels[begin:end], (_NOT_READ, BLANK, _SPACE)).all()
    ]
    log_probability = float(np.log(lines.probabilities[is_text, labels[is_text]]).sum())
    return BestText(graph.text(path), log_probability, is_text, tuple(read))


def _share(logarithm: float) -> float:
    """Return by what probabilities from before a line count behind it, which is something else then."""
    return float(np.exp(min(logarithm, _LARGEST_EXPONENT)))


class _Steps:
    """Hold what every frame of a pass over a graph needs."""

    def __init__(self, lines: JoinedLines, graph: PhraseGraph):
        self.blank = lines.probabilities[:, BLANK]
        self.clutter = np.where(lines.is_break, 1.0, _CLUTTER) * (1 - self.blank)  # a break is no part of a letter
        self._lines, self._graph = lines, graph
        self._is_space = (graph.labels == _SPACE).astype(np.float64)
        self._ends = np.concatenate(graph.ends)
        self._first_ends = np.cumsum([0, *map(len, graph.ends)])[:-1]  # of each phrase, in `_ends`

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of each node before the first frame: behind its label, and at it."""
        in_blank, in_label = np.zeros((2, len(self._graph.labels)))
        in_blank[ROOT] = 1
        return in_blank, in_label

    def ended(self, in_blank: np.ndarray, in_label: np.ndarray) -> np.ndarray:
        """Return the probability that a text of each phrase has ended, float64 [phrases]."""
        ended: np.ndarray = np.add.reduceat((in_blank + in_label)[self._ends], self._first_ends)
        return ended

    def advance(
        self, time: int, in_blank: np.ndarray, in_label: np.ndarray, either: np.ufunc
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of each node after a frame; `either` is `numpy.add` or `numpy.maximum`."""
        graph, in_either = self._graph, either(in_blank, in_label)
        along = in_either.take(graph.sources)
        # A label follows the same label only with a blank between them.
        along[graph.edges_between_same] = in_blank.take(graph.sources_of_same)
        reached = in_label.copy()
        reached[ROOT + 1 :] = either(reached[ROOT + 1 :], either.reduceat(along, graph.first_edges))
        labels = self._lines.probabilities[time].take(graph.labels)
        labels[ROOT] = 0
        stays = either(self.blank[time], self.clutter[time] * self._is_space)
        return in_either * stays, reached * labels

    def trace(
        self,
        history: Sequence[tuple[np.ndarray, np.ndarray]],
        left_out: Mapping[int, tuple[np.ndarray, np.ndarray]],
        time: int,
        node: int,
    ) -> tuple[list[int], np.ndarray]:
        """Follow the best path back that is at a node after so many frames.

        Parameters
        ----------
        history : probabilities of each node before the first frame and after each: behind its label, and at it
        left_out : whether a line that ends after so many frames was left out, bool [nodes] each

        Returns
        -------
        nodes without the root; the label of each frame, int [frames], `_NOT_READ` where the text does not stand
        """
        labels = np.full(len(self._lines.probabilities), _NOT_READ)
        at_label = bool(history[time][1][node] >= history[time][0][node])
        path = [node]
        while time > 0:
            if time in left_out and left_out[time][int(at_label)][node]:
                time = self._lines.begins[self._lines.ends.index(time)]
                continue
            time -= 1
            is_clutter = self._is_space[node] and self.clutter[time] > self.blank[time]
            labels[time] = self._graph.labels[node] if at_label else _NOT_READ if is_clutter else BLANK
            in_blank, in_label = history[time]
            if not at_label:
                at_label = bool(in_label[node] > in_blank[node])
                continue
            begin, end = np.searchsorted(self._graph.targets, (node, node + 1))
            sources = self._graph.sources[begin:end]
            through_label = in_label[sources] * self._graph.differs[begin:end]
            options = np.maximum(in_blank[sources], through_label)
            best = int(options.argmax()) if len(options) else 0
            if not len(options) or in_label[node] >= options[best]:
                continue
            node = int(sources[best])
            at_label = bool(through_label[best] > in_blank[node])
            path.append(node)
        return [visited for visited in path[::-1] if visited != ROOT], labels
