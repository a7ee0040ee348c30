"""Test recognition.profile_calibration: what a profile's own calibration accepts, and where the model card's serves."""

import logging
import subprocess

import pytest
from helpers.drawn_amounts import draw_amount
from helpers.retrainings import Run

from payment_ml.recognition.readers import load_amount_reader
from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
from payment_ml.synthesis.glyphs import GlyphBank
from payment_ml.text.profiles import load_profile

PROFILE = "us-cheque"


@pytest.fixture
def box(reader_run: Run, tmp_path) -> Run:
    """Return the reader in the box in a models folder of this test."""
    subprocess.run(["cp", "-a", reader_run.models_dir, tmp_path / "models"], check=True)
    return Run(reader_run.data_dir, tmp_path / "models", reader_run.version, "")


def file_calibration(run: Run, threshold: float, **changes: object) -> None:
    """File a calibration of the profile that accepts from a confidence on, in the card's range."""
    reader = load_amount_reader(run.models_dir)
    state = reader.calibration_state
    rule = state["promises"]["amounts"] | {"threshold": threshold}
    entries = state | {"promises": {"amounts": rule}} | changes
    ProfileCalibrationStore(run.models_dir).write(reader.version, load_profile(PROFILE), entries)


def test_a_threshold_of_its_own_decides_under_its_profile_alone(box, splits):
    """Without a profile, and under another one, the model card's serves."""
    picture = draw_amount(GlyphBank(splits["validation"].images, splits["validation"].labels), "412.75")
    file_calibration(box, 1.1)
    own = load_amount_reader(box.models_dir, profile=PROFILE)
    assert own.own_calibration is not None
    assert "no confidence" in own.read(picture).reason
    for reader in (load_amount_reader(box.models_dir), own.with_profile(None), own.with_card_calibration()):
        assert reader.own_calibration is None
        assert reader.read(picture).decision == "accept"
    again = load_amount_reader(box.models_dir).with_profile(load_profile(PROFILE))
    assert again.calibration_state == own.calibration_state


def test_an_ambiguous_picture_goes_to_review_whatever_is_accepted(box, splits):
    """A calibration chooses a threshold; it removes no other reason."""
    bank = GlyphBank(splits["validation"].images, splits["validation"].labels)
    file_calibration(box, 0.0)
    reader = load_amount_reader(box.models_dir, profile=PROFILE)
    assert reader.read(draw_amount(bank, "412.75")).decision == "accept"
    assert reader.read(draw_amount(bank, "41275")).decision == "review"


@pytest.mark.parametrize(
    "changes",
    [{"promises": {"amounts": {"threshold": 0.1}}}, {"range": None}, {"calibration": ["a", "b"]}, {"promises": {}}],
    ids=["half a rule", "no range", "no numbers", "no rule"],
)
def test_a_calibration_with_unsound_entries_is_not_used(box, caplog, changes):
    """It would accept what nobody promised; a warning says so."""
    file_calibration(box, 0.0, **changes)
    with caplog.at_level(logging.WARNING):
        reader = load_amount_reader(box.models_dir, profile=PROFILE)
    assert reader.own_calibration is None
    assert reader.calibration_state == load_amount_reader(box.models_dir).calibration_state
    assert "damaged, so the model card's serves" in caplog.text
