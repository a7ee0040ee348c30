"""Test registry.document_calibrations: what was measured of some networks decides for these alone."""

import json
from pathlib import Path

import pytest
from helpers.versions import register_bytes

from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.document_acceptance import DocumentCalibration, find_calibration
from payment_ml.registry import document_calibrations, signing
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task

CALIBRATION = DocumentCalibration((1.5, -0.25), AcceptanceRule(0.99, 0.005, 0.95, 700, 0, 1500, 0.0043))


@pytest.fixture
def models_dir(tmp_path) -> Path:
    """Return a models folder."""
    return tmp_path / "models"


@pytest.fixture
def versions(models_dir) -> dict[Task, Version]:
    """Return versions that read documents together."""
    registry = Registry(models_dir)
    return {
        task: register_bytes(registry, task.encode(), second)
        for second, task in enumerate((Task.AMOUNTS, Task.PAGES, Task.WORDS), start=1)
    }


def file_calibration(models_dir, versions):
    """File the calibration of these versions."""
    return document_calibrations.write(models_dir, versions, CALIBRATION.as_entries(), measured={"documents": 1000})


def test_a_calibration_that_was_filed_is_found(models_dir, versions):
    """With what it was measured on."""
    assert find_calibration(models_dir, versions) == (
        None, "no documents were evaluated yet with the networks that serve",
    )  # fmt: skip
    path = file_calibration(models_dir, versions)
    assert find_calibration(models_dir, versions) == (CALIBRATION, None)
    assert json.loads(path.read_text())["measured"] == {"documents": 1000}


@pytest.mark.parametrize("task", [Task.AMOUNTS, Task.PAGES, Task.WORDS])
def test_it_does_not_serve_with_another_network(models_dir, versions, task):
    """Neither where one is replaced nor where one is missing."""
    file_calibration(models_dir, versions)
    other = register_bytes(Registry(models_dir), b"other", 9)
    for changed in ({**versions, task: other}, {name: v for name, v in versions.items() if name != task}):
        found, note = find_calibration(models_dir, changed)
        assert found is None
        assert "other networks" in note


@pytest.mark.parametrize("content", ["{", "[]", '{"versions": {}}'], ids=["no JSON", "a list", "other entries"])
def test_a_damaged_file_accepts_nothing(models_dir, versions, content):
    """A person then looks at every document."""
    file_calibration(models_dir, versions).write_text(content)
    found, note = find_calibration(models_dir, versions)
    assert found is None
    assert note


@pytest.mark.parametrize("entry", ["calibration", "promise"])
def test_entries_of_the_wrong_kind_accept_nothing(models_dir, versions, entry):
    """The rest of the file may be whole."""
    path = file_calibration(models_dir, versions)
    path.write_text(json.dumps(json.loads(path.read_text()) | {entry: "high"}))
    found, note = find_calibration(models_dir, versions)
    assert found is None
    assert "damaged" in note


def test_where_signatures_are_required_it_must_be_signed(models_dir, versions, tmp_path, monkeypatch):
    """By the private half of the key that is trusted."""
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    signing.make_keys(private, public)
    file_calibration(models_dir, versions)
    monkeypatch.setenv(signing.PUBLIC, str(public))
    assert find_calibration(models_dir, versions)[0] is None
    monkeypatch.setenv(signing.PRIVATE, str(private))
    file_calibration(models_dir, versions)
    assert find_calibration(models_dir, versions) == (CALIBRATION, None)
