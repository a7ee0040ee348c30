"""Risk control: the bounds are exact, and the thresholds keep the risk that they guarantee."""

import numpy as np
import pytest

from payment_ml.evaluation import risk_control


@pytest.mark.parametrize(
    ("errors", "total", "expected"),
    [(0, 598, 0.004997), (0, 10, 0.258866), (3, 100, 0.075709), (10, 10, 1.0), (0, 0, 1.0)],
    ids=["no error in 598", "no error in 10", "3 in 100", "all wrong", "no readings"],
)
def test_risk_upper_bound_is_clopper_and_pearsons(errors, total, expected):
    """One-sided 95% bounds are those of published tables; without errors 1 - 0.05^(1/n)."""
    assert risk_control.risk_upper_bound(errors, total) == pytest.approx(expected, abs=1e-5)


def test_clopper_pearson_interval_of_ten_in_a_hundred():
    """The two-sided interval is 4.9% to 17.6%."""
    low, high = risk_control.clopper_pearson(10, 100)
    assert (low, high) == (pytest.approx(0.0490, abs=1e-4), pytest.approx(0.1762, abs=1e-4))


def draw_readings(rng: np.random.Generator, count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Draw readings that are correct with a probability equal to their confidence."""
    confidences = 1 - rng.beta(0.1, 2, count)
    return confidences, rng.random(count) < confidences


def test_control_risk_keeps_the_risk_on_new_data(rng):
    """At most 5% of 200 calibrations may exceed the risk; the true risk of each threshold is known here."""
    confidences, _ = draw_readings(rng, 400_000)
    exceeded = 0
    for _ in range(200):
        rule = risk_control.control_risk(*draw_readings(rng))
        accepted = confidences >= rule.threshold
        exceeded += accepted.any() and np.mean(1 - confidences[accepted]) > 0.005
    assert exceeded <= 10


def test_control_risk_accepts_most_readings_when_nine_in_ten_are_certain(rng):
    """The risk is not kept by accepting next to nothing."""
    confidences = np.concatenate([rng.uniform(0.99, 1, 2700), rng.uniform(0.3, 0.9, 300)])
    rule = risk_control.control_risk(confidences, np.arange(3000) < 2700)
    assert rule.accepted / rule.total > 0.85
    assert rule.bound <= 0.005


def test_one_confident_error_does_not_reject_everything():
    """A single wrong reading at the very top leaves other starts."""
    correct = np.ones(3000, bool)
    correct[0] = False
    assert risk_control.control_risk(np.linspace(1, 0.5, 3000), correct).accepted > 2500


@pytest.mark.parametrize("count", [0, 10, 500], ids=["none", "ten", "500"])
def test_too_few_readings_accept_nothing(count):
    """Even without an error, 500 readings cannot prove a risk of 0.5%."""
    rule = risk_control.control_risk(np.ones(count), np.ones(count, bool))
    assert rule.threshold > 1
    assert risk_control.count_accepted(np.ones(5), np.ones(5, bool), rule.threshold) == (0, 0)


def test_risk_coverage_by_hand():
    """The second most confident of four is wrong."""
    coverage, risk = risk_control.risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]))
    assert coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert risk.tolist() == [0, 1 / 2, 1 / 3, 1 / 4]


@pytest.mark.parametrize(("risk", "expected"), [(0.005, 598), (0.01, 299), (0.02, 149)], ids=["0.5%", "1%", "2%"])
def test_least_accepted_is_the_first_number_whose_bound_keeps_the_risk(risk, expected):
    """One reading less does not."""
    assert risk_control.least_accepted(risk) == expected
    assert risk_control.risk_upper_bound(0, expected) <= risk < risk_control.risk_upper_bound(0, expected - 1)


def test_fitted_starts_need_no_more_readings_than_the_bound_does():
    """Of 300 readings without an error, 299 support 1%; 298 do not, and neither do 300 with one."""
    for count, errors, accepted in ((300, 0, 300), (298, 0, 0), (300, 1, 0)):
        correct = np.arange(count) >= errors
        rule = risk_control.control_risk(np.linspace(1, 0.5, count), correct, 0.01, fit_starts=True)
        assert rule.accepted == accepted
        assert rule.bound <= 0.01 or not accepted


def test_fitted_starts_keep_the_risk_on_new_data(rng):
    """At most 5% of 100 calibrations on 400 readings may exceed it."""
    confidences, _ = draw_readings(rng, 400_000)
    exceeded = 0
    for _ in range(100):
        rule = risk_control.control_risk(*draw_readings(rng, 400), 0.02, fit_starts=True)
        accepted = confidences >= rule.threshold
        exceeded += accepted.any() and np.mean(1 - confidences[accepted]) > 0.02
    assert exceeded <= 10


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [([], 299), ([60], 299 / 0.6), (list(range(0, 100, 2)), None)],
    ids=["no error", "one below the sixty most confident", "half of them"],
)
def test_readings_needed_are_those_from_which_the_risk_is_supported(wrong, expected):
    """Of a hundred for 1%: 299 without an error; where only the most confident 60% are clean, 299 / 60% of them."""
    correct = np.ones(100, bool)
    correct[wrong] = False
    needed = risk_control.readings_needed(np.linspace(1, 0.5, 100), correct, 0.01)
    assert needed is None if expected is None else needed == pytest.approx(expected, rel=0.02)


def test_readings_needed_that_come_support_the_risk():
    """Ten times the readings, and ten times the errors at the same places, are more than it takes."""
    correct = np.arange(200) % 40 != 39
    confidences = np.linspace(1, 0.5, 200)
    needed = risk_control.readings_needed(confidences, correct, 0.05)
    assert 200 < needed < 2000
    more = np.repeat(confidences, 10), np.repeat(correct, 10)
    assert not risk_control.control_risk(confidences, correct, 0.05, fit_starts=True).accepted
    assert risk_control.control_risk(*more, 0.05, fit_starts=True).accepted
    assert risk_control.readings_needed(np.ones(0), np.ones(0, bool), 0.05) is None
