"""Use an image's metadata for its orientation and the shape of its pixels, and ignore metadata that is damaged."""

import math
import struct
import zlib

from PIL import ExifTags, Image

# Chunks of a PNG that hold no pixels, and that are not read here. Sources: the PNG specification, third edition, and
# its registered extensions.
_PNG_UNUSED = {
    b"bKGD", b"cHRM", b"cICP", b"cLLI", b"dSIG", b"gAMA", b"hIST", b"iCCP", b"iTXt", b"mDCV", b"oFFs", b"pCAL",
    b"sBIT", b"sCAL", b"sPLT", b"sRGB", b"sTER", b"tEXt", b"tIME", b"zTXt",
}  # fmt: skip
_PNG_USED = {b"eXIf", b"pHYs"}  # metadata that is read here
_PNG_SIGNATURE_BYTES = 8
_CHUNK_FRAME_BYTES = 12  # length, type and checksum of a PNG's chunk

_METHODS = {  # how an image is turned upright, by its EXIF orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_IGNORED = "damaged metadata was ignored"
_SQUARE_TOLERANCE = 1.1  # ratio of the resolutions up to which pixels count as square; 204 x 196 dpi of a fax do
_MAX_ASPECT = 3.0  # ratio of the resolutions; a larger one is a mistake of the program that wrote it


def check_png(content: bytes) -> tuple[bytes, str | None]:
    """Compare the checksum of every chunk of a PNG, and leave out metadata that is not needed or damaged.

    Decoding checks only some of the chunks, and refuses an image because of damaged or oversized metadata.

    Returns
    -------
    the PNG's content, and a note for the user; None if nothing was damaged

    Raises
    ------
    ValueError : a chunk with pixels is damaged, or the end is missing
    """
    kept, note = [content[:_PNG_SIGNATURE_BYTES]], None
    is_changed, offset = False, _PNG_SIGNATURE_BYTES
    while True:
        header = content[offset : offset + 8]
        if len(header) < 8:
            raise ValueError("it has no end")
        length, kind = struct.unpack(">I4s", header)
        end = offset + _CHUNK_FRAME_BYTES + length
        checksum = zlib.crc32(memoryview(content)[offset + 4 : end - 4])
        is_damaged = end > len(content) or content[end - 4 : end] != struct.pack(">I", checksum)
        if is_damaged and kind not in _PNG_UNUSED | _PNG_USED:
            raise ValueError(f"wrong checksum of {kind!r}")
        if kind in _PNG_UNUSED or is_damaged:
            is_changed, note = True, _IGNORED if is_damaged else note
        else:
            kept.append(content[offset:end])
        if kind == b"IEND":
            return (b"".join(kept) if is_changed else content), note
        offset = end


def orientation(image: Image.Image) -> tuple[Image.Transpose | None, str | None]:
    """Return how to turn an image upright, by its EXIF data, and a note if that is damaged; None for neither."""
    try:
        return _METHODS.get(image.getexif().get(ExifTags.Base.Orientation, 1)), None
    except Exception:  # noqa: BLE001 - parsers of damaged metadata raise whatever they like
        return None, _IGNORED


def square_size(image: Image.Image, max_pixels: int) -> tuple[int, int] | None:
    """Return the width and height at which an image's pixels are square; None if they are.

    A fax has 204 x 98 dots per inch. The coarser axis is enlarged, unless the image then had too many pixels.

    Parameters
    ----------
    max_pixels : of the enlarged image
    """
    aspect = _pixel_aspect(image)
    if aspect is None or 1 / _SQUARE_TOLERANCE <= aspect <= _SQUARE_TOLERANCE:
        return None
    width, height = image.size
    enlarged = (width, round(height * aspect)) if aspect > 1 else (round(width / aspect), height)
    reduced = (round(width / aspect), height) if aspect > 1 else (width, round(height * aspect))
    size = enlarged if enlarged[0] * enlarged[1] <= max_pixels else reduced
    return max(size[0], 1), max(size[1], 1)


def _pixel_aspect(image: Image.Image) -> float | None:
    """Return the horizontal resolution divided by the vertical one; None if it is unknown or absurd."""
    info = image.info
    pair = info.get("dpi") or info.get("resolution") or info.get("aspect")
    if pair is None and info.get("jfif_unit") == 0:  # the densities of a JPEG are then a ratio
        pair = info.get("jfif_density")
    try:
        horizontal, vertical = (float(value) for value in pair or ())
        aspect = horizontal / vertical
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return aspect if math.isfinite(aspect) and 1 / _MAX_ASPECT <= aspect <= _MAX_ASPECT else None
