"""Tests of image loading with two thousand damaged images; `make fuzz` tries more."""

import io
import time

import numpy as np
import pytest
from helpers.corrupt_images import mutate, seeds
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging.image_loading import load, load_grey, split_pages
from payment_ml.synthesis import glyphs


@pytest.fixture(scope="module")
def images(splits) -> list[bytes]:
    """Return undamaged images of every format."""
    train = splits["train"]
    return seeds(glyphs.GlyphBank(train.images[:500], train.labels[:500]), np.random.default_rng(0))


def test_the_undamaged_images_load(images):
    """Otherwise their damage would prove little; EXIF turns some of them, three are animations, and one has pages."""
    shapes, refusals = set(), []
    for content in images:
        try:
            shapes |= {load_grey(page).shape for page in split_pages(content)}
        except ImageError as error:
            refusals.append(error.kind)
    assert len(shapes) <= 2
    assert refusals == ["a moving picture"] * 3


def test_damaged_images_load_or_raise_an_image_error(images):
    """No other exception occurs, nothing takes long, and a loaded image has all its pixels."""
    rng = np.random.default_rng(1)
    refusals, slowest = [], 0.0
    for i in range(2000):
        content = mutate(images[i % len(images)], images, rng)
        started = time.perf_counter()
        try:
            image = load(split_pages(content)[-1])
            assert image.mode in ("L", "RGB")
            assert len(image.tobytes()) == image.width * image.height * len(image.mode)
        except ImageError as error:
            refusals.append(str(error))
        slowest = max(slowest, time.perf_counter() - started)
    assert 1000 < len(refusals) < 1990
    assert all(message.startswith("expected ") for message in refusals)
    assert slowest < 5


@pytest.mark.parametrize("index", [0, 8], ids=["PNG", "JPEG"])
def test_a_loaded_image_keeps_only_its_pixels(images, index):
    """A trailer, a comment and a profile of the file are gone when the image is saved again."""
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    buffer = io.BytesIO()
    load(images[index] + hidden).save(buffer, "PNG")
    assert b"script" not in buffer.getvalue()
    with Image.open(io.BytesIO(buffer.getvalue())) as stored:
        assert stored.info == {}
