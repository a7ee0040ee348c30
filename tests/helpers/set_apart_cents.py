"""Draw numbers without a decimal mark whose cents are set apart, or are not, with the place of each digit."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from payment_ml.synthesis import glyphs

_SIZE, _BASE, _PEN = 48, 78, 2  # pixels: height of a digit, row of the base line, width of printed rules


@dataclass
class DrawnNumber:
    """Hold a grey picture, uint8 [height, width], and left and right of each digit in its pixels."""

    image: np.ndarray
    spans: list[tuple[float, float]] = field(default_factory=list)


def draw_number(glyph_bank: glyphs.GlyphBank, digits: str, kind: str = "plain", seed: int = 3) -> DrawnNumber:
    """Draw digits with their last two set apart.

    Parameters
    ----------
    glyph_bank : the digits to draw
    digits : at least three
    kind : plain, raised, underlined, gap, rule, comb, point, faint point, or underlined whole for a line below all
    """
    rng = np.random.default_rng(seed)
    style = glyphs.WriterStyle(size=_SIZE, slant=0.05, thickness=2.6, spacing=0.1, unsteadiness=0.2)
    small = replace(style, size=0.6 * _SIZE)
    ink, x = np.zeros((110, 700), np.float32), 30
    spans, cents = [], len(digits) - 2
    for i, digit in enumerate(digits):
        is_raised = kind in ("raised", "underlined") and i >= cents
        own_style = small if is_raised else style
        stroke = glyph_bank.draw(glyph_bank.pick(int(digit), own_style, rng), own_style, rng)
        if i == cents:
            x += {"gap": 32, "rule": 8, "point": 4, "faint point": 4}.get(kind, 0)
            _print_before_cents(ink, kind, x)
            x += {"rule": 12, "point": 4, "faint point": 4}.get(kind, 0)
        lift = round(0.5 * _SIZE) if is_raised else 0
        glyphs.composite(ink, stroke, x, _BASE - lift - stroke.shape[0])
        spans.append((float(x), float(x + stroke.shape[1])))
        x += stroke.shape[1] + 5
    if kind == "underlined":
        cv2.line(ink, (int(spans[cents][0]), _BASE - 16), (int(spans[-1][1]), _BASE - 16), 1.0, 3, cv2.LINE_AA)
    if kind == "underlined whole":
        cv2.line(ink, (20, _BASE + 8), (x + 4, _BASE + 8), 1.0, 3, cv2.LINE_AA)
    if kind == "comb":
        for left, right in spans:
            cv2.rectangle(ink, (int(left) - 4, _BASE - 56), (int(right) + 3, _BASE + 7), 0.7, _PEN)
    return DrawnNumber(np.round(240 - 200 * ink[:, : x + 30]).astype(np.uint8), spans)


def _print_before_cents(ink: np.ndarray, kind: str, x: int) -> None:
    if kind == "rule":
        cv2.line(ink, (x, 4), (x, 104), 0.7, _PEN)
    elif kind == "point":
        cv2.circle(ink, (x, _BASE - 3), 2, 1.0, -1, cv2.LINE_AA)
    elif kind == "faint point":
        cv2.circle(ink, (x, _BASE - 3), 2, 0.3, -1, cv2.LINE_AA)
