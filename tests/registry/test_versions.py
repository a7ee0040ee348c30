"""Test registry.versions: versions appear whole or not at all, and nothing else is listed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.versions import minimal_metadata, register_bytes

from payment_ml.errors import RegistryError
from payment_ml.registry.versions import VersionStore


@pytest.fixture
def versions(tmp_path) -> VersionStore:
    """Return the store of a folder that does not exist yet."""
    return VersionStore(tmp_path / "models")


def test_a_version_is_named_by_time_architecture_and_checksum(versions):
    """The last part is eight hexadecimal digits of the network's sha256."""
    version = register_bytes(versions, b"abc")
    assert version.name == "20261123T120000Z-mlp-ba7816bf"
    assert sorted(path.name for path in version.folder.iterdir()) == ["README.md", "card.json", "model.keras"]
    assert versions.get(version.name).metadata["sha256"].startswith("ba7816bf8f01cfea")


def test_a_version_with_an_onnx_model_is_read_from_it(versions):
    """A changed model is refused, as a changed network is."""
    version = register_bytes(versions, b"network", onnx_model=b"the same network")
    assert version.inference_path.read_bytes() == b"the same network"
    versions.verify(version)
    version.inference_path.write_bytes(b"the same netwerk")
    with pytest.raises(RegistryError, match=r"model\.onnx with sha256 .*, but got .*refused"):
        versions.verify(version)
    assert register_bytes(versions, b"alone", 1).inference_path.name == "model.keras"


def test_a_failed_save_leaves_nothing(versions):
    """A full disk while saving leaves neither a version nor a partial folder."""

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        versions.register(fail, minimal_metadata())
    assert versions.versions() == []
    assert list(versions.models_dir.iterdir()) == []


def test_versions_are_listed_oldest_first_by_task_and_architecture(versions):
    """The latest is the last."""
    first, second = register_bytes(versions, b"one", 1), register_bytes(versions, b"two", 2)
    assert [version.name for version in versions.versions("digits", "mlp")] == [first.name, second.name]
    assert versions.versions("digits", "cnn") == []
    assert versions.latest().name == second.name
    assert versions.latest_of_architecture("mlp", second).name == first.name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../secret", id="parent folder"),
        pytest.param("", id="empty"),
        pytest.param("20261123T120000Z-mlp-00000000", id="unknown"),
        pytest.param("a/b", id="subfolder"),
    ],
)
def test_a_name_of_no_version_is_refused(versions, name):
    """No name leads out of the models folder."""
    with pytest.raises(RegistryError, match="there is no"):
        versions.get(name)


def test_updating_metadata_keeps_the_rest_and_rewrites_the_model_card(versions):
    """Notebook 03 adds its results."""
    version = versions.update_metadata(register_bytes(versions, b"one"), verdict={"reason": "kept: a tie"})
    assert versions.get(version.name).metadata["sha256"] == version.metadata["sha256"]
    assert "kept: a tie" in (version.folder / "README.md").read_text()


def test_other_files_and_folders_are_not_listed(versions):
    """Partial folders, folders without metadata and stray files are no versions."""
    register_bytes(versions, b"one")
    (versions.models_dir / ".partial-x1").mkdir()
    (versions.models_dir / "20261123T120000Z-mlp-12345678").mkdir()
    (versions.models_dir / "notes.txt").write_text("hello")
    assert len(versions.versions()) == 1


def test_remove_stale_removes_what_dead_processes_left(versions):
    """It removes the partial folders of a dead process, not those of a living one."""
    version = register_bytes(versions, b"one")
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    dead_process = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    for folder in (versions.models_dir, version.folder):
        (folder / f".partial-{dead_process}-abc").mkdir()
    living = versions.models_dir / f".partial-{os.getpid()}-abc"
    living.mkdir()
    assert len(versions.remove_stale()) == 2
    assert living.is_dir()
    assert not list(version.folder.glob(".partial-*"))


@pytest.mark.parametrize("content", ["{", "[]", "{}", ""], ids=["half-written", "a list", "no entries", "empty"])
def test_a_version_with_damaged_metadata_is_named_and_not_listed(versions, content):
    """The other versions stay usable."""
    good, bad = register_bytes(versions, b"one", 1), register_bytes(versions, b"two", 2)
    (bad.folder / "card.json").write_text(content)
    assert [version.name for version in versions.versions()] == [good.name]
    assert versions.damaged() == [bad.name]
    with pytest.raises(RegistryError, match=f"version {bad.name} cannot be used"):
        versions.get(bad.name)


def test_versions_are_found_by_name_number_and_note(versions):
    """Several versions may share a note; they come oldest first."""
    first, second = (register_bytes(versions, bytes([second]), second) for second in (1, 2))
    third = versions.register(lambda path: path.write_bytes(b"x"), minimal_metadata(note="wide"))
    versions.update_metadata(first, note="wide")
    assert [version.name for version in versions.find("wide")] == [first.name, third.name]
    assert [version.name for version in versions.find("2")] == [second.name]
    assert [version.name for version in versions.find(third.name)] == [third.name]
    with pytest.raises(RegistryError, match="expected the name, the number or the note of a version"):
        versions.find("")


def test_a_label_has_the_number_and_the_note_in_one_line(versions):
    """Without a note it has the architecture and the time."""
    version = register_bytes(versions, b"abc")
    assert version.label == "1 mlp 11-23 12:00"
    assert versions.update_metadata(version, note=" two\n lines ").label == "1 two lines"
