"""Draw digits of handwriting fonts as further writers, where the extra `fonts` is installed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib import metadata, resources

import cv2
import numpy as np
from PIL import ImageFont

from payment_ml.datasets.mnist_format import BOX
from payment_ml.synthesis.glyphs import Glyph, WriterStyle
from payment_ml.synthesis.writers import DIGITS

# Packages `fontpkg-<family>`, whose digits look written by hand, by the names of their entry points.
FAMILIES = (
    "caveat",
    "dancing_script",
    "delius",
    "indie_flower",
    "kalam",
    "permanent_marker",
    "shadows_into_light",
    "zeyada",
)
_MASTER = 80  # pixels of a digit's height in the masters that all sizes are drawn from
_PAD = 16  # bare pixels around a master
_KNOTS = 4  # of the elastic field of a digit, along each side
_INK_THRESHOLD = 25  # grey level from which on a pixel belongs to the ink


def installed() -> list[str]:
    """Return the paths of the installed handwriting fonts, in alphabetical order."""
    found = {point.name: point.value for point in metadata.entry_points(group="fontpkg.family")}
    folders = [resources.files(found[family]) / "files" for family in FAMILIES if family in found]
    return sorted(str(path) for folder in folders for path in folder.iterdir() if path.name.endswith((".ttf", ".otf")))


class FontWriter:
    """Draw digits of a font with the small irregularities of a hand; used as `writers.Writer`."""

    def __init__(self, path: str, style: WriterStyle, aspect: float = 1.0):
        """Prepare a font.

        Parameters
        ----------
        path : of a font file
        style : slant is added to the font's own; the thickness replaces the font's, as far as its shapes allow
        aspect : factor of the width
        """
        self.path = path
        self.traits = style
        self.aspect = aspect
        self._masters = {digit: _thicken(*_masters(path)[digit], style.thickness) for digit in DIGITS}

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "FontWriter":
        """Draw one of the installed fonts and a style at random.

        Raises
        ------
        RuntimeError : no handwriting font is installed
        """
        paths = installed()
        if not paths:
            raise RuntimeError(
                "expected an installed handwriting font, but got none; install the extra `fonts`, or use writers.Writer"
            )
        path = paths[int(rng.integers(len(paths)))]
        thickness = _masters(path)["0"][1] * float(np.exp(rng.uniform(-0.6, 0.4)))
        spacing = float(rng.uniform(-0.04, 0.25))
        style = WriterStyle(_MASTER, float(rng.normal(0, 0.12)), thickness, spacing, float(rng.uniform(0.2, 1)))
        return cls(path, style, float(np.exp(rng.normal(0, 0.12))))

    def style(self, size: float) -> WriterStyle:
        """Return the style in which marks fit to the font's digits; `size` is in pixels."""
        return replace(self.traits, size=size)

    def in_style(self, style: WriterStyle) -> "FontWriter":
        """Return the same font in another slant and thickness, to fit to MNIST's digits."""
        return FontWriter(self.path, style, self.aspect)

    def write(self, digits: str, rng: np.random.Generator, height: float, margin: int = 0) -> list[Glyph]:
        """Draw digits in their order; arguments as of `writers.Writer.write`."""
        return self.draw_all(digits, rng, height, margin)

    def draw(self, digits: str, rng: np.random.Generator, height: float, margin: int = 1) -> np.ndarray:
        """Draw one digit; uint8 [height, width], 0 bare paper, 255 full ink."""
        return self.draw_all([digits], rng, height, margin)[0].ink

    def draw_all(self, digits: Sequence[str], rng: np.random.Generator, height: float, margin: int = 1) -> list[Glyph]:
        """Draw several digits.

        Raises
        ------
        ValueError : a text that is no digit
        """
        wrong = [text for text in digits if text not in self._masters]
        if wrong:
            raise ValueError(f"expected 0 to 9, but got {wrong[0]!r}; draw its digits one by one")
        return [self._draw(digit, rng, height, margin) for digit in digits]

    def _draw(self, digit: str, rng: np.random.Generator, height: float, margin: int) -> Glyph:
        """Draw a digit: scaled, slanted, turned and bent a little."""
        master = self._masters[digit]
        unsteadiness = self.traits.unsteadiness
        size = height / _MASTER * np.exp(0.04 * unsteadiness * rng.normal())
        # Reduced by halves first, since the warp takes single pixels.
        halvings = max(0, int(np.log2(1 / size)))
        for _ in range(halvings):
            master = cv2.resize(master, (master.shape[1] // 2, master.shape[0] // 2), interpolation=cv2.INTER_AREA)
        shrink = 0.5**halvings
        wide, tall = (side * size / shrink for side in (master.shape[1] * self.aspect, master.shape[0]))
        slant = self.traits.slant + 0.04 * unsteadiness * rng.normal()
        rows, columns = int(np.ceil(tall)) + 2, int(np.ceil(wide + abs(slant) * tall)) + 2
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        y -= rows / 2
        x += slant * y - columns / 2
        bend = 0.015 * (0.3 + unsteadiness) * height * rng.standard_normal((_KNOTS, _KNOTS, 2))
        field = cv2.resize(bend.astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
        source_x = (x + field[:, :, 0]) * np.float32(shrink / size / self.aspect) + np.float32(master.shape[1] / 2)
        source_y = (y + field[:, :, 1]) * np.float32(shrink / size) + np.float32(master.shape[0] / 2)
        drawn = cv2.remap(master, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        left, top, width, inked = cv2.boundingRect((drawn > _INK_THRESHOLD).astype(np.uint8))
        ink = np.pad(drawn[top : top + inked, left : left + width], margin)
        base = rows / 2 + (_baseline(self.path, digit) - self._masters[digit].shape[0] / 2) * size
        return Glyph(digit, ink, float(margin), float(margin), base - (top + inked) - margin)


@cache
def _masters(path: str) -> dict[str, tuple[np.ndarray, float]]:
    """Return a large drawing of each digit, uint8 [height, width], and its thickness in MNIST's pixels."""
    masters = {}
    for digit in DIGITS:
        mask = _font(path).getmask(digit, mode="L")
        ink = np.pad(np.array(mask, np.uint8).reshape(mask.size[::-1]), _PAD)
        inside = cv2.distanceTransform((ink > 127).astype(np.uint8), cv2.DIST_L2, 5)
        ridge = inside[inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8)) - 1e-3]
        masters[digit] = ink, 2 * float(np.median(ridge[ridge > 0])) * BOX / _MASTER
    return masters


@cache
def _font(path: str) -> ImageFont.FreeTypeFont:
    """Load a font in the size in which its digits are `_MASTER` pixels high."""
    trial = ImageFont.truetype(path, _MASTER)
    highest = float(np.median([-trial.getbbox(digit, anchor="ls")[1] for digit in DIGITS]))
    return ImageFont.truetype(path, round(_MASTER * _MASTER / highest))


@cache
def _baseline(path: str, digit: str) -> float:
    """Return the row of the base line in a digit's master."""
    return _PAD - _font(path).getbbox(digit, anchor="ls")[1]


def _thicken(master: np.ndarray, own: float, thickness: float) -> np.ndarray:
    """Return a master whose strokes have another thickness, in MNIST's pixels, as far as they can be thinned."""
    added = max(0.5 * (thickness - own) * _MASTER / BOX, -0.3 * own * _MASTER / BOX)
    added = min(added, _PAD - 2)
    is_ink = (master > 127).astype(np.uint8)
    outside = cv2.distanceTransform(1 - is_ink, cv2.DIST_L2, 5)
    inside = cv2.distanceTransform(is_ink, cv2.DIST_L2, 5)
    return np.clip(255 * (inside - outside + np.float32(added + 0.5)), 0, 255).astype(np.uint8)
