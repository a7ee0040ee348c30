"""Draw the patterns that are printed on cheques and forms: waves, hatching, arcs, dots, small print and stamps."""

from collections.abc import Callable

import cv2
import numpy as np

_FINE = 8  # steps for each pixel of a point: OpenCV's fixed point coordinates with `shift=3`
_FAINT = (0.04, 0.25)  # strength of most patterns, of full ink
_DENSE = (0.2, 0.6)  # strength of security patterns whose lines are nearly as dark as the ink
_DENSE_SHARE = 0.4


def draw_pattern(field: np.ndarray, rng: np.random.Generator) -> None:
    """Draw one or two patterns over all of a field, in place; float32 [height, width], 0 bare paper to 1 full ink."""
    drawn = np.zeros(field.shape, np.uint8)
    for _ in range(1 if rng.random() < 0.75 else 2):
        _PATTERNS[int(rng.integers(len(_PATTERNS)))](drawn, rng)
    dense = rng.random() < _DENSE_SHARE
    strength = rng.uniform(*(_DENSE if dense else _FAINT))
    np.maximum(field, drawn.astype(np.float32) * np.float32(strength / 255), out=field)


def _lines(drawn: np.ndarray, lines: list[np.ndarray], weight: int) -> None:
    paths = [np.round(line * _FINE).astype(np.int32) for line in lines]
    cv2.polylines(drawn, paths, False, 255, weight, cv2.LINE_AA, shift=3)


def _waves(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw parallel waves or zigzags, level or sloping."""
    height, width = drawn.shape
    step, swing, period = rng.uniform(3.5, 24), rng.uniform(0.5, 10), rng.uniform(14, 90)
    x = np.arange(0, width + 4, 4)
    phase = x / period * 2 * np.pi + rng.uniform(0, 6)
    wave = np.sin(phase) if rng.random() < 0.6 else np.abs((phase / np.pi) % 2 - 1) * 2 - 1
    slope, drift = rng.normal(0, 0.08), rng.normal(0, 0.06)
    rows = np.arange(-swing - abs(slope) * width, height + swing + abs(slope) * width, step)
    curves = [np.stack([x, y + swing * wave * (1 + drift * i) + slope * x], axis=-1) for i, y in enumerate(rows)]
    _lines(drawn, curves, 1 if step < 8 else int(rng.integers(1, 3)))


def _hatching(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw straight parallel lines in one or two directions."""
    height, width = drawn.shape
    for _ in range(1 if rng.random() < 0.5 else 2):
        angle, step = rng.uniform(0, np.pi), rng.uniform(3.5, 12)
        direction = np.array([np.cos(angle), np.sin(angle)])
        normal = np.array([-direction[1], direction[0]])
        reach = np.hypot(height, width)
        middle = np.array([width / 2, height / 2])
        offsets = np.arange(-reach / 2, reach / 2, step)
        _lines(drawn, [middle + offset * normal + np.array([[-reach], [reach]]) * direction for offset in offsets], 1)


def _arcs(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw arcs around one or two centers outside of the picture or in it."""
    height, width = drawn.shape
    for _ in range(int(rng.integers(1, 3))):
        center = rng.uniform(-0.5, 1.5, 2) * (width, height)
        step, reach = rng.uniform(4, 12), np.hypot(height, width)
        angles = np.linspace(0, 2 * np.pi, 60)
        circle = np.stack([np.cos(angles), np.sin(angles) * rng.uniform(0.4, 1.2)], axis=-1)
        _lines(drawn, [center + radius * circle for radius in np.arange(step, reach, step)], 1)


def _dots(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw a raster of dots or small crosses."""
    height, width = drawn.shape
    step, angle = rng.uniform(3, 8), rng.uniform(0, np.pi / 2)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    across, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    raster = np.cos(across * (2 * np.pi / step)) + np.cos(down * (2 * np.pi / step))
    np.maximum(drawn, np.clip((raster - rng.uniform(0.3, 1.2)) * 255, 0, 255).astype(np.uint8), out=drawn)


def _diamonds(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw a net of diamonds or triangles, as on Indian cheques."""
    height, width = drawn.shape
    step, weight = rng.uniform(0.25, 0.8) * max(height, 20), int(rng.integers(1, 3))
    for slope in (1.7, -1.7, 0.0)[: int(rng.integers(2, 4))]:
        starts = np.arange(-height * abs(slope) - step, width + height * abs(slope) + step, step)
        ends = np.array([[0, 0], [height / slope if slope else width, height if slope else 0]])
        offsets = [(start, 0) for start in starts] if slope else [(0, row) for row in np.arange(0, height, step)]
        _lines(drawn, [ends + np.array(offset) for offset in offsets], weight)


def _small_print(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Draw rows of small words, as microprint."""
    height, width = drawn.shape
    letters = np.array(list("ABCDEFGHIKLMNOPRSTUVW "))
    size = rng.uniform(4, 9)
    for row in np.arange(rng.uniform(0, 8), height + size, size * rng.uniform(1.3, 3)):
        text = "".join(letters[rng.integers(len(letters), size=int(width / size * 1.5) + 1)])
        cv2.putText(drawn, text, (int(rng.uniform(-9, 0)), int(row)), cv2.FONT_HERSHEY_SIMPLEX, size / 22, 255, 1)


_PATTERNS: tuple[Callable[[np.ndarray, np.random.Generator], None], ...] = (
    _waves, _waves, _waves, _hatching, _arcs, _dots, _diamonds, _small_print,
)  # fmt: skip
