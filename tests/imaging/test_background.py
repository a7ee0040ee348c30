"""Tests of the background: its level under strokes, and whether ink is darker or lighter than it."""

import numpy as np
import pytest

from payment_ml.imaging import background


@pytest.fixture
def gradient() -> np.ndarray:
    """Return a background without ink that brightens from 100 to 200 along 101 columns, float32 [60, 101]."""
    return np.tile(np.linspace(100, 200, 101, dtype=np.float32), (60, 1))


def test_closing_removes_strokes_thinner_than_the_kernel(gradient):
    """A dark stroke of three pixels leaves the estimate of the background unchanged, to one grey level."""
    with_stroke = gradient.copy()
    with_stroke[:, 50:53] = 20
    closed, smooth = background.estimate_background(with_stroke, kernel_size=9, sigma=3)
    assert np.abs(closed - gradient).max() <= 4  # a closing fills the stroke with the darker of its two sides
    assert np.abs(smooth - gradient)[:, 10:-10].max() <= 2


def test_closing_keeps_dark_areas_wider_than_the_kernel(gradient):
    """A dark half of the image is background, too."""
    half_dark = gradient.copy()
    half_dark[:, :50] = 20
    closed, _ = background.estimate_background(half_dark, kernel_size=9, sigma=3)
    assert np.array_equal(closed[:, :40], half_dark[:, :40])


@pytest.mark.parametrize(
    "is_light_on_dark",
    [background.is_light_line_on_dark, background.is_light_digit_on_dark],
    ids=["line", "digit"],
)
def test_rare_levels_are_the_ink(is_light_on_dark):
    """A tenth of the pixels lies far below the others in a dark line, and far above them in its inversion."""
    grey = np.full((40, 100), 200, np.uint8)
    grey[15:25, 10:50] = 30
    assert not is_light_on_dark(grey)
    assert is_light_on_dark(255 - grey)


def test_the_polarity_of_a_tiny_digit_is_found_where_quantiles_miss_it():
    """One pixel in a thousand lies outside of the quantiles that decide on a line."""
    grey = np.full((100, 100), 40, np.uint8)
    grey[50:52, 50:55] = 250
    assert background.is_light_digit_on_dark(grey)
    assert not background.is_light_line_on_dark(grey)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.97, 1.0])
def test_grey_quantiles_agree_with_numpy(rng, share):
    """An independent implementation that sorts the pixels gives the same level."""
    grey = rng.integers(3, 250, (37, 41)).astype(np.uint8)
    (level,) = background.grey_quantiles(grey, share)
    assert level == (0 if share == 0 else np.quantile(grey, share, method="inverted_cdf"))


@pytest.mark.parametrize(
    ("values", "median"), [([5], 5), ([1, 9], 9), ([3, 1, 2], 2), ([4, 1, 3, 2], 3)], ids=["1", "2", "3", "4"]
)
def test_the_upper_median_of_an_even_number_is_the_higher_middle_value(values, median):
    """The third smallest of four values, for example."""
    assert background.upper_median(np.array(values)) == median


@pytest.mark.parametrize(
    ("ink", "light", "is_sure"),
    [(20, 200, True), (20, 245, True), (120, 255, False), (200, 255, False)],
    ids=["dark ink", "dark ink, some highlights", "pale ink, strong highlights", "hardly any dark ink"],
)
def test_ink_is_surely_dark_where_nothing_is_much_lighter_than_paper(ink, light, is_sure):
    """A tenth of the image is ink, and a hundredth is lighter than the paper's level of 200."""
    grey = np.full((40, 100), 200, np.uint8)
    grey[:, :10] = ink
    grey[:, 99] = light
    assert background.is_surely_dark_on_light(grey) == is_sure
