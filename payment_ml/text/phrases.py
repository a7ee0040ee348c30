"""Describe sets of texts, each worth a sum, as pieces that follow each other and alternatives.

All spellings of one amount are such a set, and so are all amounts that a language can spell. Whoever lists the texts
and whoever compares them with a picture walks through the same pieces, without writing out every combination.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True)
class Piece:
    """Hold a text, such as one number word, and what it adds to the sum.

    Beside characters it holds the blank, `-`, a blank that some people leave out, and `~`, a blank that most people
    leave out. Several blanks in a row are one.
    """

    text: str
    cents: int = 0


@dataclass(frozen=True)
class Sequence:
    """Hold parts that follow each other."""

    parts: tuple["Phrase", ...]


@dataclass(frozen=True)
class Choice:
    """Hold alternatives, of which one stands there."""

    options: tuple["Phrase", ...]


Phrase: TypeAlias = Piece | Sequence | Choice

NOTHING = Piece("")


def join(*parts: Phrase) -> Phrase:
    """Return the phrase in which parts follow each other."""
    return parts[0] if len(parts) == 1 else Sequence(parts)


def one_of(*options: Phrase) -> Phrase:
    """Return the phrase that is one of several."""
    return options[0] if len(options) == 1 else Choice(options)


def maybe(phrase: Phrase) -> Phrase:
    """Return a phrase that may also be left out."""
    return Choice((NOTHING, phrase))


def texts(phrase: Phrase) -> Iterator[tuple[str, int]]:
    """Yield each text of a phrase with the sum of its pieces in cents; blanks are those of the pieces."""
    if isinstance(phrase, Piece):
        yield phrase.text, phrase.cents
    elif isinstance(phrase, Choice):
        for option in phrase.options:
            yield from texts(option)
    elif not phrase.parts:
        yield "", 0
    else:
        for begin, cents in texts(phrase.parts[0]):
            for end, more_cents in texts(Sequence(phrase.parts[1:])):
                yield begin + end, cents + more_cents


def random_text(phrase: Phrase, rng: np.random.Generator) -> str:
    """Draw one text of a phrase, of which each alternative is equally likely."""
    if isinstance(phrase, Piece):
        return phrase.text
    if isinstance(phrase, Choice):
        return random_text(phrase.options[int(rng.integers(len(phrase.options)))], rng)
    return "".join(random_text(part, rng) for part in phrase.parts)
