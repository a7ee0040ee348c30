"""registry: versions appear whole, champions change in one step, and nothing damaged serves."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from payment_ml.registry import Registry, RegistryError


def card(**entries) -> dict:
    """As little as a version needs."""
    return {"architecture": "mlp", "task": "digits", **entries}


def create(registry: Registry, content: bytes, second: int = 0):
    """A version with any bytes for a network: the registry never looks inside."""
    now = datetime(2026, 11, 23, 12, 0, second, tzinfo=UTC)
    return registry.create(lambda path: path.write_bytes(content), card(), now)


@pytest.fixture
def registry(tmp_path) -> Registry:
    """An empty one."""
    return Registry(tmp_path / "models")


def test_a_version_is_named_by_time_architecture_and_checksum(registry):
    """Eight hexadecimal digits of the network's sha256."""
    version = create(registry, b"abc")
    assert version.name == "20261123T120000Z-mlp-ba7816bf"
    assert sorted(path.name for path in version.folder.iterdir()) == ["README.md", "card.json", "model.keras"]
    assert registry.get(version.name).card["sha256"].startswith("ba7816bf8f01cfea")


def test_a_failed_save_leaves_nothing(registry):
    """A full disk while saving: no version, no debris."""

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left"):
        registry.create(fail, card())
    assert registry.versions() == []
    assert list(registry.models_dir.iterdir()) == []


def test_versions_come_oldest_first_and_by_kind(registry):
    """The newest is the last."""
    first, second = create(registry, b"one", 1), create(registry, b"two", 2)
    assert [version.name for version in registry.versions("digits", "mlp")] == [first.name, second.name]
    assert registry.versions("digits", "cnn") == []
    assert registry.newest().name == second.name
    assert registry.latest_other("mlp", second).name == first.name


def test_promote_and_rollback_are_inverse(registry):
    """Three champions, then one step back at a time, then no further."""
    versions = [create(registry, bytes([number]), number) for number in range(3)]
    assert registry.champion("digits") is None
    for version in versions:
        registry.promote(version)
        assert registry.champion("digits").name == version.name
    assert registry.rollback("digits").name == versions[1].name
    assert registry.rollback("digits").name == versions[0].name
    with pytest.raises(RegistryError, match="none to go back to"):
        registry.rollback("digits")
    assert registry.champion("digits").name == versions[0].name


def test_promoting_the_champion_again_changes_nothing(registry):
    """Otherwise a rollback would go back to the same version."""
    first, second = create(registry, b"one", 1), create(registry, b"two", 2)
    for version in (first, second, second):
        registry.promote(version)
    assert registry.rollback("digits").name == first.name


def test_rollback_passes_over_a_damaged_version(registry):
    """The one before it serves instead."""
    versions = [create(registry, bytes([number]), number) for number in range(3)]
    for version in versions:
        registry.promote(version)
    versions[1].network_path.write_bytes(b"changed")
    assert registry.rollback("digits").name == versions[0].name


def test_a_flipped_byte_is_refused_by_name(registry):
    """Neither verified nor promoted, and the champion stays."""
    good, bad = create(registry, b"good", 1), create(registry, b"bad!", 2)
    registry.promote(good)
    bad.network_path.write_bytes(b"bad?")
    with pytest.raises(RegistryError, match=rf"{bad.name}.*but got .*refused"):
        registry.promote(bad)
    assert registry.champion("digits").name == good.name


def test_a_card_changed_together_with_its_network_is_refused(registry):
    """champions.json remembers the checksum that was promoted."""
    version = create(registry, b"good")
    registry.promote(version)
    version.network_path.write_bytes(b"evil")
    changed = {**version.card, "sha256": "4e46e2d8b9b5d2bbb0f2a4bcb7f0b8d8c1a7ff5d1f0f1c3e1b4cf6b1f7c5f7a1"}
    (version.folder / "card.json").write_text(json.dumps(changed))
    with pytest.raises(RegistryError, match="as it was promoted, but its card says"):
        registry.champion("digits")


@pytest.mark.parametrize(
    "content",
    [
        "",
        '{"format": 1, "cham',
        '{"champions": {"digits": {"version": "../../etc", "before": [], "sha256": ""}}}',
        "[]",
        '{"champions": {"digits": "x"}}',
    ],
    ids=["empty", "half-written", "path outside", "another type", "another form"],
)
def test_a_damaged_champions_file_is_an_error_in_words(registry, content):
    """Never a guess at who serves."""
    create(registry, b"one")
    (registry.models_dir / "champions.json").write_text(content)
    with pytest.raises(RegistryError, match=r"champions\.json|damaged"):
        registry.champion("digits")


def test_a_champion_that_is_gone_is_named(registry):
    """Somebody removed the folder by hand."""
    version = create(registry, b"one")
    registry.promote(version)
    for path in version.folder.iterdir():
        path.unlink()
    version.folder.rmdir()
    with pytest.raises(RegistryError, match=version.name):
        registry.champion("digits")


@pytest.mark.parametrize("name", ["../secret", "", "20261123T120000Z-mlp-00000000", "a/b"])
def test_names_that_are_no_version_are_refused(registry, name):
    """No way out of the folder."""
    with pytest.raises(RegistryError, match="there is no"):
        registry.get(name)


def test_updating_a_card_keeps_the_rest_and_rewrites_the_readme(registry):
    """Notebook 03 adds its findings."""
    version = registry.update_card(create(registry, b"one"), verdict={"reason": "kept: a tie"})
    assert registry.get(version.name).card["sha256"] == version.card["sha256"]
    assert "kept: a tie" in (version.folder / "README.md").read_text()


def test_what_is_no_version_is_not_listed(registry):
    """Partial folders of dead runs, stray files."""
    create(registry, b"one")
    (registry.models_dir / ".partial-x1").mkdir()
    (registry.models_dir / "20261123T120000Z-mlp-12345678").mkdir()
    (registry.models_dir / "notes.txt").write_text("hello")
    assert len(registry.versions()) == 1


def test_a_clock_that_was_set_back_makes_no_version_old(registry):
    """Versions are numbered: the one made last is the newest, and is not the first to be pruned."""
    first, second = create(registry, b"one", 30), create(registry, b"two", 10)
    assert registry.newest().name == second.name
    assert registry.prune(1) == [first.name]
    assert [version.name for version in registry.versions()] == [second.name]


def test_pruning_keeps_champions_those_before_them_the_newest_and_the_pinned(registry):
    """Of ten versions, one serves, one served before it, one is pinned, and two are the newest."""
    versions = [create(registry, b"%d" % i, i) for i in range(10)]
    registry.promote(versions[1])
    registry.promote(versions[3])
    registry.pin(versions[5])
    removed = registry.prune(2)
    kept = [version.name for version in registry.versions()]
    assert kept == [versions[i].name for i in (1, 3, 5, 8, 9)]
    assert sorted(removed + kept) == [version.name for version in versions]
    registry.pin(registry.get(versions[5].name), False)
    assert registry.prune(2) == [versions[5].name]
    assert registry.champion("digits").name == versions[3].name


def test_what_dead_processes_left_is_swept_and_what_live_ones_write_is_not(registry):
    """A partial version and a partial card of a process that was killed; one of this process."""
    version = create(registry, b"one")
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True)
    for folder in (registry.models_dir, version.folder):
        (folder / f".partial-{dead.stdout.strip()}-abc").mkdir()
    alive = registry.models_dir / f".partial-{os.getpid()}-abc"
    alive.mkdir()
    assert len(registry.sweep()) == 2
    assert alive.is_dir()
    assert not list(version.folder.glob(".partial-*"))


def test_a_version_with_a_damaged_card_is_no_version(registry):
    """It is named, and the others are as good as before."""
    good, bad = create(registry, b"one", 1), create(registry, b"two", 2)
    for content in ("{", "[]", "{}", ""):
        (bad.folder / "card.json").write_text(content)
        assert [version.name for version in registry.versions()] == [good.name]
        assert registry.damaged() == [bad.name]


def test_a_damaged_champion_gives_way_to_the_one_before_it(registry):
    """By one flipped byte; it is named. With none before it, nothing is done."""
    first, second = create(registry, b"one", 1), create(registry, b"two", 2)
    registry.promote(first)
    registry.promote(second)
    assert registry.restore() == []
    second.network_path.write_bytes(b"twp")
    (told,) = registry.restore()
    assert second.name in told
    assert f"{first.name}, the champion before it, serves digits again" in told
    assert registry.champion("digits").name == first.name
    first.network_path.write_bytes(b"onf")
    with pytest.raises(RegistryError, match="none to go back to"):
        registry.restore()
