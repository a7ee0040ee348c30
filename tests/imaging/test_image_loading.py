"""images: whatever a user hands over becomes one checked grey field, or an error in words."""

import os
import zlib

import numpy as np
import pytest
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging.image_loading import MAX_PIXELS, load_grey, load_grey_with_note


@pytest.fixture
def ramp() -> Image.Image:
    """Grey levels that rise from left to right: 0, 3, 6 ... over 80 columns."""
    return Image.fromarray(np.tile(np.arange(0, 240, 3, dtype=np.uint8), (40, 1)))


@pytest.mark.parametrize("form", ["PNG", "GIF", "TIFF", "WEBP", "BMP", "JPEG"])
def test_every_format_gives_the_same_grey_levels(ramp, form):
    """Lossless formats exactly, JPEG to within four levels."""
    options = {"lossless": True} if form == "WEBP" else {"quality": 95} if form == "JPEG" else {}
    grey = load_grey(encode(ramp, form, **options))
    assert grey.dtype == np.uint8
    assert np.abs(grey.astype(int) - np.asarray(ramp)).max() <= (4 if form == "JPEG" else 0)


def test_path_bytes_image_and_array_give_the_same_field(ramp, tmp_path):
    """All four kinds of source."""
    ramp.save(tmp_path / "ramp.png")
    for source in (tmp_path / "ramp.png", str(tmp_path / "ramp.png"), encode(ramp, "PNG"), ramp, np.asarray(ramp)):
        assert np.array_equal(load_grey(source), np.asarray(ramp))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "CMYK", "I;16"])
def test_every_colour_mode_gives_the_same_grey_levels(ramp, mode):
    """Colour, alpha, palette, print colours and 16 bits; to within two levels of rounding."""
    if mode == "I;16":
        image = Image.fromarray(np.asarray(ramp).astype(np.uint16) * 257)
    else:
        image = ramp.convert("RGB").convert(mode) if mode == "CMYK" else ramp.convert(mode)
    source = encode(image, "TIFF" if mode == "CMYK" else "PNG")
    assert np.abs(load_grey(source).astype(int) - np.asarray(ramp)).max() <= 2


def test_one_bit_pictures_are_black_and_white():
    """0 and 255, not 0 and 1."""
    assert np.unique(load_grey(encode(Image.fromarray(np.eye(9) > 0), "PNG"))).tolist() == [0, 255]


def test_transparency_lies_on_white_paper():
    """Hidden colours under full transparency do not show."""
    hidden = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert (load_grey(encode(hidden, "PNG")) == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(ramp, orientation):
    """However the camera was held, the picture that people see is the same."""
    upright = np.asarray(ramp)
    stored = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.T,
        6: np.rot90(upright), 7: upright[::-1, ::-1].T, 8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = encode(Image.fromarray(np.ascontiguousarray(stored)), "PNG", exif=exif)
    assert np.array_equal(load_grey(source), upright)


def test_the_first_frame_of_an_animation_counts():
    """A GIF of five frames reads as its first."""
    frames = [Image.new("L", (10, 10), 40 * i) for i in range(5)]
    grey, note = load_grey_with_note(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert (grey == 0).all()
    assert note == "a moving picture: its first frame was read"
    assert load_grey_with_note(encode(frames[0], "GIF"))[1] is None


def test_no_flipped_bit_of_a_png_changes_what_is_seen(rng):
    """It is an error, or the same picture: never another one."""
    levels = rng.integers(0, 255, (8, 9), dtype=np.uint8)
    content = encode(Image.fromarray(levels), "PNG")
    read = 0
    for place in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[place // 8] ^= 1 << place % 8
        try:
            assert np.array_equal(load_grey(bytes(flipped)), levels)
            read += 1
        except ImageError:
            continue
    assert read < len(content)


@pytest.mark.parametrize("form", ["TIFF", "EPS", "PDF"])
def test_content_decides_and_not_the_name(ramp, form, tmp_path):
    """A TIFF named .png is read as the TIFF that it is; EPS and PDF are refused by what they are."""
    path = tmp_path / "slip.png"
    path.write_bytes(encode(ramp, form))
    if form == "TIFF":
        assert np.array_equal(load_grey(path), np.asarray(ramp))
    else:
        with pytest.raises(ImageError, match=r"slip\.png starts like (PostScript|a PDF)"):
            load_grey(path)


def test_a_pipe_is_no_file(tmp_path):
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / "slip.png")
    with pytest.raises(ImageError, match="not a regular file"):
        load_grey(tmp_path / "slip.png")


def test_an_unreadable_file_says_so(tmp_path):
    """With the system's own reason. Root may read anything, so it asks a file that nobody may."""
    path = tmp_path / "slip.png"
    path.write_bytes(b"x")
    path.chmod(0)
    unreadable = "/proc/self/mem" if os.geteuid() == 0 else path
    with pytest.raises(ImageError, match="check its permissions"):
        load_grey(unreadable)


def test_more_pixels_than_the_limit_are_refused_and_as_many_are_read(ramp):
    """100 megapixels of white compress to nothing; the limit itself is kept."""
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
def test_what_is_no_picture_is_called_by_its_name(content, message, tmp_path):
    """The error says what came and what to do, whatever the file calls itself."""
    path = tmp_path / "slip.png"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=message) as raised:
        load_grey(path)
    assert "slip.png" in str(raised.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
def test_half_a_picture_is_an_error(ramp, form):
    """A truncated file is never read as half a picture."""
    content = encode(ramp.resize((400, 300)), form)
    with pytest.raises(ImageError, match="truncated or damaged"):
        load_grey(content[: len(content) // 2])


def test_a_header_that_claims_too_many_pixels_is_refused_before_decoding():
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
def test_wrong_sources_are_explained(source, message):
    """What was expected and what came."""
    with pytest.raises(ImageError, match=message):
        load_grey(source)


def test_a_source_of_another_type_is_a_mistake_of_the_caller():
    """Not a bad picture, but a bug."""
    with pytest.raises(TypeError, match="got int"):
        load_grey(42)
