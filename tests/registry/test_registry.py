"""Test registry.registry: champions change in one step, and nothing damaged serves."""

import json

import pytest
from helpers.versions import register_bytes

from payment_ml.errors import RegistryError
from payment_ml.registry.registry import Registry


@pytest.fixture
def registry(tmp_path) -> Registry:
    """Return an empty registry."""
    return Registry(tmp_path / "models")


def test_rollback_undoes_promotions_one_by_one(registry):
    """After three promotions there are two steps back, and no third."""
    versions = [register_bytes(registry, bytes([number]), number) for number in range(3)]
    assert registry.champion("digits") is None
    for version in versions:
        registry.promote(version)
        assert registry.champion("digits").name == version.name
    assert registry.previous_champions("digits") == [versions[1].name, versions[0].name]
    assert registry.rollback("digits").name == versions[1].name
    assert registry.rollback("digits").name == versions[0].name
    with pytest.raises(RegistryError, match="none to go back to"):
        registry.rollback("digits")
    assert registry.champion("digits").name == versions[0].name


def test_promoting_the_champion_again_changes_nothing(registry):
    """Otherwise a rollback would go back to the same version."""
    first, second = register_bytes(registry, b"one", 1), register_bytes(registry, b"two", 2)
    for version in (first, second, second):
        registry.promote(version)
    assert registry.rollback("digits").name == first.name


def test_rollback_passes_over_a_damaged_version(registry):
    """The champion before it serves instead."""
    versions = [register_bytes(registry, bytes([number]), number) for number in range(3)]
    for version in versions:
        registry.promote(version)
    versions[1].network_path.write_bytes(b"changed")
    assert registry.rollback("digits").name == versions[0].name


def test_a_changed_network_is_not_promoted(registry):
    """One flipped byte is enough; the message names the version, and the champion stays."""
    good, bad = register_bytes(registry, b"good", 1), register_bytes(registry, b"bad!", 2)
    registry.promote(good)
    bad.network_path.write_bytes(b"bad?")
    with pytest.raises(RegistryError, match=rf"{bad.name}.*but got .*refused"):
        registry.promote(bad)
    assert registry.champion("digits").name == good.name


def test_metadata_that_was_changed_with_its_network_is_refused(registry):
    """champions.json holds the checksum that was promoted."""
    version = register_bytes(registry, b"good")
    registry.promote(version)
    version.network_path.write_bytes(b"evil")
    changed = {**version.metadata, "sha256": "4e46e2d8b9b5d2bbb0f2a4bcb7f0b8d8c1a7ff5d1f0f1c3e1b4cf6b1f7c5f7a1"}
    (version.folder / "card.json").write_text(json.dumps(changed))
    with pytest.raises(RegistryError, match=r"as it was promoted, but its card\.json says"):
        registry.champion("digits")


def test_an_onnx_model_that_was_changed_with_its_checksum_is_refused(registry):
    """champions.json holds the checksum of the file that reads as well."""
    version = register_bytes(registry, b"network", onnx_model=b"the same network")
    registry.promote(version)
    assert registry.champion("digits").name == version.name
    registry.update_metadata(version, onnx_sha256="4e46e2d8b9b5d2bbb0f2a4bcb7f0b8d8c1a7ff5d1f0f1c3e1b4cf6b1f7c5f7a1")
    with pytest.raises(RegistryError, match=r"with onnx_sha256 .*, as it was promoted, but its card\.json says 4e46e2"):
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
def test_a_damaged_champions_file_is_refused(registry, content):
    """The registry never guesses which version serves."""
    register_bytes(registry, b"one")
    (registry.models_dir / "champions.json").write_text(content)
    with pytest.raises(RegistryError, match=r"champions\.json|damaged"):
        registry.champion("digits")


def test_a_champion_whose_folder_is_gone_is_named(registry):
    """A person removed the folder."""
    version = register_bytes(registry, b"one")
    registry.promote(version)
    for path in version.folder.iterdir():
        path.unlink()
    version.folder.rmdir()
    with pytest.raises(RegistryError, match=version.name):
        registry.champion("digits")


def test_the_latest_version_stays_the_latest_after_the_clock_was_set_back(registry):
    """Versions are numbered, so the one registered last is not the first to be pruned."""
    first, second = register_bytes(registry, b"one", 30), register_bytes(registry, b"two", 10)
    assert registry.latest().name == second.name
    assert registry.prune(1) == [first.name]
    assert [version.name for version in registry.versions()] == [second.name]


def test_pruning_spares_champions_latest_and_pinned_versions(registry):
    """One of ten versions serves, one served before it, one is pinned, and two are the latest."""
    versions = [register_bytes(registry, b"%d" % i, i) for i in range(10)]
    registry.promote(versions[1])
    registry.promote(versions[3])
    registry.pin(versions[5])
    removed = registry.prune(2)
    remaining = [version.name for version in registry.versions()]
    assert remaining == [versions[i].name for i in (1, 3, 5, 8, 9)]
    assert sorted(removed + remaining) == [version.name for version in versions]
    registry.pin(registry.get(versions[5].name), False)
    assert registry.prune(2) == [versions[5].name]
    assert registry.champion("digits").name == versions[3].name


def test_restore_replaces_a_damaged_champion_by_the_previous_one(registry):
    """The message names both; without a previous champion nothing changes."""
    first, second = register_bytes(registry, b"one", 1), register_bytes(registry, b"two", 2)
    registry.promote(first)
    registry.promote(second)
    assert registry.restore() == []
    second.network_path.write_bytes(b"twp")
    (message,) = registry.restore()
    assert second.name in message
    assert f"{first.name}, the champion before it, serves digits again" in message
    assert registry.champion("digits").name == first.name
    first.network_path.write_bytes(b"onf")
    with pytest.raises(RegistryError, match="none to go back to"):
        registry.restore()
