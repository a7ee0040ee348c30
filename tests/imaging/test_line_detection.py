"""Tests of line detection: extent, slope, contrast and noise of a line that is known by construction."""

import numpy as np
import pytest

from payment_ml.imaging.line_detection import Page, TextLine, detect_line, prepare_page

LEFTS = range(40, 240, 40)  # of five digits
TOP, BOTTOM, DIGIT_WIDTH = 30, 60, 16


def draw_line(slope: float = 0.0, ink: int = 60, paper: int = 220) -> np.ndarray:
    """Return five hollow rectangles of one size in a row, like zeros, uint8 [90, 300]."""
    image = np.full((90, 300), paper, np.uint8)
    for left in LEFTS:
        down = round(slope * (left - 140))
        image[TOP + down : BOTTOM + down, left : left + DIGIT_WIDTH] = ink
        image[TOP + 4 + down : BOTTOM - 4 + down, left + 4 : left + DIGIT_WIDTH - 4] = paper
    return image


def detected(image: np.ndarray) -> TextLine:
    """Return the line that must be detected in an image."""
    line = detect_line(prepare_page(image))
    assert line is not None
    return line


def test_the_extent_of_a_line_is_that_of_its_digits():
    """The line reaches from the first digit to the last, and from their tops to their feet."""
    line = detected(draw_line())
    assert (line.left, line.right) == pytest.approx((LEFTS[0], LEFTS[-1] + DIGIT_WIDTH), abs=2)
    assert (line.top, line.bottom) == pytest.approx((TOP, BOTTOM), abs=2)
    assert line.ink_outside == 0


@pytest.mark.parametrize("slope", [-0.1, 0.0, 0.1])
def test_the_slope_of_a_line_is_measured(slope):
    """One pixel down in ten to the right is a slope of 0.1."""
    assert detected(draw_line(slope)).slope == pytest.approx(slope, abs=0.015)


def test_an_inverted_image_has_the_same_line():
    """Light ink on dark paper is detected where the dark ink was."""
    dark, light = detected(draw_line()), detected(255 - draw_line())
    assert (light.left, light.right, light.top, light.bottom) == pytest.approx(
        (dark.left, dark.right, dark.top, dark.bottom), abs=1
    )


@pytest.mark.parametrize("contrast", [40, 80, 160])
def test_contrast_is_the_difference_between_ink_and_paper(contrast):
    """Faint ink and full ink are measured in grey levels."""
    assert detected(draw_line(ink=220 - contrast)).contrast == pytest.approx(contrast, rel=0.1)


@pytest.mark.parametrize("deviation", [2, 6, 12])
def test_noise_is_the_standard_deviation_of_the_paper(rng, deviation):
    """The estimate adds one grey level, so that it is never 0, and ink in the image does not disturb it."""
    noisy = np.clip(draw_line() + rng.normal(0, deviation, (90, 300)), 0, 255).astype(np.uint8)
    assert prepare_page(noisy).noise == pytest.approx(deviation + 1, rel=0.15)


@pytest.mark.parametrize(
    ("size", "reduced"),
    [((60, 300), (60, 300)), ((192, 600), (96, 300)), ((96, 3200), (48, 1600))],
    ids=["small", "high", "wide"],
)
def test_a_page_is_at_most_96_pixels_high_and_1600_wide(size, reduced):
    """A smaller image keeps its size."""
    page = prepare_page(np.zeros(size, np.uint8))
    assert page.grey.shape == reduced
    assert page.scale == reduced[1] / size[1]
    assert page.image_width == size[1]


def test_a_texture_of_many_pieces_is_no_line():
    """More than 400 components are no line of text."""
    texture = np.full((96, 1600), 220, np.uint8)
    for y in range(5, 90, 12):
        for x in range(5, 1590, 12):
            texture[y : y + 6, x : x + 6] = 40
    assert prepare_page(texture).has_ink
    assert detect_line(prepare_page(texture)) is None


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_uniform_page_is_bare(level):
    """One level everywhere holds no ink."""
    page = prepare_page(np.full((50, 80), level, np.uint8))
    assert page.is_bare
    assert not page.has_ink
    assert detect_line(page) is None


def test_inversion_exchanges_ink_and_background():
    """Darkness lies on the digits of a page, and between them on its inverse."""
    page = prepare_page(draw_line())
    ink, hole = (TOP + 10, LEFTS[0] + 1), (TOP + 10, LEFTS[0] + DIGIT_WIDTH // 2)
    assert page.darkness[ink] > 100 > page.darkness[hole]
    assert page.inverse().darkness[ink] == 0
    assert not page.inverse().inverse().inverted


def test_cropped_rows_are_a_page_of_their_own():
    """Scale and width of the image stay those of the whole page."""
    page = prepare_page(np.repeat(np.repeat(draw_line(), 2, axis=0), 2, axis=1))
    rows = page.crop_rows(20, 70)
    assert isinstance(rows, Page)
    assert np.array_equal(rows.grey, page.grey[20:70])
    assert (rows.scale, rows.image_width) == (page.scale, 600)
