"""Tests of digit segmentation: ink is found, and the digit in the middle is brought to MNIST's format."""

import cv2
import numpy as np
import pytest

from payment_ml.datasets.mnist_format import BOX, SIDE
from payment_ml.imaging import digit_segmentation


@pytest.fixture
def seven(splits) -> np.ndarray:
    """Return an MNIST seven, uint8 [28, 28], 0 paper."""
    validation = splits["validation"]
    return validation.images[np.flatnonzero(validation.labels == 7)[0]]


def best_crop(image: np.ndarray) -> np.ndarray:
    """Return the first crop of the digit in the middle, uint8 [28, 28]."""
    return digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(image))[0]


def similarity(image: np.ndarray, reference: np.ndarray) -> float:
    """Return the correlation of two images, the best of nine shifts by one pixel: centring rounds to whole pixels."""
    shifted = [np.roll(image, (y, x), axis=(0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return max(float(np.corrcoef(copy.ravel(), reference.ravel())[0, 1]) for copy in shifted)


def on_paper(image: np.ndarray, size: int = 120, paper: int = 220, pen: int = 40) -> np.ndarray:
    """Return a digit as dark ink on grey paper, uint8 [size, size]."""
    density = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC).astype(float) / 255
    return np.clip(paper + (pen - paper) * density, 0, 255).astype(np.uint8)


def test_a_digit_on_paper_is_restored(seven):
    """The crop equals the original in MNIST's format, up to resampling."""
    crop = best_crop(on_paper(seven))
    assert crop.shape == (SIDE, SIDE)
    assert similarity(crop, seven) > 0.95


def test_an_inverted_image_gives_the_same_crop(seven):
    """Chalk on a blackboard is ink, too."""
    image = on_paper(seven)
    assert np.abs(best_crop(image).astype(int) - best_crop(255 - image)).max() <= 2


def test_a_shifted_digit_gives_nearly_the_same_crop(seven):
    """Centring uses the ink's own centre of mass."""
    image = on_paper(seven)
    assert similarity(best_crop(image), best_crop(np.roll(image, (5, -6), axis=(0, 1)))) > 0.98


def test_uneven_light_changes_the_crop_little(seven):
    """Light that falls off by half across the image is not ink."""
    image = on_paper(seven)
    shaded = (image * np.linspace(1, 0.5, image.shape[1])).astype(np.uint8)
    assert similarity(best_crop(image), best_crop(shaded)) > 0.9


def test_a_ruled_line_is_left_out(seven):
    """A line under the digit is not part of it."""
    image = on_paper(seven)
    ruled = image.copy()
    ruled[112:114] = 90
    assert similarity(best_crop(image), best_crop(ruled)) > 0.95


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_uniform_image_is_blank(level):
    """One level everywhere, of any brightness, gives no crop and no box."""
    ink = digit_segmentation.extract_ink(np.full((60, 90), level, np.uint8))
    assert ink.is_blank
    assert digit_segmentation.crop_center_digit(ink) == []
    assert digit_segmentation.center_digit_box(ink) is None


def test_noise_is_blank(rng):
    """The grain of paper does not stand out from itself."""
    assert digit_segmentation.extract_ink(np.clip(rng.normal(200, 12, (80, 80)), 0, 255).astype(np.uint8)).is_blank


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (3, 3), (2, 5000)], ids=str)
def test_extreme_shapes_raise_nothing(size, rng):
    """Every crop of them has MNIST's format."""
    ink = digit_segmentation.extract_ink(rng.integers(0, 256, size).astype(np.uint8))
    assert all(crop.shape == (SIDE, SIDE) for crop in digit_segmentation.crop_center_digit(ink))


@pytest.mark.parametrize("scale", [1, 5], ids=["small image", "reduced image"])
def test_the_box_is_in_pixels_of_the_image(scale):
    """A bar at a known place, in an image of the working size and in one five times as large."""
    image = np.full((100 * scale, 120 * scale), 230, np.uint8)
    image[20 * scale : 80 * scale, 50 * scale : 62 * scale] = 30
    box = digit_segmentation.center_digit_box(digit_segmentation.extract_ink(image))
    assert box == pytest.approx((50 * scale, 20 * scale, 62 * scale, 80 * scale), abs=2 * scale)


def test_normalization_fills_20_pixels_centred_by_mass():
    """A tall bar becomes 20 pixels high, with its mass in the middle."""
    density = np.zeros((100, 60), np.float32)
    density[10:90, 5:15] = 1
    image = digit_segmentation.normalize_to_mnist(density)
    rows, columns = np.where(image > 64)
    assert np.ptp(rows) + 1 == BOX
    assert abs(rows.mean() - SIDE / 2) <= 0.5
    assert abs(columns.mean() - SIDE / 2) <= 0.5


def test_normalization_leaves_mnist_digits_in_place(splits):
    """Most of MNIST's own digits do not move by a pixel."""
    images = splits["validation"].images[:300]
    normalized = [digit_segmentation.normalize_to_mnist(image / np.float32(255)) for image in images]
    correlations = [
        np.corrcoef(copy.ravel(), image.ravel())[0, 1] for copy, image in zip(normalized, images, strict=True)
    ]
    assert np.mean(np.array(correlations) > 0.98) > 0.8
