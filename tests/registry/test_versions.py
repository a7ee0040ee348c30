"""versions: they appear whole or not at all, and what is none is not listed."""

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
    """An empty folder's."""
    return VersionStore(tmp_path / "models")


def test_a_version_is_named_by_time_architecture_and_checksum(versions):
    """Eight hexadecimal digits of the network's sha256."""
    version = register_bytes(versions, b"abc")
    assert version.name == "20261123T120000Z-mlp-ba7816bf"
    assert sorted(path.name for path in version.folder.iterdir()) == ["README.md", "card.json", "model.keras"]
    assert versions.get(version.name).metadata["sha256"].startswith("ba7816bf8f01cfea")


def test_a_failed_save_leaves_nothing(versions):
    """A full disk while saving: no version, no debris."""

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        versions.register(fail, minimal_metadata())
    assert versions.versions() == []
    assert list(versions.models_dir.iterdir()) == []


def test_versions_come_oldest_first_and_by_kind(versions):
    """The newest is the last."""
    first, second = register_bytes(versions, b"one", 1), register_bytes(versions, b"two", 2)
    assert [version.name for version in versions.versions("digits", "mlp")] == [first.name, second.name]
    assert versions.versions("digits", "cnn") == []
    assert versions.latest().name == second.name
    assert versions.latest_of_architecture("mlp", second).name == first.name


@pytest.mark.parametrize("name", ["../secret", "", "20261123T120000Z-mlp-00000000", "a/b"])
def test_names_that_are_no_version_are_refused(versions, name):
    """No way out of the folder."""
    with pytest.raises(RegistryError, match="there is no"):
        versions.get(name)


def test_updating_a_card_keeps_the_rest_and_rewrites_the_readme(versions):
    """Notebook 03 adds its findings."""
    version = versions.update_metadata(register_bytes(versions, b"one"), verdict={"reason": "kept: a tie"})
    assert versions.get(version.name).metadata["sha256"] == version.metadata["sha256"]
    assert "kept: a tie" in (version.folder / "README.md").read_text()


def test_what_is_no_version_is_not_listed(versions):
    """Partial folders of dead runs, stray files."""
    register_bytes(versions, b"one")
    (versions.models_dir / ".partial-x1").mkdir()
    (versions.models_dir / "20261123T120000Z-mlp-12345678").mkdir()
    (versions.models_dir / "notes.txt").write_text("hello")
    assert len(versions.versions()) == 1


def test_what_dead_processes_left_is_swept_and_what_live_ones_write_is_not(versions):
    """A partial version and a partial card of a process that was killed; one of this process."""
    version = register_bytes(versions, b"one")
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    for folder in (versions.models_dir, version.folder):
        (folder / f".partial-{dead.stdout.strip()}-abc").mkdir()
    alive = versions.models_dir / f".partial-{os.getpid()}-abc"
    alive.mkdir()
    assert len(versions.remove_stale()) == 2
    assert alive.is_dir()
    assert not list(version.folder.glob(".partial-*"))


def test_a_version_with_a_damaged_card_is_no_version(versions):
    """It is named, and the others are as good as before."""
    good, bad = register_bytes(versions, b"one", 1), register_bytes(versions, b"two", 2)
    for content in ("{", "[]", "{}", ""):
        (bad.folder / "card.json").write_text(content)
        assert [version.name for version in versions.versions()] == [good.name]
        assert versions.damaged() == [bad.name]
