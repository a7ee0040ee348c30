"""examination: counts that can be checked by hand."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from payment_ml import evaluation, examination
from payment_ml.amount_reader import AmountReader, AmountReading
from payment_ml.examination import Answers, Question


def reading(text: str, confidence: float = 0.9) -> AmountReading:
    """As a reader gives it; empty text: nothing was read."""
    value = Decimal(text) if text else None
    return AmountReading(text, value, text.replace(".", ""), confidence if text else 0.0, "review", None)


@pytest.fixture
def answers() -> Answers:
    """Two right, one wrong by 30, one wrong by a lost digit, one not read at all."""
    pairs = [
        ("12.34", "12.34", 0.99),
        ("7.00", "7.00", 0.8),
        ("140.00", "110.00", 0.95),
        ("55.10", "5.10", 0.3),
        ("9.99", "", 0.0),
    ]
    pixel = np.zeros((1, 1, 3), np.uint8)
    return Answers(
        [Question(pixel, truth, truth) for truth, _, _ in pairs], [reading(text, sure) for _, text, sure in pairs]
    )


def test_money_errors_count_every_wrong_one(answers):
    """What was not read at all is missing whole."""
    assert examination.money_errors(answers) == [0, 0, Decimal("30.00"), Decimal("50.00"), Decimal("9.99")]
    summary = examination.summary(answers, threshold=0.9)
    assert (summary["pictures"], summary["wrong"], summary["accuracy"]) == (5, 3, 0.4)
    assert (summary["accepted"], summary["accepted_wrong"]) == (2, 1)
    assert summary["money_written"] == "224.43"
    assert summary["money_error"] == "89.99"
    assert summary["money_error_mean"] == "18.00"
    assert summary["money_error_largest"] == "50.00"
    assert summary["money_error_accepted"] == "30.00"
    assert "2 of 2" not in examination.table({"it": summary}).to_string()
    assert "1 of 2" in examination.table({"it": summary}).to_string()


def test_places_count_from_the_left_and_lost_digits_have_none(answers):
    """140.00 read as 110.00 is wrong in its second place."""
    by_position = examination.by_position(answers)
    assert by_position.loc[2].to_dict() == {"digits": 3, "wrong": 1, "share": pytest.approx(1 / 3)}
    assert by_position.loc[1, "wrong"] == 0
    confused = examination.digit_confusion(answers)
    assert confused[4, 1] == 1
    assert confused.sum() - np.trace(confused) == 1


def test_lengths_count_digits_as_written(answers):
    """5.10 for 55.10 counts among the amounts of four digits."""
    by_length = examination.by_length(answers, threshold=0.9)
    assert by_length.loc[4].to_dict() == {"pictures": 2, "right": 0.5, "accepted": 0.5}
    assert by_length.loc[5].to_dict() == {"pictures": 1, "right": 0.0, "accepted": 1.0}


def test_the_line_through_log_odds_is_found_again(rng):
    """Confidences that were bent by a known line come back."""
    truth = rng.normal(2, 2, 40_000)
    right = rng.random(40_000) < 1 / (1 + np.exp(-truth))
    slope, offset = evaluation.fit_line((truth + 1) / 0.5, right)
    assert (slope, offset) == (pytest.approx(0.5, abs=0.02), pytest.approx(-1, abs=0.06))
    assert evaluation.fit_line(truth, np.ones(40_000, bool)) == (1.0, 0.0)


@pytest.mark.parametrize("task", ["digits", "amounts"])
def test_questions_of_a_split_are_seeded_photographs_with_truth(splits, task):
    """The same ones again, whoever asks."""
    once, again = (examination.questions(task, splits["gate"], 12, np.random.default_rng(1)) for _ in range(2))
    assert all(np.array_equal(x.picture, y.picture) and x.truth == y.truth for x, y in zip(once, again, strict=True))
    assert all(each.truth and each.digits for each in once)


def test_calibration_sets_confidence_and_threshold_and_changes_no_answer(reader, splits):
    """On amounts written with calibration digits."""
    fresh = AmountReader(reader.version)
    asked = examination.questions("amounts", splits["calibration"], 150, np.random.default_rng(2))
    before = [each.text for each in fresh.read_many(each.picture for each in asked)]
    answers = examination.calibrate(fresh, splits["calibration"], asked, 0.05)
    assert [each.text for each in answers.readings] == before
    again = examination.ask(fresh, asked, "again")
    assert again.confidences == pytest.approx(answers.confidences, abs=1e-6)
    assert fresh.promises["amounts"]["total"] == 150
    assert abs(answers.confidences.mean() - answers.right.mean()) < 0.1


def test_a_reader_is_asked_everything_on_the_gate(splits, reader, classifier):
    """Digits and amounts, whichever it reads; and what it does with nothing. Beside itself it is no worse."""
    for each, units in ((reader, ("amounts", "digits by themselves")), (classifier, ("digits", "amounts of digits"))):
        gated = examination.gate(each, splits["gate"], 40, np.random.default_rng(0))
        assert (gated.unit, gated.other_unit) == units
        assert len(gated.nothing_accepted) == 10
        roles = {"challenger": gated, "champion": gated}
        gates = {gate.name: gate for gate in examination.gates(roles, 0.2, each.threshold(), 0.005)}
        assert len(gates) == 7
        assert all(gate.passed for gate in gates.values()), gates
        (finite,) = (
            gate
            for gate in examination.gates(
                {"challenger": replace(gated, confidences=gated.confidences * np.nan)}, 0, 2, 1
            )
            if gate.name == "finite"
        )
        assert not finite.passed


def test_both_readers_are_timed_in_turns(splits, classifier):
    """Milliseconds, of the same pictures."""
    asked = examination.questions("digits", splits["gate"], 4, np.random.default_rng(1))
    times = examination.milliseconds({"challenger": classifier, "champion": classifier}, asked)
    assert 0 < times["challenger"] < 1000
    assert set(times) == {"challenger", "champion"}
