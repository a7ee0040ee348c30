"""Tests of augmentation: distorted digits and lines keep their ink, their type and their height."""

import numpy as np
import pytest

from payment_ml.synthesis import augmentation


@pytest.fixture(scope="module")
def line() -> np.ndarray:
    """Return a line image with five columns of paper at both ends and upright strokes between."""
    pixels = np.zeros((32, 200), np.uint8)
    pixels[6:26, 5:195:10] = 200
    pixels[6:26, 6:195:10] = 200
    return pixels


def test_distort_moves_ink_and_keeps_its_amount(splits, rng):
    """The original images stay unchanged."""
    images = splits["validation"].images[:500]
    before = images.copy()
    distorted = augmentation.distort(images, rng)
    assert np.array_equal(images, before)
    assert distorted.shape == images.shape
    assert distorted.dtype == np.uint8
    ratio = distorted.sum(axis=(1, 2)) / images.sum(axis=(1, 2))
    assert 0.9 < np.median(ratio) < 1.1
    assert np.mean(distorted != images) > 0.1


def test_distort_gives_the_same_images_for_the_same_seed(splits):
    """Another seed gives others."""
    images = splits["validation"].images[:50]
    first, same, different = (augmentation.distort(images, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, different)


def test_distort_moves_the_center_of_mass_at_most_by_its_shift(splits, rng):
    """A digit never leaves its image."""
    images = splits["validation"].images[:500]
    rows = np.arange(28)

    def mean_row(images: np.ndarray) -> np.ndarray:
        weight = images.sum(axis=2, dtype=float)
        return (weight * rows).sum(axis=1) / weight.sum(axis=1)

    shifts = np.abs(mean_row(augmentation.distort(images, rng)) - mean_row(images))
    assert shifts.max() < augmentation.SHIFT * 1.2 + 4 * augmentation.BEND
    assert shifts.mean() > 0.3


def test_augment_line_keeps_the_height_and_varies_the_width(line, rng):
    """Widths are within exp(0.13), 14 percent, of the original, and the line itself stays unchanged."""
    before = line.copy()
    views = [augmentation.augment_line(line, rng) for _ in range(100)]
    widths = np.array([view.shape[1] for view in views])
    assert np.array_equal(line, before)
    assert {view.shape[0] for view in views} == {32}
    assert 174 <= widths.min() < 180
    assert 220 < widths.max() <= 228


def test_augment_line_keeps_every_stroke(line, rng):
    """No view loses the first or the last stroke of a line with five bare columns at its ends."""
    for _ in range(100):
        view = augmentation.augment_line(line, rng)
        inked = view[12:20].mean(axis=0) > 50
        strokes = int(np.count_nonzero(np.diff(inked.astype(int), prepend=0) == 1))
        assert strokes == 19


def test_random_view_map_points_to_about_the_same_place_of_the_line(rng):
    """The center of a view shows the center of the line, to within shift and bend."""
    for _ in range(20):
        x, y = augmentation.random_view_map(32, 200, rng)
        assert x.shape == y.shape
        assert x.dtype == y.dtype == np.float32
        center = x.shape[1] // 2
        assert x[16, center] == pytest.approx(99.5, abs=4)
        assert y[16, center] == pytest.approx(15.5, abs=4)


def test_vary_ink_multiplies_all_pixels_by_one_factor(rng):
    """The factor is within 15 percent of 1, and results are limited to 255."""
    pixels = np.array([[0, 100, 200, 255]], np.uint8)
    for _ in range(20):
        varied = augmentation.vary_ink(pixels, rng)
        factor = varied[0, 1] / 100
        assert 0.85 <= factor <= 1.15
        assert varied[0, 0] == 0
        assert varied[0, 2] == pytest.approx(min(200 * factor, 255), abs=2)  # the factor is rounded
