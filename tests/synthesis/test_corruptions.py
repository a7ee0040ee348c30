"""Tests of corruptions: each grows with its severity and returns an image."""

import numpy as np
import pytest

from payment_ml.synthesis import amount_images, corruptions, glyphs

BY_NAME = {corruption.name: corruption for corruption in corruptions.CORRUPTIONS}


@pytest.fixture(scope="module")
def image(splits) -> np.ndarray:
    """Render a photograph of an amount."""
    glyph_bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    return amount_images.render_amount(glyph_bank, np.random.default_rng(8)).image


@pytest.mark.parametrize("corruption", corruptions.CORRUPTIONS, ids=lambda corruption: corruption.name)
def test_a_corruption_changes_more_at_a_higher_severity(image, corruption, rng):
    """Type and number of channels stay; changes are compared where the size stays too."""
    changes = []
    for severity in corruption.severities:
        corrupted = corruption.apply(image, severity, rng)
        assert corrupted.dtype == np.uint8
        assert corrupted.shape[2] == 3
        if corrupted.shape == image.shape:
            changes.append(float(np.abs(corrupted.astype(float) - image).mean()))
    assert changes == sorted(changes)
    assert len(set(changes)) == len(changes)


def test_thin_strokes_are_lighter_and_thick_strokes_darker(image, rng):
    """The mean grey level moves with the width of the strokes."""
    thin, thick = (BY_NAME[name].apply(image, 4, rng).mean() for name in ("thin strokes", "thick strokes"))
    assert thin > image.mean() > thick


def test_low_resolution_reduces_an_image_to_its_height(image, rng):
    """Smaller images stay as they are."""
    corruption = BY_NAME["low resolution"]
    assert corruption.apply(image, 20, rng).shape[0] == 20
    assert corruption.apply(image, 10_000, rng).shape == image.shape


def test_low_contrast_keeps_a_share_of_the_distance_to_the_paper(rng):
    """With 20 % left, ink of 100 on paper of 200 becomes 200 - 0.2 x 100 = 180."""
    image = np.full((10, 10, 3), 200, np.uint8)
    image[4, 2:8] = 100
    corrupted = BY_NAME["low contrast"].apply(image, 20, rng)
    assert np.unique(corrupted).tolist() == [180, 200]
    assert (corrupted[4, 2:8] == 180).all()


def test_noise_has_the_standard_deviation_of_its_severity(rng):
    """15 grey levels on a grey field."""
    corrupted = BY_NAME["noise"].apply(np.full((100, 100, 3), 128, np.uint8), 15, rng)
    assert corrupted.std() == pytest.approx(15, rel=0.03)
