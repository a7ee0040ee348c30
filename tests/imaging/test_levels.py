"""Test imaging.levels: levels of every range, transparency, and colours of one luminance become visible grey levels."""

import io
import struct

import numpy as np
import pytest
from helpers.corrupt_images import encode
from helpers.drawn_amounts import draw_amount
from PIL import Image

from payment_ml.imaging import levels, line_images
from payment_ml.imaging.image_loading import load_grey, load_grey_with_note
from payment_ml.synthesis import glyphs

SIGNED = struct.pack("<HHIH", 339, 3, 1, 2)  # the entry SampleFormat of a TIFF


@pytest.fixture(scope="module")
def amount(splits) -> np.ndarray:
    """Return a drawn amount, uint8 [height, width], dark on light."""
    train = splits["train"]
    return draw_amount(glyphs.GlyphBank(train.images[:500], train.labels[:500]), "123.45")


def contrast(grey: np.ndarray) -> int:
    """Return the range of the levels."""
    return int(grey.max()) - int(grey.min())


@pytest.mark.parametrize(
    ("dtype", "scale", "offset"),
    [
        (np.uint16, 257, 0), (np.uint16, 16, 0), (np.uint16, 1, 0), (np.uint16, 10, 30_000),
        (np.int32, 1, 0), (np.int32, 257, 0), (np.int32, 2**22, 0), (np.uint32, 2**24, 0), (np.int32, 50, -9000),
        (np.float32, 1 / 255, 0), (np.float32, 1, 0), (np.float32, 257, 0), (np.float32, 1e-5, 0.5),
        (np.float32, 3, -300), (np.float32, 1e6, 0),
    ],
    ids=[
        "16 bits", "12 bits in 16", "8 bits in 16", "a part of 16 bits", "8 bits in 32", "16 bits in 32", "30 bits",
        "32 bits unsigned", "negative", "0 to 1", "0 to 255", "0 to 65535", "a part of 0 to 1", "below 0", "large",
    ],
)  # fmt: skip
def test_levels_of_every_range_show_the_writing(amount, dtype, scale, offset):
    """A TIFF of them loads with at least a third of the contrast that there is."""
    deep = (amount.astype(np.float64) * scale + offset).astype(dtype)
    buffer = io.BytesIO()
    Image.fromarray(deep.view(np.int32) if dtype is np.uint32 else deep).save(buffer, "TIFF")
    content = buffer.getvalue()
    if dtype is np.uint32:  # Pillow writes signed levels; 1 in the place of 2 in this tag says that these are not
        assert content.count(SIGNED) == 1
        content = content.replace(SIGNED, SIGNED[:-2] + b"\1\0")
    grey = load_grey(content)
    assert contrast(grey) >= contrast(amount) / 3
    assert np.corrcoef(grey.ravel(), amount.ravel())[0, 1] > 0.999


def test_usual_wide_levels_keep_their_scale():
    """16 bits are divided by 257, floats multiplied by 255, and NaN is paper."""
    steps = np.arange(0, 65536, 257, dtype=np.uint16).reshape(16, 16)
    assert np.array_equal(levels.to_8_bit(steps).ravel(), np.arange(256))
    assert np.array_equal(levels.to_8_bit((np.arange(256) / 255).reshape(16, 16)).ravel(), np.arange(256))
    assert levels.to_8_bit(np.array([[0.0, np.nan, 1.0]])).tolist() == [[0, 255, 255]]
    assert levels.to_8_bit(np.full((2, 2), np.nan)).tolist() == [[255, 255], [255, 255]]


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 240, 60)], ids=["white", "yellow"])
def test_light_strokes_on_a_transparent_background_are_seen(amount, colour):
    """On white paper they would vanish; the note says what was done."""
    strokes = Image.new("RGBA", amount.shape[::-1], colour)
    strokes.putalpha(Image.fromarray(255 - amount))
    grey, note = load_grey_with_note(encode(strokes, "PNG"))
    assert contrast(grey) > 120
    assert note == "light strokes on a transparent background were put on black"


def test_dark_strokes_and_paper_with_transparent_edges_stay_on_white(amount):
    """Black behind them would hide the writing, or draw a frame."""
    strokes = Image.new("RGBA", amount.shape[::-1], (20, 20, 90))
    strokes.putalpha(Image.fromarray(255 - amount))
    paper = Image.fromarray(amount).convert("RGBA")
    paper.paste((0, 0, 0, 0), (0, 0, 8, paper.height))
    for image in (strokes, paper):
        grey, note = load_grey_with_note(encode(image, "PNG"))
        assert grey[0, 0] > 200
        assert note is None


@pytest.mark.parametrize(
    ("ink", "paper"),
    [((240, 90, 80), (90, 160, 95)), ((80, 80, 240), (230, 80, 80)), ((245, 145, 60), (110, 188, 200))],
    ids=["red on green", "blue on red", "orange on cyan"],
)
def test_colours_of_one_luminance_are_told_apart(amount, ink, paper, rng):
    """Luminance shows hardly anything; the channel with the most contrast shows the line."""
    share = ((amount.max() - amount) / np.ptp(amount).astype(float))[:, :, None]
    colours = share * ink + (1 - share) * paper + rng.normal(0, 2, (*amount.shape, 3))
    image = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
    assert np.std(np.asarray(image.convert("L"))) < 12
    grey = load_grey(encode(image, "PNG"))
    assert contrast(grey) > 80
    assert line_images.extract_line(grey) is not None


def test_usual_colours_keep_their_luminance(amount, rng):
    """Blue ink on yellowish paper, and a blank coloured sheet, whose channels show no more."""
    share = ((255 - amount) / 255.0)[:, :, None]
    written = Image.fromarray((share * (30, 40, 120) + (1 - share) * (250, 245, 220)).astype(np.uint8))
    blank = Image.fromarray(np.clip(rng.normal((120, 180, 90), 3, (60, 200, 3)), 0, 255).astype(np.uint8))
    for image in (written, blank):
        assert np.array_equal(load_grey(image), np.asarray(image.convert("L")))


def test_dark_paper_is_read_as_light_paper_is(amount):
    """Polarity is decided where the line is found."""
    assert line_images.extract_line(load_grey(255 - amount)) is not None
