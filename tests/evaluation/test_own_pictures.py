"""Test evaluation.own_pictures: what is counted of pictures whose amounts a user knows."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from helpers.truth_folders import AMOUNTS, draw_truth_folder

from payment_ml.evaluation import own_pictures
from payment_ml.evaluation.own_pictures import OwnPicture, OwnPictures
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.readings import AmountReading
from payment_ml.text.truth_files import TruthRow, read_truth_file

RULE = AcceptanceRule(0.9, 0.005, 0.95, 600, 0, 700, 0.005)


def picture(written: str, read: str, confidence: float, *, known: bool = True, may_accept: bool = True) -> OwnPicture:
    """Return a picture of an amount, read as another or the same."""
    digits, digits_read = (text.replace(".", "") for text in (written, read))
    row = TruthRow("a.png", Path("a.png"), written, digits, Decimal(written) if known else None)
    decision = "accept" if may_accept and confidence >= RULE.threshold else "review"
    reason = None if decision == "accept" else "a reason"
    reading = AmountReading(read, Decimal(read), digits_read, confidence, decision, reason)
    return OwnPicture(row, reading, may_accept)


def measured(*pictures: OwnPicture) -> OwnPictures:
    """Return pictures that were read, and a row that was not."""
    return OwnPictures(pictures, (("b.png", "no such file"),), 0.005, RULE)


def test_counts_by_hand():
    """A value counts where the csv tells it; elsewhere the digits do."""
    results = measured(
        picture("12.50", "12.50", 0.99),
        picture("12.50", "125.00", 0.95),  # other digits, another value
        picture("12.50", "1.25", 0.97, known=False),  # other digits
        picture("12.50", "125.0", 0.98, known=False),  # the digits are the same
        picture("7.00", "7.00", 0.99, may_accept=False),
    )
    assert results.as_counts() == {
        "pictures": 6,
        "not_read": 1,
        "digits_right": 3,
        "value_known": 3,
        "value_right": 2,
        "accepted": 4,
        "accepted_wrong": 2,
        "risk": 0.005,
    }


def test_the_curve_ends_where_other_reasons_send_readings_to_review():
    """Of four pictures one goes to review whatever its confidence, so that at most three quarters are accepted."""
    results = measured(
        picture("1.00", "1.00", 0.9),
        picture("2.00", "3.00", 0.8),
        picture("4.00", "4.00", 0.7),
        picture("5.00", "5.00", 0.99, may_accept=False),
    )
    coverage, risk = results.risk_coverage()
    assert coverage.tolist() == [0.25, 0.5, 0.75]
    assert risk.tolist() == [0, 1 / 2, 1 / 3]
    assert results.accepted_point() == (0.25, 0.0)


def test_nothing_that_may_be_accepted_leaves_a_curve_at_nothing():
    """It can be drawn all the same."""
    coverage, risk = measured(picture("1.00", "1.00", 0.9, may_accept=False)).risk_coverage()
    assert (coverage.tolist(), risk.tolist()) == ([0], [0])


def test_accepted_mistakes_come_first_then_the_most_confident():
    """An accepted mistake costs money."""
    wrong = [
        picture("1.00", "2.00", 0.5),
        picture("1.00", "3.00", 0.99, may_accept=False),
        picture("1.00", "4.00", 0.91),
    ]
    results = measured(picture("1.00", "1.00", 0.99), *wrong)
    assert results.mistakes == [wrong[2], wrong[1], wrong[0]]


@pytest.fixture(scope="module")
def folder(splits, tmp_path_factory) -> Path:
    """Return a folder with eight drawn amounts, a broken one among them, and the csv that names a ninth."""
    folder = tmp_path_factory.mktemp("own")
    truth = draw_truth_folder(folder, splits["validation"], [*AMOUNTS[:6], "41275", "7.00"])
    (folder / "07.png").write_bytes((folder / "00.png").read_bytes()[:200])
    with truth.open("a") as file:
        file.write("absent.png,1.00\n00.png,\n")
    return folder


def test_each_picture_is_decided_as_the_reader_decides_it_alone(reader, folder):
    """The readings, decisions and reasons are those of `read`."""
    rows = read_truth_file(folder / "truth.csv").rows
    results = own_pictures.read_pictures(reader, rows)
    assert len(results.pictures) == 7
    for result in results.pictures:
        alone = reader.read(result.row.path)
        assert result.reading.text == alone.text
        assert result.reading.confidence == pytest.approx(alone.confidence, abs=1e-4)
        if abs(alone.confidence - reader.threshold()) > 1e-3:
            assert (result.reading.decision, result.accepted) == (alone.decision, alone.decision == "accept")
    assert results.risk == 0.005


def test_what_cannot_be_read_is_named_and_stops_nothing(reader, folder):
    """A damaged picture, a missing one, and a row without a truth."""
    results = own_pictures.read_pictures(reader, read_truth_file(folder / "truth.csv").rows)
    reasons = dict(results.not_read)
    assert sorted(reasons) == ["00.png", "07.png", "absent.png"]
    assert "truncated or damaged" in reasons["07.png"]
    assert "no such file" in reasons["absent.png"]
    assert "as truth" in reasons["00.png"]
    assert [image.dtype for image in own_pictures.load_images(results.pictures[:2])] == [np.uint8] * 2
