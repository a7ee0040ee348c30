"""Promotion: a challenger must pass every check and be better than the champion; a tie is not enough."""

import numpy as np
import pytest

from payment_ml.evaluation import promotion
from payment_ml.evaluation.promotion import PairedResults, PromotionReport


def correct_except(errors: int, total: int = 1000) -> np.ndarray:
    """Return which of `total` samples were read correctly: all but the first ones."""
    return np.arange(total) >= errors


def paired(errors: int, champion_errors: int | None, total: int = 1000, unit: str = "digits") -> PairedResults:
    """Return a challenger's results beside a champion's."""
    champion = None if champion_errors is None else correct_except(champion_errors, total)
    return PairedResults(unit, correct_except(errors, total), champion)


SLOW, NINE_LOST = promotion.latency_check(30.0, 10.0), promotion.all_digits_check(set("012345678"))


def test_the_first_version_is_promoted():
    """There is no champion to be compared with."""
    decision = promotion.decide_promotion(PromotionReport(paired(30, None)))
    assert decision.promoted
    assert decision.reason == "promoted: nothing served before; 30 of 1000 gate digits wrong"


@pytest.mark.parametrize(("errors", "promoted"), [(4, True), (5, False), (6, False)], ids=["better", "tied", "worse"])
def test_only_a_better_challenger_is_promoted(errors, promoted):
    """A tie keeps the champion, and the reason names both numbers."""
    decision = promotion.decide_promotion(PromotionReport(paired(errors, 5), champion_name="the-old-one"))
    assert decision.promoted is promoted
    assert f"{errors} of 1000" in decision.reason
    assert "the 5 of the-old-one" in decision.reason
    assert decision.reason.startswith("promoted" if promoted else "kept the champion")


@pytest.mark.parametrize(
    ("errors", "correction_errors", "promoted"),
    [(5, 29, True), (4, 30, True), (5, 30, False), (6, 29, False), (6, 20, True), (20, 0, False), (4, 31, False)],
    ids=[
        "corrections better", "gate better", "tied in both", "gate slightly worse, corrections slightly better",
        "gate slightly worse, corrections significantly better", "gate significantly worse", "corrections worse",
    ],
)  # fmt: skip
def test_held_out_corrections_count_as_the_gate_does(errors, correction_errors, promoted):
    """The champion makes 5 errors of 1000 on the gate and 30 of 100 on the held-out corrections."""
    corrections = paired(correction_errors, 30, 100, "kept corrections")
    checks = (promotion.holdout_corrections(corrections),)
    report = PromotionReport(paired(errors, 5), checks, corrections, "the-old-one")
    decision = promotion.decide_promotion(report)
    assert decision.promoted is promoted
    fails = errors > 6 or correction_errors > 30
    assert (f"{correction_errors} of 100 kept corrections wrong, the champion 30" in decision.reason) or fails
    assert ("for it failed" in decision.reason) is fails


def test_a_failed_check_keeps_the_champion_and_is_named_in_the_reason():
    """The reason is one line with the check's number, whatever else is better."""
    decision = promotion.decide_promotion(PromotionReport(paired(1, 5), (SLOW,), champion_name="the-old-one"))
    assert not decision.promoted
    assert decision.reason == "kept the champion, for it failed speed: 30.0 ms a picture, the champion 10.0 ms"
    assert decision.report.broken == []


def test_force_promotes_in_spite_of_a_failed_check():
    """The metadata records it."""
    decision = promotion.decide_promotion(PromotionReport(paired(1, 5), (SLOW,)), force=True)
    assert decision.promoted
    assert decision.as_metadata()["forced"] is True
    assert decision.reason.startswith("promoted by force, though it failed speed")


@pytest.mark.parametrize(
    ("errors", "force", "otherwise"),
    [(1, False, "promoted: 1 of"), (9, False, "kept the champion: 9 of"), (9, True, "promoted by force: 9 of")],
    ids=["better", "worse", "forced"],
)
def test_nothing_is_promoted_when_promote_is_false(errors, force, otherwise):
    """The reason says how it would have been decided."""
    report = PromotionReport(paired(errors, 5), champion_name="the-old-one")
    decision = promotion.decide_promotion(report, force, promote=False)
    assert decision.reason.startswith(f"not promoted: promote is False; otherwise {otherwise} 1000 gate digits wrong")
    assert not decision.promoted
    assert (decision.as_metadata()["promoted"], decision.as_metadata()["forced"]) == (False, False)


def test_force_promotes_a_tied_challenger():
    """No check failed; it is only not better."""
    decision = promotion.decide_promotion(PromotionReport(paired(5, 5)), force=True)
    assert (decision.promoted, decision.forced) == (True, True)
    assert decision.reason.startswith("promoted by force: 5 of 1000")


@pytest.mark.parametrize("champion_errors", [5, None], ids=["better", "without a champion"])
def test_force_changes_nothing_where_it_is_not_needed(champion_errors):
    """A challenger that passes and is better is not recorded as forced."""
    decision = promotion.decide_promotion(PromotionReport(paired(1, champion_errors)), force=True)
    assert (decision.promoted, decision.forced) == (True, False)


def test_force_never_promotes_a_broken_version():
    """A blocking check stops it."""
    decision = promotion.decide_promotion(PromotionReport(paired(1, 5), (SLOW, NINE_LOST)), force=True)
    assert not decision.promoted
    assert [check.summary for check in decision.report.broken] == ["never read: 9"]


def test_metadata_keeps_the_keys_of_card_json():
    """Programs and older cards use these keys."""
    metadata = promotion.decide_promotion(PromotionReport(paired(1, 5), (NINE_LOST,))).as_metadata()
    assert " ".join(metadata) == "promoted reason pictures challenger_wrong champion_wrong chance gates forced"
    assert (metadata["pictures"], metadata["challenger_wrong"], metadata["champion_wrong"]) == (1000, 1, 5)
    assert metadata["gates"][1] == {
        "name": "no digit lost",
        "passed": False,
        "number": 9,
        "limit": 10,
        "told": "never read: 9",
        "vital": True,
    }


def test_report_table_has_a_row_for_every_check():
    """The comparison on the gate split comes first."""
    table = PromotionReport(paired(1, 5), (SLOW, NINE_LOST)).to_frame()
    assert table["check"].tolist() == ["no worse on digits", "speed", "no digit lost"]
    assert table["passed"].tolist() == [True, False, False]
    assert table["blocking"].tolist() == [False, False, True]
    assert table["result"][2] == "never read: 9"


@pytest.mark.parametrize(
    ("check", "passed"),
    [
        pytest.param(promotion.not_worse(paired(9, 5)), True, id="slightly worse"),
        pytest.param(promotion.not_worse(paired(20, 5)), False, id="significantly worse"),
        pytest.param(promotion.not_worse(paired(20, None)), True, id="no champion"),
        pytest.param(promotion.accuracy_check(correct_except(40), 0.95, "gate digits"), True, id="accurate"),
        pytest.param(promotion.accuracy_check(correct_except(60), 0.95, "gate digits"), False, id="inaccurate"),
        pytest.param(promotion.finite_check(np.array([0.5, np.nan])), False, id="not a number"),
        pytest.param(promotion.calibration_check(np.full(1000, 0.96), correct_except(40)), True, id="calibrated"),
        pytest.param(promotion.calibration_check(np.full(1000, 0.5), correct_except(40)), False, id="not calibrated"),
        pytest.param(promotion.calibration_check(np.empty(0), np.empty(0, bool)), True, id="no value read"),
        pytest.param(promotion.risk_check(np.full(1000, 0.99), correct_except(7), 0.9, 0.005), True, id="risk kept"),
        pytest.param(promotion.risk_check(np.full(1000, 0.99), correct_except(20), 0.9, 0.005), False, id="too risky"),
        pytest.param(promotion.risk_check(np.full(1000, 0.5), correct_except(900), 0.9, 0.005), True, id="no accepts"),
        pytest.param(promotion.negatives_check(~correct_except(30), ~correct_except(0)), False, id="false accepts"),
        pytest.param(promotion.negatives_check(~correct_except(2), ~correct_except(0)), True, id="few false accepts"),
        pytest.param(promotion.negatives_check(~correct_except(2), None), True, id="false accepts, no champion"),
        pytest.param(promotion.latency_check(30.0, None), True, id="slow, no champion"),
        pytest.param(promotion.size_check(3_000_000, 1_000_000), False, id="large"),
        pytest.param(promotion.size_check(3_000_000, None), True, id="large, no champion"),
    ],
)
def test_check_passes_what_it_should(check, passed):
    """Its summary is not empty."""
    assert check.passed is passed
    assert check.summary


def test_results_of_different_samples_cannot_be_paired():
    """The exact test needs pairs."""
    with pytest.raises(ValueError, match="same digits, but got 1000 and 999"):
        PairedResults("digits", correct_except(5), correct_except(5)[:-1])
