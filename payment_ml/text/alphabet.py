"""Define the characters that a network reads, and their labels for connectionist temporal classification (CTC).

Label 0 is the blank, label i is the character `ALPHABET[i - 1]`. The order of the characters is part of every trained
network; a network that was trained when there were fewer characters knows the first of them.
"""

import itertools
from collections.abc import Sequence

NO_AMOUNT = "?"  # stands for writing or print that is no amount

SET_APART = "|"  # between units and cents that are raised, smaller, underlined, or beyond a rule or a wide gap

# A space has no label: it is neither written nor read.
ALPHABET = "0123456789.,-/'$€£*=" + NO_AMOUNT + "#()x:₹" + SET_APART

LABELS = {character: label for label, character in enumerate(ALPHABET, start=1)}

BLANK = 0


def encode(text: str) -> list[int]:
    """Return the labels of a text's characters; spaces are left out.

    Raises
    ------
    ValueError : a character outside of `ALPHABET`
    """
    unknown = set(text) - set(ALPHABET) - {" "}
    if unknown:
        raise ValueError(f"expected characters among {ALPHABET}, but got {''.join(sorted(unknown))!r}")
    return [LABELS[character] for character in text if character != " "]


def decode(labels: Sequence[int]) -> str:
    """Return the text that labels spell."""
    return "".join(ALPHABET[label - 1] for label in labels)


def collapse(frame_labels: Sequence[int]) -> list[int]:
    """Return the labels that one label per frame spells: merge repetitions, then drop blanks.

    Source: Graves et al. 2006, "Connectionist temporal classification", section 3.1, the map B.
    """
    pairs = zip(frame_labels, [BLANK, *frame_labels], strict=False)
    return [label for label, previous in pairs if label not in (BLANK, previous)]


def frames_needed(labels: Sequence[int]) -> int:
    """Return the fewest frames that can spell labels: one for each, and a blank between two equal neighbours."""
    return len(labels) + sum(label == following for label, following in itertools.pairwise(labels))
