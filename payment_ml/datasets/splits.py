"""Splits MNIST into five parts with one use each, and writes them with a manifest."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from payment_ml import __version__, atomic_files, errors
from payment_ml.datasets.mnist import Digits
from payment_ml.errors import MissingDataError

# The order in which the 60,000 training digits are dealt out. A constant, not a parameter: with another order a
# champion could have learned from digits that the gate now judges it by.
_SPLIT_SEED = 20261122

# What each split is for; nothing may be used for anything else.
SIZES = {"train": 50_000, "validation": 3_000, "calibration": 3_000, "gate": 4_000}
USES = {
    "train": "the network learns from them",
    "validation": "early stopping, and every choice of recipe",
    "calibration": "temperature and accept threshold",
    "gate": "whether a challenger becomes champion",
    "test": "reported by notebook 03, decides nothing",
}


class Split(NamedTuple):
    """Images uint8 [n, 28, 28] (0 paper, 255 ink), labels uint8 [n], and each digit's place in MNIST's file [n]."""

    images: np.ndarray
    labels: np.ndarray
    indices: np.ndarray


def split_digits(digits: Digits) -> dict[str, Split]:
    """Deal MNIST's digits into train, validation, calibration, gate and test; the same way every time."""
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(digits.train_images))
    ends = np.cumsum(list(SIZES.values()))
    splits = {}
    for name, indices in zip(SIZES, np.split(order, ends[:-1]), strict=True):
        splits[name] = Split(digits.train_images[indices], digits.train_labels[indices], indices.astype(np.int32))
    everything = np.arange(len(digits.test_images), dtype=np.int32)
    splits["test"] = Split(digits.test_images, digits.test_labels, everything)
    return splits


def write(
    splits: dict[str, Split], prepared_dir: Path, source: str, corrections: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write each split as `<name>.npz` and, last, `manifest.json`, which makes them count.

    Parameters
    ----------
    prepared_dir : made when missing; files of an earlier run are replaced one by one
    source : where the digits come from, for the record
    corrections : what `intake.write` says of people's corrections; None when there are none

    Returns
    -------
    the manifest: format, version of this package, source, and for each split its file, sha256, use, number of
    digits and count of each label; and what `corrections` says. It holds no time, so that the same data gives the same
    manifest.
    """
    described = {}
    for name, split in splits.items():
        path = prepared_dir / f"{name}.npz"
        with atomic_files.atomic_write(path) as partial:
            np.savez(partial, images=split.images, labels=split.labels, indices=split.indices)
        described[name] = {
            "file": path.name,
            "sha256": atomic_files.sha256(path),
            "use": USES[name],
            "digits": len(split.labels),
            "labels": np.bincount(split.labels, minlength=10).tolist(),
        }
    manifest = {"format": 1, "payment_ml": __version__, "source": source, "splits": described}
    if corrections is not None:
        manifest["corrections"] = corrections
    atomic_files.write_json(prepared_dir / "manifest.json", manifest)
    return manifest


def read_manifest(prepared_dir: Path) -> dict[str, Any]:
    """The manifest of prepared data.

    Raises
    ------
    MissingDataError : there is none, or it is damaged
    """
    path = prepared_dir / "manifest.json"
    if not path.is_file():
        raise MissingDataError(
            f"expected prepared digits in {prepared_dir}, but there is no manifest.json; "
            "run notebooks/01-prepare-data.ipynb first"
        )
    try:
        return atomic_files.read_json(path)
    except errors.CorruptFileError as error:
        raise MissingDataError(f"{error}; run notebooks/01-prepare-data.ipynb again") from error


def read_split(prepared_dir: Path, name: str) -> Split:
    """One split of the prepared data, checked against the manifest's sha256.

    Raises
    ------
    MissingDataError : never prepared, or a file is missing or damaged
    KeyError : no split has that name
    """
    described = read_manifest(prepared_dir)["splits"][name]
    path = prepared_dir / described["file"]
    if not path.is_file() or (got := atomic_files.sha256(path)) != described["sha256"]:
        came = f"its sha256 is {got}" if path.is_file() else "it is missing"
        raise MissingDataError(
            f"expected {path} with sha256 {described['sha256']}, but {came}; run notebooks/01-prepare-data.ipynb again"
        )
    with np.load(path, allow_pickle=False) as arrays:
        return Split(arrays["images"], arrays["labels"], arrays["indices"])
