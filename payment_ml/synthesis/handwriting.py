"""Write words in handwriting fonts, varied as a hand varies; digits have hands of their own.

The fonts lie in data/fonts, which has their licences. Nothing is trained on the held-out ones.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from PIL import ImageFont

from payment_ml import paths

HELD_OUT_FONTS = ("delius", "satisfy", "zeyada")
_FOLDER = "data/fonts"
# Pixels of a font's size at which words are drawn before they are bent and reduced: smaller writing needs less.
_LARGE, _SMALL = 72, 40
_SMALL_HEIGHT = 16  # pixels of a capital letter up to which writing is small
_CAPITAL = "H"
_KNOTS = 1.5  # capital heights between the points by which a word is bent
_BENT = 0.05  # standard deviation of the bends, in capital heights, of a hand of unsteadiness 1


@dataclass(frozen=True)
class WordHand:
    """Describe a hand that writes words."""

    font: str  # name of the font, one of `font_names`
    slant: float  # x per y, positive to the right
    stretch: float  # widths, 1 those of the font
    thickening: float  # of the strokes, in capital heights; negative: thinner
    unsteadiness: float  # of the base line, sizes and bends, about 1
    gap: float  # between words, in capital heights


@dataclass(frozen=True)
class WrittenWords:
    """Hold the ink of a text."""

    ink: np.ndarray  # float32 [height, width], 0 bare paper to 1 full ink, cropped to its ink
    base: int  # row of the base line


@cache
def font_names() -> tuple[str, ...]:
    """Return the names of all handwriting fonts, in alphabetical order.

    Raises
    ------
    FileNotFoundError : the folder of the fonts is empty or missing
    """
    folder = paths.resource(_FOLDER)
    if names := tuple(sorted(path.stem for path in folder.glob("*.woff2"))):
        return names
    raise FileNotFoundError(
        f"expected handwriting fonts (*.woff2) in {folder}, which travels with the code; found none"
    )


def random_hand(rng: np.random.Generator, held_out: bool = False) -> WordHand:
    """Draw a hand; with `held_out`, one of a font that nothing is trained on."""
    fonts = HELD_OUT_FONTS if held_out else tuple(name for name in font_names() if name not in HELD_OUT_FONTS)
    return WordHand(
        font=fonts[int(rng.integers(len(fonts)))],
        slant=float(rng.normal(0, 0.15)),
        stretch=float(np.exp(rng.normal(0, 0.15))),
        thickening=float(rng.normal(0, 0.02)),
        unsteadiness=float(rng.uniform(0.2, 1.6)),
        gap=float(rng.uniform(0.35, 1.1)),
    )


def write_words(text: str, hand: WordHand, height: float, rng: np.random.Generator) -> WrittenWords:
    """Write a text on one line.

    Parameters
    ----------
    text : words with blanks between them, not empty
    hand : that writes
    height : of a capital letter in pixels

    Raises
    ------
    OSError : the file of the font cannot be read
    """
    font = _load_font(hand.font, _SMALL if height <= _SMALL_HEIGHT else _LARGE)
    words = [_write_word(word, hand, font, rng) for word in text.split()]
    gaps = [round(hand.gap * _capital_height(font) * rng.uniform(0.7, 1.3)) for _ in words[1:]]
    base = max(word.base for word in words)
    below = max(word.ink.shape[0] - word.base for word in words)
    line = np.zeros((base + below, sum(word.ink.shape[1] for word in words) + sum(gaps)), np.float32)
    x = 0
    for word, gap in zip(words, [*gaps, 0], strict=True):
        line[base - word.base : base - word.base + word.ink.shape[0], x : x + word.ink.shape[1]] = word.ink
        x += word.ink.shape[1] + gap
    scale = height / _capital_height(font)
    size = max(1, round(line.shape[1] * scale * hand.stretch)), max(1, round(line.shape[0] * scale))
    ink: np.ndarray = cv2.resize(line, size, interpolation=cv2.INTER_AREA)
    return _crop(WrittenWords(ink, min(size[1], round(base * scale))))


def _write_word(word: str, hand: WordHand, font: ImageFont.FreeTypeFont, rng: np.random.Generator) -> WrittenWords:
    mask, (_, above) = font.getmask2(word, mode="L", anchor="ls")
    width, rows = mask.size
    capital = _capital_height(font)
    room = round(0.5 * capital)
    drawn = np.array(mask, np.uint8).reshape(rows, width)
    ink = cv2.copyMakeBorder(drawn, room, room, room, room, cv2.BORDER_CONSTANT, value=0)
    base = room - above
    ink = _thicken(ink, round(2 * hand.thickening * capital))
    bent = _bend(ink, base, capital, hand, rng)
    drift = round(rng.normal(0, 0.03) * hand.unsteadiness * capital)
    return _crop(WrittenWords(bent.astype(np.float32) / np.float32(255), base + drift))


def _thicken(ink: np.ndarray, pixels: int) -> np.ndarray:
    """Make strokes thicker by so many pixels, or thinner if negative, but not so thin that they vanish."""
    if pixels == 0:
        return ink
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(pixels) + 1, abs(pixels) + 1))
    changed: np.ndarray = cv2.dilate(ink, brush) if pixels > 0 else cv2.max(cv2.erode(ink, brush), ink // 2)
    return changed


def _bend(ink: np.ndarray, base: int, capital: float, hand: WordHand, rng: np.random.Generator) -> np.ndarray:
    """Bend and slant a word, so that no letter is twice the same."""
    height, width = ink.shape
    knots = max(2, round(height / (_KNOTS * capital))), max(2, round(width / (_KNOTS * capital)))
    bends = rng.normal(0, _BENT * hand.unsteadiness * capital, (2, *knots)).astype(np.float32)
    across, down = (cv2.resize(bend, (width, height), interpolation=cv2.INTER_CUBIC) for bend in bends)
    margin = round(abs(hand.slant) * height)  # more room for what slants beyond either end
    across, down = (cv2.copyMakeBorder(bend, 0, 0, margin, margin, cv2.BORDER_REPLICATE) for bend in (across, down))
    x = np.arange(-margin, width + margin, dtype=np.float32) + across
    y = np.arange(height, dtype=np.float32)[:, None] + down
    bent: np.ndarray = cv2.remap(ink, x + np.float32(hand.slant) * (y - base), y, cv2.INTER_LINEAR)
    return bent


def _crop(words: WrittenWords) -> WrittenWords:
    """Leave out what is bare around the ink; the base line stays where it is, even below all ink."""
    rows, columns = (np.flatnonzero(words.ink.max(axis=axis) > 0.1) for axis in (1, 0))
    if not len(rows):
        return words
    top, bottom = min(int(rows[0]), words.base), max(int(rows[-1]) + 1, words.base)
    ink = words.ink[max(0, top) : bottom, columns[0] : columns[-1] + 1]
    return WrittenWords(ink, words.base - max(0, top))


@cache
def _capital_height(font: ImageFont.FreeTypeFont) -> float:
    """Return the height in pixels in which a font draws a capital letter."""
    return float(font.getmask(_CAPITAL).size[1])


@cache
def _load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    path = paths.resource(_FOLDER) / f"{name}.woff2"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)
