"""Test evaluation.own_reports: tables and sentences about a user's own pictures."""

from decimal import Decimal
from pathlib import Path

import pytest

from payment_ml.evaluation import own_reports, recalibration
from payment_ml.evaluation.own_pictures import OwnPicture, OwnPictures
from payment_ml.recognition.calibrated_range import Measures
from payment_ml.recognition.readings import AmountReading
from payment_ml.text.truth_files import TruthRow

MEASURES = Measures(4, 12.0, 30.0, 0.15, 0.0)


def pictures(count: int, wrong: int, reason: str | None = None) -> OwnPictures:
    """Return accepted pictures, the first of which are misread; with a reason, pictures for review."""
    found = []
    for i in range(count):
        row = TruthRow(f"{i}.png", Path(f"{i}.png"), "12.00", "1200", Decimal("12.00"))
        value = Decimal("72.00" if i < wrong else "12.00")
        decision = "review" if reason else "accept"
        digits = str(value).replace(".", "")
        reading = AmountReading(str(value), value, digits, 0.99, decision, reason, measures=MEASURES)
        found.append(OwnPicture(row, reading, True))
    return OwnPictures(tuple(found), (("x.png", "no such file"),), 0.01, None)


def test_counts_have_exact_intervals():
    """Ten of a hundred: 4.9% to 17.6%."""
    table = own_reports.counts_table(pictures(100, 10))
    assert table.loc["wrong among the accepted"].tolist() == ["10 of 100", "10.0%", "4.9% to 17.6%"]
    assert table.loc["digits right", "pictures"] == "90 of 100"


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (pictures(300, 0), "kept, with 95% confidence"),
        (pictures(100, 10), "NOT KEPT, beyond chance"),
        (pictures(100, 1), "too few to tell"),
        (pictures(100, 1, "doubtful"), "they say nothing about it"),
    ],
    ids=["kept", "not kept", "too few", "none accepted"],
)
def test_the_promise_is_judged_by_exact_bounds(measured, words):
    """One wrong of a hundred neither confirms nor refutes a promise of 1%."""
    assert words in own_reports.promise(measured)
    assert "at most 1.0%" in own_reports.promise(measured)


def test_reasons_that_differ_in_figures_are_one_reason():
    """What was read and how confident it was differs from picture to picture."""
    first, second = (
        pictures(2, 0, f"confidence {share}% is below 99.41%, since '{text}' was read")
        for share, text in (("40.1", "1,2"), ("7", "3"))
    )
    both = OwnPictures((*first.pictures, *second.pictures), (), 0.01, None)
    table = own_reports.by_reason(both)
    assert table.index.tolist() == ["confidence … is below …, since … was read"]
    assert table["pictures"].tolist() == [4]


def test_tables_of_lengths_and_mistakes_by_hand():
    """All amounts have four digits; two are misread."""
    measured = pictures(5, 2)
    table = own_reports.by_digits(measured)
    assert table.index.tolist() == [4]
    assert table.iloc[0].tolist() == [5, 3, 3, 5, 2]
    mistakes = own_reports.mistakes_table(measured.mistakes)
    assert mistakes.loc["0.png"].tolist() == ["12.00", "72.00", "99.0%", "accept"]
    assert own_reports.captions(measured.mistakes)[0] == "12.00 read as 72.00\n99.0% confident"
    assert own_reports.left_out(measured) == "1 rows were not read"


def test_the_risks_say_what_these_pictures_show_and_what_they_promise(reader):
    """Two hundred without an error support 2%, and tell how many more 1% takes."""
    measured = pictures(200, 0)
    outcomes = [recalibration.recalibrate(reader, measured, risk) for risk in own_reports.RISKS]
    table = own_reports.risks_table(measured, outcomes)
    assert table.index.tolist() == ["0.5%", "1.0%", "2.0%"]
    assert table["accepted here"].tolist() == ["100.0%"] * 3
    assert table["accepted with a promise"].tolist() == ["0.0%", "0.0%", "100.0%"]
    assert table["more pictures needed"].tolist()[1:] == ["about 99", "none"]


def test_the_model_card_stands_beside(reader):
    """A version that was never evaluated leaves its column empty."""
    table = own_reports.beside_card(pictures(10, 0), reader.version.metadata)
    assert table.loc["promised"].tolist() == ["at most 1.0%", "at most 0.5%"]
    empty = own_reports.beside_card(pictures(10, 0), {})
    assert set(empty["model card"]) == {""}
    assert reader.version.name in own_reports.title(pictures(10, 0), reader, "truth.csv")


def test_no_picture_at_all_has_tables_too(reader):
    """Every file of a csv may be missing."""
    measured = pictures(0, 0)
    outcomes = [recalibration.recalibrate(reader, measured, risk) for risk in own_reports.RISKS]
    assert own_reports.counts_table(measured)["pictures"].tolist() == ["0 of 0"] * 4
    assert len(own_reports.risks_table(measured, outcomes)) == 3
    for table in (own_reports.coverage_table, own_reports.by_digits, own_reports.by_reason):
        assert table(measured).empty
    assert own_reports.beside_card(measured, {}).loc["right", "these pictures"] == ""
