"""promises: thresholds that keep their word."""

import numpy as np
import pytest

from payment_ml.evaluation import risk_control


@pytest.mark.parametrize(
    ("wrong", "total", "expected"),
    [(0, 598, 0.004997), (0, 10, 0.258866), (3, 100, 0.075709), (10, 10, 1.0), (0, 0, 1.0)],
    ids=["no mistake in 598", "no mistake in 10", "3 in 100", "all wrong", "nothing seen"],
)
def test_upper_bound_is_clopper_and_pearsons(wrong, total, expected):
    """One-sided 95% bounds as in published tables; without mistakes 1 - 0.05^(1/n)."""
    assert risk_control.risk_upper_bound(wrong, total) == pytest.approx(expected, abs=1e-5)


def test_interval_holds_the_share_that_was_seen():
    """Two-sided: 10 of 100 lies between 4.9% and 17.6%."""
    low, high = risk_control.clopper_pearson(10, 100)
    assert (low, high) == (pytest.approx(0.0490, abs=1e-4), pytest.approx(0.1762, abs=1e-4))


def draw(rng: np.random.Generator, count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Readings whose chance to be right is exactly their confidence."""
    confidences = 1 - rng.beta(0.1, 2, count)
    return confidences, rng.random(count) < confidences


def test_the_promise_is_kept_on_fresh_data(rng):
    """Of 200 calibrations at most 5% may break it; the true risk of each threshold is known here."""
    confidences, _ = draw(rng, 400_000)
    broken = 0
    for _ in range(200):
        kept = risk_control.control_risk(*draw(rng))
        passed = confidences >= kept.threshold
        broken += passed.any() and np.mean(1 - confidences[passed]) > 0.005
    assert broken <= 10


def test_the_promise_is_not_kept_by_accepting_next_to_nothing(rng):
    """With nine in ten readings beyond doubt, most must be accepted."""
    confidences = np.concatenate([rng.uniform(0.99, 1, 2700), rng.uniform(0.3, 0.9, 300)])
    right = np.arange(3000) < 2700
    kept = risk_control.control_risk(confidences, right)
    assert kept.accepted / kept.total > 0.85
    assert kept.bound <= 0.005


def test_one_confident_mistake_does_not_reject_everything(rng):
    """A single wrong reading at the very top leaves other starts."""
    confidences = np.linspace(1, 0.5, 3000)
    right = np.ones(3000, bool)
    right[0] = False
    assert risk_control.control_risk(confidences, right).accepted > 2500


@pytest.mark.parametrize("count", [0, 10, 500], ids=["none", "ten", "500"])
def test_too_few_readings_promise_nothing(count):
    """Even without a mistake, 500 readings cannot prove 0.5%."""
    kept = risk_control.control_risk(np.ones(count), np.ones(count, bool))
    assert kept.threshold > 1
    assert risk_control.count_accepted(np.ones(5), np.ones(5, bool), kept.threshold) == (0, 0)


def test_risk_coverage_by_hand():
    """The second surest of four is wrong."""
    coverage, risk = risk_control.risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == [0, 1 / 2, 1 / 3, 1 / 4]
