"""Test feedback.drift: corrections that differ from those of the previous run are reported in numbers."""

import re
from typing import Any

import numpy as np
import pytest

from payment_ml.feedback import drift
from payment_ml.feedback.dataset import TRAIN, CuratedCorrection

ALL_DIGITS = range(10)


def summary(rng: np.random.Generator, count: int, ink: float, digits: list[int]) -> dict[str, Any]:
    """Return the profiles of random corrections, as the manifest holds them."""
    corrections = [
        CuratedCorrection(
            f"{i:064x}",
            "amounts",
            "".join(map(str, rng.choice(digits, 4))),
            TRAIN,
            None,
            ink=float(rng.normal(ink, 0.02)),
        )
        for i in range(count)
    ]
    return {"profiles": {"amounts": drift.profile(corrections), "digits": drift.profile([])}}


@pytest.mark.parametrize(
    ("count", "ink", "digits"),
    [
        pytest.param(200, 0.2, ALL_DIGITS, id="the same distributions"),
        pytest.param(20, 0.4, [1], id="too few corrections"),
    ],
)
def test_no_drift_is_reported_without_evidence(rng, count, ink, digits):
    """Neither for another sample of the same distribution, nor for a small one of a different distribution."""
    previous = summary(rng, 200, 0.2, list(ALL_DIGITS))
    assert drift.detect_drift(previous, summary(rng, count, ink, list(digits))) == []


def test_no_drift_is_reported_without_a_previous_run(rng):
    """The first run has nothing to compare with."""
    assert drift.detect_drift(None, summary(rng, 200, 0.2, list(ALL_DIGITS))) == []


@pytest.mark.parametrize(
    ("ink", "digits", "message"),
    [
        pytest.param(0.25, ALL_DIGITS, r"the median ink went from 0\.(19|20)\d* to 0\.2[45]", id="more ink"),
        pytest.param(0.2, [0, 1], r"\d+% of the digits differ", id="other digits"),
    ],
)
def test_drift_of_ink_or_digits_is_reported_in_numbers(rng, ink, digits, message):
    """One sentence for each quantity that drifted."""
    previous = summary(rng, 200, 0.2, list(ALL_DIGITS))
    (sentence,) = drift.detect_drift(previous, summary(rng, 200, ink, list(digits)))
    assert re.search(message, sentence)


def test_a_profile_counts_every_digit_of_the_labels():
    """Together 1.20 and 15.00 hold 0 three times, 1 twice, 2 once and 5 once."""
    corrections = [
        CuratedCorrection("a", "amounts", "1.20", TRAIN, None, ink=0.1, height=40),
        CuratedCorrection("b", "amounts", "15.00", TRAIN, None, ink=0.3, height=60),
    ]
    assert drift.profile(corrections) == {
        "count": 2,
        "ink": [0.15, 0.2, 0.25],
        "height": [45.0, 50.0, 55.0],
        "digits": [3, 2, 1, 0, 0, 1, 0, 0, 0, 0],
    }
