"""faults: each grows with its strength, and leaves the picture a picture."""

import numpy as np
import pytest

from payment_ml.synthesis import amount_images, corruptions, glyphs


@pytest.fixture(scope="module")
def image(splits) -> np.ndarray:
    """A photograph of an amount."""
    alphabet = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    return amount_images.render_amount(alphabet, np.random.default_rng(8)).image


@pytest.mark.parametrize("fault", corruptions.CORRUPTIONS, ids=lambda fault: fault.name)
def test_a_stronger_fault_changes_more(picture, fault, rng):
    """And never the dtype or the number of channels."""
    changes = []
    for strength in fault.severities:
        spoiled = fault.apply(picture, strength, rng)
        assert spoiled.dtype == np.uint8
        assert spoiled.shape[2] == 3
        if spoiled.shape == picture.shape:
            changes.append(float(np.abs(spoiled.astype(float) - picture).mean()))
    assert changes == sorted(changes)
    assert len(set(changes)) == len(changes)


def test_thin_strokes_are_thinner_and_thick_ones_thicker(picture):
    """Less dark, more dark."""
    by_name = {fault.name: fault for fault in corruptions.CORRUPTIONS}
    rng = np.random.default_rng(0)
    mean = {name: by_name[name].apply(picture, 4, rng).mean() for name in ("thin strokes", "thick strokes")}
    assert mean["thin strokes"] > picture.mean() > mean["thick strokes"]


def test_low_resolution_brings_a_picture_to_its_height(picture):
    """Smaller ones stay as they are."""
    fault = next(each for each in corruptions.CORRUPTIONS if each.name == "low resolution")
    assert fault.apply(picture, 20, np.random.default_rng(0)).shape[0] == 20
    assert fault.apply(picture, 10_000, np.random.default_rng(0)).shape == picture.shape
