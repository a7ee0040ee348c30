"""ink: finds the writing, and brings the digit in the middle to MNIST's format."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import digit_segmentation


@pytest.fixture
def seven(splits) -> np.ndarray:
    """An MNIST seven, 0 paper."""
    test = splits["validation"]
    return test.images[np.flatnonzero(test.labels == 7)[0]]


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two fields, at best when one is moved by a pixel: centring rounds to whole ones."""
    moves = [np.roll(one, (y, x), axis=(0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return max(np.corrcoef(each.ravel().astype(float), other.ravel().astype(float))[0, 1] for each in moves)


def on_paper(image: np.ndarray, size: int = 120, paper: int = 220, pen: int = 40) -> np.ndarray:
    """A digit as dark ink on grey paper, uint8 [size, size]."""
    strength = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC).astype(float) / 255
    return np.clip(paper + (pen - paper) * strength, 0, 255).astype(np.uint8)


def test_a_digit_on_paper_comes_back_as_it_was(seven):
    """Up to resampling: the same 28 x 28 field, give or take a pixel's shade."""
    (cut, *_) = digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(on_paper(seven)))
    assert cut.shape == (28, 28)
    assert alike(cut, seven) > 0.95


def test_an_inverted_picture_gives_the_same_cut(seven):
    """Chalk on a blackboard is writing, too."""
    picture = on_paper(seven)
    (dark, *_), (light, *_) = (
        digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(each)) for each in (picture, 255 - picture)
    )
    assert np.abs(dark.astype(int) - light).max() <= 2


def test_a_shifted_digit_gives_nearly_the_same_cut(seven):
    """Centring is by the ink's own mass."""
    picture = on_paper(seven)
    (here, *_) = digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(picture))
    (there, *_) = digit_segmentation.crop_center_digit(
        digit_segmentation.extract_ink(np.roll(picture, (5, -6), axis=(0, 1)))
    )
    assert alike(here, there) > 0.98


def test_a_shadow_over_the_paper_changes_little(seven):
    """Light that falls off by half across the picture is not ink."""
    picture = on_paper(seven)
    shaded = (picture * np.linspace(1, 0.5, picture.shape[1])).astype(np.uint8)
    (plain, *_), (dim, *_) = (
        digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(each)) for each in (picture, shaded)
    )
    assert alike(plain, dim) > 0.9


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_picture_has_no_writing(level):
    """One level everywhere, of any brightness."""
    found = digit_segmentation.extract_ink(np.full((60, 90), level, np.uint8))
    assert found.is_blank
    assert digit_segmentation.crop_center_digit(found) == []


def test_noise_is_no_writing(rng):
    """Grain of paper does not stand out from itself."""
    assert digit_segmentation.extract_ink(np.clip(rng.normal(200, 12, (80, 80)), 0, 255).astype(np.uint8)).is_blank


@pytest.mark.parametrize("size", [(1, 1), (1, 200), (200, 1), (3, 3), (2, 5000)], ids=str)
def test_pictures_of_absurd_shapes_are_survived(size, rng):
    """Whatever comes back, nothing is raised."""
    for cut in digit_segmentation.crop_center_digit(
        digit_segmentation.extract_ink(rng.integers(0, 256, size).astype(np.uint8))
    ):
        assert cut.shape == (28, 28)


def test_as_mnist_fills_a_box_of_20_centred_by_mass(rng):
    """A tall bar becomes 20 pixels high, with its mass in the middle."""
    amount = np.zeros((100, 60), np.float32)
    amount[10:90, 5:15] = 1
    field = digit_segmentation.normalize_to_mnist(amount)
    rows, columns = np.where(field > 64)
    assert np.ptp(rows) + 1 == 20
    assert abs(rows.mean() - 14) <= 0.5
    assert abs(columns.mean() - 14) <= 0.5


def test_mnists_own_digits_stay_where_they_are(splits):
    """Brought to MNIST's format once more, most digits do not move by a pixel."""
    images = splits["validation"].images[:300]
    unmoved = [
        np.corrcoef(digit_segmentation.normalize_to_mnist(x / np.float32(255)).ravel().astype(float), x.ravel())[0, 1]
        > 0.98
        for x in images
    ]
    assert np.mean(unmoved) > 0.8


def test_a_printed_line_is_left_out(seven):
    """A ruled line under the digit is not part of it."""
    picture = on_paper(seven)
    ruled = picture.copy()
    ruled[112:114] = 90
    (plain, *_), (lined, *_) = (
        digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(each)) for each in (picture, ruled)
    )
    assert alike(plain, lined) > 0.95
