"""Turn phrases into graphs of characters, in which all their texts share beginnings and ends."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from payment_ml.text.phrases import Choice, Phrase, Piece
from payment_ml.text.word_alphabet import CHARACTERS, LABELS

ROOT = 0  # the node before the first character, which counts as a blank
_BLANK = LABELS[" "]


@dataclass(frozen=True)
class PhraseGraph:
    """Hold the texts of several phrases as paths through nodes of one character each, from `ROOT` on."""

    labels: np.ndarray  # int [nodes], of the characters
    sources: np.ndarray  # int [edges]
    targets: np.ndarray  # int [edges], rising; every node but the root is one
    ends: tuple[np.ndarray, ...]  # for each phrase the nodes in which its texts end, int [n], rising

    def text(self, path: Sequence[int]) -> str:
        """Return the text of a path of nodes, without blanks at either end."""
        return "".join(CHARACTERS[self.labels[node] - 1] for node in path if node != ROOT).strip()

    @cached_property
    def differs(self) -> np.ndarray:
        """Return whether the characters at both ends of an edge differ, bool [edges]."""
        differs: np.ndarray = self.labels[self.sources] != self.labels[self.targets]
        return differs

    @cached_property
    def first_edges(self) -> np.ndarray:
        """Return the first edge to each node but the root, int [nodes - 1]."""
        return np.unique(self.targets, return_index=True)[1]

    @cached_property
    def edges_between_same(self) -> np.ndarray:
        """Return the edges whose ends have the same character, int [n]."""
        return np.flatnonzero(~self.differs)

    @cached_property
    def sources_of_same(self) -> np.ndarray:
        """Return the sources of `edges_between_same`, int [n]."""
        return self.sources[self.edges_between_same]


def build_graph(phrases: Iterable[Phrase], variants: Callable[[str], Sequence[str]]) -> PhraseGraph:
    """Build the graph of several phrases.

    Parameters
    ----------
    phrases : each holds at least one character in each text
    variants : returns the texts that stand for a piece's text, such as its misspellings
    """
    builder = _Builder(variants, with_sums=False)
    ends = [builder.add(phrase, frozenset((ROOT,))) for phrase in phrases]
    merged = _merge_ends(builder.labels, builder.sources, ends)
    numbers = {node: number for number, node in enumerate(sorted(set(merged)))}
    place = [numbers[node] for node in merged]
    edges = {(place[target], place[source]) for target, of_it in enumerate(builder.sources) for source in of_it}
    targets, sources = np.array(sorted(edges), int).T
    labels = np.array([builder.labels[node] for node in numbers])
    return PhraseGraph(
        labels, sources, targets, tuple(np.array(sorted({place[node] for node in nodes}), int) for nodes in ends)
    )


class PhraseParser:
    """Find the sums of texts of a phrase; parameters as of `build_graph`."""

    def __init__(self, phrase: Phrase, variants: Callable[[str], Sequence[str]]):
        builder = _Builder(variants, with_sums=True)
        self._ends = builder.add(phrase, frozenset((ROOT,)))
        self._labels, self._cents = builder.labels, builder.cents
        self._targets: dict[int, list[int]] = defaultdict(list)
        for target, sources in enumerate(builder.sources):
            for source in sources:
                self._targets[source].append(target)

    def sums(self, text: str) -> set[int]:
        """Return what a text is worth in cents: nothing where it is none of the phrase's."""
        reached = {(ROOT, 0)}
        for character in text:
            label = LABELS[character]
            reached = {
                (target, cents + self._cents[target])
                for node, cents in reached
                for target in self._targets[node]
                if self._labels[target] == label
            }
        return {cents for node, cents in reached if node in self._ends}


class _Builder:
    """Number the nodes of a graph; nodes of one character, sum and set of sources are one."""

    def __init__(self, variants: Callable[[str], Sequence[str]], with_sums: bool):
        self.labels, self.cents = [_BLANK], [0]
        self.sources: list[frozenset[int]] = [frozenset()]
        self._numbers: dict[tuple[int, int, frozenset[int]], int] = {}
        self._variants, self._with_sums = variants, with_sums

    def add(self, phrase: Phrase, sources: frozenset[int]) -> frozenset[int]:
        """Add a phrase that begins behind any of the sources, and return the nodes in which it ends."""
        if isinstance(phrase, Piece):
            cents = phrase.cents if self._with_sums else 0
            texts = self._variants(phrase.text)
            return frozenset().union(*(self._add_text(text, cents, sources) for text in texts))
        if isinstance(phrase, Choice):
            return frozenset().union(*(self.add(option, sources) for option in phrase.options))
        for part in phrase.parts:
            sources = self.add(part, sources)
        return sources

    def _add_text(self, text: str, cents: int, sources: frozenset[int]) -> frozenset[int]:
        last = len(text.rstrip(" -~")) - 1  # the character at which the sum is added
        for place, character in enumerate(text):
            if character in " -~":
                blanks = frozenset(node for node in sources if self.labels[node] == _BLANK)
                others = sources - blanks
                spaced = blanks | ({self._number(_BLANK, 0, others)} if others else frozenset())
                sources = spaced if character == " " else sources | spaced
            else:
                sources = frozenset((self._number(LABELS[character], cents if place == last else 0, sources),))
        return sources

    def _number(self, label: int, cents: int, sources: frozenset[int]) -> int:
        key = label, cents, sources
        if key not in self._numbers:
            self._numbers[key] = len(self.labels)
            self.labels.append(label)
            self.cents.append(cents)
            self.sources.append(sources)
        return self._numbers[key]


def _merge_ends(labels: list[int], sources: list[frozenset[int]], ends: Sequence[frozenset[int]]) -> list[int]:
    """Return for each node the one that stands for it: nodes of one character with the same continuations are one."""
    targets: list[set[int]] = [set() for _ in labels]
    ended: dict[int, list[int]] = defaultdict(list)
    for phrase, nodes in enumerate(ends):
        for node in nodes:
            ended[node].append(phrase)
    merged = list(range(len(labels)))
    known: dict[tuple[int, frozenset[int], tuple[int, ...]], int] = {}
    for node in range(len(labels) - 1, -1, -1):  # what follows a node has a larger number
        key = labels[node], frozenset(targets[node]), tuple(ended[node])
        merged[node] = known.setdefault(key, node) if node != ROOT else ROOT
        for source in sources[node]:
            targets[source].add(merged[node])
    return merged
