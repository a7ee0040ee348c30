"""Draw digits as simulated writers write them: each has allographs, proportions, slant and a pen of their own."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis import allographs, pens
from payment_ml.synthesis.glyphs import Glyph, WriterStyle
from payment_ml.synthesis.strokes import StrokeTable

DIGITS = tuple("0123456789")
JOINED = ("00", "000")  # zeros that are written in one stroke
_CHUNKS = {1: 11, 2: 20, 3: 30}  # pieces that a drawing of so many digits is made of
_MAX_OVERHANG = 0.3  # digit heights: how far a flag or a bar may reach over a neighbour


@dataclass(frozen=True)
class Traits:
    """Describe how a writer shapes all digits."""

    slant: float  # to the right for each unit up
    aspect: float  # factor of the width
    angularity: float  # 0 smooth, 1 straight from point to point, below 0 rounder than smooth
    unsteadiness: float  # how much one digit differs from the next, 0 to 1
    variety: float  # share of the digits that are written with the writer's second allograph
    joining: float  # share of the runs of zeros that are joined
    tremor: float  # digit heights
    retracing: float  # share of the digits that are written over once more
    spacing: float  # between digits, in digit heights; negative digits touch and overlap


@cache
def _shapes(length: int) -> tuple[tuple[allographs.Allograph, ...], StrokeTable]:
    """Return the allographs of so many joined digits, and their strokes."""
    chosen = tuple(allograph for allograph in allographs.load() if len(allograph.digits) == length)
    return chosen, StrokeTable(chosen, _CHUNKS[length])


@cache
def _shares(digits: str, plain: bool) -> tuple[list[int], np.ndarray]:
    """Return the indices of a digit's allographs among those of its length, and their cumulative shares."""
    shapes, _ = _shapes(len(digits))
    indices = [i for i, shape in enumerate(shapes) if shape.digits == digits and (shape.plain or not plain)]
    weights = np.cumsum([shapes[i].weight for i in indices])
    return indices, weights / weights[-1]


@cache
def _named(digits: str) -> dict[str, int]:
    """Return the index of each of a digit's allographs by its name."""
    shapes, _ = _shapes(len(digits))
    return {shape.name: i for i, shape in enumerate(shapes) if shape.digits == digits}


class Writer:
    """Draw digits in one hand."""

    def __init__(
        self,
        traits: Traits,
        pen: pens.Pen,
        rng: np.random.Generator,
        plain: bool = False,
        only: Mapping[str, str] | None = None,
    ):
        """Choose allographs and their proportions.

        Parameters
        ----------
        plain : whether to choose among plain allographs only
        only : names of allographs that the writer has for some digits; None leaves all to chance

        Raises
        ------
        KeyError : a name in `only` that no allograph of these digits has
        """
        self.traits = traits
        self.pen = pen
        self.choices = {digits: _choose(digits, rng, plain) for digits in (*DIGITS, *JOINED)}
        for digits, name in (only or {}).items():
            self.choices[digits] = (_named(digits)[name],) * 2
        self.sizes = {digits: float(np.exp(rng.normal(0, 0.05))) for digits in DIGITS}
        self.lifts = {digits: float(rng.normal(0, 0.02)) for digits in DIGITS}
        if rng.random() < 0.35 and not plain:
            # Many write zeros smaller than other digits, on the base line or above it.
            self.sizes["0"] = float(rng.uniform(0.5, 0.9))
            self.lifts["0"] = float(rng.uniform(-0.02, 0.4 * (1 - self.sizes["0"])))
        self._warp = rng.normal(0, (0.08, 0.12, 0.05, 0.10)).astype(np.float32)
        self._hooks = [_hook(rng, -1), _hook(rng, 1)]
        individuality = rng.uniform(0.015, 0.04)
        self._controls = {}
        for length in _CHUNKS:
            chosen = sorted({shape for text, both in self.choices.items() if len(text) == length for shape in both})
            controls = _proportions(_shapes(length)[1], np.array(chosen), individuality, rng)
            self._controls.update({(length, shape): own for shape, own in zip(chosen, controls, strict=True)})

    @classmethod
    def sample(cls, rng: np.random.Generator, plain: bool = False, only: Mapping[str, str] | None = None) -> "Writer":
        """Draw a writer at random; a plain one writes as schools teach, with a steady hand; `only` as above."""
        traits = Traits(
            slant=float(np.clip(rng.normal(0.12, 0.18), -0.35, 0.6)),
            aspect=float(np.exp(np.clip(rng.normal(0, 0.18), -0.4, 0.45))),
            angularity=float(np.clip(rng.normal(0.05, 0.15), -0.15, 0.6)),
            unsteadiness=float(rng.uniform(0.2, 1.0)) * (0.5 if plain else 1),
            variety=float(rng.beta(1, 5)),
            joining=float(rng.uniform(0.3, 1)) if rng.random() < 0.35 and not plain else 0.0,
            tremor=float(abs(rng.normal(0, 0.002))) + (0.004 if rng.random() < 0.06 and not plain else 0),
            retracing=0.3 if rng.random() < 0.08 and not plain else 0.01,
            spacing=float(rng.uniform(-0.06, 0.22) if rng.random() < 0.8 else rng.uniform(0.22, 0.5)),
        )
        return cls(traits, pens.random_pen(rng), rng, plain, only)

    def style(self, size: float) -> WriterStyle:
        """Return the style in which marks and MNIST's digits fit to the writer's; `size` is in pixels."""
        thickness = min(max(self.pen.width * BOX, 1.0), 4.5)
        return WriterStyle(size, self.traits.slant, thickness, self.traits.spacing, self.traits.unsteadiness)

    def in_style(self, style: WriterStyle) -> "Writer":
        """Return the same writer with slant, spacing and thickness of a style, to fit to MNIST's digits."""
        writer = copy(self)
        writer.traits = replace(self.traits, slant=style.slant, spacing=style.spacing, unsteadiness=style.unsteadiness)
        writer.pen = replace(self.pen, width=style.thickness / BOX)
        return writer

    def write(self, digits: str, rng: np.random.Generator, height: float, margin: int = 0) -> list[Glyph]:
        """Draw digits in their order; runs of zeros may be joined, so that there may be fewer drawings than digits.

        Parameters
        ----------
        height : of a digit in pixels, from the base line to the top
        margin : bare pixels around the ink
        """
        return self.draw_all(self._join(digits, rng), rng, height, margin)

    def draw(self, digits: str, rng: np.random.Generator, height: float, margin: int = 1) -> np.ndarray:
        """Draw one digit, or joined "00" or "000"; uint8 [height, width], 0 bare paper, 255 full ink."""
        return self.draw_all([digits], rng, height, margin)[0].ink

    def draw_all(self, digits: Sequence[str], rng: np.random.Generator, height: float, margin: int = 1) -> list[Glyph]:
        """Draw several digits, each "0" to "9", "00" or "000"; faster than one by one.

        Raises
        ------
        ValueError : another text
        """
        wrong = [text for text in digits if text not in self.choices]
        if wrong:
            raise ValueError(f"expected 0 to 9, 00 or 000, but got {wrong[0]!r}; draw its digits one by one")
        glyphs: list[Glyph | None] = [None] * len(digits)
        for length in _CHUNKS:
            places = [i for i, text in enumerate(digits) if len(text) == length]
            if places:
                drawn = self._draw([digits[i] for i in places], length, rng, height, margin)
                for place, glyph in zip(places, drawn, strict=True):
                    glyphs[place] = glyph
        return [glyph for glyph in glyphs if glyph is not None]

    def _join(self, digits: str, rng: np.random.Generator) -> list[str]:
        """Divide digits into those written one by one and joined zeros."""
        parts: list[str] = []
        i = 0
        while i < len(digits):
            run = len(digits[i : i + 3]) - len(digits[i : i + 3].lstrip("0"))
            length = run if run > 1 and self.traits.joining and rng.random() < self.traits.joining else 1
            parts.append(digits[i : i + length])
            i += length
        return parts

    def _draw(
        self, digits: Sequence[str], length: int, rng: np.random.Generator, height: float, margin: int
    ) -> list[Glyph]:
        """Draw digits, all of the same length."""
        table = _shapes(length)[1]
        second = (rng.random(len(digits)) < self.traits.variety).astype(int)
        shapes = np.array([self.choices[text][which] for text, which in zip(digits, second, strict=True)])
        points = self._place(self._curves(shapes, length, rng), digits, rng)
        paths = points[np.arange(len(digits))[:, None, None], table.chunks[shapes]]
        begins, ends = table.begins[shapes], table.ends[shapes]
        owners = np.repeat(np.arange(len(digits)), paths.shape[1])
        flat = paths.reshape(-1, *paths.shape[2:])
        flat, begins, ends, owners = self._retrace(flat, begins.ravel(), ends.ravel(), owners, rng)
        drawings = pens.draw_strokes(flat, begins, ends, owners, self.pen, height, rng, margin)
        # The body of a digit: flags, feet and bars, which few points lie on, reach beyond it.
        ordered = np.sort(points[:, :, 0], axis=1)
        edge = points.shape[1] // 10
        low = np.minimum(ordered[:, edge], ordered[:, 0] + _MAX_OVERHANG) * height
        high = np.maximum(ordered[:, -1 - edge], ordered[:, -1] - _MAX_OVERHANG) * height
        half = 0.5 * self.pen.width * height
        return [
            Glyph(
                text,
                drawing.ink,
                a - half - drawing.left,
                drawing.left + drawing.ink.shape[1] - b - half,
                drawing.bottom,
            )
            for text, drawing, a, b in zip(digits, drawings, low.tolist(), high.tolist(), strict=True)
        ]

    def _curves(self, shapes: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
        """Return points along the strokes of digits in the writer's proportions, float32 [n, samples, 2]."""
        table = _shapes(length)[1]
        controls = np.stack([self._controls[length, shape] for shape in shapes.tolist()])
        wobble = (0.006 + 0.014 * self.traits.unsteadiness) * _smooth_noise(table, shapes, rng)
        controls = controls + wobble
        hooks = table.hooks[shapes][:, :, None]
        entry, exit_ = self._hooks
        controls += np.where(hooks > 0, entry, 0) + np.where(hooks < 0, exit_, 0)
        angularity = np.full(len(shapes), self.traits.angularity, np.float32)
        points = table.curves(shapes, controls, angularity)
        if self.traits.tremor > 0.002:
            shake = rng.standard_normal((len(shapes), points.shape[1] + 2, 2), np.float32)
            points += np.float32(self.traits.tremor) * (shake[:, :-2] + shake[:, 1:-1] + shake[:, 2:])
        return points

    def _place(self, points: np.ndarray, digits: Sequence[str], rng: np.random.Generator) -> np.ndarray:
        """Warp, scale and slant points, float32 [n, samples, 2], as the writer does; widths stay about the same."""
        count, unsteadiness = len(digits), self.traits.unsteadiness
        noise = unsteadiness * rng.standard_normal((count, 8, 1)).astype(np.float32)
        warp = self._warp[None, :, None] + 0.05 * noise[:, :4]
        x, y = points[:, :, 0], points[:, :, 1]
        across, up = x - 0.3, y - 0.5
        # Joined zeros that were narrow would look like other digits.
        narrowest = 0.0 if len(digits[0]) == 1 else 1.0
        aspect = np.float32(max(self.traits.aspect, narrowest)) * np.exp(0.05 * noise[:, 4])
        size = np.array([self.sizes[text[0]] for text in digits], np.float32)[:, None] * np.exp(0.05 * noise[:, 5])
        lift = np.array([self.lifts[text[0]] for text in digits], np.float32)[:, None]
        tall = y + warp[:, 2] * across + warp[:, 3] * across * up
        wide = aspect * across + warp[:, 0] * up * up + warp[:, 1] * across * up
        wide = wide + (np.float32(self.traits.slant) + 0.04 * noise[:, 6]) * (tall - 0.5)
        return np.stack([(wide + 0.3) * size, tall * size + lift], axis=-1)

    def _retrace(
        self, paths: np.ndarray, begins: np.ndarray, ends: np.ndarray, owners: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Write some digits over once more, a little beside themselves."""
        again = (rng.random(owners[-1] + 1) < self.traits.retracing)[owners]
        if not again.any():
            return paths, begins, ends, owners
        shift = rng.normal(0, 0.025, (owners[-1] + 1, 1, 2)).astype(np.float32)
        stretch = np.exp(rng.normal(0, 0.04, (owners[-1] + 1, 1, 2))).astype(np.float32)
        second = (paths * stretch[owners] + shift[owners])[again]
        every = np.concatenate([owners, owners[again]])
        order = np.argsort(every, kind="stable")
        joined = (
            np.concatenate([first, then])[order]
            for first, then in ((paths, second), (begins, begins[again]), (ends, ends[again]), (owners, owners[again]))
        )
        paths, begins, ends, owners = joined
        return paths, begins, ends, owners


def _choose(digits: str, rng: np.random.Generator, plain: bool) -> tuple[int, int]:
    """Draw a writer's first and second allograph of a digit."""
    indices, shares = _shares(digits, plain and len(digits) == 1)
    first, second = np.searchsorted(shares, rng.random(2), side="right")
    return indices[first], indices[second]


def _hook(rng: np.random.Generator, direction: int) -> np.ndarray:
    """Draw how a writer's strokes begin, or end: float32 [2]; most do so without a hook."""
    if rng.random() > 0.2:
        return np.zeros(2, np.float32)
    return np.array([direction * rng.uniform(0.02, 0.14), rng.uniform(-0.08, 0.08)], np.float32)


def _proportions(table: StrokeTable, shapes: np.ndarray, individuality: float, rng: np.random.Generator) -> np.ndarray:
    """Draw a writer's control points of some allographs, float32 [n, control points, 2]: between forms, and moved."""
    forms = table.forms[shapes]
    weights = rng.standard_gamma(0.8, forms.shape[:2]).astype(np.float32) + np.float32(1e-3)
    weights *= np.arange(weights.shape[1]) < table.form_counts[shapes, None]
    weights /= weights.sum(axis=1, keepdims=True)
    between = (weights[:, :, None, None] * forms).sum(axis=1)
    return between + np.float32(individuality) * _smooth_noise(table, shapes, rng)


def _smooth_noise(table: StrokeTable, shapes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw how far control points are off, float32 [n, control points, 2]: neighbours alike, ends of strokes more."""
    noise = rng.standard_normal((len(shapes), table.forms.shape[2] + 2, 2), np.float32)
    noise = np.float32(0.7) * noise[:, 1:-1] + np.float32(0.5) * (noise[:, :-2] + noise[:, 2:])
    noise = noise[np.arange(len(shapes))[:, None], table.sources[shapes]]
    return noise * (1 + np.float32(0.6) * table.loose[shapes])[:, :, None]
