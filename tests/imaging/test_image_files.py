"""Test imaging.image_files: pages are found, and animations are refused."""

import numpy as np
import pytest
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging.image_loading import SourcePage, count_pages, load_grey, split_pages

LEVELS = (10, 110, 210)


@pytest.fixture
def pages() -> list[Image.Image]:
    """Return three pages of one level each, of different sizes."""
    return [Image.new("L", (40 + level, 30), level) for level in LEVELS]


@pytest.fixture
def tiff(pages) -> bytes:
    """Return a TIFF with the three pages."""
    return encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])


@pytest.mark.parametrize("kind", ["path", "bytes", "image"])
def test_each_page_of_a_tiff_is_a_source(tiff, tmp_path, kind):
    """They load in any order."""
    path = tmp_path / "slip.tif"
    path.write_bytes(tiff)
    with Image.open(path) as image:
        sources = split_pages({"path": path, "bytes": tiff, "image": image}[kind])
        assert [(page.number, page.count) for page in sources] == [(1, 3), (2, 3), (3, 3)]
        assert [int(load_grey(page).mean()) for page in reversed(sources)] == list(reversed(LEVELS))


@pytest.mark.parametrize("kind", ["path", "bytes", "image"])
def test_a_source_of_several_pages_is_never_read_as_one(tiff, tmp_path, kind):
    """The others would be lost; the error says how many there are and what to call."""
    path = tmp_path / "slip.tif"
    path.write_bytes(tiff)
    with Image.open(path) as image, pytest.raises(ImageError) as raised:
        load_grey({"path": path, "bytes": tiff, "image": image}[kind])
    assert raised.value.reason == "not read: several pages; it has 3 pages: read_pages(source) reads each of them"


def test_a_preview_is_no_page(pages):
    """Its tag says that it is a smaller copy."""
    preview = Image.new("L", (5, 4))
    preview.encoderinfo = {"tiffinfo": {254: 1}}
    content = encode(pages[0], "TIFF", save_all=True, append_images=[preview])
    assert count_pages(content) == 1
    assert load_grey(content).shape == (30, 50)


def test_a_source_that_changed_is_noticed(tiff, pages):
    """A page that is not there any more, or one that nobody asked for."""
    with pytest.raises(ImageError, match="expected 2 pages, but now there are 3"):
        load_grey(SourcePage(tiff, 1, 2))
    assert count_pages(encode(pages[0], "TIFF")) == 1


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_is_refused_unless_it_has_one_frame(form):
    """Each frame may show another amount."""
    rng = np.random.default_rng(0)
    frames = [Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).convert("RGB") for _ in range(5)]
    with pytest.raises(ImageError) as raised:
        load_grey(encode(frames[0], form, save_all=True, append_images=frames[1:]))
    advice = "it has 5 frames: save the one with the amount as PNG"
    assert raised.value.reason == f"not read: a moving picture; {advice}"
    assert load_grey(encode(frames[0], form, save_all=True)).shape == (64, 64)


@pytest.mark.parametrize("source", [np.zeros((4, 4), np.uint8), b"hello", b"", "/nowhere.tif", b"II*\0 cut off"])
def test_any_other_source_is_one_page(source):
    """Reading it says what is wrong with it."""
    (page,) = split_pages(source)
    assert page is source
