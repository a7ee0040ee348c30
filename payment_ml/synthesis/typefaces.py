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
_EVERY_SIGN = 6  # so many at the beginning of `_FILES` have ₹
_ACCENTS = 8  # so many at the beginning have € and the accents of western Europe
_ARABIC = 4  # so many at the beginning have Arabic letters

COUNT = len(_FILES)
_WESTERN = {chr(code) for code in range(256)} | set("€œŒ")


@dataclass(frozen=True)
class PrintedText:
    """Hold the ink of a printed text and where it stands on the line; all numbers are pixels."""

    ink: np.ndarray  # uint8 [height, width], 0 bare paper, 255 full ink, cropped to its ink
    left: float  # from the origin to the left edge
    bottom: int  # from the base line up to the lower edge, negative below it
    advance: float  # from the origin to that of the next character


def choose(rng: np.random.Generator, text: str = "") -> int:
    """Draw a typeface that has the characters of a text."""
    return int(rng.integers(_count_with(text)))


def having(text: str, typeface: int) -> int:
    """Return a typeface if it has the characters of a text, and another one that has them if not."""
    return typeface % _count_with(text)


def print_text(text: str, typeface: int, height: float) -> PrintedText:
    """Print a text; `typeface` is 0 to `COUNT` - 1, `height` that of a digit in pixels."""
    font = _font(typeface, max(4, round(height)), _is_arabic(text))
    mask, (left, above) = font.getmask2(text, mode="L", anchor="ls")
    width, rows = mask.size
    return PrintedText(
        np.array(mask, np.uint8).reshape(rows, width), float(left), -(above + rows), font.getlength(text)
    )


def _count_with(text: str) -> int:
    """Return how many typefaces, from the first one on, have the characters of a text."""
    if text.isascii():
        return COUNT
    if set(text) <= _WESTERN:
        return _ACCENTS
    return _ARABIC if _is_arabic(text) else _EVERY_SIGN


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= character <= "\u06ff" for character in text)


@cache
def _font(typeface: int, height: int, is_shaped: bool) -> ImageFont.FreeTypeFont:
    """Load a typeface in the size in which its digits are so many pixels high; Arabic letters are shaped and joined."""
    name = _FILES[typeface]
    share = next(share for family, share in _DIGIT_HEIGHT.items() if name.startswith(family))
    path = resources.files("matplotlib") / "mpl-data" / "fonts" / "ttf" / name
    engine = ImageFont.Layout.RAQM if is_shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(str(path), height / share, layout_engine=engine)
