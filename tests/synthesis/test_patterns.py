"""Tests of printed patterns: each leaves print over the whole field, faint or nearly as dark as ink."""

import numpy as np
import pytest

from payment_ml.synthesis import patterns


def test_patterns_cover_the_field_and_stay_lighter_than_ink(rng):
    """Strengths from faint to dense, of a hundred fields."""
    strengths = []
    for _ in range(100):
        field = np.zeros((60, 240), np.float32)
        patterns.draw_pattern(field, rng)
        assert field.min() == 0 or field.max() > 0
        assert field.max() <= 0.61
        strengths.append(float(field.max()))
    assert np.mean(np.array(strengths) > 0) > 0.9
    assert min(strength for strength in strengths if strength) < 0.15
    assert max(strengths) > 0.4


def test_patterns_keep_what_was_printed_before(rng):
    """The darker of two prints stays."""
    field = np.ones((40, 90), np.float32)
    patterns.draw_pattern(field, rng)
    assert field.min() == 1


@pytest.mark.parametrize("shape", [(12, 20), (200, 900)], ids=["small", "large"])
def test_patterns_fit_any_size(rng, shape):
    """Crops are 12 to a few hundred pixels high."""
    for _ in range(30):
        field = np.zeros(shape, np.float32)
        patterns.draw_pattern(field, rng)
        assert field.shape == shape
