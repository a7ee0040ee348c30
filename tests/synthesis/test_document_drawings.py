"""Tests of what machines print on documents: magnetic ink, bars, logos and stamps."""

import numpy as np
import pytest

from payment_ml.synthesis import document_drawings


@pytest.mark.parametrize("height", [9, 14, 40])
def test_magnetic_ink_has_the_height_that_is_asked_for(height, rng):
    """And about the width of its characters; a blank leaves bare paper."""
    ink = document_drawings.magnetic_ink("A123 456A", height, rng)
    assert ink.shape[0] == pytest.approx(height, abs=2)
    assert 0.85 * height * 9 < ink.shape[1] < 1.25 * height * 9
    assert ink.max() > 0.9
    pitch = ink.shape[1] / 9
    assert not ink[:, round(4.05 * pitch) + 1 : round(4.9 * pitch)].any()


def test_characters_of_magnetic_ink_differ(rng):
    """All fourteen."""
    drawn = {
        document_drawings.magnetic_ink(character, 18, np.random.default_rng(0)).tobytes()
        for character in "0123456789ABCD"
    }
    assert len(drawn) == 14


def test_barred_ink_is_cut_into_upright_bars():
    """Some columns between the bars are bare."""
    ink = document_drawings.barred_ink("8", 24, 1)
    assert (ink.max(axis=0) == 0).sum() >= 3
    assert ink.max() > 0.9


def test_logos_bar_codes_and_stamps_have_ink_within_their_size(rng):
    """As float32 between bare paper and full ink."""
    drawings = [
        document_drawings.logo(40, rng),
        document_drawings.bar_code(200, 30, rng),
        document_drawings.stamp("ASHFORD", 90, rng),
    ]
    assert [drawing.shape for drawing in drawings] == [(40, 40), (30, 200), (90, 90)]
    assert all(drawing.dtype == np.float32 and 0 < drawing.max() <= 1 and drawing.min() >= 0 for drawing in drawings)
