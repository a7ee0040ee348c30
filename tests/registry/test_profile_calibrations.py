"""Test registry.profile_calibrations: a calibration serves the network and the profile that it was made for, alone."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from helpers.versions import register_bytes

from payment_ml.registry import signing
from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.text.profiles import Profile

RULE = {"threshold": 0.9, "risk": 0.01, "confidence": 0.95, "accepted": 400, "wrong": 0, "total": 500, "bound": 0.0075}
ENTRIES = {"calibration": [1.0, 0.5], "promises": {"amounts": RULE}, "range": {"digits": [1, 5]}}
SLIP = Profile("en_US", largest=Decimal(500), name="slip")


@pytest.fixture
def version(tmp_path) -> Version:
    """Return a version in a models folder of its own."""
    return register_bytes(Registry(tmp_path / "models"), b"network", 1)


@pytest.fixture
def store(tmp_path) -> ProfileCalibrationStore:
    """Return the calibrations in that models folder."""
    return ProfileCalibrationStore(tmp_path / "models")


def test_a_calibration_that_was_filed_is_found(store, version):
    """It lies beside the version, and the version stays as it was filed."""
    assert store.find(version, SLIP) == (None, None)
    before = sorted(version.folder.rglob("*"))
    filed = store.write(version, SLIP, ENTRIES, pictures=500)
    found, note = store.find(version, SLIP)
    assert note is None
    assert (found.entries, found.content["pictures"]) == (ENTRIES, 500)
    assert filed.path == version.folder.parent / "calibrations" / version.name / "slip.json"
    assert sorted(version.folder.rglob("*")) == before
    assert Registry(version.folder.parent).damaged() == []
    assert [calibration.profile for calibration in store.of_version(version)] == ["slip"]
    assert "90.00% confidence on: at most 1.0% wrong" in " ".join(found.describe())


def test_a_second_calibration_replaces_the_first(store, version):
    """There is one for each version and profile."""
    store.write(version, SLIP, ENTRIES)
    store.write(version, SLIP, ENTRIES | {"calibration": [2.0, 0.0]})
    assert store.find(version, SLIP)[0].entries["calibration"] == [2.0, 0.0]


@pytest.mark.parametrize(
    ("profile", "found", "note"),
    [
        (None, False, None),
        (Profile("en_US", name="other"), False, None),
        (Profile("en_US", largest=Decimal("500.00"), name="slip"), True, None),
        (Profile("en_US", largest=Decimal(900), name="slip"), False, "the profile was changed since"),
        (replace(SLIP, region=(0, 0, 1, 1), form=b"a picture"), False, "the profile was changed since"),
    ],
    ids=["no profile", "another profile", "the same in other words", "a changed profile", "a picture of its form"],
)
def test_another_profile_does_not_get_it(store, version, profile, found, note):
    """A limit that was raised lets amounts through that the calibration never saw."""
    store.write(version, SLIP, ENTRIES)
    calibration, reason = store.find(version, profile)
    assert (calibration is not None) == found
    assert reason is None if note is None else note in reason


def test_another_version_does_not_get_it(store, version):
    """The note names the version that has it, and how to make a new one."""
    store.write(version, SLIP, ENTRIES)
    other = register_bytes(Registry(version.folder.parent), b"another network", 2)
    calibration, note = store.find(other, SLIP)
    assert calibration is None
    assert f"it was made for version {version.name}" in note
    assert "payment-ml evaluate --recalibrate" in note


def test_another_network_under_the_same_name_does_not_get_it(store, version):
    """The checksum counts."""
    store.write(version, SLIP, ENTRIES)
    changed = Version(version.folder, {**version.metadata, "sha256": "0" * 64})
    calibration, note = store.find(changed, SLIP)
    assert calibration is None
    assert "made for another network" in note


@pytest.mark.parametrize(
    "damage",
    [lambda text: text[:40], lambda text: "[]", lambda text: text.replace('"promises"', '"promise"')],
    ids=["cut off", "another type", "an entry is missing"],
)
def test_a_damaged_file_is_not_used(store, version, damage):
    """The model card's calibration serves, with a note."""
    path = store.write(version, SLIP, ENTRIES).path
    path.write_text(damage(path.read_text()))
    calibration, note = store.find(version, SLIP)
    assert calibration is None
    assert "is damaged" in note
    assert all("DAMAGED" in " ".join(listed.describe()) for listed in store.of_version(version))


def test_where_signatures_are_required_an_unsigned_calibration_is_not_used(store, version, tmp_path, monkeypatch):
    """Who may write to the folder could otherwise accept everything; a changed threshold breaks the signature too."""
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    signing.make_keys(private, public)
    store.write(version, SLIP, ENTRIES)
    monkeypatch.setenv(signing.PUBLIC, os.fspath(public))
    assert "is not signed" in store.find(version, SLIP)[1]
    monkeypatch.setenv(signing.PRIVATE, os.fspath(private))
    path = store.write(version, SLIP, ENTRIES).path
    assert store.find(version, SLIP)[0] is not None
    lowered(path)
    assert "is not signed" in store.find(version, SLIP)[1]


def lowered(path: Path) -> None:
    """Lower the threshold in a file."""
    content = json.loads(path.read_text())
    content["promises"]["amounts"]["threshold"] = 0.1
    path.write_text(json.dumps(content))


def test_removing_a_version_or_a_profile_removes_its_calibrations(store, version):
    """Those of others stay."""
    other = register_bytes(Registry(version.folder.parent), b"another network", 2)
    for filed_for in (version, other):
        for name in ("slip", "form"):
            store.write(filed_for, Profile("en_US", name=name), ENTRIES)
    assert [path.stem for path in store.remove("slip")] == ["slip", "slip"]
    assert store.remove("slip") == []
    Registry(version.folder.parent).remove(version)
    assert store.of_version(version) == []
    assert [calibration.profile for calibration in store.of_version(other)] == ["form"]
