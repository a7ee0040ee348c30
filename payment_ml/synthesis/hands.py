"""Choose who writes an amount: MNIST's writers, a simulated writer, both in turns, or a machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from payment_ml.synthesis import marks, typefaces
from payment_ml.synthesis.glyphs import Glyph, GlyphBank, WriterStyle
from payment_ml.synthesis.writers import Writer

_MNIST_SHARE, _SIMULATED_SHARE, _TYPED_SHARE = 0.36, 0.40, 0.05  # of the amounts; the others mix MNIST and simulation
_MIXED_SIMULATED_SHARE = 0.5  # of the digits of a mixed amount


class Hand(Protocol):
    """Write digits in one hand."""

    @property
    def kind(self) -> str:
        """Return MNIST, simulated, mixed or typed, for reports."""

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


@dataclass(frozen=True)
class TypedHand:
    """Print amounts in a typeface, as machines do."""

    kind = "typed"
    typeface: int
    aspect: float  # factor of the width

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "TypedHand":
        """Draw a typeface at random."""
        return cls(typefaces.choose(rng), float(np.exp(rng.uniform(-0.35, 0.15))))

    def style(self, rng: np.random.Generator, size: float) -> WriterStyle:
        """Return an upright, steady style."""
        return WriterStyle(size, 0.0, 2.6, float(rng.uniform(-0.02, 0.08)), float(rng.uniform(0, 0.1)))

    def write(self, digits: str, style: WriterStyle, rng: np.random.Generator) -> list[Glyph]:
        """Print digits; in their typeface all are equally wide."""
        return [self._print(digit, style) for digit in digits]

    def draw_mark(self, mark: str, style: WriterStyle) -> tuple[np.ndarray, float]:
        """Print a mark; returns as `marks.draw_mark`."""
        glyph = self._print(mark, style)
        return glyph.ink.astype(np.float32) / np.float32(255), glyph.bottom / style.size

    def _print(self, text: str, style: WriterStyle) -> Glyph:
        printed = typefaces.print_text(text, self.typeface, style.size)
        height, width = printed.ink.shape
        wide = max(1, round(width * self.aspect))
        left, right = printed.left, printed.advance - printed.left - width
        ink = cv2.resize(printed.ink, (wide, height), interpolation=cv2.INTER_AREA)
        return Glyph(text, ink, -left * self.aspect, -right * self.aspect, float(printed.bottom))


def draw_mark(
    hand: Hand, mark: str, style: WriterStyle, rng: np.random.Generator, ends: bool = False
) -> tuple[np.ndarray, float]:
    """Draw a mark as a hand does: a machine in its typeface, where that has it, the others with a pen.

    Arguments, results and exceptions are those of `marks.draw_mark`.
    """
    if isinstance(hand, TypedHand) and mark.isascii() and not mark.isspace():
        return hand.draw_mark(mark, style)
    return marks.draw_mark(mark, style, rng, ends)


class HandBank:
    """Provide MNIST's hands, those of simulated writers, and machines."""

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
        if kind < _MNIST_SHARE + _TYPED_SHARE:
            return TypedHand.sample(rng)
        writer = self._writers[int(rng.integers(len(self._writers)))]
        is_simulated = kind < _MNIST_SHARE + _TYPED_SHARE + _SIMULATED_SHARE
        return SimulatedHand(writer) if is_simulated else MixedHand(self._mnist, writer)
