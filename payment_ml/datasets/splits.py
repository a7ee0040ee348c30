"""Split MNIST into five parts with one use each; write them with a manifest, and read them back."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from payment_ml import __version__, atomic_files, errors
from payment_ml.datasets.mnist import Digits
from payment_ml.errors import MissingDataError

# Shuffles the 60,000 training digits. A constant, not a parameter: with another order a champion could have been
# trained on digits that the gate split now tests it with.
_SPLIT_SEED = 20261122

# Digits of each split.
SIZES = {"train": 50_000, "validation": 3_000, "calibration": 3_000, "gate": 4_000}
# The one use of each split, as the manifest states it.
USES = {
    "train": "the network learns from them",
    "validation": "early stopping, and every choice of recipe",
    "calibration": "temperature and accept threshold",
    "gate": "whether a challenger becomes champion",
    "test": "reported by notebook 03, decides nothing",
}


class Split(NamedTuple):
    """Hold the digits of one split."""

    images: np.ndarray  # uint8 [n, 28, 28], 0 paper, 255 ink
    labels: np.ndarray  # uint8 [n]
    indices: np.ndarray  # int32 [n], of each digit in MNIST's file


def split_digits(digits: Digits) -> dict[str, Split]:
    """Split MNIST into train, validation, calibration, gate and test; the split is always the same."""
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(digits.train_images))
    ends = np.cumsum(list(SIZES.values()))
    splits = {}
    for name, indices in zip(SIZES, np.split(order, ends[:-1]), strict=True):
        splits[name] = Split(digits.train_images[indices], digits.train_labels[indices], indices.astype(np.int32))
    test_indices = np.arange(len(digits.test_images), dtype=np.int32)
    splits["test"] = Split(digits.test_images, digits.test_labels, test_indices)
    return splits


def write(
    splits: dict[str, Split], prepared_dir: Path, source: str, corrections: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write each split as `<name>.npz`, then `manifest.json`, without which the files are not used.

    Parameters
    ----------
    prepared_dir : created when missing; files of an earlier run are replaced one by one
    source : origin of the digits, for the record
    corrections : summary of the users' corrections from `feedback.curation.write`; None when there are none

    Returns
    -------
    the manifest: format, version of this package, source, for each split its file, sha256, use, number of digits and
    count of each label, and `corrections`. It holds no time, so that the same data gives the same manifest.
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
    """Return the manifest of prepared data.

    Raises
    ------
    MissingDataError : the manifest is missing or damaged
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
    """Return one split of the prepared data, verified by the manifest's sha256.

    Raises
    ------
    MissingDataError : the manifest or the split's file is missing or damaged
    KeyError : no split has that name
    """
    described = read_manifest(prepared_dir)["splits"][name]
    path = prepared_dir / described["file"]
    if not path.is_file() or (actual := atomic_files.sha256(path)) != described["sha256"]:
        fault = f"its sha256 is {actual}" if path.is_file() else "it is missing"
        raise MissingDataError(
            f"expected {path} with sha256 {described['sha256']}, but {fault}; run notebooks/01-prepare-data.ipynb again"
        )
    with np.load(path, allow_pickle=False) as arrays:
        return Split(arrays["images"], arrays["labels"], arrays["indices"])
