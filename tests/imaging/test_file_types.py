"""Test imaging.file_types: the first bytes tell what a file is."""

import importlib.util
import io

import numpy as np
import pillow_heif
import pytest
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging import file_types
from payment_ml.imaging.image_loading import load_grey, split_pages


@pytest.fixture
def image() -> Image.Image:
    """Return a light image with a dark bar."""
    levels = np.full((64, 96, 3), 240, np.uint8)
    levels[20:40, 30:60] = 20
    return Image.fromarray(levels)


def as_heic(image: Image.Image, pages: int = 1) -> bytes:
    """Return a HEIC with copies of an image."""
    heic = pillow_heif.from_pillow(image)
    for _ in range(pages - 1):
        heic.add_from_pillow(image)
    buffer = io.BytesIO()
    heic.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF"])
def test_every_format_is_known_by_its_first_bytes(image, form):
    """It has no name."""
    assert file_types.image_format(encode(image, form)[:64]) == form


def test_heic_is_read_where_its_decoder_is_installed(image):
    """The extra `heif` brings it; several images in one file are pages."""
    grey = load_grey(as_heic(image))
    assert grey.shape == (64, 96)
    assert grey[30, 45] < 60 < 200 < grey[5, 5]
    (page,) = split_pages(content := as_heic(image))
    assert page is content
    assert len(split_pages(as_heic(image, pages=2))) == 2


def test_heic_names_the_extra_that_decodes_it(image, monkeypatch):
    """Refuse a HEIC where the extra is not installed, and name it."""
    content = as_heic(image)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImageError) as raised:
        load_grey(content)
    assert raised.value.reason == "not read: HEIC; pip install 'payment-ml[heif]'"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7", "not read: a PDF"),
        (b"hello\n", "not read: text"),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2", "not read: a video"),
        (b"\x00\x00\x00\x01Bud1", "not read: settings of the macOS Finder"),
        (b"\x01\x02", "not read: an unknown type of file"),
        (b"", "not read: empty"),
        (b"BM no bitmap", "not read: truncated or damaged; save or scan it again"),
    ],
)
def test_the_reason_says_in_few_words_what_a_file_is(content, reason):
    """Batches count by them."""
    with pytest.raises(ImageError) as raised:
        load_grey(content)
    assert raised.value.reason == reason
