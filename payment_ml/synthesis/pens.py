"""Draw strokes with pens: ball pens, fountain pens, felt pens and pencils, each with its width, pressure and ink."""

import itertools
import math
from dataclasses import dataclass

import cv2
import numpy as np

_FRACTION_BITS = 3  # of the coordinates that OpenCV draws at
_LARGE = 64  # pixels of height from which on half the resolution is enough
_LEVELS = 6  # of ink, from bare paper to full
_INK_THRESHOLD = 25  # grey level from which on a pixel belongs to the ink, when a drawing is cropped


@dataclass(frozen=True)
class Pen:
    """Describe a pen and how hard it is pressed."""

    width: float  # of the stroke, in digit heights
    nib: float = 0.0  # 0 round, 1 a thin edge: strokes along the edge are thinner by this part
    nib_angle: float = 0.7  # of the edge, radians from the right upwards
    weight: float = 0.0  # added to strokes downwards and taken from strokes upwards, as a part of the width
    pressure: float = 0.1  # standard deviation of the width along a stroke, as a part of it
    blot: float = 0.0  # added where a stroke begins, as a part of the width
    taper: float = 0.0  # taken where a stroke ends
    fading: float = 0.0  # how much the ink may fade along a stroke, 0 to 1
    gaps: float = 0.0  # share of the stroke where no ink flows
    grain: float = 0.0  # roughness of a pencil on paper, 0 to 1


@dataclass(frozen=True)
class Drawing:
    """Hold strokes drawn with a pen."""

    ink: np.ndarray  # uint8 [height, width], 0 bare paper, 255 full ink
    left: int  # pixels from the origin of the strokes to the left edge, often negative
    bottom: int  # pixels from the base line up to the lower edge, negative below it


def random_pen(rng: np.random.Generator) -> Pen:
    """Draw a pen at random: half are ball pens, the others fountain pens, felt pens and pencils."""
    kind = rng.random()
    hand = {"weight": float(abs(rng.normal(0, 0.1))), "pressure": float(rng.uniform(0.02, 0.14))}
    blot, taper = float(rng.uniform(0, 0.25)), float(rng.uniform(0, 0.35))
    if kind < 0.55:
        old = {"fading": float(rng.uniform(0.2, 0.8)), "gaps": float(rng.uniform(0, 0.03))}
        ink = old if rng.random() < 0.25 else {"fading": 0.1}
        return Pen(_between(rng, 0.03, 0.12), blot=blot, taper=taper, **hand, **ink)
    if kind < 0.7:
        nib, angle = float(rng.uniform(0.2, 0.75)), float(rng.uniform(0.3, 1.2))
        width = _between(rng, 0.05, 0.13)
        return Pen(width, nib=nib, nib_angle=angle, blot=blot, taper=taper, fading=0.2, **hand)
    if kind < 0.85:
        nib = float(rng.uniform(0.2, 0.6)) if rng.random() < 0.3 else 0.0
        return Pen(_between(rng, 0.1, 0.18), nib=nib, nib_angle=float(rng.uniform(0, 1.5)), pressure=0.05, blot=blot)
    fading, grain = float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.15, 0.45))
    return Pen(_between(rng, 0.035, 0.1), taper=taper, fading=fading, grain=grain, **hand)


def draw_strokes(
    paths: np.ndarray,
    begins: np.ndarray,
    ends: np.ndarray,
    owners: np.ndarray,
    pen: Pen,
    height: float,
    rng: np.random.Generator,
    margin: int = 1,
) -> list[Drawing]:
    """Draw digits with a pen, all at once.

    Parameters
    ----------
    paths : float32 [chunks, points, 2], short pieces of strokes, x and y in digit heights, y upwards from the base line
    begins, ends : bool [chunks], whether a piece is the first or the last of its stroke
    owners : int [chunks], the digit that each piece belongs to, in ascending order from 0
    height : of a digit in pixels
    margin : bare pixels left around the ink

    Returns
    -------
    list of Drawing, one for each digit
    """
    widths = _widths(paths, begins, ends, pen, rng)
    inks = _inks(len(paths), pen, rng)
    firsts = np.searchsorted(owners, np.arange(owners[-1] + 1))
    pad = 0.5 * float(widths.max()) * height + 1 + margin
    low = np.floor(np.minimum.reduceat(paths.min(axis=1), firsts) * height - pad).astype(int)
    high = np.ceil(np.maximum.reduceat(paths.max(axis=1), firsts) * height + pad).astype(int)
    # All digits stand beside each other on one canvas, each at the top of its cell; drawn larger and reduced.
    halvings = 2 if height <= _LARGE else 1
    scale = 1 << halvings
    size = high - low
    offsets = np.concatenate([[0], np.cumsum(size[:, 0])])
    canvas: np.ndarray = np.zeros((int(size[:, 1].max()) * scale, int(offsets[-1]) * scale), np.uint8)
    origin = np.stack([offsets[:-1] - low[:, 0], high[:, 1]], axis=-1)[owners][:, None]
    position = (paths * np.array([height, -height], np.float32) + origin) * scale - 0.5
    _draw_pieces(canvas, position, _thickness(widths * height * scale, owners, rng), inks)
    for _ in range(halvings):  # several times faster than one reduction by four
        canvas = cv2.resize(canvas, (canvas.shape[1] // 2, canvas.shape[0] // 2), interpolation=cv2.INTER_AREA)
    if pen.grain:
        canvas = _roughen(canvas, pen.grain, rng)
    cells = zip(offsets[:-1], offsets[1:], low[:, 0], high[:, 1], size[:, 1], strict=True)
    is_ink = (canvas > _INK_THRESHOLD).view(np.uint8)
    return [
        _crop(canvas[:rows, begin:end], is_ink[:rows, begin:end], left, top, margin)
        for begin, end, left, top, rows in cells
    ]


def _widths(paths: np.ndarray, begins: np.ndarray, ends: np.ndarray, pen: Pen, rng: np.random.Generator) -> np.ndarray:
    """Return the width of each piece in digit heights, float [chunks]."""
    step = paths[:, -1] - paths[:, 0]
    angle = np.arctan2(step[:, 1], step[:, 0])
    across = np.abs(np.sin(angle - pen.nib_angle))
    widths = 1 - pen.nib * (1 - across) - pen.weight * np.sin(angle)
    noise = rng.standard_normal(len(paths) + 4)
    # A moving average: a hand presses no harder from one piece to the next without reason.
    widths *= 1 + pen.pressure * (noise[:-4] + noise[1:-3] + noise[2:-2] + noise[3:-1] + noise[4:]) / math.sqrt(5)
    widths[begins] *= 1 + pen.blot
    widths[ends] *= 1 - pen.taper
    return np.maximum(widths, 0.3) * pen.width


def _inks(count: int, pen: Pen, rng: np.random.Generator) -> np.ndarray:
    """Return the level of ink of each piece, int [chunks], 0 to `_LEVELS` - 1."""
    top = _LEVELS - 1
    if not pen.fading and not pen.gaps:
        return np.full(count, top)
    noise = np.cumsum(rng.standard_normal(count + 12))
    wave = (noise[12:] - noise[:-12]) / math.sqrt(12)
    levels = np.clip(np.rint(top * (1 - pen.fading * np.maximum(0, 0.5 * wave))), 2, top).astype(int)
    levels[rng.random(count) < pen.gaps] = 0
    return levels


def _thickness(widths: np.ndarray, owners: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the thickness with which OpenCV draws pieces of some widths in pixels, int [chunks].

    Its lines are an odd number of pixels wide: 1 for a thickness of 1, and one more than any even thickness. Rounding
    differs from digit to digit, so that their widths are right on average.
    """
    half = np.floor((widths + rng.uniform(-1, 1, owners[-1] + 1)[owners]) / 2).astype(int)
    return np.where(half > 0, 2 * half, 1)


def _draw_pieces(canvas: np.ndarray, position: np.ndarray, thickness: np.ndarray, inks: np.ndarray) -> None:
    """Draw pieces, float [chunks, points, 2] in pixels, into a canvas, in place; full ink covers thin ink."""
    paths = np.rint(position * (1 << _FRACTION_BITS)).astype(np.int32)
    keys = inks * 1024 + thickness
    order = np.argsort(keys, kind="stable")
    bounds = np.flatnonzero(np.diff(keys[order], prepend=-1, append=-1))
    for begin, end in itertools.pairwise(bounds):
        ink, width = divmod(int(keys[order[begin]]), 1024)
        if ink:
            colour = round(255 * ink / (_LEVELS - 1))
            cv2.polylines(canvas, list(paths[order[begin:end]]), False, colour, width, cv2.LINE_8, _FRACTION_BITS)


def _roughen(canvas: np.ndarray, grain: float, rng: np.random.Generator) -> np.ndarray:
    """Return a drawing, uint8 [height, width], as on rough paper, which takes no ink in its hollows."""
    paper = rng.standard_normal(canvas.shape, np.float32)
    cv2.GaussianBlur(paper, (3, 3), 0, dst=paper)
    coverage = np.minimum(np.maximum(1 - grain * (0.5 + 1.6 * paper), 0), 1)
    return (canvas * coverage).astype(np.uint8)


def _crop(cell: np.ndarray, is_ink: np.ndarray, left: int, top: int, margin: int) -> Drawing:
    """Crop a cell, uint8 [height, width], whose upper left corner is at `left` and `top`, to its ink and a margin."""
    x, y, width, height = cv2.boundingRect(is_ink)
    if not width:
        x, y, width, height = cv2.boundingRect(cell)
    x, y = max(0, x - margin), max(0, y - margin)
    ink = cell[y : y + height + 2 * margin, x : x + width + 2 * margin]
    return Drawing(ink, int(left) + x, int(top) - y - ink.shape[0])


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number between two limits, each ratio as likely as any other."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))
