"""Tests of line images: the line of text is found in any image and brought to one size."""

import itertools

import cv2
import numpy as np
import pytest

from payment_ml.imaging import image_loading, line_batches, line_images
from payment_ml.synthesis import amount_images, glyphs

LEFTS = 30 + 48 * np.arange(5)  # of the digits of `image`, in pixels
PAPER = 230


@pytest.fixture(scope="module")
def glyph_bank(splits) -> glyphs.GlyphBank:
    """Return the validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


@pytest.fixture(scope="module")
def image(glyph_bank) -> np.ndarray:
    """Return five digits in dark ink on light paper without corruption, uint8 [80, 300]."""
    rng = np.random.default_rng(5)
    style = glyphs.WriterStyle(size=40, slant=0.1, thickness=2.6, spacing=0.15, unsteadiness=0.2)
    ink = np.zeros((80, 300), np.float32)
    for left, digit in zip(LEFTS.tolist(), (4, 7, 1, 9, 3), strict=True):
        glyphs.composite(ink, glyph_bank.draw(glyph_bank.pick(digit, style, rng), style, rng), left, 20)
    return np.round(PAPER - 190 * ink).astype(np.uint8)


@pytest.fixture(scope="module")
def line(image) -> line_images.LineImage:
    """Return the line of `image`."""
    extracted = line_images.extract_line(image)
    assert extracted is not None
    return extracted


@pytest.fixture
def boxed(image) -> np.ndarray:
    """Return `image` with a box around the digits that is thicker and darker than they are."""
    framed = image.copy()
    cv2.rectangle(framed, (4, 4), (295, 75), 0, 5)
    return framed


def similarity(pixels: np.ndarray, reference: np.ndarray) -> float:
    """Return the correlation of two line images, after resizing the second to the first."""
    resized = cv2.resize(reference, pixels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return float(np.corrcoef(pixels.ravel(), resized.ravel())[0, 1])


def close_crop(image: np.ndarray, margin: int) -> np.ndarray:
    """Return the rows of an image that hold ink, with a margin in pixels."""
    rows = np.flatnonzero((image < 100).any(axis=1))
    return image[rows[0] - margin : rows[-1] + 1 + margin]


def test_a_line_image_is_32_pixels_high_with_ink_on_black(line):
    """The text fills most of its height."""
    assert line.pixels.shape[0] == line_batches.HEIGHT
    assert line.pixels.dtype == np.uint8
    rows = np.flatnonzero((line.pixels > 128).any(axis=1))
    assert 18 <= np.ptp(rows) + 1 <= 31
    assert np.median(line.pixels) < 20


def test_an_inverted_image_gives_the_same_line(image, line):
    """Light ink on dark paper becomes ink on black, too."""
    assert similarity(line.pixels, line_images.extract_line(255 - image).pixels) > 0.98


@pytest.mark.parametrize("height", [16, 30, 160, 400], ids="{} pixels high".format)
def test_the_size_of_an_image_does_not_matter(image, line, height):
    """From 16 to 400 pixels the line is the same, as sharp as its source."""
    scale = height / image.shape[0]
    scaled = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert similarity(line.pixels, line_images.extract_line(scaled).pixels) > (0.7 if height < 20 else 0.9)


def test_wide_margins_are_cropped(image, line):
    """An amount in the corner of a form gives the same line."""
    margins = np.pad(image, ((60, 10), (200, 40)), constant_values=PAPER)
    assert similarity(line.pixels, line_images.extract_line(margins).pixels) > 0.9


def test_the_transform_maps_to_the_image(image, line):
    """Ink of the line image lies on ink of the image."""
    y, x = np.argwhere(line.pixels > 200)[::37].T
    x_image, y_image = line.transform @ np.stack([x, y, np.ones_like(x)])
    levels = image[np.round(y_image).astype(int), np.round(x_image).astype(int)]
    assert np.mean(levels < 150) > 0.9


def test_resampling_at_its_own_pixels_gives_the_line_image(line):
    """The identity map differs from the extraction by rounding only."""
    height, width = line.pixels.shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    difference = np.abs(line_images.resample(line, x, y).astype(int) - line.pixels)
    assert np.mean(difference) < 1
    assert similarity(line_images.resample(line, x, y), line.pixels) > 0.999


@pytest.mark.parametrize("level", [0, 200, 255])
def test_a_blank_image_has_no_line(level):
    """A page of one level, and one with a little grain, are not worth recognising as a full image either."""
    page = np.full((60, 200), level, np.uint8)
    assert line_images.extract_line(page) is None
    assert line_images.full_image_line(page) is None
    page[::2, ::3] ^= 1
    assert line_images.full_image_line(page) is None


def test_without_detected_text_the_full_image_is_the_line():
    """An upright stroke as tall as its image is taken for a ruled line; the alternative crops vary its size."""
    stroke = np.full((40, 24), 225, np.uint8)
    stroke[1:38, 11:14] = 60
    assert line_images.extract_line(stroke) is None
    line = line_images.full_image_line(stroke)
    assert not line.text_detected
    assert (line.pixels[8:24] > 200).any(axis=1).all()
    crops = line_images.alternative_crops(line)
    assert any(crop.digit_height < 0.9 * line.digit_height for crop in crops)


def test_a_detected_line_says_so(line):
    """Only a full image has no detected text."""
    assert line.text_detected


def test_full_image_crops_exchange_ink_and_paper(image, line):
    """In a box that is darker than the digits in it, the paper seems to be the ink."""
    dark = np.full((image.shape[0] + 60, image.shape[1] + 120), 20, np.uint8)
    dark[30:-30, 60:-60] = np.maximum(image, 90)
    mistaken = line_images.extract_line(dark)
    assert similarity(line.pixels, mistaken.pixels) < 0.5
    exchanged = [crop for crop in line_images.full_image_crops(mistaken) if crop.page.inverted]
    assert max(similarity(line.pixels, crop.pixels) for crop in exchanged) > 0.8


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7, 7), (3, 4000)], ids=str)
def test_extreme_shapes_raise_nothing(size, rng):
    """A line of them, if there is one, has the usual height."""
    line = line_images.extract_line(rng.integers(0, 256, size).astype(np.uint8))
    assert line is None or line.pixels.shape[0] == line_batches.HEIGHT


def test_characters_span_from_one_emptiest_column_to_the_next(line):
    """Five digits, 48 pixels apart, have spans that hold them and do not overlap."""
    across, offset = line.transform[0, 0], line.transform[0, 2]
    spans = line_images.character_spans(line, (LEFTS + 15 - offset) / across)
    for left, (begin, end) in zip(LEFTS, spans, strict=True):
        assert left - 5 <= begin < end <= left + 48
    assert all(span[1] <= following[0] + 1 for span, following in itertools.pairwise(spans))


def test_ink_outside_of_the_line_is_measured(image, line):
    """Two of three lines on a page lie outside of the extracted one."""
    page = np.pad(np.vstack([image[15:65]] * 3), 30, constant_values=PAPER)
    assert line.ink_outside < 0.05
    assert line_images.extract_line(page).ink_outside > 0.4


def test_the_line_is_found_in_nearly_every_rendered_amount(glyph_bank):
    """Boxes, guilloche, tilt and corruptions included."""
    rng = np.random.default_rng(11)
    images = [image_loading.load_grey(amount_images.render_amount(glyph_bank, rng).image) for _ in range(300)]
    assert np.mean([line_images.extract_line(image) is not None for image in images]) > 0.985


@pytest.mark.parametrize("where", ["plain", "between the lines of a box"])
def test_rescaled_views_show_the_text_smaller_and_larger(line, boxed, where):
    """They keep its middle and its darkness, also where the line was extracted from a part of the image."""
    source = line if where == "plain" else line_images.alternative_crops(line_images.extract_line(boxed))[-1]
    for view, zoom in zip(line_images.rescaled_views(source), (0.87, 1.15), strict=True):
        height, width = view.shape
        assert (height, width) == (line_batches.HEIGHT, pytest.approx(zoom * source.pixels.shape[1], abs=1))
        across = width / source.pixels.shape[1]
        to_view = np.array([[across, 0, 0], [0, zoom, line_batches.HEIGHT / 2 * (1 - zoom)]], np.float32)
        expected = cv2.warpAffine(source.pixels, to_view, (width, height))
        rows = slice(4, -4)  # the smaller view shows more of the image above and below
        assert similarity(expected[rows], view[rows]) > 0.95
        assert view[rows].mean() == pytest.approx(expected[rows].mean(), rel=0.1)


def test_recropping_keeps_upright_strokes_of_a_close_crop(image, line):
    """Fours, sevens and ones reach from edge to edge there, as the sides of a box would."""
    close = line_images.extract_line(close_crop(image, margin=1))
    assert similarity(line.pixels, line_images.recrop(close).pixels) > 0.9


def test_recropping_ignores_a_box_around_the_text(image, line):
    """The box is tilted, and open at the top as a close crop leaves it."""
    framed = image.copy()
    cv2.polylines(framed, [np.array([(12, -5), (8, 74), (290, 77), (286, -5)])], False, 60, 2, cv2.LINE_AA)
    recropped = line_images.recrop(line_images.extract_line(framed))
    assert recropped.digit_height == pytest.approx(line.digit_height, rel=0.15)


def test_an_alternative_crop_finds_text_between_the_lines_of_a_dark_box(boxed, line):
    """Its digits have the size and the place that they have without the box."""
    between = line_images.alternative_crops(line_images.extract_line(boxed))[-1]
    assert between.digit_height == pytest.approx(line.digit_height, rel=0.15)
    assert between.transform[:, 2] == pytest.approx(line.transform[:, 2], abs=8)
    assert between.page.grey.shape == boxed.shape


def test_clear_text_has_no_alternative_crop(line):
    """Both criteria for ruled lines give the same line."""
    assert line_images.alternative_crops(line) == []


def test_full_image_crops_come_in_two_sizes(image):
    """The larger crop shows text that fills 85% of an image as large as the extracted line does."""
    rows = np.flatnonzero((image < 100).any(axis=1))
    close = close_crop(image, margin=round(0.5 * (1 / 0.85 - 1) * len(rows)))
    extracted = line_images.extract_line(close)
    larger, smaller = line_images.full_image_crops(extracted)[:2]
    assert larger.pixels.shape[0] == smaller.pixels.shape[0] == line_batches.HEIGHT
    assert larger.digit_height == pytest.approx(0.85 * close.shape[0], rel=0.02)
    assert smaller.digit_height == pytest.approx(0.6 * close.shape[0], rel=0.02)
    inked, reference = (crop.pixels[:, np.flatnonzero(crop.pixels.max(axis=0) > 80)] for crop in (extracted, larger))
    assert similarity(inked, reference) > 0.9


def test_character_spans_of_a_full_image_reach_to_its_ink(image):
    """The first character begins and the last one ends where the ink does."""
    full = line_images.full_image_crops(line_images.extract_line(close_crop(image, margin=4)))[0]
    inked = np.flatnonzero((image < 100).any(axis=0))
    spans = line_images.character_spans(full, np.linspace(0, full.pixels.shape[1], 7)[1:-1])
    assert (spans[0][0], spans[-1][1]) == pytest.approx((inked[0], inked[-1]), abs=5)
