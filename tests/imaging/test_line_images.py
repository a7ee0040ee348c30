"""strips: the line of writing, found in any picture and brought to one size."""

import itertools

import cv2
import numpy as np
import pytest

from payment_ml.imaging import image_loading, line_images
from payment_ml.synthesis import amount_images, glyphs


@pytest.fixture(scope="module")
def line(splits) -> np.ndarray:
    """An amount in dark ink on light paper without faults, uint8 [80, 300]."""
    alphabet = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    rng = np.random.default_rng(5)
    hand = glyphs.WriterStyle(size=40, slant=0.1, thickness=2.6, spacing=0.15, unsteadiness=0.2)
    ink = np.zeros((80, 300), np.float32)
    for place, digit in enumerate((4, 7, 1, 9, 3)):
        glyphs.composite(ink, alphabet.draw(alphabet.pick(digit, hand, rng), hand, rng), 30 + 48 * place, 20)
    return np.round(230 - 190 * ink).astype(np.uint8)


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two strips after bringing the second to the first's width."""
    other = cv2.resize(other, one.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return float(np.corrcoef(one.ravel().astype(float), other.ravel().astype(float))[0, 1])


def test_a_strip_is_32_pixels_high_with_ink_on_black(line):
    """And the writing fills most of it."""
    strip = line_images.extract_line(line)
    assert strip.pixels.shape[0] == line_images.HEIGHT
    assert strip.pixels.dtype == np.uint8
    rows = np.flatnonzero((strip.pixels > 128).any(axis=1))
    assert 18 <= np.ptp(rows) + 1 <= 31
    assert np.median(strip.pixels) < 20


def test_an_inverted_picture_gives_the_same_strip(line):
    """Chalk on a board."""
    assert alike(line_images.extract_line(line).pixels, line_images.extract_line(255 - line).pixels) > 0.98


@pytest.mark.parametrize("height", [16, 30, 160, 400], ids="{} pixels high".format)
def test_size_does_not_matter(line, height):
    """From 16 pixels to 400: the same strip, as sharp as its source."""
    scaled = cv2.resize(line, None, fx=height / 80, fy=height / 80, interpolation=cv2.INTER_AREA)
    assert alike(line_images.extract_line(line).pixels, line_images.extract_line(scaled).pixels) > (
        0.7 if height < 20 else 0.9
    )


def test_wide_margins_are_cut_away(line):
    """An amount in the corner of a form."""
    margins = np.pad(line, ((60, 10), (200, 40)), constant_values=230)
    assert alike(line_images.extract_line(line).pixels, line_images.extract_line(margins).pixels) > 0.9


def test_the_matrix_leads_back_into_the_picture(line):
    """For showing each character under the strokes that it was read from."""
    strip = line_images.extract_line(line)
    y, x = np.argwhere(strip.pixels > 200)[::37].T
    there = strip.transform @ np.stack([x, y, np.ones_like(x)])
    levels = line[np.round(there[1]).astype(int), np.round(there[0]).astype(int)]
    assert np.mean(levels < 150) > 0.9


@pytest.mark.parametrize("level", [0, 200, 255])
def test_a_blank_picture_has_no_line(level):
    """One level everywhere."""
    assert line_images.extract_line(np.full((60, 200), level, np.uint8)) is None


@pytest.mark.parametrize("level", [0, 200, 255])
def test_not_even_the_whole_of_a_blank_picture_is_worth_a_look(level):
    """A bare page, and one with a little grain."""
    page = np.full((60, 200), level, np.uint8)
    assert line_images.full_image_line(page) is None
    page[::2, ::3] ^= 1
    assert line_images.full_image_line(page) is None


def test_where_no_writing_is_found_the_whole_picture_is_a_strip(line):
    """An upright stroke alone, as tall as its picture, is taken for a ruled line: then all ways are tried."""
    stroke = np.full((40, 24), 225, np.uint8)
    stroke[1:38, 11:14] = 60
    assert line_images.extract_line(stroke) is None
    strip = line_images.full_image_line(stroke)
    assert not strip.text_detected
    assert line_images.extract_line(line).text_detected
    assert (strip.pixels[8:24] > 200).any(axis=1).all()
    assert any(each.digit_height < 0.9 * strip.digit_height for each in strip.others())


def test_ink_that_was_taken_for_paper_is_cut_out_the_other_way_round(line):
    """Where most of the picture is a box that is darker than the writing in it, its paper seems to be the ink."""
    dark = np.full((line.shape[0] + 60, line.shape[1] + 120), 20, np.uint8)
    dark[30:-30, 60:-60] = np.maximum(line, 90)
    found = line_images.extract_line(dark)
    plain = line_images.extract_line(line).pixels
    assert alike(plain, found.pixels) < 0.5
    assert max(alike(plain, each.pixels) for each in found.whole() if each.ground.turned) > 0.8


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7, 7), (3, 4000)], ids=str)
def test_pictures_of_absurd_shapes_are_survived(size, rng):
    """Whatever comes back, nothing is raised."""
    strip = line_images.extract_line(rng.integers(0, 256, size).astype(np.uint8))
    assert strip is None or strip.pixels.shape[0] == line_images.HEIGHT


def test_characters_reach_from_one_emptiest_column_to_the_next(line):
    """Five digits, 48 pixels apart, from 30 on."""
    strip = line_images.extract_line(line)
    across, offset = strip.transform[0, 0], strip.transform[0, 2]
    lefts = 30 + 48 * np.arange(5)
    spans = strip.spans((lefts + 15 - offset) / across)
    for left, (begin, end) in zip(lefts, spans, strict=True):
        assert left - 5 <= begin < end <= left + 48
    assert all(one[1] <= other[0] + 1 for one, other in itertools.pairwise(spans))


def test_strips_of_one_stack_keep_their_place_and_have_paper_behind(line):
    """Widths are padded to multiples of 16."""
    levels = line_images.extract_line(line).pixels
    stacked = line_images.stack_lines([levels, levels[:, :50]])
    assert stacked.shape[2] == line_images.padded_width(levels.shape[1])
    assert stacked.shape[2] % 16 == 0
    assert np.array_equal(stacked[1, :, :50], levels[:, :50])
    assert not stacked[1, :, 50:].any()


def test_writing_outside_of_the_line_is_noticed(line):
    """Three lines of a page, and one alone."""
    page = np.pad(np.vstack([line[15:65]] * 3), 30, constant_values=230)
    assert line_images.extract_line(line).ink_outside < 0.05
    assert line_images.extract_line(page).ink_outside > 0.4


def test_the_line_is_found_in_nearly_every_written_amount(splits):
    """Boxes, guilloche, tilt and faults included."""
    alphabet = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    rng = np.random.default_rng(11)
    grey = [image_loading.load_grey(amount_images.render_amount(alphabet, rng).image) for _ in range(300)]
    assert np.mean([line_images.extract_line(each) is not None for each in grey]) > 0.985


@pytest.mark.parametrize("where", ["plain", "between the lines of a box"])
def test_other_looks_show_the_same_writing_smaller_and_larger(line, where):
    """About the middle of the strip and as dark, also where the cut was found in a part of the picture."""
    if where == "plain":
        strip = line_images.extract_line(line)
    else:
        boxed = line.copy()
        cv2.rectangle(boxed, (4, 4), (295, 75), 0, 5)
        strip = line_images.extract_line(boxed).others()[-1]
    for look, zoom in zip(strip.looks(), (0.87, 1.15), strict=True):
        height, width = look.shape
        assert (height, width) == (line_images.HEIGHT, pytest.approx(zoom * strip.pixels.shape[1], abs=1))
        across = width / strip.pixels.shape[1]
        expected = cv2.warpAffine(
            strip.pixels, np.float32([[across, 0, 0], [0, zoom, line_images.HEIGHT / 2 * (1 - zoom)]]), (width, height)
        )
        shown = slice(4, -4)  # the smaller look shows more of the picture above and below
        assert alike(expected[shown], look[shown]) > 0.95
        assert look[shown].mean() == pytest.approx(expected[shown].mean(), rel=0.1)


def test_upright_strokes_of_a_close_crop_survive_where_lines_are_told_in_the_other_way(line):
    """Fours, sevens and ones reach from edge to edge there, as the sides of a box would."""
    rows = np.flatnonzero((line < 100).any(axis=1))
    close = line[rows[0] - 1 : rows[-1] + 2]
    again = line_images.extract_line(close).again()
    assert alike(line_images.extract_line(line).pixels, again.pixels) > 0.9


def test_a_box_makes_the_writing_no_smaller_where_lines_are_told_in_the_other_way(line):
    """Askew, and open at the top as a close crop leaves it."""
    boxed = line.copy()
    cv2.polylines(boxed, [np.array([(12, -5), (8, 74), (290, 77), (286, -5)])], False, 60, 2, cv2.LINE_AA)
    again = line_images.extract_line(boxed).again()
    assert again.digit_height == pytest.approx(line_images.extract_line(line).digit_height, rel=0.15)


def test_another_cut_frees_writing_from_a_dark_box(line):
    """Whose thick lines are darker than the ink: no digit is larger or smaller than without it, and none is moved."""
    boxed = line.copy()
    cv2.rectangle(boxed, (4, 4), (295, 75), 0, 5)
    whole = line_images.extract_line(line)
    cuts = line_images.extract_line(boxed).others()
    between = cuts[-1]
    assert between.digit_height == pytest.approx(whole.digit_height, rel=0.15)
    assert between.matrix[:, 2] == pytest.approx(whole.matrix[:, 2], abs=8)
    assert between.ground.grey.shape == boxed.shape


def test_there_is_no_other_cut_of_plain_writing(line):
    """However lines are told from it."""
    assert line_images.extract_line(line).others() == []


def test_the_whole_picture_is_a_strip_of_its_own_in_two_sizes(line):
    """Where writing fills 85% of a picture, the larger shows it as the cut that found it does."""
    rows = np.flatnonzero((line < 100).any(axis=1))
    room = round(0.5 * (1 / 0.85 - 1) * len(rows))
    close = line[rows[0] - room : rows[-1] + 1 + room]
    found = line_images.extract_line(close)
    larger, smaller = found.whole()[:2]
    assert larger.pixels.shape[0] == smaller.pixels.shape[0] == line_images.HEIGHT
    assert larger.digit_height == pytest.approx(0.85 * close.shape[0], rel=0.02)
    assert smaller.digit_height == pytest.approx(0.6 * close.shape[0], rel=0.02)
    one, other = (each.pixels[:, np.flatnonzero(each.pixels.max(axis=0) > 80)] for each in (found, larger))
    assert alike(one, other) > 0.9
    inked = np.flatnonzero((line < 100).any(axis=0))
    spans = larger.spans(np.linspace(0, larger.pixels.shape[1], 7)[1:-1])
    assert (spans[0][0], spans[-1][1]) == pytest.approx((inked[0], inked[-1]), abs=5)
