"""Load an image from a path, bytes, a PIL image or an array, checked and converted to grey levels."""

import io
import itertools
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from payment_ml.errors import ImageError

FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP")
MAX_BYTES = 50_000_000
MAX_PIXELS = 50_000_000
_LARGE_IMAGE_PIXELS = 8_000_000  # images from this size on are decoded one at a time, so that memory holds only one

# First bytes of files that people mistake for pictures; the name of a file proves nothing.
_SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"%PDF": "a PDF",
    b"%!PS": "PostScript",
    b"\xc5\xd0\xd3\xc6": "EPS",
    b"<svg": "an SVG drawing",
    b"<?xml": "XML or an SVG drawing",
    b"<!do": "a web page",
    b"<htm": "a web page",
    b"\x1f\x8b": "a gzip archive",
}

_STARTS = {
    "PNG": (b"\x89PNG",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF8",),
    "WEBP": (b"RIFF",),
    "TIFF": (b"II*\x00", b"MM\x00*"),
    "BMP": (b"BM",),
}
_KNOWN_STARTS = tuple(itertools.chain.from_iterable(_STARTS.values()))
_DISPLAY_NAMES = {"WEBP": "WebP"}

# Pillow warns about damaged images before it decides; the errors of this module say whether one can be read.
warnings.filterwarnings("ignore", module=r"PIL\.")
_ROWS_PER_BLOCK = 256  # of a 16-bit image that are scaled together
_large_image_lock = threading.Lock()

Source = str | Path | bytes | bytearray | memoryview | Image.Image | np.ndarray


def load_grey(source: Source) -> np.ndarray:
    """Load an image in grey levels; `load` says which sources it accepts and how it decodes them.

    Returns
    -------
    uint8 [height, width], 0 black, 255 white

    Raises
    ------
    ImageError, TypeError : as `load`
    """
    return load_grey_with_note(source)[0]


def load_grey_with_note(source: Source) -> tuple[np.ndarray, str | None]:
    """Load an image as `load_grey` does, with a note for the user; the note is None if there is nothing to say."""
    image = load(source)
    return np.array(image.convert("L")), note(image)


def note(image: Image.Image) -> str | None:
    """Return a note for the user on an image from `load`; None if there is nothing to say."""
    return "a moving picture: its first frame was read" if image.info.get("animated") else None


def load(
    source: Source, name: str = "the picture", formats: Sequence[str] = FORMATS, maximum_bytes: int = MAX_BYTES
) -> Image.Image:
    """Load and decode an image completely.

    The format (by content, never by name) and the size in bytes and pixels are checked before anything is decoded.
    EXIF orientation is applied, transparency becomes white paper, and 16-bit levels are scaled. Only the first
    frame of an animation is decoded.

    Parameters
    ----------
    source : path, bytes, PIL image, or array (uint8, uint16, bool, or float in [0, 1]) [height, width] or
        [height, width, 1 | 3 | 4]
    name : names bytes in messages; a path has its own name
    formats : some of `FORMATS`
    maximum_bytes : of a path or bytes

    Returns
    -------
    PIL image of mode L or RGB, without metadata; its `info` holds at most the key `animated`

    Raises
    ------
    ImageError : not an image, an unsupported format, truncated, empty or too large
    TypeError : `source` is none of these types
    """
    if isinstance(source, np.ndarray):
        return _to_l_or_rgb(_from_array(source))
    if isinstance(source, Image.Image):
        _check_pixels(source.size, name)
        return _to_l_or_rgb(ImageOps.exif_transpose(source))
    if isinstance(source, bytes | bytearray | memoryview):
        return _decode(bytes(source), name, formats, maximum_bytes)
    if isinstance(source, str | Path):
        path = Path(source)
        return _decode(_read_bytes(path, maximum_bytes), path.name, formats, maximum_bytes)
    raise TypeError(f"expected a path, bytes, a PIL image or an array, but got {type(source).__name__}")


def _read_bytes(path: Path, maximum_bytes: int) -> bytes:
    if not path.exists():
        raise ImageError(f"expected a picture at {path}, but there is no such file; check the path")
    if not path.is_file():
        raise ImageError(f"expected a picture, but {path} is not a regular file; name a file")
    if (size := path.stat().st_size) > maximum_bytes:
        raise ImageError(_too_many_bytes(path.name, size, maximum_bytes))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ImageError(f"expected to read {path}, but got: {error.strerror}; check its permissions") from error


def _decode(content: bytes, name: str, formats: Sequence[str], maximum_bytes: int) -> Image.Image:
    if not content:
        raise ImageError(f"expected a picture, but {name} is empty (0 bytes); choose another file")
    if len(content) > maximum_bytes:
        raise ImageError(_too_many_bytes(name, len(content), maximum_bytes))
    with _opened(content, name, formats) as image:
        _check_pixels(image.size, name)
        # Refuse a truncated image, and a changed one where the format has checksums.
        if image.format == "PNG":
            _verify_png_checksums(content, name)
        try:
            if image.width * image.height < _LARGE_IMAGE_PIXELS:
                return _decode_pixels(image)
            with _large_image_lock:
                return _decode_pixels(image)
        except Exception as error:  # decoders of damaged files raise whatever they like
            raise ImageError(_damaged(name, error)) from error


def _decode_pixels(image: Image.Image) -> Image.Image:
    animated = bool(getattr(image, "is_animated", False))
    image.seek(0)
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    flat = _to_l_or_rgb(image)
    if animated:
        flat.info["animated"] = True
    return flat


@contextmanager
def _opened(content: bytes, name: str, formats: Sequence[str]) -> Iterator[Image.Image]:
    """Open an image and read its header alone."""
    try:
        image = Image.open(io.BytesIO(content), formats=tuple(formats))
    except UnidentifiedImageError as error:
        raise ImageError(_not_a_picture(content, name, formats)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        pixel_count = re.search(r"\d+", str(error))  # Pillow gives it nowhere else
        size = f"{int(pixel_count[0]) / 1e6:,.0f} million" if pixel_count else "far more"
        raise ImageError(_too_many_pixels(name, size)) from error
    except Exception as error:
        raise ImageError(
            f"expected a whole picture, but the header of {name} is damaged or absurd ({error})"
        ) from error
    with image:
        yield image


def _verify_png_checksums(content: bytes, name: str) -> None:
    """Compare the checksum of every chunk of a PNG; decoding checks only some of them."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()
    except Exception as error:
        raise ImageError(_damaged(name, error)) from error


def _damaged(name: str, error: Exception) -> str:
    return f"expected a whole picture, but {name} is truncated or damaged ({error}); save or scan it again"


def _check_pixels(size: tuple[int, int], name: str) -> None:
    width, height = size
    if min(size) < 1:
        raise ImageError(f"expected a picture, but {name} has no pixels ({width} x {height})")
    if width * height > MAX_PIXELS:
        raise ImageError(_too_many_pixels(name, f"{width} x {height}"))


def _to_l_or_rgb(image: Image.Image) -> Image.Image:
    """Convert an image of any mode to L or RGB."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return Image.fromarray(_scale_16_bit(np.asarray(image)))
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        image = paper
    flat = image.convert("L" if image.mode in ("L", "1") else "RGB")
    flat.info.clear()
    return flat


def _scale_16_bit(levels: np.ndarray) -> np.ndarray:
    scaled = np.empty(levels.shape, np.uint8)
    # In blocks, since a copy of a large image in floats would take several times its memory.
    for i in range(0, len(levels), _ROWS_PER_BLOCK):
        rows = np.clip(levels[i : i + _ROWS_PER_BLOCK].astype(np.float32), 0, 65535)
        scaled[i : i + _ROWS_PER_BLOCK] = np.round(rows / 257)
    return scaled


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ImageError(f"expected an array [height, width] or [height, width, 1 | 3 | 4], but got {array.shape}")
    _check_pixels((array.shape[1], array.shape[0]), "the array")
    if array.dtype == np.uint16:
        array = _scale_16_bit(array)
    elif array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif np.issubdtype(array.dtype, np.floating):
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise ImageError(
                f"expected floats in [0, 1], but got values from {array.min()} to {array.max()}; "
                "divide by 255 or pass uint8"
            )
        array = np.round(array * 255).astype(np.uint8)
    elif array.dtype != np.uint8:
        raise ImageError(f"expected an array of uint8, uint16, bool or float, but got {array.dtype}")
    return Image.fromarray(np.ascontiguousarray(array))


def _too_many_pixels(name: str, size: str) -> str:
    return (
        f"expected at most {MAX_PIXELS // 10**6} million pixels, but {name} has {size}; "
        "cut out the amount or save it smaller"
    )


def _too_many_bytes(name: str, size: int, maximum_bytes: int) -> str:
    return (
        f"expected at most {maximum_bytes / 1e6:.0f} MB, but {name} has {size / 1e6:.1f} MB; "
        "cut out the amount or save it smaller"
    )


def _not_a_picture(content: bytes, name: str, formats: Sequence[str]) -> str:
    *most, last = (_DISPLAY_NAMES.get(form, form) for form in formats)
    expected = f"{', '.join(most)} or {last}" if most else last
    if content.startswith(_KNOWN_STARTS):
        kind = next((form for form, starts in _STARTS.items() if content.startswith(starts)), None)
        if kind in FORMATS and kind not in formats:
            return f"expected a {expected}, but {name} is a {_DISPLAY_NAMES.get(kind, kind)}; save it again as PNG"
        return f"expected a whole picture, but {name} is damaged from its beginning on; save or scan it again"
    start = content[:64].lstrip().lower()
    file_type = next((label for magic, label in _SIGNATURES.items() if start.startswith(magic.lower())), None)
    if file_type is None:
        words = content[:64].decode("ascii", "replace").split()
        is_text = words and all(word.isprintable() and word.isascii() for word in words)
        file_type = "text" if is_text else "nothing known"
    return f"expected a {expected}, but {name} starts like {file_type}; if it is a picture, save it again as PNG"
