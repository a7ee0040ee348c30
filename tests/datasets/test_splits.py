"""preparation: five splits with one use each, written with a manifest."""

import json

import numpy as np
import pytest

from payment_ml import errors
from payment_ml.datasets.splits import Split, read_split, write


@pytest.fixture(scope="module")
def prepared(splits, tmp_path_factory):
    """A folder with a hundred digits of each split."""
    folder = tmp_path_factory.mktemp("prepared")
    few = {name: Split(*(part[:100] for part in split)) for name, split in splits.items()}
    write(few, folder, "a test")
    return folder


def test_splits_have_their_sizes_and_share_no_digit(splits):
    """Every one of the 60,000 training digits is in exactly one of four splits."""
    assert {name: len(split.labels) for name, split in splits.items()} == {
        "train": 50_000, "validation": 3_000, "calibration": 3_000, "gate": 4_000, "test": 10_000,
    }  # fmt: skip
    dealt = np.concatenate([split.indices for name, split in splits.items() if name != "test"])
    assert len(np.unique(dealt)) == 60_000


def test_the_deal_never_changes(splits):
    """The gate is frozen: a champion must not have learned from digits that now judge it."""
    assert splits["gate"].indices[:6].tolist() == [41917, 11105, 18088, 20589, 27371, 59861]


def test_what_is_written_is_read_back(prepared, splits):
    """Images, labels and indices, exactly."""
    for name, split in splits.items():
        read = read_split(prepared, name)
        for part, original in zip(read, split, strict=True):
            assert np.array_equal(part, original[:100])


def test_writing_twice_gives_the_same_manifest(prepared, splits, tmp_path):
    """Same data, same checksums: a card's data_sha256 tells whether two versions learned from the same."""
    few = {name: Split(*(part[:100] for part in split)) for name, split in splits.items()}
    write(few, tmp_path, "a test")
    assert (tmp_path / "manifest.json").read_bytes() == (prepared / "manifest.json").read_bytes()


def test_missing_data_says_which_notebook_makes_it(tmp_path):
    """The newcomer's first mistake."""
    with pytest.raises(errors.MissingDataError, match=r"run notebooks/01-prepare-data\.ipynb first"):
        read_split(tmp_path, "train")


@pytest.mark.parametrize("damage", ["flip", "remove"])
def test_a_damaged_file_is_refused_by_name(prepared, tmp_path, damage):
    """Neither training nor judging goes on with other digits than the manifest lists."""
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


def test_the_manifest_counts_every_label(prepared):
    """Counts for the data check of later runs."""
    described = json.loads((prepared / "manifest.json").read_text())["splits"]["test"]
    labels = read_split(prepared, "test").labels
    assert described["labels"] == [int(np.sum(labels == digit)) for digit in range(10)]
    assert described["use"] == "reported by notebook 03, decides nothing"
