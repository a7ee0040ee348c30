"""Test imaging.image_metadata: metadata turns and stretches an image, and damaged metadata changes nothing."""

import struct
import zlib

import numpy as np
import pytest
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging import image_metadata
from payment_ml.imaging.image_loading import load_grey, load_grey_with_note

IGNORED = "damaged metadata was ignored"


@pytest.fixture
def image(rng) -> Image.Image:
    """Return an image of noise."""
    return Image.fromarray(rng.integers(0, 255, (40, 60), dtype=np.uint8))


def with_chunk(png: bytes, kind: bytes, data: bytes, damage: bool = False) -> bytes:
    """Return a PNG with another chunk behind its header; a damaged one has the wrong checksum."""
    checksum = zlib.crc32(kind + data) ^ (1 if damage else 0)
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
    return png[:33] + chunk + png[33:]


@pytest.mark.parametrize(
    ("kind", "data", "damage", "note"),
    [
        (b"eXIf", b"no EXIF data at all", False, IGNORED),
        (b"eXIf", b"MM\0*\0\0\0\x08", True, IGNORED),
        (b"iCCP", b"profile\0\0no zlib stream", False, None),
        (b"iCCP", b"profile\0\0" + zlib.compress(b"\0" * 9), True, IGNORED),
        (b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 70_000_000), False, None),
        (b"pHYs", b"\0\0\0\1\0\0\0\2\0", True, IGNORED),
    ],
    ids=["eXIf", "eXIf checksum", "profile", "profile checksum", "text bomb", "resolution checksum"],
)
def test_damaged_metadata_of_a_png_is_ignored(image, kind, data, damage, note):
    """The pixels are all there."""
    grey, said = load_grey_with_note(with_chunk(encode(image, "PNG"), kind, data, damage))
    assert np.array_equal(grey, np.asarray(image))
    assert said == note


@pytest.mark.parametrize("segment", [b"\xff\xe1\0\x10Exif\0\0garbage!", b"\xff\xe2\0\x12ICC_PROFILE\0\x09\x02xx"])
def test_damaged_metadata_of_a_jpeg_is_ignored(image, segment):
    """EXIF data and a profile that are none."""
    content = encode(image, "JPEG", quality=95)
    assert np.array_equal(load_grey(content[:2] + segment + content[2:]), load_grey(content))


@pytest.mark.parametrize("kind", [b"IDAT", b"tRNS", b"acTL", b"quUx"])
def test_a_damaged_chunk_that_may_hold_pixels_is_refused(image, kind):
    """Its checksum is wrong."""
    with pytest.raises(ImageError, match="truncated or damaged"):
        load_grey(with_chunk(encode(image, "PNG"), kind, b"\0\0", damage=True))


def test_a_png_without_an_end_is_refused(image):
    """All its pixels may be there, but nobody knows."""
    with pytest.raises(ValueError, match="it has no end"):
        image_metadata.check_png(encode(image, "PNG")[:-12])


def test_the_first_image_of_a_phones_mpo_is_the_picture(image):
    """The second one is for its screen."""
    other = Image.new("RGB", (30, 20))
    content = encode(image.convert("RGB"), "MPO", save_all=True, append_images=[other])
    assert load_grey(content).shape == (40, 60)


@pytest.mark.parametrize("form", ["TIFF", "PNG", "JPEG"])
@pytest.mark.parametrize(
    ("dpi", "shape"),
    [((204, 98), (83, 60)), ((98, 204), (40, 125)), ((204, 196), (40, 60)), ((300, 1), (40, 60)), ((0, 72), (40, 60))],
    ids=["fax", "the other axis", "fine fax", "absurd", "zero"],
)
def test_pixels_become_square(image, form, dpi, shape):
    """A fax has twice as many dots across as down; the coarser axis is enlarged."""
    assert load_grey(encode(image, form, dpi=dpi)).shape == shape


def test_a_ratio_without_a_unit_counts_too(image):
    """A PNG may say only how much wider than high its pixels are."""
    png = with_chunk(encode(image, "PNG"), b"pHYs", struct.pack(">IIB", 2, 1, 0))
    assert load_grey(png).shape == (80, 60)


def test_an_image_that_would_be_too_large_is_reduced_instead():
    """Its pixels are square all the same."""
    with Image.new("L", (100, 50)) as wide:
        wide.info["dpi"] = (200, 100)
        assert image_metadata.square_size(wide, 10_000) == (100, 100)
        assert image_metadata.square_size(wide, 9_999) == (50, 50)


def test_a_fax_that_lies_on_its_side_is_stretched_before_it_is_turned(image):
    """The resolutions are those of the stored rows."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert load_grey(encode(image, "PNG", dpi=(204, 98), exif=exif)).shape == (60, 83)
