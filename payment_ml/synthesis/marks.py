"""TODO module docstring for synthesis.marks."""

import math

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis.glyphs import WriterStyle


def draw_mark(mark: str, hand: WriterStyle, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """A mark other than a digit: one of . , ' - / $ € £ * = and the blank.

    Returns
    -------
    float32 [height, width], 0 bare paper to 1 full ink, cut to its ink; and how far its lower edge lies above the base
    line, in digit heights, negative below it

    Raises
    ------
    ValueError : a mark that cannot be drawn
    """
    if mark == " ":
        return np.zeros((1, max(1, round(hand.size * rng.uniform(0.25, 0.45)))), np.float32), 0.0
    if mark not in _STROKES:
        raise ValueError(f"expected a mark among {' '.join(sorted(_STROKES))}, but got {mark!r}")
    lines, foot = _STROKES[mark]
    fine = 0.55 if mark in "*=" else 1.0  # fillers and stars are quick, light strokes
    pen = max(1.0, fine * hand.thickness * hand.size / BOX * rng.uniform(0.8, 1.15))
    margin = math.ceil(pen) + 2
    points = [np.array(line, np.float64) for line in lines]
    jitter = 0.03 * hand.unsteadiness
    points = [line + rng.normal(0, jitter * max(np.ptp(line), 0.15), line.shape) for line in points]
    everything = np.concatenate(points)
    low, high = everything.min(axis=0), everything.max(axis=0)
    extent = (high - low) * hand.size
    # Slant moves a point to the right by how far it lies above the mark's foot.
    width = math.ceil(extent[0] + abs(hand.slant) * extent[1]) + 2 * margin
    stroke = np.zeros((math.ceil(extent[1]) + 2 * margin, width), np.uint8)
    shift = max(0.0, -hand.slant) * extent[1]
    for line in points:
        place = (line - low) * hand.size
        x = place[:, 0] + hand.slant * place[:, 1] + shift + margin
        y = extent[1] - place[:, 1] + margin
        path = np.round(np.stack([x, y], axis=-1) * 8).astype(np.int32)
        cv2.polylines(stroke, [path], False, 255, max(1, round(pen)), cv2.LINE_AA, shift=3)
        if np.ptp(path, axis=0).max() < 8 * pen:
            # OpenCV may leave out a line that is shorter than wide: set the pen down as well.
            cv2.circle(stroke, tuple(path[0].tolist()), round(4 * pen), 255, -1, cv2.LINE_AA, shift=3)
    left, top, wide, high_pixels = cv2.boundingRect((stroke > 64).astype(np.uint8))
    if not wide:
        return np.zeros((1, 1), np.float32), 0.0
    cut = stroke[top : top + high_pixels, left : left + wide].astype(np.float32) / np.float32(255)
    return cut, foot - pen / 2 / hand.size


def _arc(x: float, y: float, radius: float, begin: float, end: float) -> list[tuple[float, float]]:
    """Points on an ellipse a little higher than wide, angles in degrees counter-clockwise from the right."""
    angles = np.deg2rad(np.linspace(begin, end, 12))
    return [(x + radius * float(np.cos(angle)), y + 1.2 * radius * float(np.sin(angle))) for angle in angles]


# Strokes in digit heights, y upwards; and how far the lowest point lies above the base line.
_STROKES: dict[str, tuple[list[list[tuple[float, float]]], float]] = {
    ".": ([[(0, 0), (0.03, 0.02)]], 0.02),
    ",": ([[(0.08, 0.2), (0.07, 0.1), (0, 0)]], -0.12),
    "'": ([[(0.05, 0.22), (0, 0)]], 0.82),
    "-": ([[(0, 0), (0.32, 0.01)]], 0.42),
    "/": ([[(0, 0), (0.35, 1.1)]], -0.06),
    "=": ([[(0, 0), (0.35, 0)], [(0, 0.16), (0.35, 0.16)]], 0.35),
    "*": ([[(0, 0), (0.24, 0.3)], [(0, 0.3), (0.24, 0)], [(-0.04, 0.15), (0.28, 0.15)]], 0.35),
    "$": ([_arc(0.2, 0.68, 0.17, 30, 270) + _arc(0.2, 0.27, 0.17, 90, -150), [(0.2, -0.05), (0.2, 1.02)]], -0.05),
    "€": ([_arc(0.3, 0.5, 0.3, 50, 310), [(-0.06, 0.58), (0.3, 0.58)], [(-0.06, 0.42), (0.27, 0.42)]], 0.12),
    "£": ([_arc(0.34, 0.72, 0.16, 20, 200) + [(0.16, 0.05), (0, 0), (0.5, 0.02)], [(0.02, 0.42), (0.36, 0.42)]], 0.0),
}


MARKS = "".join(_STROKES)
