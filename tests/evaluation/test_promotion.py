"""verdicts: a challenger must pass every gate and be better, not as good."""

import numpy as np
import pytest

from payment_ml.evaluation import promotion


def correct_up_to(wrong: int, total: int = 1000) -> np.ndarray:
    """Which of so many pictures were read right; the first ones were not."""
    return np.arange(total) >= wrong


def match(wrong: int, champion: int | None, total: int = 1000, unit: str = "digits") -> promotion.PairedResults:
    """A challenger beside a champion."""
    return promotion.PairedResults(
        unit, correct_up_to(wrong, total), None if champion is None else correct_up_to(champion, total)
    )


def test_the_first_version_is_promoted():
    """Nothing served before."""
    verdict = promotion.decide_promotion(match(30, None))
    assert verdict.promoted
    assert verdict.reason == "promoted: nothing served before; 30 of 1000 gate digits wrong"


@pytest.mark.parametrize(("wrong", "promoted"), [(4, True), (5, False), (6, False)], ids=["better", "tied", "worse"])
def test_only_a_better_challenger_is_promoted(wrong, promoted):
    """A tie changes nothing, and the reason names both numbers."""
    verdict = promotion.decide_promotion(match(wrong, 5), champion_name="the-old-one")
    assert verdict.promoted is promoted
    assert f"{wrong} of 1000" in verdict.reason
    assert "the 5 of the-old-one" in verdict.reason
    assert verdict.reason.startswith("promoted" if promoted else "kept the champion")


@pytest.mark.parametrize(
    ("wrong", "kept_wrong", "promoted"),
    [(5, 29, True), (4, 30, True), (5, 30, False), (6, 29, False), (6, 20, True), (20, 0, False), (4, 31, False)],
    ids=[
        "kept better", "gate better", "tied in both", "gate worse by chance, kept better by chance",
        "gate worse by chance, kept better beyond it", "gate worse beyond chance", "kept worse",
    ],
)  # fmt: skip
def test_kept_corrections_count_as_the_gate_does(wrong, kept_wrong, promoted):
    """The champion makes 5 mistakes of 1000 on the gate and 30 of 100 on the kept corrections."""
    kept = match(kept_wrong, 30, 100, "kept corrections")
    verdict = promotion.decide_promotion(match(wrong, 5), [promotion.holdout_corrections(kept)], kept, "the-old-one")
    assert verdict.promoted is promoted
    gate_fails = wrong > 6 or kept_wrong > 30
    assert (f"{kept_wrong} of 100 kept corrections wrong, the champion 30" in verdict.reason) or gate_fails
    assert ("for it failed" in verdict.reason) is gate_fails


def test_a_failed_gate_keeps_the_champion_and_says_so_in_one_line():
    """Whatever else is better; the gate is named with its number."""
    slow = promotion.latency_check(30.0, 10.0)
    verdict = promotion.decide_promotion(match(1, 5), [slow], champion_name="the-old-one")
    assert not verdict.promoted
    assert verdict.reason == "kept the champion, for it failed speed: 30.0 ms a picture, the champion 10.0 ms"
    assert verdict.broken == []
    assert [gate["name"] for gate in verdict.as_metadata()["gates"]] == ["no worse on digits", "speed"]


def test_force_promotes_what_failed_but_nothing_broken():
    """The card tells."""
    slow, empty = promotion.latency_check(30.0, 10.0), promotion.all_digits_check(set("012345678"))
    forced = promotion.decide_promotion(match(1, 5), [slow], force=True)
    assert forced.promoted
    assert forced.as_metadata()["forced"] is True
    assert forced.reason.startswith("promoted by force, though it failed speed")
    broken = promotion.decide_promotion(match(1, 5), [slow, empty], force=True)
    assert not broken.promoted
    assert [gate.summary for gate in broken.broken] == ["never read: 9"]


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        (promotion.not_worse(match(9, 5)), True),
        (promotion.not_worse(match(20, 5)), False),
        (promotion.accuracy_check(correct_up_to(40), 0.95, "gate digits"), True),
        (promotion.accuracy_check(correct_up_to(60), 0.95, "gate digits"), False),
        (promotion.finite_check(np.array([0.5, np.nan])), False),
        (promotion.calibration_check(np.full(1000, 0.96), correct_up_to(40)), True),
        (promotion.calibration_check(np.full(1000, 0.5), correct_up_to(40)), False),
        (promotion.risk_check(np.full(1000, 0.99), correct_up_to(7), 0.9, 0.005), True),
        (promotion.risk_check(np.full(1000, 0.99), correct_up_to(20), 0.9, 0.005), False),
        (promotion.risk_check(np.full(1000, 0.5), correct_up_to(900), 0.9, 0.005), True),
        (promotion.negatives_check(~correct_up_to(30), ~correct_up_to(0)), False),
        (promotion.negatives_check(~correct_up_to(2), ~correct_up_to(0)), True),
        (promotion.negatives_check(~correct_up_to(2), None), True),
        (promotion.size_check(3_000_000, 1_000_000), False),
        (promotion.size_check(3_000_000, None), True),
    ],
)
def test_each_gate_passes_what_it_should(gate, passed):
    """And tells its number."""
    assert gate.passed is passed
    assert gate.summary


def test_readings_of_different_digits_cannot_be_compared():
    """The exact test is a paired one."""
    with pytest.raises(ValueError, match="same digits, but got 1000 and 999"):
        promotion.PairedResults("digits", correct_up_to(5), correct_up_to(5)[:-1])
