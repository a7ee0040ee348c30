"""Two thousand damaged pictures: each is read, or refused in words, soon and in little memory. make fuzz tries more."""

import io
import time

import numpy as np
import pytest
from helpers.corrupt_images import mutate, seeds
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging.image_loading import load, load_grey_with_note
from payment_ml.synthesis import glyphs


@pytest.fixture(scope="module")
def pictures(splits) -> list[bytes]:
    """Whole ones."""
    train = splits["train"]
    return seeds(glyphs.GlyphBank(train.images[:500], train.labels[:500]), np.random.default_rng(0))


def test_the_seeds_themselves_are_read(pictures):
    """Or their damage would prove little."""
    shapes = {load_grey_with_note(each)[0].shape for each in pictures}
    assert len(shapes) <= 2  # some are turned by their EXIF
    assert (
        sum(load_grey_with_note(each)[1] is not None for each in pictures) == 4
    )  # the moving ones, and a TIFF of three pages


def test_damaged_pictures_are_read_or_refused_in_words(pictures):
    """Nothing else: no other exception, no wait. What is read has all its pixels."""
    rng = np.random.default_rng(1)
    refused, slowest = 0, 0.0
    for i in range(2000):
        content = mutate(pictures[i % len(pictures)], pictures, rng)
        started = time.perf_counter()
        try:
            image = load(content)
            assert image.mode in ("L", "RGB")
            assert len(image.tobytes()) == image.width * image.height * len(image.mode)
        except ImageError as error:
            refused += 1
            assert str(error).startswith("expected ")
        slowest = max(slowest, time.perf_counter() - started)
    assert 1000 < refused < 1990
    assert slowest < 5


def test_damaged_pictures_never_stop_a_reader(pictures, reader):
    """A reading for each, in the order of the sources."""
    rng = np.random.default_rng(2)
    sources = [mutate(pictures[i % len(pictures)], pictures, rng) for i in range(300)]
    readings = reader.read_many(sources)
    assert len(readings) == 300
    assert all(each.decision in ("accept", "review") for each in readings)
    assert all(each.reason for each in readings if each.decision == "review")


def test_nothing_hides_behind_a_picture(pictures):
    """What is stored of a picture is what was seen: a trailer, a comment and a profile are gone."""
    hidden = b"<script>alert(1)</script>PK\x03\x04"
    for content in (pictures[0] + hidden, pictures[8] + hidden):
        buffer = io.BytesIO()
        load(content).save(buffer, "PNG")
        assert b"script" not in buffer.getvalue()
        with Image.open(io.BytesIO(buffer.getvalue())) as stored:
            assert stored.info == {}
