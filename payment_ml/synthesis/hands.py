"""Choose who writes an amount: MNIST's writers, a simulated writer, or both in turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from payment_ml.synthesis.glyphs import Glyph, GlyphBank, WriterStyle
from payment_ml.synthesis.writers import Writer

_MNIST_SHARE, _SIMULATED_SHARE = 0.45, 0.35  # of the amounts; the others mix the digits of both
_MIXED_SIMULATED_SHARE = 0.5  # of the digits of a mixed amount


class Hand(Protocol):
    """Write digits in one hand."""

    @property
    def kind(self) -> str:
        """Return MNIST, simulated or mixed, for reports."""

    def style(self, rng: np.random.Generator, size: float) -> WriterStyle:
        """Return the style of the marks beside the digits; `size` is the height of a digit in pixels."""

    def write(self, digits: str, style: WriterStyle, rng: np.random.Generator) -> list[Glyph]:
        """Draw digits in their order; joined zeros are one drawing of several digits."""


class Hands(Protocol):
    """Provide hands to write with."""

    def choose(self, rng: np.random.Generator) -> Hand:
        """Return a hand at random."""


@dataclass(frozen=True)
class SimulatedHand:
    """Write as a simulated writer."""

    kind = "simulated"
    writer: Writer

    def style(self, rng: np.random.Generator, size: float) -> WriterStyle:
        """Return the writer's own style."""
        return self.writer.style(size)

    def write(self, digits: str, style: WriterStyle, rng: np.random.Generator) -> list[Glyph]:
        """Draw digits in the writer's hand."""
        return self.writer.write(digits, rng, style.size)


@dataclass(frozen=True)
class MixedHand:
    """Write some digits as MNIST's writers and others as a simulated writer, in one style."""

    kind = "mixed"
    mnist: GlyphBank
    writer: Writer

    def style(self, rng: np.random.Generator, size: float) -> WriterStyle:
        """Return a style at random."""
        return self.mnist.style(rng, size)

    def write(self, digits: str, style: WriterStyle, rng: np.random.Generator) -> list[Glyph]:
        """Draw each digit in one of the two ways."""
        is_simulated = rng.random(len(digits)) < _MIXED_SIMULATED_SHARE
        drawn = self.writer.in_style(style).draw_all(
            [digit for digit, simulated in zip(digits, is_simulated, strict=True) if simulated],
            rng,
            style.size,
            margin=0,
        )
        kept = self.mnist.write(
            "".join(digit for digit, simulated in zip(digits, is_simulated, strict=True) if not simulated), style, rng
        )
        sources = iter(drawn), iter(kept)
        return [next(sources[0 if simulated else 1]) for simulated in is_simulated]


class HandBank:
    """Provide MNIST's hands and those of simulated writers."""

    def __init__(self, bank: GlyphBank, writers: Sequence[Writer]):
        self._mnist, self._writers = bank, writers

    @classmethod
    def sample(cls, bank: GlyphBank, rng: np.random.Generator, writers: int) -> "HandBank":
        """Draw so many writers at random."""
        return cls(bank, [Writer.sample(rng) for _ in range(writers)])

    def choose(self, rng: np.random.Generator) -> Hand:
        """Return a hand at random."""
        kind = rng.random()
        if kind < _MNIST_SHARE:
            return self._mnist
        writer = self._writers[int(rng.integers(len(self._writers)))]
        return SimulatedHand(writer) if kind < _MNIST_SHARE + _SIMULATED_SHARE else MixedHand(self._mnist, writer)
