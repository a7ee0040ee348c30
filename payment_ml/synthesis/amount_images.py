"""Writes pictures out of MNIST's digits: what people upload, and what a reader of amounts learns from."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis import glyphs, marks, negatives, photographs
from payment_ml.text import amounts


@dataclass(frozen=True)
class Sample:
    """An image with its ground truth."""

    image: np.ndarray  # uint8 [height, width, 3], sRGB, or [height, width] in grey levels
    label: str  # what a reader should answer: "1234.56", or a digit; empty where there is nothing to read
    written: str  # as it stands on the paper, with every mark

    @property
    def digits(self) -> str:
        """Return the digits in the order in which they are written."""
        return amounts.digits_of(self.written)


def render_digits(
    images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator, start: int = 0
) -> Iterator[tuple[np.ndarray, int]]:
    """`count` photographs, each with its true digit; every digit of a split is the middle of one before any is twice.

    Parameters
    ----------
    images : uint8 [n, 28, 28], of one split
    labels : integer [n]
    start : place of the first one's digit in the split
    """
    for place in range(start, start + count):
        i = place % len(labels)
        neighbours = rng.integers(len(labels), size=2)
        yield render_digit(images[[i, *neighbours]], rng), int(labels[i])


def render_digit(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A photograph of one digit that somebody cut out of a form or a ledger by its middle.

    The first of `images` stands in the middle. The others are its neighbours: next to it, touching it or cut off by
    the edge, as in a crop out of a longer number; one may also be left out. Ruled lines, coloured paper and ink,
    uneven light, blur, noise and JPEG's blocks are drawn at random.

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
    middle, left, right = (glyphs.draw_digit(image, size / BOX, slant, thickness) for image in images)
    width = int(middle.shape[1] * rng.uniform(1.15, 2.2)) + 4
    ink = np.zeros((height, width), np.float32)
    x = (width - middle.shape[1]) // 2 + int(rng.normal(0, 0.04) * size)
    y = (height - middle.shape[0]) // 2 + int(rng.normal(0, 0.04) * size)
    glyphs.composite(ink, middle, x, y)
    for neighbour, on_the_left in ((left, True), (right, False)):
        if rng.random() < 0.5:
            gap = int(rng.uniform(-0.05, 0.3) * size)
            beside = x - gap - neighbour.shape[1] if on_the_left else x + gap + middle.shape[1]
            foot = y + middle.shape[0] + int(rng.normal(0, 0.06) * size)
            glyphs.composite(ink, neighbour, beside, foot - neighbour.shape[0])
    if rng.random() < 0.3:
        photographs.draw_rule(ink, rng, y + middle.shape[0])
    return photographs.render_photograph(ink, rng)


def random_amount(rng: np.random.Generator) -> tuple[Decimal, str]:
    """An amount of money and one of the ways to write it.

    Small amounts are as frequent as large ones (the number of digits is drawn first), from 0.01 to 99,999.99. Seven in
    ten are written plainly, as 1234.56, 1234,56 or 1234-56, and one in twenty without cents, as 1234; the rest shows
    the variety of `amounts.Style`.
    """
    digits = int(rng.integers(1, 8))
    value = Decimal(int(rng.integers(10 ** (digits - 1), 10**digits))).scaleb(-2)  # with two decimals, as 824.50
    style = rng.random()
    if style < 0.05:
        digits = int(rng.integers(1, 6))
        value = Decimal(int(rng.integers(10 ** (digits - 1) - (digits == 1), 10**digits)))
        return value, amounts.write(value, amounts.Style(cents=""))
    if style < 0.75:
        return value, amounts.write(value, amounts.Style(cents=_choose([".", ".", ",", "-"], rng)))
    thousands = _choose(["", ",", ".", "'", " "], rng)
    cents = _choose([mark for mark in (".", ",", "-", "/", ".-") if mark[0] != thousands], rng)
    if cents == ".-":
        value = Decimal(int(value))
    before = _choose(["", "", "$", "$", "€", "£", "*", "=", "-"], rng)
    behind = _choose(["", "", "", "*", "=", "€"], rng) if before in ("", "*", "=") else ""
    return value, amounts.write(value, amounts.Style(thousands, cents, before, behind))


def _choose(options: Sequence[str], rng: np.random.Generator) -> str:
    """What `rng.choice` would draw, in a third of the time."""
    return options[int(rng.integers(len(options)))]


def render_amount(
    alphabet: glyphs.GlyphBank,
    rng: np.random.Generator,
    amount: tuple[Decimal, str] | None = None,
    colour: bool = True,
    tallest: float = 56,
    hand: Callable[[np.random.Generator, float], glyphs.WriterStyle] = glyphs.random_style,
) -> Sample:
    """A photograph of an amount in one hand, on plain paper, a form or a cheque.

    Parameters
    ----------
    alphabet : digits of one split
    amount : value and text to write, all of whose marks `pens` knows; None draws one
    colour : False photographs in grey levels, which is faster and all that a reader sees
    tallest : digits are drawn from 16 to so many pixels high; in one of 17 pictures they are 10 to 16
    hand : draws the writer's hand, given the height of a digit

    Returns
    -------
    AmountPicture; its picture is 12 to 130 pixels high
    """
    value, text = random_amount(rng) if amount is None else amount
    smallest, largest = (10, 16) if rng.random() < 0.06 else (16, tallest)
    size = float(np.exp(rng.uniform(np.log(smallest), np.log(largest))))
    line = _render_line(text, alphabet, hand(rng, size), rng)
    if rng.random() < 0.3:
        line = photographs.tilt(line, rng.uniform(-5, 5))
    ink, print_ = _place_line(line, size, rng)
    image = photographs.render_photograph(ink, rng, print_, colour)
    return Sample(image, f"{value:.2f}", text)


def render_struck_out(alphabet: glyphs.GlyphBank, rng: np.random.Generator, colour: bool = True) -> np.ndarray:
    """A photograph of an amount that somebody struck out: nothing is to be read in it.

    Parameters and result as of `amount_picture`, but the picture alone.
    """
    size = float(np.exp(rng.uniform(np.log(16), np.log(56))))
    line = _render_line(random_amount(rng)[1], alphabet, glyphs.random_style(rng, size), rng)
    negatives.strike_through(line, rng)
    ink, print_ = _place_line(line, size, rng)
    return photographs.render_photograph(ink, rng, print_, colour)


def _render_line(
    text: str, alphabet: glyphs.GlyphBank, hand: glyphs.WriterStyle, rng: np.random.Generator
) -> np.ndarray:
    """Ink of a text along a base line, cut to its ink; float32 [height, width]."""
    size = hand.size
    raised = _raised_cents(text) if rng.random() < 0.12 else len(text)
    drawn = []
    x = 0.0
    drift = rng.normal(0, 0.02 * hand.unsteadiness)
    smaller = replace(hand, size=0.62 * size)
    for place, character in enumerate(text):
        writer = smaller if place >= raised else hand
        if character.isdigit():
            stroke = alphabet.draw(alphabet.pick(int(character), writer, rng), writer, rng)
            foot = 0.03 * hand.unsteadiness * rng.normal()
        else:
            stroke, foot = marks.draw_mark(character, writer, rng)
        lift = 0.45 * size if place >= raised else 0.0
        bottom = foot * writer.size + lift + drift * x
        drawn.append((stroke, x, bottom, place))
        gap = hand.spacing * size * (1 + 0.5 * hand.unsteadiness * rng.normal())
        # Digits may touch, but nobody writes a decimal point where it cannot be seen.
        beside_a_mark = not text[place : place + 2].isdigit()
        x += stroke.shape[1] + (max(gap, 0.07 * size) if beside_a_mark else gap)
    top = max(bottom + stroke.shape[0] for stroke, _, bottom, _ in drawn)
    low = min(bottom for _, _, bottom, _ in drawn)
    underline = 0.12 * size if raised < len(text) and rng.random() < 0.7 else 0.0
    left = min(x for _, x, _, _ in drawn)
    width = max(x + stroke.shape[1] for stroke, x, _, _ in drawn) - left
    ink = np.zeros((math.ceil(top - low + underline) + 2, math.ceil(width) + 2), np.float32)
    for stroke, x, bottom, _ in drawn:
        glyphs.composite(ink, stroke, round(x - left), round(top - bottom - stroke.shape[0]))
    if underline:
        cents = [
            (x - left, x - left + stroke.shape[1], bottom) for stroke, x, bottom, place in drawn if place >= raised
        ]
        y = round(top - min(each[2] for each in cents) + underline)
        ends = (round(cents[0][0]), min(y, ink.shape[0] - 1)), (round(cents[-1][1]), min(y, ink.shape[0] - 1))
        cv2.line(ink, *ends, 1.0, max(1, round(hand.thickness * size / BOX * 0.8)), cv2.LINE_AA)
    return ink


def _raised_cents(text: str) -> int:
    """Where raised cents begin: behind a decimal mark that two last digits follow; the length where there is none."""
    return len(text) - 2 if len(text) > 3 and text[-2:].isdigit() and text[-3] in ".,-" else len(text)


def _place_line(line: np.ndarray, size: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Lay a line of writing on a page with what is printed there: ink and print, float32 [height, width] each."""
    # Margins in digit heights; most crops are close, some are wide, a few cut into the strokes.
    vertical = rng.uniform(-0.04, 0.5, 2) if rng.random() < 0.8 else rng.uniform(0.3, 1.0, 2)
    sides = rng.uniform(-0.02, 0.6, 2) if rng.random() < 0.6 else rng.uniform(0.2, 4.0, 2)
    top, bottom = (int(each * size) for each in vertical)
    left, right = (int(each * size) for each in sides)
    height, width = line.shape[0] + top + bottom, line.shape[1] + left + right
    ink = np.zeros((height, width), np.float32)
    glyphs.composite(ink, line, left, top)
    print_ = np.zeros((height, width), np.float32)
    kind = rng.random()
    if kind < 0.35:
        photographs.draw_rule(print_, rng, top + line.shape[0])
    elif kind < 0.7:
        if rng.random() < 0.5:
            photographs.draw_guilloche(print_, rng)
        inset = rng.integers(-4, 8, 4)
        photographs.draw_box(print_, rng, *(int(each) for each in (
            min(inset[0], left), min(inset[1], max(top, 0)),
            width - 1 - min(inset[2], right), height - 1 - min(inset[3], max(bottom, 0)),
        )))  # fmt: skip
    if rng.random() < 0.4:
        _print_beside(print_, rng, left, top, line.shape, size)
    if rng.random() < 0.25:
        ink, print_ = _perspective(rng, ink, print_)
    return ink, print_


def _print_beside(
    print_: np.ndarray, rng: np.random.Generator, left: int, top: int, shape: tuple[int, int], size: float
) -> None:
    """Print a currency beside the writing where there is room, often cut off by the picture's edge, or a word below."""
    height, width = shape
    tall = size * rng.uniform(0.6, 1.1)
    foot = int(top + height * rng.uniform(0.75, 1.05))
    text = _choose(["$", "$", "$", "$", "€", "EUR", "USD", "CHF", ")", ":", "*"], rng)
    long = 0.8 * tall * len(text)
    side = rng.random()
    if side < 0.7:
        # Its right end stays clear of the writing; its left end may lie outside of the picture.
        end = rng.uniform(0.1 * size, max(0.1 * size, left - 0.35 * size))
        photographs.draw_print(print_, rng, int(end - long), foot, tall, text)
    elif side < 0.85:
        room = print_.shape[1] - left - width - 0.35 * size
        if room > 0.1 * size:
            photographs.draw_print(
                print_, rng, int(left + width + 0.35 * size + rng.uniform(0, room)), foot, tall, text
            )
    else:
        photographs.draw_print(
            print_, rng, int(rng.uniform(0, left + 0.5 * width)), int(top + height + rng.uniform(0.3, 0.9) * size),
            rng.uniform(0.25, 0.5) * size, _choose(["DOLLARS", "Amount", "total due", "________", "- - - -"], rng),
        )  # fmt: skip


def _perspective(rng: np.random.Generator, *fields: np.ndarray) -> list[np.ndarray]:
    """Fields float32 [height, width] as a camera sees them that is held a little askew."""
    height, width = fields[0].shape
    corners = np.float32([(0, 0), (width, 0), (width, height), (0, height)])
    moved = corners + rng.uniform(-0.06, 0.06, (4, 2)).astype(np.float32) * np.float32([min(width, 2 * height), height])
    warp = cv2.getPerspectiveTransform(corners, moved)
    return [cv2.warpPerspective(field, warp, (width, height), flags=cv2.INTER_LINEAR) for field in fields]
