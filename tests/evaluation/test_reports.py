"""Reports: counts that can be checked by hand."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.evaluation import reports
from payment_ml.evaluation.evaluator import Predictions, PresegmentedResults
from payment_ml.recognition.readings import AmountReading
from payment_ml.synthesis.amount_images import Sample

PIXEL = np.zeros((1, 1, 3), np.uint8)


def amount_reading(text: str, confidence: float = 0.9) -> AmountReading:
    """Return a reading as a reader gives it; empty text: nothing was read."""
    value = Decimal(text) if text else None
    return AmountReading(text, value, text.replace(".", ""), confidence if text else 0.0, "review", None)


def predict(*triples: tuple[str, str, float]) -> Predictions:
    """Return predictions from triples of label, text and confidence."""
    samples = [Sample(PIXEL, label, label) for label, _, _ in triples]
    return Predictions(samples, [amount_reading(text, confidence) for _, text, confidence in triples])


@pytest.fixture
def predictions() -> Predictions:
    """Return two correct readings, one wrong by 30, one wrong by a lost digit, and one where nothing was read."""
    return predict(
        ("12.34", "12.34", 0.99),
        ("7.00", "7.00", 0.8),
        ("140.00", "110.00", 0.95),
        ("55.10", "5.10", 0.3),
        ("9.99", "", 0.0),
    )


def test_money_errors_count_the_whole_label_where_nothing_was_read(predictions):
    """Correct readings have no error."""
    assert reports.money_errors(predictions) == [0, 0, Decimal("30.00"), Decimal("50.00"), Decimal("9.99")]


def test_summary_of_five_readings_by_hand(predictions):
    """The threshold accepts two, and one of these is wrong."""
    summary = reports.summary(predictions, threshold=0.9)
    assert (summary["pictures"], summary["wrong"], summary["accuracy"]) == (5, 3, 0.4)
    assert (summary["accepted"], summary["accepted_wrong"]) == (2, 1)
    assert summary["money_written"] == "224.43"
    assert summary["money_error"] == "89.99"
    assert summary["money_error_mean"] == "18.00"
    assert summary["money_error_largest"] == "50.00"
    assert summary["money_error_accepted"] == "30.00"


def test_summary_of_nothing_but_unread_images_has_no_calibration_error():
    """Confidence 0 means that nothing was read; there is nothing to calibrate."""
    assert reports.summary(predict(("9.99", "", 0.0)), 0.9)["calibration_error"] == 0.0


def test_summary_table_shows_errors_among_accepted(predictions):
    """Each reader has a column."""
    table = reports.summary_table({"reader": reports.summary(predictions, threshold=0.9)})
    assert table.loc["errors among accepted", "reader"] == "1 of 2"
    assert table.loc["accuracy", "reader"] == "40.00%"


def test_positions_count_from_the_left_and_lost_digits_have_none(predictions):
    """140.00 read as 110.00 is wrong at its second position."""
    by_position = reports.errors_by_position(predictions)
    assert by_position.loc[2].to_dict() == {"digits": 3, "errors": 1, "error_rate": pytest.approx(1 / 3)}
    assert by_position.loc[1, "errors"] == 0


def test_digit_confusion_counts_the_one_confused_digit(predictions):
    """140.00 read as 110.00 confuses a four with a one."""
    counts = reports.digit_confusion(predictions)
    assert counts[4, 1] == 1
    assert counts.sum() - np.trace(counts) == 1


def test_lengths_count_digits_of_the_label(predictions):
    """5.10 for 55.10 counts among the amounts of four digits."""
    by_length = reports.accuracy_by_length(predictions, threshold=0.9)
    assert by_length.loc[4].to_dict() == {"samples": 2, "accuracy": 0.5, "accepted": 0.5}
    assert by_length.loc[5].to_dict() == {"samples": 1, "accuracy": 0.0, "accepted": 1.0}


def test_most_confident_errors_come_first(predictions):
    """Correct readings are left out, however confident."""
    assert reports.most_confident_errors(predictions, count=2).tolist() == [2, 3]


def test_captions_name_label_reading_and_confidence(predictions):
    """Negatives have no label to name."""
    assert reports.captions(predictions)[2] == "140.00 read as 110.00\n95.0% confident"
    assert reports.captions(predict(("", "", 0.0))) == ["read as nothing\n0.0% confident"]


def test_acceptance_summary_states_error_rate_and_interval(predictions):
    """One of two is wrong: between 1.26% and 98.74%."""
    assert reports.acceptance_summary(predictions, 0.9, 0.005) == (
        "accepted 2 of 5 test images, 1 of them wrong: 50.00% (95% interval 1.26% to 98.74%); promised at most 0.5%"
    )
    assert reports.acceptance_summary(predictions, 1.1, 0.005) == "none of 5 test images was accepted"


def test_accepted_point_is_coverage_and_risk(predictions):
    """A threshold that accepts nothing has no point."""
    assert reports.accepted_point(predictions, 0.9) == (0.4, 0.5)
    assert reports.accepted_point(predictions, 1.1) is None


def test_negatives_summary_counts_false_accepts():
    """The keys are those of card.json."""
    negatives = predict(("", "1.00", 0.95), ("", "2.00", 0.5), ("", "", 0.0))
    assert reports.negatives_summary(negatives, 0.9) == {"nothing_to_read": 3, "nothing_accepted": 1}


def test_presegmented_metrics_without_probabilities_by_hand():
    """An amount reader gives no probability of each digit, so that nothing is said of calibration."""
    results = PresegmentedResults(np.array([True, True, True, False]), None)
    summary = reports.presegmented_metrics(results, 0.9, np.random.default_rng(0))
    assert list(summary) == ["digits", "wrong", "accuracy", "amounts_wrong"]
    assert (summary["digits"], summary["wrong"], summary["accuracy"]) == (4, 1, 0.75)


def test_presegmented_table_shows_counts_without_decimals():
    """Counts and rates stand in one column."""
    table = reports.presegmented_table({"reader": {"digits": 10_000, "accuracy": 0.98765}})
    assert table["reader"].to_dict() == {"digits": "10,000", "accuracy": "0.9877"}


def test_reliability_diagrams_leave_out_unread_images(predictions):
    """The title states the calibration error."""
    ((title, points),) = reports.reliability_diagrams({"before": predictions}).items()
    assert title.startswith("before: expected calibration error ")
    assert sum(point["share"] for point in points) == pytest.approx(1.0)
    assert min(point["confidence"] for point in points) == pytest.approx(0.3)
