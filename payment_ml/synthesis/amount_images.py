"""Render images of amounts and of single digits from MNIST's digits, like those that users upload."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis import glyphs, marks, negatives, photographs
from payment_ml.text import amounts

_MIN_DIGIT_HEIGHT = 16  # pixels, in all but the small images
_MAX_DIGIT_HEIGHT = 56  # pixels, unless a caller of `render_amount` says otherwise


@dataclass(frozen=True)
class Sample:
    """Hold an image with its label."""

    image: np.ndarray  # uint8 [height, width, 3], sRGB, or [height, width] in grey levels
    label: str  # ground truth: "1234.56", or a digit; empty for an image without an amount
    written: str  # the text on the paper, with every mark

    @property
    def digits(self) -> str:
        """Return the digits in the order in which they are written."""
        return amounts.digits_of(self.written)


def render_digits(
    images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator, start: int = 0
) -> Iterator[tuple[np.ndarray, int]]:
    """Yield `count` images of digits with their labels; each digit of a split is used once before any repeats.

    Parameters
    ----------
    images : uint8 [n, 28, 28], of one split
    labels : integer [n]
    start : index in the split of the first digit

    Yields
    ------
    an image as `render_digit` returns it, and its label
    """
    for number in range(start, start + count):
        i = number % len(labels)
        neighbours = rng.integers(len(labels), size=2)
        yield render_digit(images[[i, *neighbours]], rng), int(labels[i])


def render_digit(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Render a photograph of one digit, as cropped around its center from a form or a ledger.

    The first of `images` is in the center. The others are its neighbours: beside it, touching it or cut off by the
    edge, as in a crop from a longer number; each may also be left out. Ruled lines, coloured paper and ink, uneven
    light, blur, noise and JPEG artefacts are drawn at random.

    Parameters
    ----------
    images : uint8 [3, 28, 28], 0 paper: the digit, its left and its right neighbour

    Returns
    -------
    uint8 [height, width, 3], sRGB; height 28 to 140 pixels
    """
    height = int(np.exp(rng.uniform(np.log(28), np.log(140))))
    size = height * rng.uniform(0.55, 0.9)
    slant, thickness = rng.normal(0, 0.12), rng.normal(0, 0.35)
    digit, left, right = (glyphs.draw_digit(image, size / BOX, slant, thickness) for image in images)
    width = int(digit.shape[1] * rng.uniform(1.15, 2.2)) + 4
    ink = np.zeros((height, width), np.float32)
    x = (width - digit.shape[1]) // 2 + int(rng.normal(0, 0.04) * size)
    y = (height - digit.shape[0]) // 2 + int(rng.normal(0, 0.04) * size)
    glyphs.composite(ink, digit, x, y)
    for neighbour, on_the_left in ((left, True), (right, False)):
        if rng.random() < 0.5:
            gap = int(rng.uniform(-0.05, 0.3) * size)
            neighbour_x = x - gap - neighbour.shape[1] if on_the_left else x + gap + digit.shape[1]
            bottom = y + digit.shape[0] + int(rng.normal(0, 0.06) * size)
            glyphs.composite(ink, neighbour, neighbour_x, bottom - neighbour.shape[0])
    if rng.random() < 0.3:
        photographs.draw_rule(ink, rng, y + digit.shape[0])
    return photographs.render_photograph(ink, rng)


def random_amount(rng: np.random.Generator) -> tuple[Decimal, str]:
    """Draw an amount of money and a text for it.

    Small amounts are as frequent as large ones (the number of digits is drawn first), from 0.01 to 99,999.99. Seventy
    percent are written plainly, as 1234.56, 1234,56 or 1234-56, and five percent without cents, as 1234; the others
    show the variety of `amounts.Style`.
    """
    digits = int(rng.integers(1, 8))
    value = Decimal(int(rng.integers(10 ** (digits - 1), 10**digits))).scaleb(-2)  # with two decimals, as 824.50
    form = rng.random()
    if form < 0.05:
        digits = int(rng.integers(1, 6))
        value = Decimal(int(rng.integers(10 ** (digits - 1) - (digits == 1), 10**digits)))
        return value, amounts.write(value, amounts.Style(cents=""))
    if form < 0.75:
        return value, amounts.write(value, amounts.Style(cents=_choose([".", ".", ",", "-"], rng)))
    thousands = _choose(["", ",", ".", "'", " "], rng)
    cents = _choose([mark for mark in (".", ",", "-", "/", ".-") if mark[0] != thousands], rng)
    if cents == ".-":
        value = Decimal(int(value))
    before = _choose(["", "", "$", "$", "€", "£", "*", "=", "--"], rng)  # one dash would be a sign
    behind = _choose(["", "", "", "*", "=", "€"], rng) if before in ("", "*", "=") else ""
    return value, amounts.write(value, amounts.Style(thousands, cents, before, behind))


def render_amount(
    glyph_bank: glyphs.GlyphBank,
    rng: np.random.Generator,
    amount: tuple[Decimal, str] | None = None,
    colour: bool = True,
    max_digit_height: float = _MAX_DIGIT_HEIGHT,
    style: Callable[[np.random.Generator, float], glyphs.WriterStyle] = glyphs.random_style,
) -> Sample:
    """Render a photograph of an amount in one writer style, on plain paper, a form or a cheque.

    Parameters
    ----------
    glyph_bank : digits of one split
    amount : value and text to write, of digits and the marks of `marks.draw_mark`; None draws one at random
    colour : False renders grey levels, which is faster and all that a reader uses
    max_digit_height : pixels; digits are 16 to so many pixels high, in six percent of the images 10 to 16
    style : draws the writer style, given the height of a digit in pixels

    Returns
    -------
    Sample; its image is about 12 to 130 pixels high

    Raises
    ------
    ValueError : the text holds a mark that cannot be drawn
    """
    value, text = random_amount(rng) if amount is None else amount
    smallest, largest = (10, _MIN_DIGIT_HEIGHT) if rng.random() < 0.06 else (_MIN_DIGIT_HEIGHT, max_digit_height)
    size = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
    line = _render_line(text, glyph_bank, style(rng, size), rng)
    if rng.random() < 0.3:
        line = photographs.tilt(line, rng.uniform(-5, 5))
    ink, print_ = _place_line(line, size, rng)
    image = photographs.render_photograph(ink, rng, print_, colour)
    return Sample(image, f"{value:.2f}", text)


def render_struck_out(glyph_bank: glyphs.GlyphBank, rng: np.random.Generator, colour: bool = True) -> np.ndarray:
    """Render a photograph of an amount that is struck out, so that there is nothing to read.

    Parameters
    ----------
    glyph_bank : digits of one split
    colour : False renders grey levels, which is faster

    Returns
    -------
    uint8 [height, width, 3], sRGB; [height, width] when `colour` is False
    """
    size = float(np.exp(rng.uniform(np.log(_MIN_DIGIT_HEIGHT), np.log(_MAX_DIGIT_HEIGHT))))
    line = _render_line(random_amount(rng)[1], glyph_bank, glyphs.random_style(rng, size), rng)
    negatives.strike_through(line, rng)
    ink, print_ = _place_line(line, size, rng)
    return photographs.render_photograph(ink, rng, print_, colour)


@dataclass(frozen=True)
class _Stroke:
    """Hold the ink of one character and its position."""

    ink: np.ndarray  # float32 [height, width]
    x: float  # pixels, of the left edge
    bottom: float  # pixels, of the lower edge above the base line
    raised: bool  # belongs to raised cents


def _render_line(
    text: str, glyph_bank: glyphs.GlyphBank, style: glyphs.WriterStyle, rng: np.random.Generator
) -> np.ndarray:
    """Write a text along a base line, cropped to its ink; float32 [height, width]."""
    raised_from = _raised_cents(text) if rng.random() < 0.12 else len(text)
    strokes = _draw_characters(text, raised_from, glyph_bank, style, rng)
    top = max(stroke.bottom + stroke.ink.shape[0] for stroke in strokes)
    low = min(stroke.bottom for stroke in strokes)
    underline = 0.12 * style.size if raised_from < len(text) and rng.random() < 0.7 else 0.0
    left = min(stroke.x for stroke in strokes)
    width = max(stroke.x + stroke.ink.shape[1] for stroke in strokes) - left
    ink = np.zeros((math.ceil(top - low + underline) + 2, math.ceil(width) + 2), np.float32)
    for stroke in strokes:
        glyphs.composite(ink, stroke.ink, round(stroke.x - left), round(top - stroke.bottom - stroke.ink.shape[0]))
    if underline:
        cents = [stroke for stroke in strokes if stroke.raised]
        y = min(round(top - min(stroke.bottom for stroke in cents) + underline), ink.shape[0] - 1)
        ends = (round(cents[0].x - left), y), (round(cents[-1].x - left + cents[-1].ink.shape[1]), y)
        cv2.line(ink, *ends, 1.0, max(1, round(style.thickness * style.size / BOX * 0.8)), cv2.LINE_AA)
    return ink


def _draw_characters(
    text: str, raised_from: int, glyph_bank: glyphs.GlyphBank, style: glyphs.WriterStyle, rng: np.random.Generator
) -> list[_Stroke]:
    """Draw each character of a text beside the one before; those from index `raised_from` are small and raised."""
    strokes = []
    x = 0.0
    drift = rng.normal(0, 0.02 * style.unsteadiness)
    raised_style = replace(style, size=0.62 * style.size)
    for i, character in enumerate(text):
        raised = i >= raised_from
        character_style = raised_style if raised else style
        if character.isdigit():
            digit = glyph_bank.pick(int(character), character_style, rng)
            ink = glyph_bank.draw(digit, character_style, rng)
            base = 0.03 * style.unsteadiness * rng.normal()
        else:
            ink, base = marks.draw_mark(character, character_style, rng)
        lift = 0.45 * style.size if raised else 0.0
        strokes.append(_Stroke(ink, x, base * character_style.size + lift + drift * x, raised))
        gap = style.spacing * style.size * (1 + 0.5 * style.unsteadiness * rng.normal())
        # Digits may touch, but nobody writes a decimal point where it cannot be seen.
        beside_a_mark = not text[i : i + 2].isdigit()
        x += ink.shape[1] + (max(gap, 0.07 * style.size) if beside_a_mark else gap)
    return strokes


def _raised_cents(text: str) -> int:
    """Return the index of the two last digits if a decimal mark precedes them, the length of the text otherwise."""
    return len(text) - 2 if len(text) > 3 and text[-2:].isdigit() and text[-3] in ".,-" else len(text)


def _place_line(line: np.ndarray, size: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Place a line of writing on a page with print; return ink and print, float32 [height, width] each."""
    # Margins in digit heights; most crops are close, some are wide, a few cut into the strokes.
    vertical = rng.uniform(-0.04, 0.5, 2) if rng.random() < 0.8 else rng.uniform(0.3, 1.0, 2)
    horizontal = rng.uniform(-0.02, 0.6, 2) if rng.random() < 0.6 else rng.uniform(0.2, 4.0, 2)
    top, bottom = (int(margin * size) for margin in vertical)
    left, right = (int(margin * size) for margin in horizontal)
    height, width = line.shape[0] + top + bottom, line.shape[1] + left + right
    ink = np.zeros((height, width), np.float32)
    glyphs.composite(ink, line, left, top)
    print_ = np.zeros((height, width), np.float32)
    form = rng.random()
    if form < 0.35:
        photographs.draw_rule(print_, rng, top + line.shape[0])
    elif form < 0.7:
        if rng.random() < 0.5:
            photographs.draw_guilloche(print_, rng)
        inset = [int(pixels) for pixels in rng.integers(-4, 8, 4)]
        box_left, box_top = min(inset[0], left), min(inset[1], max(top, 0))
        box_right, box_bottom = width - 1 - min(inset[2], right), height - 1 - min(inset[3], max(bottom, 0))
        photographs.draw_box(print_, rng, box_left, box_top, box_right, box_bottom)
    if rng.random() < 0.4:
        _print_beside(print_, rng, left, top, line.shape, size)
    if rng.random() < 0.25:
        ink, print_ = _perspective(rng, ink, print_)
    return ink, print_


def _print_beside(
    print_: np.ndarray, rng: np.random.Generator, left: int, top: int, shape: tuple[int, ...], size: float
) -> None:
    """Print a currency or a sign beside the writing if there is room, often cut off by the edge, or a word below."""
    height, width = shape
    text_height = size * rng.uniform(0.6, 1.1)
    base = int(top + height * rng.uniform(0.75, 1.05))
    text = _choose(["$", "$", "$", "$", "€", "EUR", "USD", "CHF", ")", ":", "*"], rng)
    text_width = 0.8 * text_height * len(text)
    side = rng.random()
    if side < 0.7:
        # The right end of the text stays clear of the writing; its left end may lie outside of the image.
        end = rng.uniform(0.1 * size, max(0.1 * size, left - 0.35 * size))
        photographs.draw_print(print_, rng, int(end - text_width), base, text_height, text)
    elif side < 0.85:
        room = print_.shape[1] - left - width - 0.35 * size
        if room > 0.1 * size:
            x = int(left + width + 0.35 * size + rng.uniform(0, room))
            photographs.draw_print(print_, rng, x, base, text_height, text)
    else:
        x = int(rng.uniform(0, left + 0.5 * width))
        y = int(top + height + rng.uniform(0.3, 0.9) * size)
        text_height = rng.uniform(0.25, 0.5) * size
        text = _choose(["DOLLARS", "Amount", "total due", "________", "- - - -"], rng)
        photographs.draw_print(print_, rng, x, y, text_height, text)


def _perspective(rng: np.random.Generator, *fields: np.ndarray) -> list[np.ndarray]:
    """Warp fields, float32 [height, width], as a camera that is held slightly askew shows them."""
    height, width = fields[0].shape
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    extent = np.array([min(width, 2 * height), height], np.float32)
    moved = corners + rng.uniform(-0.06, 0.06, (4, 2)).astype(np.float32) * extent
    warp = cv2.getPerspectiveTransform(corners, moved)
    return [cv2.warpPerspective(field, warp, (width, height), flags=cv2.INTER_LINEAR) for field in fields]


def _choose(options: Sequence[str], rng: np.random.Generator) -> str:
    """Draw what `rng.choice` would draw, faster (docs/decisions/generator.md)."""
    return options[int(rng.integers(len(options)))]
