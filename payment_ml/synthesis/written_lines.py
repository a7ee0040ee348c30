"""Write the text of an amount along a base line, in one writer style, with the cents as form or writer set them."""

import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis import glyphs, hands, marks
from payment_ml.synthesis.amount_forms import CentsLayout, WrittenAmount
from payment_ml.synthesis.glyphs import Glyph
from payment_ml.synthesis.hands import Hand
from payment_ml.text.alphabet import SET_APART

# All lengths are digit heights.
_CENTS_SIZE = 0.62
_FRACTION_SIZE = 0.52
_MIN_MARK_GAP = 0.07  # nobody writes a decimal point where it cannot be seen
_UNDERLINE_GAP = 0.12
_WIDE_MARKS = 0.3  # share of the marks with more room beside them than the digits have
_SPECKLED = 0.06  # share of the bare whole numbers with a speck on the base line between two digits
_RULED_ENDINGS = 0.12  # share of the closing dashes with a column's printed rule before them or across them
_RAISED = (CentsLayout.RAISED, CentsLayout.UNDERLINED, CentsLayout.DOUBLE_UNDERLINED, CentsLayout.STACKED)


@dataclass
class WrittenLine:
    """Hold the ink of a line of writing, and what a form prints between its characters."""

    ink: np.ndarray  # float32 [height, width], 0 bare paper to 1 full ink, cropped to its ink
    rules: list[float] = field(default_factory=list)  # x of printed upright rules, in pixels of the ink
    cells: list[tuple[float, float]] = field(default_factory=list)  # left and right of printed boxes for one digit
    # Left of the first digit and right of the last one, without signs and dashes beside them; None: not known.
    figures: tuple[float, float] | None = None


@dataclass(frozen=True)
class _Stroke:
    """Hold the ink of one character and its position."""

    ink: np.ndarray  # float32 [height, width]
    x: float  # pixels, of the left edge
    bottom: float  # pixels, of the lower edge above the base line
    is_cents: bool
    is_digit: bool = True


def write_line(amount: WrittenAmount, hand: Hand, style: glyphs.WriterStyle, rng: np.random.Generator) -> WrittenLine:
    """Write an amount.

    Parameters
    ----------
    amount : its text holds digits, the marks of `marks.draw_mark`, and `|` before cents that are set apart
    hand : draws the digits
    style : the writer's

    Raises
    ------
    ValueError : the text holds a mark that cannot be drawn
    """
    cents_from = _cents_begin(amount.text)
    layout = amount.layout if cents_from < len(amount.text) else CentsLayout.PLAIN
    strokes, rules, cells = _draw_characters(amount.text, cents_from, layout, hand, style, rng)
    if amount.text.isdigit() and len(strokes) > 2 and rng.random() < _SPECKLED:
        strokes.append(_speck(strokes, style.size, rng))
    top = max(stroke.bottom + stroke.ink.shape[0] for stroke in strokes)
    low = min(stroke.bottom for stroke in strokes)
    left = min(stroke.x for stroke in strokes)
    width = max(stroke.x + stroke.ink.shape[1] for stroke in strokes) - left
    pen = max(1, round(style.thickness * style.size / BOX * 0.8))
    room = 3 * _UNDERLINE_GAP * style.size if layout in _RAISED else 0.0
    ink = np.zeros((math.ceil(top - low + room) + 2, math.ceil(width) + 2), np.float32)
    for stroke in strokes:
        glyphs.composite(ink, stroke.ink, round(stroke.x - left), round(top - stroke.bottom - stroke.ink.shape[0]))
    _underline(ink, strokes, layout, left, top, style.size, pen, rng)
    rows = np.flatnonzero(ink.any(axis=1))
    ink = ink[: rows[-1] + 1] if len(rows) else ink
    digits = [(stroke.x - left, stroke.x - left + stroke.ink.shape[1]) for stroke in strokes if stroke.is_digit]
    figures = (min(begin for begin, _ in digits), max(end for _, end in digits)) if digits else None
    return WrittenLine(ink, [x - left for x in rules], [(begin - left, end - left) for begin, end in cells], figures)


def _speck(digits: list[_Stroke], size: float, rng: np.random.Generator) -> _Stroke:
    """Return a speck of dust that looks like a faint point, most often before the last two digits."""
    radius = size * rng.uniform(0.008, 0.03)
    side = 2 * math.ceil(radius) + 3
    ink = np.zeros((side, side), np.uint8)
    cv2.circle(ink, (4 * side, 4 * side), max(3, round(8 * radius)), 255, -1, cv2.LINE_AA, shift=3)
    place = len(digits) - 2 if rng.random() < 0.7 else int(rng.integers(1, len(digits)))
    left, right = digits[place - 1], digits[place]
    x = (left.x + left.ink.shape[1] + right.x) / 2 + rng.normal(0, 0.05) * size
    return _Stroke(
        ink.astype(np.float32) / 255,
        x - side / 2,
        rng.normal(0.03, 0.05) * size - side / 2,
        is_cents=False,
        is_digit=False,
    )


def with_tick(line: WrittenLine, style: glyphs.WriterStyle, rng: np.random.Generator) -> WrittenLine:
    """Return a line, without rules and boxes, that somebody checked off with a tick before it or behind."""
    tick = marks.draw_tick(style, rng)
    gap = round(rng.uniform(0.15, 0.9) * style.size)
    height, width = max(line.ink.shape[0], tick.shape[0]), line.ink.shape[1] + gap + tick.shape[1]
    ink = np.zeros((height, width), np.float32)
    is_before = rng.random() < 0.7
    glyphs.composite(ink, line.ink, gap + tick.shape[1] if is_before else 0, height - line.ink.shape[0])
    glyphs.composite(ink, tick, 0 if is_before else line.ink.shape[1] + gap, height - tick.shape[0])
    return WrittenLine(ink)


def _cents_begin(text: str) -> int:
    """Return the index of the first digit of the cents; the length of the text where it has none."""
    for mark in (SET_APART, ".", ",", "-", "/"):
        place = text.rfind(mark)
        if place > 0 and text[place + 1 : place + 3].isdigit() and not text[place + 3 : place + 4].isdigit():
            return place + 1
    return len(text)


def _draw_characters(
    text: str, cents_from: int, layout: CentsLayout, hand: Hand, style: glyphs.WriterStyle, rng: np.random.Generator
) -> tuple[list[_Stroke], list[float], list[tuple[float, float]]]:
    """Draw each character beside the one before; return them, and where rules and boxes are printed."""
    strokes: list[_Stroke] = []
    rules: list[float] = []
    cells: list[tuple[float, float]] = []
    x, drift = 0.0, rng.normal(0, 0.02 * style.unsteadiness)
    small = _CENTS_SIZE if layout is not CentsLayout.STACKED else _FRACTION_SIZE
    raised = replace(style, size=small * rng.uniform(0.85, 1.15) * style.size)
    lift = style.size * rng.uniform(0.35, 0.55)
    pitch = style.size * rng.uniform(0.75, 1.1)
    place = 0
    for run in _runs(text, cents_from):
        is_cents = layout in _RAISED and cents_from <= place < cents_from + 2
        run_style = raised if is_cents else style
        place += len(run)
        if run == SET_APART:
            gap = _set_cents_apart(layout, style.size, pitch, rng)
            if layout is CentsLayout.RULE:
                rules.append(x + gap * rng.uniform(0.3, 0.7))
            x += gap
        elif layout is CentsLayout.COMB and run.isdigit():
            for glyph in (hand.write(digit, run_style, rng)[0] for digit in run):
                ink = _ink(glyph)[:, : math.ceil(0.95 * pitch)]
                cells.append((x, x + pitch))
                strokes.append(_Stroke(ink, x + (pitch - ink.shape[1]) / 2, glyph.bottom, False))
                x += pitch
        elif run.isdigit():
            ends_at_mark = place < len(text)
            for number, glyph in enumerate(glyphs_drawn := hand.write(run, run_style, rng)):
                bottom = glyph.bottom + (lift if is_cents else 0.0) + drift * x
                strokes.append(_Stroke(_ink(glyph), x - glyph.left, bottom, is_cents))
                gap = run_style.spacing * run_style.size * (1 + 0.5 * style.unsteadiness * rng.normal())
                if number == len(glyphs_drawn) - 1 and ends_at_mark:
                    gap = max(gap, _MIN_MARK_GAP * style.size + glyph.right)  # a flag hides no point
                x += glyph.ink.shape[1] - glyph.left - glyph.right + gap
        else:
            ends = place == len(text)
            ink, base = hands.draw_mark(hand, run, style, rng, ends)
            wide = style.unsteadiness * style.size if rng.random() < _WIDE_MARKS else 0.0
            x += wide * rng.uniform(0, 0.5)
            if ends and run in "-=" and rng.random() < _RULED_ENDINGS:
                rules.append(x + rng.uniform(-0.5 * _MIN_MARK_GAP * style.size, 0.6 * ink.shape[1]))
            strokes.append(_Stroke(ink, x, base * style.size + drift * x, is_cents=False, is_digit=False))
            gap = style.spacing * style.size * (1 + 0.5 * style.unsteadiness * rng.normal())
            x += ink.shape[1] + max(gap, _MIN_MARK_GAP * style.size) + wide * rng.uniform(0, 0.5)
    return strokes, rules, cells


def _runs(text: str, cents_from: int) -> list[str]:
    """Divide a text into runs of digits and single marks; the cents are a run of their own."""
    runs: list[str] = []
    for i, character in enumerate(text):
        if runs and character.isdigit() and runs[-1].isdigit() and i not in (cents_from, cents_from + 2):
            runs[-1] += character
        else:
            runs.append(character)
    return runs


def _ink(glyph: Glyph) -> np.ndarray:
    return glyph.ink.astype(np.float32) / np.float32(255)


def _set_cents_apart(layout: CentsLayout, size: float, pitch: float, rng: np.random.Generator) -> float:
    """Return the pixels between units and cents that no mark divides."""
    if layout is CentsLayout.COMB:
        return pitch * rng.uniform(0.25, 0.6) if rng.random() < 0.7 else 0.0
    if layout is CentsLayout.RULE:
        return size * rng.uniform(0.15, 0.9)
    if layout is CentsLayout.GAP:
        return size * rng.uniform(0.4, 1.3)
    return size * rng.uniform(0.0, 0.2)


def _underline(
    ink: np.ndarray,
    strokes: list[_Stroke],
    layout: CentsLayout,
    left: float,
    top: float,
    size: float,
    pen: int,
    rng: np.random.Generator,
) -> None:
    """Draw the lines below raised cents, and the 100 of a fraction, in place."""
    cents = [stroke for stroke in strokes if stroke.is_cents]
    if not cents or layout not in _RAISED or layout is CentsLayout.RAISED:
        return
    y = top - min(stroke.bottom for stroke in cents) + _UNDERLINE_GAP * size * rng.uniform(0.5, 1.2)
    begin, end = cents[0].x - left, cents[-1].x - left + cents[-1].ink.shape[1]
    lines = 2 if layout is CentsLayout.DOUBLE_UNDERLINED else 1
    for number in range(lines):
        row = min(round(y + number * max(0.1 * size, pen + 2)), ink.shape[0] - 1)
        tilt = round(rng.normal(0, 0.02) * size)
        cv2.line(
            ink, (round(begin), row), (round(end), min(max(row + tilt, 0), ink.shape[0] - 1)), 1.0, pen, cv2.LINE_AA
        )
    if layout is CentsLayout.STACKED:
        height = max(4.0, ink.shape[0] - y - 0.08 * size)
        stroke_pen = max(1, round(0.8 * pen))
        font_scale = min(height, 0.45 * size) / 22
        origin = round(begin), min(round(y + 0.08 * size + 22 * font_scale), ink.shape[0] - 1)
        text = np.zeros(ink.shape, np.uint8)
        cv2.putText(text, "100", origin, cv2.FONT_HERSHEY_SIMPLEX, font_scale, 255, stroke_pen, cv2.LINE_AA)
        np.maximum(ink, text.astype(np.float32) / np.float32(255), out=ink)
