"""Tests of loading MNIST: the published digits, from any source, and nothing else."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from payment_ml import errors, paths
from payment_ml.datasets import mnist

RAW = paths.ROOT / "data" / "raw"


def unreachable(url: str, target: str, pooch: object) -> None:
    """Fail as a download does without a network."""
    raise OSError("Name or service not known")


OFFLINE = tuple(replace(source, download=unreachable) for source in mnist.SOURCES)


def test_load_returns_the_published_digits(splits):
    """Counts and first labels are those of the original files."""
    digits = mnist.load(RAW)
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert digits.train_images.dtype == digits.test_labels.dtype == np.uint8


def test_load_uses_a_cached_file_without_a_network(splits):
    """No source is asked once a complete file is in the folder."""
    assert len(mnist.load(RAW, OFFLINE).test_labels) == 10_000


def test_load_without_a_network_lists_each_source_and_the_path_for_its_file(tmp_path):
    """The error names each source, its failure, and the file that a person can put there."""
    with pytest.raises(errors.DigitsUnavailableError) as raised:
        mnist.load(tmp_path, OFFLINE)
    message = str(raised.value)
    for source in mnist.SOURCES:
        assert source.name in message
        assert str(tmp_path / source.file_name) in message
    assert message.count("Name or service not known") == len(mnist.SOURCES)


def test_load_downloads_a_damaged_file_again(splits, tmp_path):
    """A file with one flipped bit counts as absent, and the download replaces it."""
    cached = next(source for source in mnist.SOURCES if (RAW / source.file_name).is_file())
    content = bytearray((RAW / cached.file_name).read_bytes())
    content[1000] ^= 1
    (tmp_path / cached.file_name).write_bytes(content)
    downloads = []

    def copy(url: str, target: str, pooch: object) -> None:
        downloads.append(url)
        Path(target).write_bytes((RAW / cached.file_name).read_bytes())

    digits = mnist.load(tmp_path, (replace(cached, download=copy),))
    assert len(downloads) == 1
    assert len(digits.train_labels) == 60_000
    assert hashlib.sha256((tmp_path / cached.file_name).read_bytes()).hexdigest() == cached.sha256


def test_load_refuses_a_download_with_another_checksum(tmp_path):
    """A source that sends another file counts as failed, and nothing stays in the cache."""

    def send_login_page(url: str, target: str, pooch: object) -> None:
        Path(target).write_bytes(b"<html>please log in</html>")

    source = replace(mnist.SOURCES[0], download=send_login_page)
    with pytest.raises(errors.DigitsUnavailableError, match="hash"):
        mnist.load(tmp_path, (source,))
    assert not (tmp_path / source.file_name).exists()


def test_load_refuses_arrays_that_are_not_those_of_mnist(splits, tmp_path):
    """A source with a valid file but one changed pixel is not MNIST."""
    cached = next(source for source in mnist.SOURCES if (RAW / source.file_name).is_file())
    (tmp_path / cached.file_name).symlink_to(RAW / cached.file_name)

    def unpack_and_change(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        arrays = cached.unpack(path)
        arrays[2][0, 0, 0] ^= 1
        return arrays

    with pytest.raises(ValueError, match=r"expected MNIST's test images with sha256 .*, but got"):
        mnist.load(tmp_path, (replace(cached, unpack=unpack_and_change),))
