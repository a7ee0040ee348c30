"""Tests of atomic files: each is complete or absent."""

import errno
import os
import signal
import subprocess
import sys

import pytest

from payment_ml import atomic_files, errors


def test_atomic_write_replaces_the_target(tmp_path):
    """The folder holds the new file and nothing else."""
    path = tmp_path / "card.json"
    path.write_text("old")
    with atomic_files.atomic_write(path) as partial:
        partial.write_text("new")
    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["card.json"]


def test_atomic_write_keeps_the_old_file_when_writing_fails(tmp_path):
    """An exception leaves the old content and no temporary file."""
    path = tmp_path / "card.json"
    path.write_text("old")

    def fail_half_way() -> None:
        with atomic_files.atomic_write(path) as partial:
            partial.write_text("ne")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail_half_way()
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["card.json"]


def test_atomic_write_keeps_the_old_file_when_the_process_is_killed(tmp_path):
    """After SIGKILL between writing and moving, the target is unchanged and its remains can be removed."""
    path = tmp_path / "champions.json"
    path.write_text("old")
    program = (
        "import os, signal, pathlib\n"
        "from payment_ml import atomic_files\n"
        f"with atomic_files.atomic_write(pathlib.Path({str(path)!r})) as partial:\n"
        "    partial.write_text('half of the n')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    process = subprocess.run([sys.executable, "-c", program], timeout=60, check=False)
    assert process.returncode == -signal.SIGKILL
    assert path.read_text() == "old"
    remains = list(tmp_path.glob(".partial-*"))
    assert len(remains) == 1
    assert atomic_files.remove_stale(tmp_path) == remains
    assert list(tmp_path.iterdir()) == [path]


def test_remove_stale_leaves_the_files_of_living_processes(tmp_path):
    """Another process may be writing at this moment."""
    with atomic_files.atomic_write(tmp_path / "card.json") as partial:
        partial.write_text("new")
        assert atomic_files.remove_stale(tmp_path) == []
    assert (tmp_path / "card.json").read_text() == "new"


def test_sha256_of_abc_is_the_published_value(tmp_path):
    """FIPS 180-2, appendix B.1."""
    (tmp_path / "abc").write_bytes(b"abc")
    assert atomic_files.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_read_json_names_a_damaged_file(tmp_path):
    """The message says which file is damaged and what to do."""
    (tmp_path / "card.json").write_text('{"half": ')
    with pytest.raises(
        errors.CorruptFileError, match=r"expected JSON in .*card\.json, but it is damaged .* restore it"
    ):
        atomic_files.read_json(tmp_path / "card.json")


def test_write_json_refuses_nan(tmp_path):
    """JSON has no NaN; only Python could read such a file."""
    with pytest.raises(ValueError, match="JSON"):
        atomic_files.write_json(tmp_path / "card.json", {"loss": float("nan")})
    assert [file.name for file in tmp_path.iterdir()] == []


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.ENOSYS], ids=errno.errorcode.get)
def test_a_file_system_without_fsync_is_forgiven(tmp_path, monkeypatch, code):
    """CIFS and FUSE may not flush a folder, or anything."""

    def fsync(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    atomic_files.write_json(tmp_path / "card.json", {})
    assert atomic_files.read_json(tmp_path / "card.json") == {}


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC], ids=errno.errorcode.get)
def test_a_failed_fsync_is_an_error(tmp_path, monkeypatch, code):
    """The file would be believed to be on the disk."""

    def fsync(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OSError, match=os.strerror(code)):
        atomic_files.write_json(tmp_path / "card.json", {})
    assert list(tmp_path.iterdir()) == []
