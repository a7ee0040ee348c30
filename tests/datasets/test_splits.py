"""Tests of the splits: five parts with one use each, written with a manifest and verified when read."""

import json
from pathlib import Path

import numpy as np
import pytest

from payment_ml import errors
from payment_ml.datasets.splits import Split, read_split, write


@pytest.fixture(scope="module")
def small_splits(splits) -> dict[str, Split]:
    """Return a hundred digits of each split."""
    return {name: Split(*(array[:100] for array in split)) for name, split in splits.items()}


@pytest.fixture(scope="module")
def prepared(small_splits, tmp_path_factory) -> Path:
    """Return a folder with the small splits and their manifest."""
    folder = tmp_path_factory.mktemp("prepared")
    write(small_splits, folder, "a test")
    return folder


def test_splits_have_their_sizes_and_share_no_digit(splits):
    """Each of the 60,000 training digits is in exactly one of four splits."""
    assert {name: len(split.labels) for name, split in splits.items()} == {
        "train": 50_000, "validation": 3_000, "calibration": 3_000, "gate": 4_000, "test": 10_000,
    }  # fmt: skip
    indices = np.concatenate([split.indices for name, split in splits.items() if name != "test"])
    assert len(np.unique(indices)) == 60_000


def test_the_gate_split_never_changes(splits):
    """A champion must not have been trained on digits that now test it."""
    assert splits["gate"].indices[:6].tolist() == [41917, 11105, 18088, 20589, 27371, 59861]


@pytest.mark.parametrize("name", ["train", "validation", "calibration", "gate", "test"])
def test_read_split_returns_the_arrays_that_were_written(prepared, small_splits, name):
    """Images, labels and indices are equal."""
    for array, original in zip(read_split(prepared, name), small_splits[name], strict=True):
        assert np.array_equal(array, original)


def test_write_gives_the_same_manifest_for_the_same_data(prepared, small_splits, tmp_path):
    """The checksum in a version's metadata therefore identifies its training data."""
    write(small_splits, tmp_path, "a test")
    assert (tmp_path / "manifest.json").read_bytes() == (prepared / "manifest.json").read_bytes()


def test_read_split_names_the_notebook_that_prepares_missing_data(tmp_path):
    """An empty folder is the usual first mistake."""
    with pytest.raises(errors.MissingDataError, match=r"run notebooks/01-prepare-data\.ipynb first"):
        read_split(tmp_path, "train")


@pytest.mark.parametrize("damage", ["flip", "remove"])
def test_read_split_refuses_a_file_that_differs_from_the_manifest(prepared, tmp_path, damage):
    """The error names the file; other splits stay readable."""
    for path in prepared.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    path = tmp_path / "gate.npz"
    if damage == "remove":
        path.unlink()
    else:
        content = bytearray(path.read_bytes())
        content[500] ^= 1
        path.write_bytes(content)
    with pytest.raises(errors.MissingDataError, match=r"expected .*gate\.npz with sha256"):
        read_split(tmp_path, "gate")
    assert len(read_split(tmp_path, "train").labels) == 100


def test_the_manifest_counts_each_label(prepared):
    """Later runs compare their data with these counts."""
    described = json.loads((prepared / "manifest.json").read_text())["splits"]["test"]
    labels = read_split(prepared, "test").labels
    assert described["labels"] == [int(np.sum(labels == digit)) for digit in range(10)]
    assert described["use"] == "reported by notebook 03, decides nothing"
