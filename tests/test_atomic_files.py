"""files: whole or absent."""

import signal
import subprocess
import sys

import pytest

from payment_ml import atomic_files, errors


def test_replacing_moves_what_was_written_to_its_place(tmp_path):
    """The new content stands there and nothing else is left in the folder."""
    path = tmp_path / "card.json"
    path.write_text("old")
    with atomic_files.atomic_write(path) as partial:
        partial.write_text("new")
    assert path.read_text() == "new"
    assert [each.name for each in tmp_path.iterdir()] == ["card.json"]


def test_replacing_keeps_the_old_file_when_writing_fails(tmp_path):
    """An exception half-way leaves the old content and no debris."""
    path = tmp_path / "card.json"
    path.write_text("old")
    with pytest.raises(OSError, match="disk full"), atomic_files.atomic_write(path) as partial:
        partial.write_text("ne")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["card.json"]


def test_a_kill_while_writing_leaves_the_old_file(tmp_path):
    """SIGKILL between writing and moving: the target is byte for byte what it was."""
    path = tmp_path / "champions.json"
    path.write_text("old")
    program = (
        "import os, signal, pathlib\n"
        "from payment_ml import files\n"
        f"with files.replacing(pathlib.Path({str(path)!r})) as partial:\n"
        "    partial.write_text('half of the n')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert path.read_text() == "old"


def test_sha256_is_the_known_one_of_three_letters(tmp_path):
    """FIPS 180-2's example."""
    (tmp_path / "abc").write_bytes(b"abc")
    assert atomic_files.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_damaged_json_is_named(tmp_path):
    """The message says which file and what to do."""
    (tmp_path / "card.json").write_text('{"half": ')
    with pytest.raises(
        errors.CorruptFileError, match=r"expected JSON in .*card\.json, but it is damaged .* restore it"
    ):
        atomic_files.read_json(tmp_path / "card.json")


def test_not_a_number_is_never_written_as_json(tmp_path):
    """JSON knows no NaN; a card with one would be readable by Python alone."""
    with pytest.raises(ValueError, match="JSON"):
        atomic_files.write_json(tmp_path / "card.json", {"loss": float("nan")})
    assert [each.name for each in tmp_path.iterdir()] == []
