"""Test evaluation.recalibration: a threshold is filed where pictures support it, and nothing else changes."""

import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from payment_ml.evaluation import recalibration
from payment_ml.evaluation.own_pictures import OwnPicture, OwnPictures
from payment_ml.recognition.calibrated_range import Measures
from payment_ml.recognition.readings import AmountReading
from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
from payment_ml.text.profiles import Profile
from payment_ml.text.truth_files import TruthFile, TruthRow

MEASURES = Measures(5, 123.0, 30.0, 0.15, 0.0)


def pictures(count: int, wrong: tuple[int, ...] = (), *, known: bool = True, may_accept: bool = True) -> OwnPictures:
    """Return pictures in the order of their confidence, from 99% to 50%, some of them misread."""
    found = []
    for i in range(count):
        row = TruthRow(f"{i}.png", Path(f"{i}.png"), "123.00", "12300", Decimal("123.00") if known else None)
        value = Decimal("124.00" if i in wrong else "123.00")
        digits = str(value).replace(".", "")
        confidence = 0.99 - 0.49 * i / count
        reading = AmountReading(str(value), value, digits, confidence, "review", "a reason", measures=MEASURES)
        found.append(OwnPicture(row, reading, may_accept))
    return OwnPictures(tuple(found), (), 0.01, None)


def test_enough_pictures_without_an_error_support_the_risk(reader):
    """Of 310, 299 are enough for 1%; the others are accepted with them."""
    outcome = recalibration.recalibrate(reader, pictures(310), 0.01)
    assert outcome.supported
    assert (outcome.rule.accepted, outcome.rule.wrong, outcome.rule.total, outcome.needed) == (310, 0, 310, None)
    assert outcome.entries["range"]["digits"] == [5, 5]


def test_errors_at_the_doubtful_end_are_sent_to_review(reader):
    """The threshold lies above them."""
    outcome = recalibration.recalibrate(reader, pictures(400, tuple(range(330, 400))), 0.01)
    assert outcome.supported
    assert 299 <= outcome.rule.accepted < 340
    assert outcome.rule.bound <= 0.01


@pytest.mark.parametrize(
    ("measured", "needed", "words"),
    [
        (pictures(100), 199, "about 199 more pictures like these"),
        (pictures(400, (0,)), 75, "more pictures like these"),
        (pictures(300, tuple(range(0, 300, 2))), None, "would not help"),
        (pictures(400, known=False), 299, "say in the column value"),
        (pictures(400, may_accept=False), None, "see the reasons"),
    ],
    ids=["too few", "a confident error", "half wrong", "no value is known", "other reasons for review"],
)
def test_pictures_that_do_not_support_the_risk_say_what_it_takes(reader, measured, needed, words):
    """Nothing is filed, and nothing would be accepted."""
    outcome = recalibration.recalibrate(reader, measured, 0.01)
    assert not outcome.supported
    assert outcome.rule.threshold > 1
    assert words in outcome.reason
    assert "at least 299 accepted readings" in outcome.reason
    assert (outcome.needed is None) == (needed is None)
    if needed is not None:
        assert outcome.needed >= needed


def test_the_reader_that_uses_it_accepts_what_was_counted(reader, tmp_path):
    """Confidence, threshold and range of the file belong together."""
    measured = pictures(400, tuple(range(330, 400)))
    own = reader.with_profile(Profile("en_US", name="slip"))
    outcome = recalibration.recalibrate(own, measured, 0.01)
    truth = TruthFile(tmp_path / "truth.csv", tuple(item.row for item in measured.pictures), "0" * 64)
    path = recalibration.file_calibration(own, outcome, truth, ProfileCalibrationStore(tmp_path))
    assert Path(path).parent.name == reader.version.name
    slope, offset = outcome.entries["calibration"]
    card_slope, card_offset = reader.calibration
    accepted = 0
    for item in measured.pictures:
        confidence = item.reading.confidence
        log_odds = (math.log(confidence / (1 - confidence)) - card_offset) / card_slope  # of the network
        accepted += 1 / (1 + math.exp(-(slope * log_odds + offset))) >= outcome.rule.threshold
    assert accepted == outcome.rule.accepted


def test_a_calibration_needs_a_profile_and_pictures_that_support_it(reader, tmp_path):
    """A promise for every form would rest on pictures of one."""
    store = ProfileCalibrationStore(tmp_path)
    truth = TruthFile(tmp_path / "truth.csv", (), "0" * 64)
    outcome = recalibration.recalibrate(reader, pictures(310), 0.01)
    for reader_of, found in (
        (reader, outcome),
        (reader.with_profile(Profile("en_US")), replace(outcome, entries=None)),
    ):
        with pytest.raises(ValueError, match="expected a reader with a profile"):
            recalibration.file_calibration(reader_of, found, truth, store)
    assert list(tmp_path.iterdir()) == []
