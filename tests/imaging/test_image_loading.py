"""Tests of image loading: every source becomes one checked array of grey levels, or an error with a reason."""

import os
import zlib

import numpy as np
import pytest
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging.image_files import MAX_PIXELS
from payment_ml.imaging.image_loading import load_grey


@pytest.fixture
def ramp() -> Image.Image:
    """Return grey levels that rise from left to right: 0, 3, 6 ... over 80 columns."""
    return Image.fromarray(np.tile(np.arange(0, 240, 3, dtype=np.uint8), (40, 1)))


@pytest.mark.parametrize("form", ["PNG", "GIF", "TIFF", "WEBP", "BMP", "JPEG"])
def test_every_format_gives_the_same_grey_levels(ramp, form):
    """Lossless formats are exact, JPEG differs by at most four levels."""
    options = {"lossless": True} if form == "WEBP" else {"quality": 95} if form == "JPEG" else {}
    grey = load_grey(encode(ramp, form, **options))
    assert grey.dtype == np.uint8
    assert np.abs(grey.astype(int) - np.asarray(ramp)).max() <= (4 if form == "JPEG" else 0)


@pytest.mark.parametrize("kind", ["path", "string", "bytes", "image", "array"])
def test_every_kind_of_source_gives_the_same_grey_levels(ramp, tmp_path, kind):
    """A path, its string, bytes, a PIL image and an array load alike."""
    path = tmp_path / "ramp.png"
    ramp.save(path)
    sources = {
        "path": path,
        "string": str(path),
        "bytes": encode(ramp, "PNG"),
        "image": ramp,
        "array": np.asarray(ramp),
    }
    assert np.array_equal(load_grey(sources[kind]), np.asarray(ramp))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK", "I;16"])
def test_every_colour_mode_gives_the_same_grey_levels(ramp, mode):
    """Colour, alpha, palette, print colours and 16 bits differ by at most two levels of rounding."""
    if mode == "I;16":
        image = Image.fromarray(np.asarray(ramp).astype(np.uint16) * 257)
    else:
        image = ramp.convert("RGB").convert(mode) if mode == "CMYK" else ramp.convert(mode)
    source = encode(image, "TIFF" if mode == "CMYK" else "PNG")
    assert np.abs(load_grey(source).astype(int) - np.asarray(ramp)).max() <= 2


def test_one_bit_images_are_black_and_white():
    """Their levels are 0 and 255, not 0 and 1."""
    assert np.unique(load_grey(encode(Image.fromarray(np.eye(9) > 0), "PNG"))).tolist() == [0, 255]


def test_transparency_becomes_white_paper():
    """Hidden colours under full transparency do not show."""
    hidden = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert (load_grey(encode(hidden, "PNG")) == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(ramp, orientation):
    """Each of the eight orientations loads as the upright image."""
    upright = np.asarray(ramp)
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T,
        6: np.rot90(upright), 7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = encode(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
    assert np.array_equal(load_grey(source), upright)


def test_a_flipped_bit_of_a_png_never_gives_another_image(rng):
    """Loading raises an error or gives the same image."""
    levels = rng.integers(0, 255, (8, 9), dtype=np.uint8)
    content = encode(Image.fromarray(levels), "PNG")
    unchanged = 0
    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert np.array_equal(load_grey(bytes(flipped)), levels)
            unchanged += 1
        except ImageError:
            continue
    assert unchanged < len(content)


def test_the_content_decides_the_format_and_not_the_name(ramp, tmp_path):
    """A TIFF named .png loads as the TIFF that it is."""
    path = tmp_path / "slip.png"
    path.write_bytes(encode(ramp, "TIFF"))
    assert np.array_equal(load_grey(path), np.asarray(ramp))


@pytest.mark.parametrize(("form", "name"), [("EPS", "PostScript"), ("PDF", "a PDF")], ids=["EPS", "PDF"])
def test_a_document_with_the_name_of_an_image_is_refused(ramp, form, name, tmp_path):
    """The message names the format of the content."""
    path = tmp_path / "slip.png"
    path.write_bytes(encode(ramp, form))
    with pytest.raises(ImageError, match=rf"slip\.png starts like {name}"):
        load_grey(path)


def test_a_pipe_is_refused(tmp_path):
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / "slip.png")
    with pytest.raises(ImageError, match="not a regular file"):
        load_grey(tmp_path / "slip.png")


def test_a_file_without_permission_is_refused(tmp_path):
    """Root may read every ordinary file, so root tries one of the system's that no process can read."""
    path = tmp_path / "slip.png"
    path.write_bytes(b"x")
    path.chmod(0)
    unreadable = "/proc/self/mem" if os.geteuid() == 0 else path
    with pytest.raises(ImageError, match="check its permissions"):
        load_grey(unreadable)


def test_images_above_the_limit_of_pixels_are_refused():
    """White images of 100 million pixels compress to nothing; one at the limit is loaded."""
    with pytest.raises(ImageError, match="at most 50 million pixels, but the picture has 100"):
        load_grey(encode(Image.new("1", (10_000, 10_000), 1), "PNG"))
    assert load_grey(encode(Image.new("1", (10_000, MAX_PIXELS // 10_000), 1), "PNG")).shape == (5000, 10_000)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04rest of it", "starts like a ZIP archive"),
        (b"%PDF-1.7 ...", "starts like a PDF"),
        (b"<svg xmlns='x'/>", "starts like an SVG"),
        (b"<!DOCTYPE html>", "starts like a web page"),
        (b"%!PS-Adobe-3.0 EPSF", "starts like PostScript"),
        (b"1234.56", "starts like text"),
        (b"\x00\x01\x02\x03", "starts like nothing known"),
    ],
    ids=["empty", "zip", "pdf", "svg", "html", "eps", "text", "noise"],
)
def test_files_that_are_no_images_are_refused_by_name(content, message, tmp_path):
    """The message says what the content looks like, and names the file."""
    path = tmp_path / "slip.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=message) as raised:
        load_grey(path)
    assert "slip.png" in str(raised.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_a_truncated_image_is_refused(ramp, form):
    """Half a file never loads as half an image."""
    content = encode(ramp.resize((400, 300)), form)
    with pytest.raises(ImageError, match="truncated or damaged"):
        load_grey(content[: len(content) // 2])


def test_a_header_with_too_many_pixels_is_refused_before_decoding():
    """50,000 x 50,000 pixels would be 2.5 GB."""
    content = bytearray(encode(Image.new("L", (10, 10)), "PNG"))
    content[16:24] = (50_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    with pytest.raises(ImageError, match="at most 50 million pixels, but the picture has 2,500 million"):
        load_grey(bytes(content))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/nowhere/slip.png", "there is no such file"),
        ("/", "not a regular file"),
        (np.zeros((4, 4, 7)), r"got \(4, 4, 7\)"),
        (np.full((4, 4), 3.5), r"floats in \[0, 1\]"),
        (np.zeros((4, 4), np.int64), "int64"),
        (np.zeros((0, 4), np.uint8), "no pixels"),
    ],
    ids=["missing", "folder", "channels", "range", "dtype", "empty"],
)
def test_unsuitable_paths_and_arrays_are_refused(source, message):
    """The message says what was given instead of an image."""
    with pytest.raises(ImageError, match=message):
        load_grey(source)


def test_a_source_of_another_type_raises_a_type_error():
    """It is a mistake of the caller, not a bad image."""
    with pytest.raises(TypeError, match="got int"):
        load_grey(42)
