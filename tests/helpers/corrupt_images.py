"""Small pictures of every format, and damage to them: what a fuzzer feeds."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from payment_ml.synthesis import amount_images, glyphs

_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def encode(image: Image.Image, form: str, **options) -> bytes:
    """The bytes of a picture in a format."""
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def seeds(alphabet: glyphs.GlyphBank, rng: np.random.Generator) -> list[bytes]:
    """Whole pictures of written amounts: every format that is read, in the variants that decoders treat differently."""
    shot = amount_images.render_amount(alphabet, rng, max_digit_height=24).image
    colour, grey = Image.fromarray(shot), Image.fromarray(shot).convert("L")
    alpha, deep = colour.convert("RGBA"), Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [grey.rotate(angle) for angle in (3, 6)]
    return [
        *(encode(each, "PNG") for each in (colour, grey, alpha, colour.convert("P"), grey.convert("1"), deep)),
        encode(alpha.convert("LA"), "PNG", exif=exif),
        encode(grey, "PNG", save_all=True, append_images=frames),
        *(encode(each, "JPEG", quality=80) for each in (colour, grey, colour.convert("CMYK"))),
        encode(colour, "JPEG", progressive=True, exif=exif),
        encode(grey, "GIF"),
        encode(grey, "GIF", save_all=True, append_images=frames),
        *(encode(colour, "TIFF", compression=each) for each in ("raw", "tiff_lzw", "tiff_deflate", "jpeg", "packbits")),
        encode(deep, "TIFF"),
        encode(grey.convert("1"), "TIFF", compression="group4"),
        encode(grey, "TIFF", save_all=True, append_images=frames),
        encode(colour, "WEBP"),
        encode(alpha, "WEBP", lossless=True),
        encode(colour, "WEBP", save_all=True, append_images=[each.convert("RGB") for each in frames]),
        encode(colour, "BMP"),
        encode(grey.convert("1"), "BMP"),
    ]


def mutate(content: bytes, others: list[bytes], rng: np.random.Generator) -> bytes:
    """A picture with one to eight damages; of half of the PNGs the checksums are mended, or none would get far."""
    damaged = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        if not damaged:
            break
        place = int(rng.integers(len(damaged)))
        length = int(rng.integers(1, 64))
        match rng.integers(8):
            case 0:
                damaged[place] ^= 1 << int(rng.integers(8))
            case 1:
                damaged[place : place + length] = rng.bytes(length)
            case 2:
                del damaged[place : place + length]
            case 3:
                damaged[place:place] = damaged[place : place + length]
            case 4:
                del damaged[place:]
            case 5:
                number = struct.pack(rng.choice([">I", "<I"]), _NUMBERS[rng.integers(len(_NUMBERS))])
                damaged[place : place + 4] = number
            case 6:
                head = int(rng.integers(min(64, len(damaged))))  # where the sizes are
                damaged[head] = _NUMBERS[rng.integers(5)]
            case 7:
                other = others[rng.integers(len(others))]
                damaged[place:] = other[int(rng.integers(len(other))) :]
    if damaged[:4] == b"\x89PNG" and rng.random() < 0.5:
        return _mend_sums(bytes(damaged))
    return bytes(damaged)


def _mend_sums(content: bytes) -> bytes:
    """A PNG whose parts have the checksums of what they hold by now."""
    mended, place = bytearray(content[:8]), 8
    while place + 12 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        part = content[place + 4 : place + 8 + length]
        if len(part) < 4 + length:
            break
        mended += struct.pack(">I", length) + part + struct.pack(">I", zlib.crc32(part))
        place += 12 + length
    return bytes(mended + content[place:])
