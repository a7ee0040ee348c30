"""findings: counts that can be checked by hand."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.evaluation import reports
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.recognition.readings import AmountReading
from payment_ml.synthesis.amount_images import Sample


def reading(text: str, confidence: float = 0.9) -> AmountReading:
    """As a reader gives it; empty text: nothing was read."""
    value = Decimal(text) if text else None
    return AmountReading(text, value, text.replace(".", ""), confidence if text else 0.0, "review", None)


@pytest.fixture
def answers() -> Predictions:
    """Two right, one wrong by 30, one wrong by a lost digit, one not read at all."""
    pairs = [
        ("12.34", "12.34", 0.99),
        ("7.00", "7.00", 0.8),
        ("140.00", "110.00", 0.95),
        ("55.10", "5.10", 0.3),
        ("9.99", "", 0.0),
    ]
    pixel = np.zeros((1, 1, 3), np.uint8)
    return Predictions(
        [Sample(pixel, truth, truth) for truth, _, _ in pairs], [reading(text, sure) for _, text, sure in pairs]
    )


def test_money_errors_count_every_wrong_one(answers):
    """What was not read at all is missing whole."""
    assert reports.money_errors(answers) == [0, 0, Decimal("30.00"), Decimal("50.00"), Decimal("9.99")]
    summary = reports.summary(answers, threshold=0.9)
    assert (summary["pictures"], summary["wrong"], summary["accuracy"]) == (5, 3, 0.4)
    assert (summary["accepted"], summary["accepted_wrong"]) == (2, 1)
    assert summary["money_written"] == "224.43"
    assert summary["money_error"] == "89.99"
    assert summary["money_error_mean"] == "18.00"
    assert summary["money_error_largest"] == "50.00"
    assert summary["money_error_accepted"] == "30.00"
    assert "2 of 2" not in reports.summary_table({"it": summary}).to_string()
    assert "1 of 2" in reports.summary_table({"it": summary}).to_string()


def test_places_count_from_the_left_and_lost_digits_have_none(answers):
    """140.00 read as 110.00 is wrong in its second place."""
    by_position = reports.errors_by_position(answers)
    assert by_position.loc[2].to_dict() == {"digits": 3, "wrong": 1, "share": pytest.approx(1 / 3)}
    assert by_position.loc[1, "wrong"] == 0
    confused = reports.digit_confusion(answers)
    assert confused[4, 1] == 1
    assert confused.sum() - np.trace(confused) == 1


def test_lengths_count_digits_as_written(answers):
    """5.10 for 55.10 counts among the amounts of four digits."""
    by_length = reports.accuracy_by_length(answers, threshold=0.9)
    assert by_length.loc[4].to_dict() == {"pictures": 2, "right": 0.5, "accepted": 0.5}
    assert by_length.loc[5].to_dict() == {"pictures": 1, "right": 0.0, "accepted": 1.0}
