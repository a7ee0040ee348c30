"""verdicts: a challenger must be better, not as good."""

import numpy as np
import pytest

from payment_ml import verdicts


def readings(wrong: int) -> np.ndarray:
    """Which of a thousand gate digits were read right."""
    return np.arange(1000) >= wrong


def test_the_first_version_is_promoted():
    """Nothing served before."""
    verdict = verdicts.decide(readings(30), None)
    assert verdict.promoted
    assert verdict.reason == "promoted: nothing served before; 30 of 1000 gate digits wrong"


@pytest.mark.parametrize(("wrong", "promoted"), [(4, True), (5, False), (6, False)], ids=["better", "tied", "worse"])
def test_only_a_better_challenger_is_promoted(wrong, promoted):
    """A tie changes nothing, and the reason names both numbers."""
    verdict = verdicts.decide(readings(wrong), readings(5), "the-old-one")
    assert verdict.promoted is promoted
    assert f"{wrong} of 1000" in verdict.reason
    assert "the 5 of the-old-one" in verdict.reason
    assert verdict.reason.startswith("promoted" if promoted else "kept the champion")


def test_readings_of_different_digits_cannot_be_compared():
    """The exact test is a paired one."""
    with pytest.raises(ValueError, match="same gate digits, but got 1000 and 999"):
        verdicts.decide(readings(5), readings(5)[:-1])
