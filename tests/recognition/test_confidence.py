"""Tests of confidence: temperature scaling and Platt scaling against values computed by hand."""

import math

import numpy as np
import pytest

from payment_ml.recognition import confidence


def test_temperature_one_leaves_probabilities_unchanged():
    """Logits with any constant added give the same probabilities."""
    probabilities = np.array([[0.7, 0.2, 0.1], [0.25, 0.25, 0.5]])
    scaled = confidence.temperature_scale(np.log(probabilities) + 3, 1.0)
    assert scaled.dtype == np.float32
    assert scaled == pytest.approx(probabilities, abs=1e-6)


@pytest.mark.parametrize(
    ("temperature", "expected"), [(2.0, [0.75, 0.25]), (0.5, [81 / 82, 1 / 82])], ids=["softer", "sharper"]
)
def test_temperature_is_the_root_of_the_odds(temperature, expected):
    """Odds of 9 to 1 become 3 to 1 at temperature 2, and 81 to 1 at a half."""
    scaled = confidence.temperature_scale(np.log([[0.9, 0.1]]), temperature)
    assert scaled[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("probability", "slope", "offset", "expected"),
    [
        (0.8, 1.0, 0.0, 0.8),
        (0.75, 2.0, 0.0, 0.9),
        (0.5, 1.0, math.log(4), 0.8),
        (0.75, 0.5, -math.log(3) / 2, 0.5),
    ],
    ids=["identity", "squared odds", "odds times four", "both"],
)
def test_platt_scaling_is_linear_in_the_log_odds(probability, slope, offset, expected):
    """Odds of 3 to 1 squared are 9 to 1, a confidence of 0.9."""
    assert confidence.platt_scale(probability, slope, offset) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("probability", "sign"), [(0.0, -1), (0.5, 0), (1.0, 1)], ids=str)
def test_log_odds_are_finite_at_both_ends(probability, sign):
    """Probabilities are clipped a billionth from 0 and 1."""
    assert confidence.log_odds(probability) == pytest.approx(sign * math.log(1e9 - 1))
