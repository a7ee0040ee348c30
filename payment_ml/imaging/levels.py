"""Convert pixels of any mode, range and colour to 8-bit levels."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from payment_ml.imaging import background

_ROWS_PER_BLOCK = (
    256  # that are scaled together, since a copy of a large image in floats takes several times its memory
)
_SMALL_SHARE = 1 / 16  # of its type's range; an image that uses less is scaled by its own range
_INTEGER_RANGES = tuple((0, 2**bits - 1) for bits in (8, 10, 12, 14, 16, 31, 32))  # what cameras and scanners give
_FLOAT_RANGES = ((0, 1), (0, 255), (0, 65535))
_SAMPLE_FORMAT = 339  # the tag of a TIFF that tells signed from unsigned integers; Pillow reads both as signed

_MOST_OPAQUE = 128  # alpha from which on a pixel belongs to the strokes
_LIGHT_STROKES = 170  # level; where even the darkest strokes are lighter, they were written for a dark background
_DARKEST_SHARE = 0.02  # of the strokes that count as their darkest

_SAMPLED_PIXELS = 16_384  # of an image, from which its contrast is estimated
_GLANCED_PIXELS = 96  # of an image, that show in nearly all of them that luminance is clear enough
_CLEAR_RANGE = 64  # grey levels among these from which on an image is not asked for its colours
_LOW_CONTRAST = 48  # grey levels between paper and ink
_OUTLIERS = 0.003  # share of the pixels at either end that contrast leaves out
_COLOUR_GAIN = 2  # the contrast of a colour channel must exceed that of the luminance by this factor


def to_l_or_rgb(image: Image.Image) -> tuple[Image.Image, str | None]:
    """Convert an image of any mode to L or RGB.

    Wide levels are scaled by `to_8_bit`. Transparency becomes white paper, or black behind light strokes.

    Returns
    -------
    the image, without metadata, and a note for the user; None if there is nothing to say
    """
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return Image.fromarray(to_8_bit(_unsigned(image))), None
    note = None
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        image, note = _without_transparency(image.convert("RGBA"))
    flat = image.convert("L" if image.mode in ("L", "1") else "RGB")
    flat.info.clear()
    return flat, note


def to_8_bit(levels: np.ndarray) -> np.ndarray:
    """Scale levels of any type to 0 to 255.

    The range is that of the type: of integers the number of bits that hold all levels, of floats 1, 255 or 65535. An
    image that uses a small part of it, or lies outside of it, is scaled by its own range.

    Parameters
    ----------
    levels : integer or float [height, width]; NaN counts as the lightest level

    Returns
    -------
    uint8 [height, width]
    """
    is_float = levels.dtype.kind == "f"
    if levels.dtype.itemsize <= 2 and is_float:
        levels = levels.astype(np.float32)
    low, high = _range(levels, _FLOAT_RANGES if is_float else _INTEGER_RANGES)
    span = max(high - low, 1e-30)
    scaled = np.empty(levels.shape, np.uint8)
    for i in range(0, len(levels), _ROWS_PER_BLOCK):
        rows = levels[i : i + _ROWS_PER_BLOCK]
        if is_float:
            rows = np.nan_to_num(rows, nan=high)
        rows = np.clip(rows if is_float else rows.astype(np.float64 if span > 2**24 else np.float32), low, high) - low
        # Factor or divisor, so that it is exact for the usual ranges 1 and 65535.
        scaled[i : i + _ROWS_PER_BLOCK] = np.round(rows * (255 / span) if span <= 255 else rows / (span / 255))
    return scaled


def to_grey(image: Image.Image) -> np.ndarray:
    """Return an image's luminance, or its colour channel with the most contrast where luminance has hardly any.

    Parameters
    ----------
    image : mode L or RGB

    Returns
    -------
    uint8 [height, width], 0 black, 255 white
    """
    grey = np.array(image.convert("L"))
    if image.mode == "L":
        return grey
    few = grey.ravel()[:: grey.size // _GLANCED_PIXELS + 1].tobytes()
    if max(few) - min(few) >= _CLEAR_RANGE:  # a glance is enough for nearly all images, and costs next to nothing
        return grey
    step = max(1, math.isqrt(grey.size // _SAMPLED_PIXELS))
    sample = grey[::step, ::step]
    own = _contrast(sample)
    if own >= _LOW_CONTRAST:
        return grey
    channels = np.asarray(image)
    contrasts = [_contrast(channels[::step, ::step, i]) for i in range(3)]
    best = int(np.argmax(contrasts))
    if contrasts[best] < max(_COLOUR_GAIN * own, _LOW_CONTRAST):
        return grey
    return np.ascontiguousarray(channels[:, :, best])


def _contrast(sample: np.ndarray) -> int:
    low, high = background.grey_quantiles(np.ascontiguousarray(sample), _OUTLIERS, 1 - _OUTLIERS)
    return high - low


def _range(levels: np.ndarray, usual: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return the levels that become 0 and 255: the first range in `usual` that holds all levels, or the image's own."""
    if levels.dtype.kind == "f":
        finite = levels[np.isfinite(levels)]
        if finite.size == 0:
            return 0, 1
        low, high = float(finite.min()), float(finite.max())
    else:
        low, high = int(levels.min()), int(levels.max())
    for lowest, highest in usual:
        if lowest <= low and high <= highest:
            is_used = high - low >= _SMALL_SHARE * (highest - lowest) or high == low
            return (lowest, highest) if is_used else (low, high)
    return low, high


def _unsigned(image: Image.Image) -> np.ndarray:
    """Return the levels of an image of mode I, I;16 or F; those of an unsigned 32-bit TIFF without the sign."""
    levels = np.asarray(image)
    if image.mode == "I" and getattr(image, "tag_v2", {}).get(_SAMPLE_FORMAT, (1,)) in (1, (1,)):
        is_wrapped = image.format == "TIFF" and levels.min() < 0
        return levels.view(np.uint32) if is_wrapped else levels
    return levels


def _without_transparency(image: Image.Image) -> tuple[Image.Image, str | None]:
    """Put an image of mode RGBA on white, or on black where light strokes stand on a transparent background."""
    alpha = image.getchannel("A")
    dark = _has_light_strokes(image, alpha)
    paper = Image.new("RGB", image.size, "black" if dark else "white")
    paper.paste(image, mask=alpha)
    return paper, "light strokes on a transparent background were put on black" if dark else None


def _has_light_strokes(image: Image.Image, alpha: Image.Image) -> bool:
    """Return True if most of an image is transparent, and the rest is light.

    A light sheet of paper with transparent edges is not meant: it covers more than half of its image.
    """
    covered = alpha.histogram()
    opaque = sum(covered[_MOST_OPAQUE:])
    if opaque == 0 or 2 * opaque > alpha.width * alpha.height:
        return False
    mask = alpha.point([0] * _MOST_OPAQUE + [255] * (256 - _MOST_OPAQUE))
    strokes = np.cumsum(image.convert("L").histogram(mask))
    return int(np.searchsorted(strokes, _DARKEST_SHARE * opaque)) >= _LIGHT_STROKES
