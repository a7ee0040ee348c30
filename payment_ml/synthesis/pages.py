"""Place a line of writing on a page: margins, rules, boxes, columns, patterns and print around it."""

from collections.abc import Sequence

import cv2
import numpy as np

from payment_ml.synthesis import glyphs, patterns, photographs
from payment_ml.synthesis.written_lines import WrittenLine

_DUSTY_SHARE = 0.1
_PRINTED_SIGNS = ("$", "$", "$", "$", "€", "£", "₹", "₹", "EUR", "USD", "CHF", ")", ":", "*", "Rs", "R$")
_PRINTED_WORDS = ("DOLLARS", "Amount", "total due", "________", "- - - -", "RUPEES", "or order")


_HAIR_SHARE = 0.4  # of the dusty pages


def place_line(
    line: WrittenLine, size: float, rng: np.random.Generator, printed_before: str = ""
) -> tuple[np.ndarray, np.ndarray]:
    """Place a line of writing on a page.

    Parameters
    ----------
    line : its ink may be tilted or struck out before
    size : height of a digit in pixels
    printed_before : a printed currency that touches or nearly touches the first character

    Returns
    -------
    ink and print, float32 [height, width] each
    """
    top, bottom, left, right = _margins(size, rng)
    if printed_before:
        left = max(left, int(size * (0.75 * len(printed_before.strip()) + 0.1)))
    height, width = line.ink.shape[0] + top + bottom, line.ink.shape[1] + left + right
    ink = np.zeros((height, width), np.float32)
    glyphs.composite(ink, line.ink, left, top)
    print_ = np.zeros((height, width), np.float32)
    if rng.random() < 0.45:
        patterns.draw_pattern(print_, rng)
    _print_form(print_, rng, (left, top, right, bottom), line)
    _print_between(print_, rng, line, left, top, size)
    if printed_before:
        text_height = size * rng.uniform(0.6, 1.0)
        text = printed_before.strip()
        x, base = int(left - size * rng.uniform(0.02, 0.2)), int(top + line.ink.shape[0] * rng.uniform(0.75, 1))
        photographs.draw_print(print_, rng, x, base, text_height, text, ends_at_x=True)
    elif rng.random() < 0.3:
        _print_beside(print_, rng, left, top, line.ink.shape, size)
    if rng.random() < _DUSTY_SHARE:
        _scatter_dust(ink, size, rng)
    if rng.random() < 0.25:
        ink, print_ = _perspective(rng, ink, print_)
    return ink, print_


def _scatter_dust(ink: np.ndarray, size: float, rng: np.random.Generator) -> None:
    """Draw a few specks, the largest of them as large as the smallest points, and often a hair, in place."""
    height, width = ink.shape
    dust = np.zeros(ink.shape, np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        centre = [round(8 * coordinate) for coordinate in rng.uniform(0, 1, 2) * (width, height)]
        cv2.circle(dust, centre, max(3, round(8 * size * rng.uniform(0.008, 0.035))), 255, -1, cv2.LINE_AA, shift=3)
    if rng.random() < _HAIR_SHARE:
        begin = rng.uniform(0, 1, 2) * (width, height)
        lean, length = rng.normal(0, 0.3 if rng.random() < 0.6 else 3), size * rng.uniform(0.2, 0.9)
        end = begin + length * np.array([np.sin(lean), np.cos(lean)])
        first, last = ([round(8 * coordinate) for coordinate in point] for point in (begin, end))
        cv2.line(dust, first, last, 255, max(1, round(size * rng.uniform(0.01, 0.04))), cv2.LINE_AA, shift=3)
    np.maximum(ink, dust.astype(np.float32) / np.float32(255), out=ink)


def _margins(size: float, rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Draw top, bottom, left and right in pixels; most crops are close, some are wide, a few cut into the strokes."""
    kind = rng.random()
    reach = (-0.04, 0.5) if kind < 0.72 else (0.3, 1.0) if kind < 0.92 else (-0.14, 0.1)
    vertical = rng.uniform(*reach, 2)
    horizontal = rng.uniform(-0.02, 0.6, 2) if rng.random() < 0.6 else rng.uniform(0.2, 4.0, 2)
    top, bottom, left, right = (int(margin * size) for margin in (*vertical, *horizontal))
    return top, bottom, left, right


def _print_form(
    print_: np.ndarray, rng: np.random.Generator, margins: tuple[int, int, int, int], line: WrittenLine
) -> None:
    """Print a rule or a box around the writing, or the rows of a table."""
    left, top, right, bottom = margins
    height, width = print_.shape
    form = rng.random()
    if form < 0.3:
        photographs.draw_rule(print_, rng, top + line.ink.shape[0])
    elif form < 0.55:
        inset = [int(pixels) for pixels in rng.integers(-4, 8, 4)]
        box_left, box_top = min(inset[0], left), min(inset[1], max(top, 0))
        box_right, box_bottom = width - 1 - min(inset[2], right), height - 1 - min(inset[3], max(bottom, 0))
        photographs.draw_box(print_, rng, box_left, box_top, box_right, box_bottom)
    elif form < 0.65:  # the lower or upper side of a box, and a side where the crop ends
        weight = max(1, int(rng.uniform(0.015, 0.05) * height))
        strength = rng.uniform(0.5, 1)
        if rng.random() < 0.8:
            print_[height - weight - int(rng.uniform(0, 0.08) * height) :][:weight] = strength
        if rng.random() < 0.4:
            print_[int(rng.uniform(0, 0.08) * height) :][:weight] = strength
        if rng.random() < 0.5:
            x = int(rng.uniform(0, 0.5) * max(left, 1))
            print_[:, x : x + weight] = strength
    elif form < 0.75:  # a cell of a table, whose upright rules stand close to the writing or touch it
        weight, strength = max(1, int(rng.uniform(0.015, 0.05) * height)), rng.uniform(0.4, 1)
        gaps = rng.uniform(-0.04, 0.3, 2) * line.ink.shape[0]
        for x in (int(left - gaps[0]), int(left + line.ink.shape[1] + gaps[1])):
            print_[:, max(0, x) : max(0, x + weight)] = strength
        if rng.random() < 0.5:
            photographs.draw_rule(print_, rng, top + line.ink.shape[0])


def _print_between(
    print_: np.ndarray, rng: np.random.Generator, line: WrittenLine, left: int, top: int, size: float
) -> None:
    """Print the rules and boxes that stand between the characters."""
    height = print_.shape[0]
    weight = max(1, round(size * rng.uniform(0.02, 0.06)))
    strength = float(rng.uniform(0.4, 1))
    over, under = (int(max(0, end)) for end in (top - size * rng.uniform(0.1, 1), 0))
    foot = min(height, int(top + line.ink.shape[0] + size * rng.uniform(0.1, 1)))
    for x in line.rules:
        column = int(left + x)
        cv2.line(print_, (column, over), (column + int(rng.normal(0, 0.02) * size), foot), strength, weight)
    if line.rules and rng.random() < 0.5:
        photographs.draw_box(print_, rng, max(0, left - int(0.3 * size)), over, print_.shape[1] - 1 - under, foot)
    for begin, end in line.cells:
        box = (
            int(left + begin),
            int(max(0, top - 0.15 * size)),
            int(left + end),
            int(top + line.ink.shape[0] + 0.15 * size),
        )
        cv2.rectangle(print_, box[:2], box[2:], strength, weight)


def _print_beside(
    print_: np.ndarray, rng: np.random.Generator, left: int, top: int, shape: tuple[int, ...], size: float
) -> None:
    """Print a currency or a sign beside the writing if there is room, often cut off by the edge, or a word below."""
    height, width = shape
    text_height = size * rng.uniform(0.6, 1.1)
    base = int(top + height * rng.uniform(0.75, 1.05))
    text = _choose(_PRINTED_SIGNS, rng)
    side = rng.random()
    if side < 0.7:
        # The right end of the text stays clear of the writing; its left end may lie outside of the image.
        room = left - 0.35 * size
        if room > 0.1 * size:
            photographs.draw_print(
                print_, rng, int(rng.uniform(0.1 * size, room)), base, text_height, text, ends_at_x=True
            )
    elif side < 0.85:
        room = print_.shape[1] - left - width - 0.35 * size
        if room > 0.1 * size:
            x = int(left + width + 0.35 * size + rng.uniform(0, room))
            photographs.draw_print(print_, rng, x, base, text_height, text)
    else:
        x = int(rng.uniform(0, left + 0.5 * width))
        y = int(top + height + rng.uniform(0.3, 0.9) * size)
        photographs.draw_print(print_, rng, x, y, rng.uniform(0.25, 0.5) * size, _choose(_PRINTED_WORDS, rng))


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
