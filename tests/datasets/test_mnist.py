"""mnist: the real digits, from wherever they can be had, and nothing else."""

import hashlib
import io
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from payment_ml import errors, paths
from payment_ml.datasets import mnist, mnist_wheel

RAW = paths.ROOT / "data" / "raw"


def unreachable(url: str, target: str, pooch: object) -> None:
    """A download as it goes without a network."""
    raise OSError("Name or service not known")


OFFLINE = tuple(replace(source, download=unreachable) for source in mnist.SOURCES)


def test_the_digits_are_the_published_ones(splits):
    """Counts and the first labels, as anybody can look them up."""
    digits = mnist.load(RAW)
    assert digits.train_images.shape == (60_000, 28, 28)
    assert digits.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert digits.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert digits.train_images.dtype == digits.test_labels.dtype == np.uint8


def test_a_cached_file_is_used_without_asking_any_source(splits):
    """Once fetched, the digits need no network."""
    assert len(mnist.load(RAW, OFFLINE).test_labels) == 10_000


def test_no_network_lists_every_source_and_where_to_put_a_file(tmp_path):
    """One error with what was tried, why it failed, and what a person can do."""
    with pytest.raises(errors.DigitsUnavailableError) as raised:
        mnist.load(tmp_path, OFFLINE)
    message = str(raised.value)
    for source in mnist.SOURCES:
        assert source.name in message
        assert str(tmp_path / source.file_name) in message
    assert message.count("Name or service not known") == len(mnist.SOURCES)


def test_a_damaged_cache_is_noticed_and_fetched_anew(splits, tmp_path):
    """One flipped byte makes the file count as absent; the fetched one replaces it."""
    whole = next(source for source in mnist.SOURCES if (RAW / source.file_name).is_file())
    content = bytearray((RAW / whole.file_name).read_bytes())
    content[1000] ^= 1
    (tmp_path / whole.file_name).write_bytes(content)
    fetched = []

    def copy(url: str, target: str, pooch: object) -> None:
        fetched.append(url)
        with Path(target).open("wb") as file:
            file.write((RAW / whole.file_name).read_bytes())

    digits = mnist.load(tmp_path, (replace(whole, download=copy),))
    assert len(fetched) == 1
    assert len(digits.train_labels) == 60_000
    assert hashlib.sha256((tmp_path / whole.file_name).read_bytes()).hexdigest() == whole.sha256


def test_a_download_with_another_checksum_is_refused(tmp_path):
    """A source that sends something else counts as failed, and leaves nothing in the cache."""

    def send_rubbish(url: str, target: str, pooch: object) -> None:
        with Path(target).open("wb") as file:
            file.write(b"<html>please log in</html>")

    source = replace(mnist.SOURCES[0], download=send_rubbish)
    with pytest.raises(errors.DigitsUnavailableError, match="hash"):
        mnist.load(tmp_path, (source,))
    assert not (tmp_path / source.file_name).exists()


class _Canary:
    def __reduce__(self):
        return (open, ("canary", "w"))


def test_a_pickle_that_asks_for_more_than_arrays_is_refused(tmp_path, monkeypatch):
    """The attack is stopped before it writes its file."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError, match=r"asks for (_)?io\.open; refused"):
        mnist_wheel._ArrayUnpickler(io.BytesIO(pickle.dumps(_Canary()))).load()
    assert not (tmp_path / "canary").exists()


def test_a_pickled_array_is_let_through():
    """What the wheel holds: a tuple of arrays, pickled by an old numpy."""
    content = pickle.dumps((np.arange(3.0),), protocol=3)
    content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    (array,) = mnist_wheel._ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
    assert array.tolist() == [0.0, 1.0, 2.0]
