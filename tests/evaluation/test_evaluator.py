"""examination: real readers are asked pictures whose truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from payment_ml.evaluation import evaluator, test_sets
from payment_ml.recognition.amount_reader import AmountReader


def test_calibration_sets_confidence_and_threshold_and_changes_no_answer(reader, splits):
    """On amounts written with calibration digits."""
    fresh = AmountReader(reader.version)
    asked = test_sets.generate_samples("amounts", splits["calibration"], 150, np.random.default_rng(2))
    before = [each.text for each in fresh.read_many(each.image for each in asked)]
    answers = evaluator.calibrate(fresh, splits["calibration"], asked, 0.05)
    assert [each.text for each in answers.readings] == before
    again = evaluator.predict_all(fresh, asked, "again")
    assert again.confidences == pytest.approx(answers.confidences, abs=1e-6)
    assert fresh.acceptance_rules["amounts"].total == 150
    assert abs(answers.confidences.mean() - answers.correct.mean()) < 0.1


def test_a_reader_is_asked_everything_on_the_gate(splits, reader, classifier):
    """Digits and amounts, whichever it reads; and what it does with nothing. Beside itself it is no worse."""
    for each, units in ((reader, ("amounts", "digits by themselves")), (classifier, ("digits", "amounts of digits"))):
        roles = evaluator.evaluate_gate(
            {"challenger": each, "champion": each}, splits["gate"], 40, np.random.default_rng(0)
        )
        gated = roles["challenger"]
        assert (gated.unit, gated.other_unit) == units
        assert len(gated.false_accepts) == 10
        gates = {gate.name: gate for gate in evaluator.gate_checks(roles, 0.2, each.threshold(), 0.005)}
        assert len(gates) == 7
        assert all(gate.passed for gate in gates.values()), gates
        roles = {"challenger": replace(gated, confidences=gated.confidences * np.nan)}
        (finite,) = (gate for gate in evaluator.gate_checks(roles, 0, 2, 1) if gate.name == "finite")
        assert not finite.passed


def test_both_readers_are_timed_in_turns(splits, classifier):
    """Milliseconds, of the same pictures."""
    asked = test_sets.generate_samples("digits", splits["gate"], 4, np.random.default_rng(1))
    times = evaluator.median_latency_ms({"challenger": classifier, "champion": classifier}, asked)
    assert 0 < times["challenger"] < 1000
    assert set(times) == {"challenger", "champion"}
