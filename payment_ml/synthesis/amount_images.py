"""Render images of amounts and of single digits from MNIST's digits, like those that users upload."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis import glyphs, negatives, pages, photographs
from payment_ml.synthesis.amount_forms import WrittenAmount, random_amount
from payment_ml.synthesis.hands import Hands
from payment_ml.synthesis.written_lines import WrittenLine, with_tick, write_line
from payment_ml.text.amounts import digits_of

_SMALLEST, _MIN_DIGIT_HEIGHT = 10.0, 16  # pixels, in all images, and in all but the small ones
_MAX_DIGIT_HEIGHT = 56  # pixels, in most images, unless a caller of `render_amount` says otherwise
_SMALL_SHARE, _LARGE_SHARE = 0.06, 0.05  # of the images, with digits of 10 to 16 pixels, and up to twice the maximum
_TICKED_SHARE = 0.03  # of the amounts without printed rules, which somebody checked off
_MIRROR_DIGITS, _TURNED_DIGITS = set("018"), set("01689")  # that look like digits when mirrored, or upside down


@dataclass(frozen=True)
class Sample:
    """Hold an image with its label."""

    image: np.ndarray  # uint8 [height, width, 3], sRGB, or [height, width] in grey levels
    label: str  # ground truth: "1234.56", or a digit; empty for an image without an amount
    written: str  # the text on the paper, with every mark
    hand: str = ""  # that wrote it: MNIST, simulated or mixed; empty where none did
    layout: str = ""  # of the cents, as in `CentsLayout`

    @property
    def digits(self) -> str:
        """Return the digits in the order in which they are written."""
        return digits_of(self.written)


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


def render_amount(
    hands: Hands,
    rng: np.random.Generator,
    amount: WrittenAmount | None = None,
    colour: bool = True,
    max_digit_height: float = _MAX_DIGIT_HEIGHT,
    style: Callable[[np.random.Generator, float], glyphs.WriterStyle] | None = None,
) -> Sample:
    """Render a photograph of an amount in one writer style, on plain paper, a form or a cheque.

    Parameters
    ----------
    hands : one of them writes
    amount : to write; None draws one at random
    colour : False renders grey levels, which is faster and all that a reader uses
    max_digit_height : pixels; in most images digits are 16 to so many pixels high, in six percent 10 to 16, and in five
        percent up to twice as many
    style : draws the writer style, given the height of a digit in pixels; None: the hand's own

    Returns
    -------
    Sample; its image is about 12 to 260 pixels high

    Raises
    ------
    ValueError : the text holds a mark that cannot be drawn
    """
    written = random_amount(rng) if amount is None else amount
    size = _random_size(rng, max_digit_height)
    hand = hands.choose(rng)
    own_style = (style or hand.style)(rng, size)
    line = write_line(written, hand, own_style, rng)
    if rng.random() < _TICKED_SHARE and not line.rules and not line.cells:
        line = with_tick(line, own_style, rng)
    if rng.random() < 0.3 and not line.rules and not line.cells:
        line = WrittenLine(photographs.tilt(line.ink, rng.uniform(-5, 5)))
    ink, print_ = pages.place_line(line, size, rng, written.printed_before)
    image = photographs.render_photograph(ink, rng, print_, colour, size)
    return Sample(image, written.label, written.text, hand.kind, written.layout)


def render_struck_out(hands: Hands, rng: np.random.Generator, colour: bool = True) -> np.ndarray:
    """Render a photograph of an amount that is struck out, so that there is nothing to read.

    Parameters
    ----------
    hands : one of them writes
    colour : False renders grey levels, which is faster

    Returns
    -------
    uint8 [height, width, 3], sRGB; [height, width] when `colour` is False
    """
    size, hand = _random_size(rng, _MAX_DIGIT_HEIGHT), hands.choose(rng)
    line = write_line(random_amount(rng), hand, hand.style(rng, size), rng)
    negatives.strike_through(line.ink, rng)
    ink, print_ = pages.place_line(line, size, rng)
    return photographs.render_photograph(ink, rng, print_, colour, size)


def render_turned(hands: Hands, rng: np.random.Generator, colour: bool = True) -> np.ndarray:
    """Render a photograph of an amount that is upside down or mirrored, so that it must not be read as it stands.

    Amounts that read as well upside down or mirrored are left out. Parameters and result as of `render_struck_out`.
    """
    mirrored = rng.random() < 0.5
    written = random_amount(rng)
    while set(digits_of(written.text)) <= (_MIRROR_DIGITS if mirrored else _TURNED_DIGITS):
        written = random_amount(rng)
    size, hand = _random_size(rng, _MAX_DIGIT_HEIGHT), hands.choose(rng)
    line = write_line(written, hand, hand.style(rng, size), rng)
    line.ink = np.ascontiguousarray(line.ink[:, ::-1] if mirrored else line.ink[::-1, ::-1])
    ink, print_ = pages.place_line(WrittenLine(line.ink), size, rng)
    return photographs.render_photograph(ink, rng, print_, colour, size)


def _random_size(rng: np.random.Generator, largest: float) -> float:
    """Draw the height of a digit in pixels; each ratio is as likely as any other."""
    kind = rng.random()
    low, high = float(_MIN_DIGIT_HEIGHT), largest
    if kind < _SMALL_SHARE:
        low, high = _SMALLEST, low
    elif kind < _SMALL_SHARE + _LARGE_SHARE:
        low, high = largest, 2 * largest
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
