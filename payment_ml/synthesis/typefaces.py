"""Print text as forms and machines do, in the typefaces that come with Matplotlib."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from PIL import ImageFont

# Files of Matplotlib's `mpl-data/fonts/ttf`: DejaVu, STIX (like Times) and Computer Modern, with and without serifs,
# proportional and of one pitch.
_FILES = (
    "DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf", "STIXGeneral.ttf", "STIXGeneralBol.ttf", "cmr10.ttf", "cmss10.ttf", "cmtt10.ttf",
)  # fmt: skip
_DIGIT_HEIGHT = {"cm": 0.645, "STIX": 0.676, "DejaVu": 0.729}  # of the size of a typeface
_EVERY_SIGN = 6  # so many at the beginning of `_FILES` have ₹ and €

COUNT = len(_FILES)


@dataclass(frozen=True)
class PrintedText:
    """Hold the ink of a printed text and where it stands on the line; all numbers are pixels."""

    ink: np.ndarray  # uint8 [height, width], 0 bare paper, 255 full ink, cropped to its ink
    left: float  # from the origin to the left edge
    bottom: int  # from the base line up to the lower edge, negative below it
    advance: float  # from the origin to that of the next character


def choose(rng: np.random.Generator, text: str = "") -> int:
    """Draw a typeface that has the characters of a text."""
    return int(rng.integers(COUNT if text.isascii() else _EVERY_SIGN))


def print_text(text: str, typeface: int, height: float) -> PrintedText:
    """Print a text; `typeface` is 0 to `COUNT` - 1, `height` that of a digit in pixels."""
    font = _font(typeface, max(4, round(height)))
    mask, (left, above) = font.getmask2(text, mode="L", anchor="ls")
    width, rows = mask.size
    return PrintedText(
        np.array(mask, np.uint8).reshape(rows, width), float(left), -(above + rows), font.getlength(text)
    )


@cache
def _font(typeface: int, height: int) -> ImageFont.FreeTypeFont:
    """Load a typeface in the size in which its digits are so many pixels high."""
    name = _FILES[typeface]
    share = next(share for family, share in _DIGIT_HEIGHT.items() if name.startswith(family))
    path = resources.files("matplotlib") / "mpl-data" / "fonts" / "ttf" / name
    return ImageFont.truetype(str(path), height / share, layout_engine=ImageFont.Layout.BASIC)
