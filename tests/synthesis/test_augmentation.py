"""augmentation: distorted digits stay digits."""

import numpy as np

from payment_ml.synthesis import augmentation


def test_distortion_keeps_the_ink_and_moves_it(splits, rng):
    """About as much ink as before, in other pixels; the originals are left alone."""
    images = splits["validation"].images[:500]
    before = images.copy()
    distorted = augmentation.distort(images, rng)
    assert np.array_equal(images, before)
    assert distorted.shape == images.shape
    assert distorted.dtype == np.uint8
    ratio = distorted.sum(axis=(1, 2)) / images.sum(axis=(1, 2))
    assert 0.9 < np.median(ratio) < 1.1
    assert np.mean(distorted != images) > 0.1


def test_the_same_generator_gives_the_same_distortions(splits):
    """Seeded, and nothing else is random."""
    images = splits["validation"].images[:50]
    once, again, other = (augmentation.distort(images, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def test_the_middle_of_mass_moves_by_no_more_than_the_shift(splits, rng):
    """A digit is never pushed out of its field."""
    images = splits["validation"].images[:500]
    rows = np.arange(28)

    def middle(fields: np.ndarray) -> np.ndarray:
        weight = fields.sum(axis=2, dtype=float)
        return (weight * rows).sum(axis=1) / weight.sum(axis=1)

    moved = np.abs(middle(augmentation.distort(images, rng)) - middle(images))
    assert moved.max() < augmentation.SHIFT * 1.2 + 4 * augmentation.BEND
    assert moved.mean() > 0.3
