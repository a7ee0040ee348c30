"""Collect what is printed and written on a sheet of paper, with the place of every field."""

import math
from dataclasses import dataclass, replace
from decimal import Decimal

import cv2
import numpy as np

from payment_ml.synthesis import document_placement, glyphs, handwriting, negatives, patterns, typefaces
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.synthesis.document_amounts import DocumentAmount
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_placement import Box, FilledSheet, Item
from payment_ml.synthesis.document_texts import Texts
from payment_ml.synthesis.glyphs import WriterStyle
from payment_ml.synthesis.hands import Hand
from payment_ml.synthesis.handwriting import WordHand
from payment_ml.synthesis.written_lines import WrittenLine, write_line

_DARK = 0.85  # of full ink: mean of the darkest pixels of a text's columns, at least
_LEAST_REDUCED, _SMALLEST_DIGIT = 0.75, 11.0  # share, and pixels, below which no amount is reduced to its box
_SMALLEST_PRINT = 5  # pixels, the height of a digit


@dataclass(frozen=True)
class Scribe:
    """Hold who fills a form: a hand for digits and one for words, or a machine for both."""

    hand: Hand
    style: WriterStyle
    words: WordHand
    typeface: int | None  # of a machine that fills in the words as well; None where a person writes


class Sheet:
    """Print and write on a sheet of paper.

    All coordinates are pixels; `x` and `y` turn shares of the width and height into pixels.
    """

    def __init__(
        self, width: int, height: int, size: float, texts: Texts, scribe: Scribe, amount: DocumentAmount | None,
        rng: np.random.Generator,
    ):  # fmt: skip
        """Take a bare sheet.

        Parameters
        ----------
        size : height of a digit of the amount in pixels
        amount : to be written somewhere on it; None for a document without
        """
        self.width, self.height, self.size = width, height, size
        self.texts, self.scribe, self.amount, self.rng = texts, scribe, amount, rng
        self.small = max(_SMALLEST_PRINT, size * rng.uniform(0.32, 0.6))  # height of the digits of labels
        language = texts.language
        sample = "a" if language.startswith("en") else "é"
        self._face, self._bold_face = typefaces.choose(rng, sample), typefaces.choose(rng, sample)
        self.strength = float(rng.uniform(0.55, 1))
        self.print_ = np.zeros((height, width), np.float32)
        self.is_blank = False  # nobody filled it in: print alone
        self._items: list[Item] = []

    def x(self, share: float) -> float:
        """Return a share of the width in pixels."""
        return share * self.width

    def y(self, share: float) -> float:
        """Return a share of the height in pixels."""
        return share * self.height

    def chance(self, share: float) -> bool:
        """Return True in a share of all calls."""
        return bool(self.rng.random() < share)

    def between(self, low: float, high: float) -> float:
        """Return a number between two others."""
        return float(self.rng.uniform(low, high))

    def label(
        self, text: str, x: float, base: float, height: float | None = None, align: float = 0, bold: bool = False,
        width: float = np.inf, kind: FieldKind = FieldKind.PRINT,
    ) -> Box:  # fmt: skip
        """Print a text.

        Parameters
        ----------
        x, base : of the point on the base line where the text starts, or ends, as `align` says
        height : of a digit; None: that of labels
        align : 0 the text starts at x, 1 it ends there, 0.5 x is its middle
        width : the most pixels that the text may take; it is reduced to them
        """
        if not text.strip():
            return round(x), round(base), round(x), round(base)
        height = max(_SMALLEST_PRINT, self.small if height is None else height)
        face = typefaces.having(text, self._bold_face if bold else self._face)
        ink, below = self._printed(text, height, face)
        return self._place(ink * np.float32(self.strength), text, kind, x, base + below, width, align, printed=True)

    def write(
        self, text: str, x: float, base: float, height: float | None = None, kind: FieldKind = FieldKind.WRITING,
        width: float = np.inf, align: float = 0,
    ) -> Box:  # fmt: skip
        """Write words; parameters as of `label`, `height` that of a capital letter; None: about that of the figures."""
        height = max(7.0, self.size * self.between(0.75, 1.1) if height is None else height)
        base += self.rng.normal(0, 0.05) * height
        if self.scribe.typeface is not None:
            ink, below = self._printed(text, height * 0.85, typefaces.having(text, self.scribe.typeface))
        else:
            words = handwriting.write_words(text, self.scribe.words, height, self.rng)
            ink, below = words.ink, words.ink.shape[0] - words.base
        return self._place(_inked(ink), text, kind, x, base + below, width, align)

    def figures(
        self, text: str, x: float, base: float, kind: FieldKind, height: float | None = None, width: float = np.inf,
        align: float = 0,
    ) -> Box:  # fmt: skip
        """Write digits with their marks; parameters as of `write`."""
        if not set(text) <= set("0123456789.,:'-/ "):
            return self.write(text, x, base, height, kind, width, align)
        height = self.size * self.between(0.75, 1.05) if height is None else height
        line = self._line(WrittenAmount(Decimal(0), text), height)
        return self._place(line.ink, text, kind, x, base + 0.1 * height, width, align)

    def pay(self, x: float, base: float, width: float = np.inf, align: float = 0) -> Box:
        """Write the amount in figures, with the rule before its cents, if any; a sheet without one stays empty."""
        if self.amount is None:
            return round(x), round(base), round(x), round(base)
        line = self._line(self.amount.written, self.size)
        below = self.size * self.between(-0.1, 0.2)
        width = max(width, line.ink.shape[1] * max(_LEAST_REDUCED, _SMALLEST_DIGIT / self.size))
        written = self.amount.written.text
        box = self._place(line.ink, written, FieldKind.AMOUNT, x, base + below, width, align, field=line.figures)
        scale = (box[2] - box[0]) / line.ink.shape[1]
        for rule in line.rules:
            self.rule(box[0] + scale * rule, box[1] - 0.3 * self.size, box[0] + scale * rule, box[3] + 0.2 * self.size)
        return box

    def stroke(self, left: float, right: float, y: float) -> None:
        """Draw a stroke of the pen that fills what is left of a line, so that nobody can add to it."""
        if right - left < 2 * self.size or self.scribe.typeface is not None:
            return
        ends = np.array([[2, 4 + self.rng.normal(0, 1)], [right - left - 2, 4 + self.rng.normal(0, 2)]])
        ink = np.zeros((9, round(right - left)), np.uint8)
        pen = max(1, round(0.08 * self.size))
        cv2.polylines(ink, [np.round(8 * ends).astype(np.int32)], False, 255, pen, cv2.LINE_AA, shift=3)
        self._place(ink.astype(np.float32) / np.float32(255), "", FieldKind.WRITING, left, y)

    def comb(self, text: str, x: float, top: float, cell: float, kind: FieldKind, height: float, gaps: str = "") -> Box:
        """Write characters into printed cells, one in each; those in `gaps` have none and are printed between.

        Parameters
        ----------
        cell, height : width and height of a cell
        """
        ink = np.zeros((round(height) + 2, round(cell * len(text)) + 2), np.float32)
        size = min(0.72 * height, 0.95 * cell)
        is_open, weight = self.chance(0.4), self.weight()
        for number, character in enumerate(text):
            left = x + number * cell
            if character in gaps:
                self.label(character, left + 0.3 * cell, top + 0.75 * height, 0.5 * height)
                continue
            if is_open:
                self.rule(left, top + height, left + cell, top + height, weight)
                self.rule(left, top + 0.5 * height, left, top + height, weight)
                self.rule(left + cell, top + 0.5 * height, left + cell, top + height, weight)
            else:
                self.frame(left, top, left + cell, top + height, weight)
            if character.strip():
                self._write_in_cell(ink, character, number * cell, cell, size, height)
        return self._place(ink, text.replace(" ", ""), kind, x, top + ink.shape[0])

    def sign(self, x: float, base: float, width: float, height: float) -> Box:
        """Scribble a signature, or sign with a name."""
        ink = np.zeros((max(12, round(height)), max(24, round(width))), np.float32)
        if self.chance(0.4):
            quick = replace(self.scribe.words, slant=self.between(-0.6, 0.3), unsteadiness=self.between(1, 2.5))
            name = handwriting.write_words(self.texts.any("last"), quick, 0.45 * height, self.rng).ink
            glyphs.composite(ink, _inked(name), round(0.05 * width), round(0.2 * height))
        for _ in range(1 if self.chance(0.8) else 2):
            left, flat = self.between(0.05, 0.4), self.between(0.25, 0.8)
            negatives.draw_scribble(
                ink,
                self.rng,
                left * width,
                self.between(0.4, 0.65) * height,
                self.between(0.3, 0.6) * width,
                flat * height,
            )
        return self._place(ink, "", FieldKind.SIGNATURE, x, base + 0.25 * height)

    def weight(self) -> int:
        """Return the thickness of a printed line in pixels."""
        return max(1, round(self.size * self.between(0.02, 0.09)))

    def rule(
        self, left: float, top: float, right: float, bottom: float, weight: int | None = None, dotted: bool = False
    ) -> None:
        """Print a straight line."""
        strength = self.strength * self.between(0.8, 1)
        start, end = (round(left), round(top)), (round(right), round(bottom))
        weight = self.weight() if weight is None else weight
        if not dotted:
            cv2.line(self.print_, start, end, strength, weight, cv2.LINE_AA)
            return
        step = max(3, round(0.15 * self.size))
        for column in range(min(start[0], end[0]), max(start[0], end[0]), step):
            cv2.line(self.print_, (column, start[1]), (column + step // 3, start[1]), strength, weight)

    def frame(self, left: float, top: float, right: float, bottom: float, weight: int | None = None) -> None:
        """Print a box."""
        weight = self.weight() if weight is None else weight
        corners = (round(left), round(top)), (round(right), round(bottom))
        cv2.rectangle(self.print_, *corners, self.strength, weight, cv2.LINE_AA)

    def fill(self, left: float, top: float, right: float, bottom: float, strength: float) -> None:
        """Print an even tint over a part of the sheet."""
        part = self.print_[max(0, round(top)) : round(bottom), max(0, round(left)) : round(right)]
        np.maximum(part, np.float32(strength), out=part)

    def pattern(self, left: float, top: float, right: float, bottom: float) -> None:
        """Print a security pattern over a part of the sheet."""
        part = self.print_[max(0, round(top)) : round(bottom), max(0, round(left)) : round(right)]
        if part.shape[0] > 8 and part.shape[1] > 8:
            field = np.zeros(part.shape, np.float32)
            patterns.draw_pattern(field, self.rng)
            np.maximum(part, field * np.float32(self.between(0.4, 0.9)), out=part)

    def draw(self, ink: np.ndarray, x: float, y: float) -> None:
        """Print a drawing, such as a logo, that is no field; float32 [height, width]."""
        glyphs.composite(self.print_, ink, round(x), round(y))

    def code(self, ink: np.ndarray, text: str, x: float, base: float, width: float = np.inf) -> Box:
        """Print a number in the characters of machines; ink float32 [height, width]."""
        return self._place(ink * np.float32(self.strength), text, FieldKind.NUMBER, x, base, width, printed=True)

    def filled(self) -> FilledSheet | None:
        """Return the sheet with all ink, and its fields, as `document_placement.assemble` does."""
        return document_placement.assemble(self._items, self.print_)

    def _line(self, amount: WrittenAmount, height: float) -> WrittenLine:
        """Write figures in the hand of the document."""
        return write_line(amount, self.scribe.hand, replace(self.scribe.style, size=height), self.rng)

    def _printed(self, text: str, height: float, face: int) -> tuple[np.ndarray, float]:
        """Return the ink of a printed text, and how far it reaches below the base line."""
        printed = typefaces.print_text(text, face, height)
        return printed.ink.astype(np.float32) / np.float32(255), -printed.bottom

    def _write_in_cell(
        self, ink: np.ndarray, character: str, left: float, cell: float, size: float, height: float
    ) -> None:
        """Write one character of a comb, in place."""
        if character.isdigit():
            drawn = self._line(WrittenAmount(Decimal(0), character), size).ink
        elif self.scribe.typeface is not None:
            drawn, _ = self._printed(character, size, self.scribe.typeface)
        else:
            drawn = handwriting.write_words(character, self.scribe.words, size, self.rng).ink
        shift = self.rng.normal(0, 0.06, 2) * (cell, height)
        x, y = left + (cell - drawn.shape[1]) / 2 + shift[0], (height - drawn.shape[0]) / 2 + shift[1]
        glyphs.composite(ink, drawn, round(x), round(y))

    def _place(
        self, ink: np.ndarray, text: str, kind: FieldKind, x: float, bottom: float, width: float = np.inf,
        align: float = 0, printed: bool = False, field: tuple[float, float] | None = None,
    ) -> Box:  # fmt: skip
        """Place ink with its lower edge at `bottom`, reduced to a width and moved onto the sheet where it must.

        `field` is the part of the ink that is the field, from left to right; the rest is signs and dashes beside it.
        """
        scale = min(1.0, width / ink.shape[1], 0.98 * self.width / ink.shape[1])
        if scale < 1:
            size = max(1, int(ink.shape[1] * scale)), max(1, int(ink.shape[0] * scale))
            ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        left = min(max(1, round(x - align * ink.shape[1])), max(1, self.width - ink.shape[1] - 1))
        top = min(max(1, round(bottom) - ink.shape[0]), max(1, self.height - ink.shape[0] - 1))
        columns = None if field is None else (int(scale * field[0]), math.ceil(scale * field[1]))
        item = Item(kind, text, ink, left, top, printed, columns)
        if printed or not self.is_blank:
            self._items.append(item)
        return item.box


def _inked(ink: np.ndarray) -> np.ndarray:
    """Return ink whose strokes are dark enough to be read: thin ones fade when a text is reduced."""
    peaks = ink.max(axis=0)
    peaks = peaks[peaks > 0.1]
    gain = _DARK / max(0.2, float(peaks.mean())) if len(peaks) else 1.0
    return np.minimum(ink * np.float32(max(1.0, gain)), 1)
