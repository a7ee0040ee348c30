"""Draw the marks of an amount that MNIST lacks: decimal marks, separators, currency signs, endings and fillers."""

import math

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis.glyphs import WriterStyle

Points = list[tuple[float, float]]

_MIN_POINT = 0.05  # digit heights; a smaller point cannot be seen in a line image
_HIGH_POINTS = 0.07  # share of points that stand above the base line
_LONG_DASHES = 0.5  # share of dashes at the end that are longer than usual
_HOOKED_DASHES = 0.2  # share of dashes at the end that begin with a hook, as behind a slash
_LONG_COMMAS = 0.35  # share of commas that are as long as half a digit


def draw_mark(mark: str, style: WriterStyle, rng: np.random.Generator, ends: bool = False) -> tuple[np.ndarray, float]:
    """Draw one of the marks . , : ' - / $ € £ ₹ * = # ( ) x or a space, in a writer style.

    Parameters
    ----------
    ends : the mark ends an amount; a dash is then often long, so that no digit can be added behind it

    Returns
    -------
    float32 [height, width], 0 bare paper to 1 full ink, cropped to its ink; and the height of its lower edge above the
    base line, in digit heights, negative below it

    Raises
    ------
    ValueError : any other mark
    """
    if mark == " ":
        return np.zeros((1, max(1, round(style.size * rng.uniform(0.25, 0.45)))), np.float32), 0.0
    if mark not in _STROKES:
        raise ValueError(f"expected a mark among {' '.join(sorted(_STROKES))}, but got {mark!r}")
    strokes, base = _STROKES[mark]
    lightness = 0.55 if mark in "*=" else 1.0  # fillers and stars are quick, light strokes
    pen = max(1.0, lightness * style.thickness * style.size / BOX * rng.uniform(0.8, 1.15))
    lines = [np.array(stroke, np.float64) for stroke in strokes]
    if mark in ".,":  # points are small or heavy, and some writers set them high
        pen = max(1.0, _MIN_POINT * style.size, pen * rng.uniform(0.55, 1.5))
        base += rng.uniform(0.1, 0.4) if rng.random() < _HIGH_POINTS else 0.0
        if mark == "," and rng.random() < _LONG_COMMAS:
            shape = _LONG_COMMA_SHAPES[int(rng.integers(len(_LONG_COMMA_SHAPES)))]
            length = rng.uniform(0.3, 0.65)
            lines, base = [np.array(shape) * (rng.uniform(0.5, 1.2), length)], rng.uniform(0.05, 0.25) - length
    elif mark == "-" and ends:
        if rng.random() < _HOOKED_DASHES:
            lines = [np.array(_HOOKED_DASH) * rng.uniform(0.7, 1.6, 2)]
        if rng.random() < _LONG_DASHES:
            lines = [line * (rng.uniform(1.5, 6), 1) for line in lines]
            base += rng.uniform(-0.3, 0.2)
    elif mark == "/":  # from nearly upright to flat, as high as a digit or twice as high
        height = rng.uniform(0.85, 1.2) if rng.random() < 0.5 else rng.uniform(1.2, 2.0)
        lines = [line * (rng.uniform(-0.2, 1.5), height) for line in lines]
        base -= rng.uniform(0, 0.6) * max(0.0, 1.1 * height - 1)
    jitter = 0.03 * style.unsteadiness
    lines = [line + rng.normal(0, jitter * max(np.ptp(line), 0.15), line.shape) for line in lines]
    ink = _draw_lines(lines, pen, style)
    left, top, width, height = cv2.boundingRect((ink > 64).astype(np.uint8))
    if not width:
        return np.zeros((1, 1), np.float32), 0.0
    crop = ink[top : top + height, left : left + width].astype(np.float32) / np.float32(255)
    return crop, base - pen / 2 / style.size


def draw_tick(style: WriterStyle, rng: np.random.Generator) -> np.ndarray:
    """Draw the tick with which people check off an amount; float32 [height, width], cropped to its ink."""
    low, across = rng.uniform(0.2, 0.5), rng.uniform(0.5, 1.1)
    tick = np.array([(0, rng.uniform(0.2, 0.6)), (low * across, 0), (across, rng.uniform(0.7, 1.3))])
    pen = max(1.0, style.thickness * style.size / BOX * rng.uniform(0.6, 1.1))
    ink = _draw_lines([tick + rng.normal(0, 0.02, tick.shape)], pen, style)
    left, top, width, height = cv2.boundingRect((ink > 64).astype(np.uint8))
    return ink[top : top + height, left : left + width].astype(np.float32) / np.float32(255)


def _draw_lines(lines: list[np.ndarray], pen: float, style: WriterStyle) -> np.ndarray:
    """Draw lines, [points, 2] in digit heights with y upwards, slanted; uint8 [height, width], 255 full ink."""
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = (high - low) * style.size
    margin = math.ceil(pen) + 2
    # Slant moves a point to the right by its height above the lowest one.
    width = math.ceil(extent[0] + abs(style.slant) * extent[1]) + 2 * margin
    ink = np.zeros((math.ceil(extent[1]) + 2 * margin, width), np.uint8)
    shift = max(0.0, -style.slant) * extent[1]
    for line in lines:
        position = (line - low) * style.size
        x = position[:, 0] + style.slant * position[:, 1] + shift + margin
        y = extent[1] - position[:, 1] + margin
        path = np.round(np.stack([x, y], axis=-1) * 8).astype(np.int32)
        cv2.polylines(ink, [path], False, 255, max(1, round(pen)), cv2.LINE_AA, shift=3)
        if np.ptp(path, axis=0).max() < 8 * pen:
            # OpenCV may leave out a line that is shorter than wide, so a dot is drawn as well.
            cv2.circle(ink, path[0].tolist(), round(4 * pen), 255, -1, cv2.LINE_AA, shift=3)
    return ink


def _arc(x: float, y: float, radius: float, begin: float, end: float) -> Points:
    """Return points on an ellipse a little higher than wide, angles in degrees counter-clockwise from the right."""
    angles = np.deg2rad(np.linspace(begin, end, 12))
    return [(x + radius * float(np.cos(angle)), y + 1.2 * radius * float(np.sin(angle))) for angle in angles]


_HOOKED_DASH: Points = [(0, -0.12), (0.03, 0), (0.12, 0.05), (0.34, 0.06)]
# Commas one unit high: bent like a closing or an opening bracket, straight, and upright.
_LONG_COMMA_SHAPES: list[Points] = [
    [(0.1, 1), (0.13, 0.6), (0.09, 0.25), (0, 0)],
    [(0.08, 1), (0, 0.6), (0.02, 0.2), (0.12, 0)],
    [(0.16, 1), (0, 0)],
    [(0.01, 1), (0, 0)],
]
# Strokes in digit heights, y upwards; and the height of the lowest point above the base line.
_STROKES: dict[str, tuple[list[Points], float]] = {
    ".": ([[(0, 0), (0.03, 0.02)]], 0.02),
    ":": ([[(0, 0), (0.03, 0.02)], [(0.03, 0.4), (0.06, 0.42)]], 0.04),
    ",": ([[(0.08, 0.2), (0.07, 0.1), (0, 0)]], -0.12),
    "'": ([[(0.05, 0.22), (0, 0)]], 0.82),
    "-": ([[(0, 0), (0.32, 0.01)]], 0.42),
    "/": ([[(0, 0), (0.35, 1.1)]], -0.06),
    "=": ([[(0, 0), (0.35, 0)], [(0, 0.16), (0.35, 0.16)]], 0.35),
    "*": ([[(0, 0), (0.24, 0.3)], [(0, 0.3), (0.24, 0)], [(-0.04, 0.15), (0.28, 0.15)]], 0.35),
    "#": (
        [[(0.1, 0), (0.2, 0.7)], [(0.32, 0), (0.42, 0.7)], [(0, 0.22), (0.5, 0.24)], [(0.02, 0.46), (0.52, 0.48)]],
        0.1,
    ),
    "(": ([[(0.22, 1.15), (0.06, 0.85), (0, 0.5), (0.06, 0.12), (0.22, -0.15)]], -0.15),
    ")": ([[(0, 1.15), (0.16, 0.85), (0.22, 0.5), (0.16, 0.12), (0, -0.15)]], -0.15),
    "x": ([[(0, 0), (0.32, 0.42)], [(0, 0.42), (0.32, 0)]], 0.0),
    "₹": (
        [
            [(0, 1), (0.5, 1)],
            [(0, 0.76), (0.5, 0.76)],
            [(0, 1), (0.26, 0.96), (0.34, 0.78), (0.24, 0.6), (0, 0.54), (0.4, 0)],
        ],
        0.0,
    ),
    "$": ([_arc(0.2, 0.68, 0.17, 30, 270) + _arc(0.2, 0.27, 0.17, 90, -150), [(0.2, -0.05), (0.2, 1.02)]], -0.05),
    "€": ([_arc(0.3, 0.5, 0.3, 50, 310), [(-0.06, 0.58), (0.3, 0.58)], [(-0.06, 0.42), (0.27, 0.42)]], 0.12),
    "£": ([_arc(0.34, 0.72, 0.16, 20, 200) + [(0.16, 0.05), (0, 0), (0.5, 0.02)], [(0.02, 0.42), (0.36, 0.42)]], 0.0),
}
