"""TODO module docstring for text.alphabet."""

import itertools
from collections.abc import Sequence

# What the network can say: a blank, then these. Space is not written, and is not read.
NO_AMOUNT = "?"  # there is writing or print, but no amount


ALPHABET = "0123456789.,-/'$€£*=" + NO_AMOUNT


LABELS = {character: symbol for symbol, character in enumerate(ALPHABET, start=1)}


BLANK = 0


def encode(text: str) -> list[int]:
    """The network's symbols for a text; spaces are left out.

    Raises
    ------
    ValueError : a character that the network cannot say
    """
    unknown = set(text) - set(ALPHABET) - {" "}
    if unknown:
        raise ValueError(f"expected characters among {ALPHABET}, but got {''.join(sorted(unknown))!r}")
    return [LABELS[character] for character in text if character != " "]


def collapse(frames: Sequence[int]) -> list[int]:
    """The symbols that a symbol a frame spells: repetitions are one, and blanks fall out."""
    return [one for one, before in zip(frames, [BLANK, *frames], strict=False) if one not in (BLANK, before)]


def frames_needed(symbols: Sequence[int]) -> int:
    """The fewest frames that can spell symbols: one for each, and a blank between two that are the same."""
    return len(symbols) + sum(one == other for one, other in itertools.pairwise(symbols))
