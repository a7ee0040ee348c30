"""Make small images in each format, and damage their bytes, for fuzz tests."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from payment_ml.synthesis import amount_images, glyphs

# Values at the limits of their types, which decoders may mishandle.
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def encode(image: Image.Image, file_format: str, **options: Any) -> bytes:
    """Encode an image in a format, with the options of `PIL.Image.Image.save`."""
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def seeds(glyph_bank: glyphs.GlyphBank, rng: np.random.Generator) -> list[bytes]:
    """Encode an image of an amount in each supported format, in the variants that decoders treat differently."""
    colour = Image.fromarray(amount_images.render_amount(glyph_bank, rng, max_digit_height=24).image)
    grey = colour.convert("L")
    alpha, deep = colour.convert("RGBA"), Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [grey.rotate(angle) for angle in (3, 6)]
    return [
        *(encode(image, "PNG") for image in (colour, grey, alpha, colour.convert("P"), grey.convert("1"), deep)),
        encode(alpha.convert("LA"), "PNG", exif=exif),
        encode(grey, "PNG", save_all=True, append_images=frames),
        *(encode(image, "JPEG", quality=80) for image in (colour, grey, colour.convert("CMYK"))),
        encode(colour, "JPEG", progressive=True, exif=exif),
        encode(grey, "GIF"),
        encode(grey, "GIF", save_all=True, append_images=frames),
        *(encode(colour, "TIFF", compression=name) for name in ("raw", "tiff_lzw", "tiff_deflate", "jpeg", "packbits")),
        encode(deep, "TIFF"),
        encode(grey.convert("1"), "TIFF", compression="group4"),
        encode(grey, "TIFF", save_all=True, append_images=frames),
        encode(colour, "WEBP"),
        encode(alpha, "WEBP", lossless=True),
        encode(colour, "WEBP", save_all=True, append_images=[frame.convert("RGB") for frame in frames]),
        encode(colour, "BMP"),
        encode(grey.convert("1"), "BMP"),
    ]


def mutate(content: bytes, others: list[bytes], rng: np.random.Generator) -> bytes:
    """Damage the bytes of an image one to eight times.

    The checksums of half of the PNGs are corrected, since decoders would reject all of them early otherwise.

    Parameters
    ----------
    others : encoded images, of which parts may be spliced in
    """
    damaged = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        if not damaged:
            break
        offset = int(rng.integers(len(damaged)))
        length = int(rng.integers(1, 64))
        match rng.integers(8):
            case 0:
                damaged[offset] ^= 1 << int(rng.integers(8))
            case 1:
                damaged[offset : offset + length] = rng.bytes(length)
            case 2:
                del damaged[offset : offset + length]
            case 3:
                damaged[offset:offset] = damaged[offset : offset + length]
            case 4:
                del damaged[offset:]
            case 5:
                number = struct.pack(rng.choice([">I", "<I"]), _NUMBERS[rng.integers(len(_NUMBERS))])
                damaged[offset : offset + 4] = number
            case 6:
                header_offset = int(rng.integers(min(64, len(damaged))))  # headers hold the sizes
                damaged[header_offset] = _NUMBERS[rng.integers(5)]
            case 7:
                donor = others[rng.integers(len(others))]
                damaged[offset:] = donor[int(rng.integers(len(donor))) :]
    if damaged[:4] == b"\x89PNG" and rng.random() < 0.5:
        return _correct_checksums(bytes(damaged))
    return bytes(damaged)


def _correct_checksums(content: bytes) -> bytes:
    """Return a PNG whose chunks have the checksums of their present content."""
    corrected, offset = bytearray(content[:8]), 8
    while offset + 12 <= len(content):
        (length,) = struct.unpack(">I", content[offset : offset + 4])
        chunk = content[offset + 4 : offset + 8 + length]
        if len(chunk) < 4 + length:
            break
        corrected += struct.pack(">I", length) + chunk + struct.pack(">I", zlib.crc32(chunk))
        offset += 12 + length
    return bytes(corrected + content[offset:])
