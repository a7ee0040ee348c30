"""Render images without an amount: empty forms, signatures, words, shapes, noise; and strike amounts through."""

from collections.abc import Callable

import cv2
import numpy as np

from payment_ml.synthesis import patterns, photographs

# Letters unlike any digit; a word of others could be read as a number.
_LETTERS = "ACDEFGHJKLMNPQRTUVWXYacdefhjkmnprtuvwxy"
_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)  # fmt: skip


def negative_image(rng: np.random.Generator, colour: bool = True) -> np.ndarray:
    """Render a photograph without an amount, of a kind drawn at random.

    Parameters
    ----------
    colour : False renders grey levels, which is faster

    Returns
    -------
    uint8 [height, width, 3], sRGB, or [height, width] when `colour` is False; 20 to 140 pixels high, pages to 300
    """
    height = int(np.exp(rng.uniform(np.log(20), np.log(140))))
    width = int(height * rng.uniform(1.0, 6.0))
    kind = KINDS[rng.integers(len(KINDS))]
    if kind == "page":
        height, width = int(rng.uniform(180, 300)), int(rng.uniform(140, 260))
    ink, print_ = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    DRAWINGS[kind](ink, print_, rng)
    image = photographs.render_photograph(ink, rng, print_, colour)
    return _add_noise(image, rng) if kind == "noise" else image


def strike_through(ink: np.ndarray, rng: np.random.Generator) -> None:
    """Draw strokes across all of an amount, in place, as on one that no longer counts; ink float32 [height, width]."""
    kind = rng.random()
    if kind < 0.3:
        _zigzag(ink, rng)
    else:
        _strike(ink, rng, waves=rng.random() < 0.25, strokes=2 if kind > 0.8 else 1)


def _zigzag(ink: np.ndarray, rng: np.random.Generator) -> None:
    height, width = ink.shape
    turns = int(rng.integers(5, 12)) + width // max(height, 1) * 3
    x = np.linspace(0.02, 0.98, turns) * width + rng.normal(0, 0.02 * width, turns)
    y = np.where(np.arange(turns) % 2, rng.uniform(0.05, 0.3, turns), rng.uniform(0.7, 0.95, turns)) * height
    for _ in range(int(rng.integers(1, 3))):
        _polyline(ink, np.stack([x, y], axis=-1), max(2, round(height * rng.uniform(0.05, 0.1))))
        x, y = x[::-1] + rng.normal(0, 0.05 * height, turns), height - y


def _strike(ink: np.ndarray, rng: np.random.Generator, waves: bool, strokes: int) -> None:
    """Draw level, sloping, diagonal or wavy strokes from one end of the writing to the other."""
    height, width = ink.shape
    slope = rng.choice([rng.normal(0, 0.06), rng.uniform(-0.8, 0.8)]) * height
    middle = rng.uniform(0.4, 0.6) * height
    time = np.linspace(0, 1, 40)
    x = (rng.uniform(-0.02, 0.06) + (1 - rng.uniform(-0.02, 0.12)) * time) * width
    swing = rng.uniform(0.08, 0.25) * height if waves else 0.01 * height
    wave = swing * np.sin(2 * np.pi * time * max(1.0, width / height * rng.uniform(0.4, 1.2)) + rng.uniform(0, 6))
    weight = max(1, round(height * rng.uniform(0.04, 0.12)))
    for number in range(strokes):
        y = middle + slope * (time - 0.5) + wave + number * rng.uniform(0.12, 0.3) * height
        _polyline(ink, np.stack([x, np.clip(y, 0, height - 1)], axis=-1), weight)


def _noise(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw nothing: the photograph gets its noise later."""


def _add_noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add grain, fine or coarse, of a random strength."""
    grain: np.ndarray = rng.standard_normal(image.shape, np.float32) * np.float32(
        np.exp(rng.uniform(np.log(4), np.log(90)))
    )
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.4, 2.5)).reshape(image.shape) * 3
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _form(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw an empty amount box, or the printed edges of a form."""
    height, width = ink.shape
    if rng.random() < 0.6:
        patterns.draw_pattern(print_, rng)
    for _ in range(int(rng.integers(0, 3))):
        # Wider than high, since a small square box could be read as a zero.
        left, top = int(rng.uniform(-0.3, 0.6) * width), int(rng.uniform(-0.3, 0.4) * height)
        right, bottom = left + int(rng.uniform(1, 5) * height), top + int(rng.uniform(0.4, 0.9) * height)
        photographs.draw_box(print_, rng, left, top, right, bottom)
    for _ in range(int(rng.integers(0, 3))):
        photographs.draw_rule(print_, rng, int(rng.uniform(0.2, 1) * height))
    if rng.random() < 0.4:
        photographs.draw_print(print_, rng, int(rng.uniform(-0.3, 0.5) * height), int(0.8 * height), 0.5 * height, "$")


def _lines(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw straight strokes; at least three, since a single one could be read as a one."""
    height, width = ink.shape
    for _ in range(int(rng.integers(3, 8))):
        corners = rng.uniform(-0.1, 1.1, (int(rng.integers(2, 5)), 2)) * (width, height)
        _polyline(ink, corners, int(rng.integers(1, max(2, height // 12) + 1)))


def _signature(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw a signature, sometimes above a printed line."""
    height, width = ink.shape
    draw_scribble(ink, rng, 0.1 * width, 0.5 * height, 0.8 * width, 0.6 * height)
    if rng.random() < 0.4:
        photographs.draw_rule(print_, rng, int(0.8 * height))


def draw_scribble(ink: np.ndarray, rng: np.random.Generator, x: float, y: float, width: float, height: float) -> None:
    """Draw a smooth, quick stroke in loops that moves to the right."""
    time = np.linspace(0, 1, 240)
    loops = rng.uniform(4, 14)
    path_x, path_y = x + width * time, np.full(240, y)
    for harmonic in (1.0, rng.uniform(1.3, 2.2), rng.uniform(0.2, 0.6)):
        size = rng.uniform(0.1, 0.35) * height * rng.uniform(0.3, 1, 240).cumsum() / np.arange(1, 241)
        path_x = path_x + 0.7 * size * np.cos(2 * np.pi * harmonic * loops * time + rng.uniform(0, 6))
        path_y = path_y + size * np.sin(2 * np.pi * harmonic * loops * time + rng.uniform(0, 6)) * rng.uniform(0.4, 1)
    _polyline(ink, np.stack([path_x, path_y], axis=-1), max(1, round(height * rng.uniform(0.02, 0.07))))


def _words(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw words in a printed or a script font; at least three letters, since a single one may look like a digit."""
    height, width = ink.shape
    text = " ".join(
        "".join(rng.choice(list(_LETTERS), int(rng.integers(3, 9)))) for _ in range(int(rng.integers(1, 4)))
    )
    size = height * rng.uniform(0.4, 0.8)
    text_ink = np.zeros(ink.shape, np.uint8)
    origin = (int(rng.uniform(0, 0.3) * width), int(rng.uniform(0.6, 0.9) * height))
    weight = max(1, round(size / rng.uniform(8, 18)))
    cv2.putText(text_ink, text, origin, int(rng.choice(_FONTS)), size / 22, 255, weight, cv2.LINE_AA)
    np.maximum(ink, text_ink.astype(np.float32) / np.float32(255), out=ink)


def _shapes(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw printed ornaments: bars, columns, triangles, discs."""
    height, width = ink.shape
    field = np.zeros(ink.shape, np.uint8)
    if rng.random() < 0.5:
        patterns.draw_pattern(print_, rng)
    for _ in range(int(rng.integers(1, 5))):
        x, y = rng.uniform(0, 1, 2) * (width, height)
        size = rng.uniform(0.15, 0.6) * height
        weight = -1 if rng.random() < 0.5 else max(1, int(size / 12))
        kind = rng.integers(3)
        if kind == 0:
            # Never as narrow as a one.
            bar_width, bar_height = size * rng.uniform(0.5, 2), size * rng.uniform(0.5, 1)
            for i in range(int(rng.integers(1, 5))):
                corner = (int(x + 1.3 * i * bar_width), int(y))
                cv2.rectangle(field, corner, (int(corner[0] + bar_width), int(y + bar_height)), 255, weight)
        elif kind == 1:
            corners = np.array([(x, y), (x + 2 * size, y), (x + size, y - size * rng.uniform(0.4, 1))], np.int32)
            if weight < 0:
                cv2.fillPoly(field, [corners], 255)
            else:
                cv2.polylines(field, [corners], bool(rng.random() < 0.7), 255, weight, cv2.LINE_AA)
        else:
            cv2.circle(field, (int(x), int(y)), int(size / 2), 255, -1)  # filled, since a ring could be read as a zero
    np.maximum(print_, field.astype(np.float32) * np.float32(rng.uniform(0.4, 1) / 255), out=print_)


def _page(ink: np.ndarray, print_: np.ndarray, rng: np.random.Generator) -> None:
    """Draw a whole page: a grid of boxes with a signature in each."""
    height, width = ink.shape
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(1, 4))
    margin = 0.1 * width
    for row in range(rows):
        for column in range(columns):
            left, right = (margin + (column + i) * (width - 2 * margin) / columns for i in (0, 1))
            top, bottom = (margin + (row + i) * (height - 2 * margin) / rows for i in (0, 1))
            photographs.draw_box(print_, rng, int(left), int(top), int(right), int(bottom))
            box_width, box_height = right - left, bottom - top
            draw_scribble(ink, rng, left + 0.25 * box_width, (top + bottom) / 2, 0.5 * box_width, 0.4 * box_height)


def _polyline(ink: np.ndarray, points: np.ndarray, weight: int) -> None:
    """Draw a line through points, float [n, 2] of x and y, `weight` pixels wide."""
    field = np.zeros(ink.shape, np.uint8)
    cv2.polylines(field, [np.round(points * 8).astype(np.int32)], False, 255, weight, cv2.LINE_AA, shift=3)
    np.maximum(ink, field.astype(np.float32) / np.float32(255), out=ink)


# Draws each kind of image: gets ink and print, float32 [height, width], and changes them in place.
DRAWINGS: dict[str, Callable[[np.ndarray, np.ndarray, np.random.Generator], None]] = {
    "noise": _noise,
    "form": _form,
    "lines": _lines,
    "signature": _signature,
    "words": _words,
    "shapes": _shapes,
    "page": _page,
}
KINDS = tuple(DRAWINGS)
