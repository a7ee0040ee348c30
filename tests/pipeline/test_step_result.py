"""Test pipeline.step_result: the proof that a notebook reached its end."""

import pytest

from payment_ml.errors import CorruptFileError
from payment_ml.pipeline.step_result import read_result, write_result


def test_a_written_result_is_read_back(tmp_path):
    """Nested values and every script survive."""
    result = {"version": "20260101T000000Z-cnn-00000000", "promoted": True, "reason": "größer", "counts": {"train": 3}}
    write_result(str(tmp_path / "02-train.json"), result)
    assert read_result(tmp_path / "02-train.json") == result


def test_an_empty_path_writes_nothing(tmp_path, monkeypatch):
    """A person who runs the notebook gets no file."""
    monkeypatch.chdir(tmp_path)
    write_result("", {"version": "x"})
    assert list(tmp_path.iterdir()) == []


def test_a_missing_result_means_that_the_notebook_did_not_end(tmp_path):
    """Papermill would have called the notebook completed."""
    with pytest.raises(RuntimeError, match="expected a result file from the notebook's last cell, but it wrote none"):
        read_result(tmp_path / "02-train.json")


def test_a_damaged_result_is_named(tmp_path):
    """The message holds the path."""
    (tmp_path / "02-train.json").write_text("{")
    with pytest.raises(CorruptFileError, match="02-train"):
        read_result(tmp_path / "02-train.json")
