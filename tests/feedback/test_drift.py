"""drift: whether corrections look other than they did in the run before."""

import re

import numpy as np

from payment_ml.feedback import dataset, drift


def profiles(rng: np.random.Generator, count: int, ink: float, digits: list[int]) -> dict:
    """As the manifest keeps them, of corrections drawn by chance."""
    taken = [
        dataset.CuratedCorrection(
            f"{i:064x}",
            "amounts",
            "".join(map(str, rng.choice(digits, 4))),
            dataset.TRAIN,
            None,
            ink=float(rng.normal(ink, 0.02)),
        )
        for i in range(count)
    ]
    return {"profiles": {"amounts": drift.profile(taken), "digits": drift.profile([])}}


def test_drift_is_told_in_numbers(rng):
    """Of ink and of digits; nothing of a handful, nothing of the same."""
    every = list(range(10))
    before, same = profiles(rng, 200, 0.2, every), profiles(rng, 200, 0.2, every)
    assert drift.detect_drift(None, before) == []
    assert drift.detect_drift(before, same) == []
    assert drift.detect_drift(before, profiles(rng, 20, 0.4, [1])) == []
    (told,) = drift.detect_drift(before, profiles(rng, 200, 0.25, every))
    assert re.search(r"the median ink went from 0\.(19|20)\d* to 0\.2[45]", told)
    (told,) = drift.detect_drift(before, profiles(rng, 200, 0.2, [0, 1]))
    assert "of the digits are others" in told


def test_a_profile_counts_every_digit():
    """Twice 1, once 2 and 5, in the truths of two corrections."""
    taken = [
        dataset.CuratedCorrection("a", "amounts", "1.20", dataset.TRAIN, None, ink=0.1, height=40),
        dataset.CuratedCorrection("b", "amounts", "15.00", dataset.TRAIN, None, ink=0.3, height=60),
    ]
    assert drift.profile(taken) == {
        "count": 2,
        "ink": [0.15, 0.2, 0.25],
        "height": [45.0, 50.0, 55.0],
        "digits": [3, 2, 1, 0, 0, 1, 0, 0, 0, 0],
    }
