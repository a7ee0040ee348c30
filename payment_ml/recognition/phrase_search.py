"""Compare the output of a CTC network with all texts of a phrase at once.

The forward variables of CTC run over the nodes of a graph instead of the characters of one text: a node is reached from
all nodes before it. So the probabilities of millions of texts are summed, and the likeliest is found, in one pass.

Source: Graves et al. 2006, "Connectionist temporal classification", section 4.1, over a graph, as Miao et al. 2015,
"EESEN", decode CTC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from payment_ml.text.alphabet import BLANK
from payment_ml.text.phrase_graphs import ROOT, PhraseGraph
from payment_ml.text.word_alphabet import LABELS

# Probability of each label and frame that the network leaves to what it has not learned: a letter that it takes for
# another costs a text at most this factor.
_SMOOTHING = 2e-3
# Probability, for each frame, that what stands between words is no word: remains of print, scribbles, other lines.
_CLUTTER = 0.02
_NO_BREAK = 0.05  # probability that a word goes on from one line to the next, or that a line is empty
_SPACE = LABELS[" "]
_TINY = 1e-300


@dataclass(frozen=True)
class BestText:
    """Hold the likeliest text of a phrase, and where it stands."""

    text: str
    log_probability: float  # of its path, without the frames of clutter
    is_clutter: np.ndarray  # bool [frames], of those that no word of the text stands in


def join_lines(lines: Sequence[np.ndarray]) -> np.ndarray:
    """Join the outputs of lines to one, with a blank between them: a text may break wherever it has one.

    Parameters
    ----------
    lines : logarithms of probabilities in reading order, float32 [frames, labels + 1] each

    Returns
    -------
    probabilities float64 [frames, labels + 1], smoothed; rows of the breaks are 1 for the blank
    """
    columns = lines[0].shape[1]
    line_break = np.zeros((1, columns))
    line_break[0, [_SPACE, BLANK]] = 1, _NO_BREAK
    parts: list[np.ndarray] = []
    for line in lines:
        smoothed = (1 - _SMOOTHING) * np.exp(line.astype(np.float64)) + _SMOOTHING / columns
        parts += [smoothed, line_break]
    return np.concatenate(parts[:-1])


def log_likelihoods(probabilities: np.ndarray, graph: PhraseGraph) -> np.ndarray:
    """Compute for each phrase of a graph the log-probability that any of its texts is written.

    Clutter is allowed before and behind a text and between its words, at a price.

    Parameters
    ----------
    probabilities : from `join_lines`
    graph : of the phrases

    Returns
    -------
    float64 [phrases]; minus infinity where it is too small to compute
    """
    steps = _Steps(probabilities, graph)
    in_blank, in_label = steps.start()
    behind = np.zeros(len(graph.ends))  # clutter behind a text
    logarithm = 0.0
    for time in range(len(probabilities)):
        ended = np.array([in_blank[nodes].sum() + in_label[nodes].sum() for nodes in graph.ends])
        behind = behind * (steps.blank[time] + steps.clutter[time]) + ended * steps.clutter[time]
        in_blank, in_label = steps.advance(time, in_blank, in_label, np.add)
        total = in_blank.sum() + in_label.sum() + behind.sum()
        logarithm += np.log(total)
        in_blank, in_label, behind = in_blank / total, in_label / total, behind / total
    ended = np.array([in_blank[nodes].sum() + in_label[nodes].sum() for nodes in graph.ends])
    with np.errstate(divide="ignore"):
        result: np.ndarray = np.log(ended + behind) + logarithm
    return result


def best_text(probabilities: np.ndarray, graph: PhraseGraph) -> BestText:
    """Find the text of a graph's phrases on the likeliest single path; parameters are those of `log_likelihoods`."""
    steps = _Steps(probabilities, graph)
    all_ends = np.unique(np.concatenate(graph.ends))
    in_blank, in_label = steps.start()
    history = [(in_blank, in_label)]
    behind, logarithm = 0.0, 0.0  # clutter behind a text
    end_frame = 0  # behind which it begins on the best path
    for time in range(len(probabilities)):
        begins = float(np.maximum(in_blank, in_label)[all_ends].max()) * steps.clutter[time]
        stays = behind * max(steps.blank[time], steps.clutter[time])
        behind, end_frame = (begins, time) if begins > stays else (stays, end_frame)
        in_blank, in_label = steps.advance(time, in_blank, in_label, np.maximum)
        total = max(in_blank.max(), in_label.max(), behind)
        logarithm += np.log(total)
        in_blank, in_label, behind = in_blank / total, in_label / total, behind / total
        history.append((in_blank, in_label))
    best = float(np.maximum(in_blank, in_label)[all_ends].max())
    end_frame = end_frame if behind > best else len(probabilities)
    ends = np.maximum(*history[end_frame])[all_ends]
    path, is_clutter = steps.trace(history, end_frame, int(all_ends[ends.argmax()]))
    is_clutter = np.concatenate([is_clutter, (steps.clutter > steps.blank)[end_frame:]])
    log_probability = float(np.log(max(best, behind, _TINY)) + logarithm)
    return BestText(
        graph.text(path), log_probability - float(np.log(steps.clutter[is_clutter] + _TINY).sum()), is_clutter
    )


class _Steps:
    """Hold what every frame of a pass over a graph needs."""

    def __init__(self, probabilities: np.ndarray, graph: PhraseGraph):
        self.blank = probabilities[:, BLANK]
        self.clutter = _CLUTTER * (1 - self.blank)
        self._probabilities, self._graph = probabilities, graph
        self._entered, self._begins = np.unique(graph.targets, return_index=True)
        # A label follows the same label only with a blank between them.
        self._differs = (graph.labels[graph.sources] != graph.labels[graph.targets]).astype(np.float64)
        self._is_space = graph.labels == _SPACE

    def start(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of each node before the first frame: behind its label, and at it."""
        in_blank, in_label = np.zeros((2, len(self._graph.labels)))
        in_blank[ROOT] = 1
        return in_blank, in_label

    def reach(self, in_blank: np.ndarray, in_label: np.ndarray, either: np.ufunc) -> np.ndarray:
        """Return what arrives at each node along all edges, summed or the largest, float64 [nodes]."""
        sources = self._graph.sources
        reached = np.zeros(len(in_blank))
        along = either(in_blank[sources], in_label[sources] * self._differs)
        reached[self._entered] = either.reduceat(along, self._begins)
        return reached

    def advance(
        self, time: int, in_blank: np.ndarray, in_label: np.ndarray, either: np.ufunc
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the probabilities of each node after a frame; `either` is `numpy.add` or `numpy.maximum`."""
        stays = np.where(self._is_space, either(self.blank[time], self.clutter[time]), self.blank[time])
        labels = self._probabilities[time][self._graph.labels]
        labels[ROOT] = 0
        return (
            either(in_blank, in_label) * stays,
            either(in_label, self.reach(in_blank, in_label, either)) * labels,
        )

    def trace(self, history: list[tuple[np.ndarray, np.ndarray]], time: int, node: int) -> tuple[list[int], np.ndarray]:
        """Return the nodes of the best path that is at a node after so many frames, and which of these are clutter.

        Returns
        -------
        nodes without the root; bool [time]
        """
        in_blank, in_label = history[time]
        at_label = bool(in_label[node] >= in_blank[node])
        path, is_clutter = [node], np.zeros(time, bool)
        while time > 0:
            time -= 1
            is_clutter[time] = not at_label and self._is_space[node] and self.clutter[time] > self.blank[time]
            in_blank, in_label = history[time]
            if not at_label:
                at_label = bool(in_label[node] > in_blank[node])
                continue
            begin, end = np.searchsorted(self._graph.targets, (node, node + 1))
            sources = self._graph.sources[begin:end]
            through_label = in_label[sources] * self._differs[begin:end]
            options = np.maximum(in_blank[sources], through_label)
            best = int(options.argmax()) if len(options) else 0
            if not len(options) or in_label[node] >= options[best]:
                continue
            node = int(sources[best])
            at_label = bool(through_label[best] > in_blank[node])
            path.append(node)
        return [visited for visited in path[::-1] if visited != ROOT], is_clutter
