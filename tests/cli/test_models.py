"""Test cli.models: list, show, choose, sign, check and remove trained versions."""

import re
import subprocess

import pytest
from helpers.cli import run_cli
from helpers.versions import register_bytes

from payment_ml.registry.registry import Registry


def test_list_show_and_verify_describe_the_champion(quick_run):
    """It is marked in the list, has a model card, and is intact."""
    listed = run_cli("models", "list", "--models", quick_run.models_dir)
    assert re.search(rf"^\* +{quick_run.version} ", listed.stdout, re.M)
    assert "promoted: nothing served before" in listed.stdout
    shown = run_cli("models", "show", "--models", quick_run.models_dir)
    assert shown.stdout.startswith(f"# {quick_run.version}")
    assert "accuracy on pre-segmented digits" in shown.stdout
    verified = run_cli("models", "verify", "--models", quick_run.models_dir)
    assert (verified.returncode, verified.stdout) == (0, f"{quick_run.version}  intact\n")


def test_verify_names_a_damaged_version_and_exits_with_1(run_copy):
    """A nightly check can use it."""
    with (run_copy.folder / "model.keras").open("ab") as file:
        file.write(b"x")
    done = run_cli("models", "verify", "--models", run_copy.models_dir)
    assert done.returncode == 1
    assert f"{run_copy.version}  DAMAGED" in done.stdout


def test_promote_and_rollback_change_the_champion(run_copy):
    """A copy of the version under another name is promoted and rolled back."""
    other = run_copy.models_dir / f"20200101T000000Z-cnn-{run_copy.version[-8:]}"
    subprocess.run(["cp", "-a", run_copy.folder, other], check=True)
    models = ["--models", run_copy.models_dir]
    assert run_cli("models", "promote", other.name, *models).returncode == 0
    assert re.search(rf"^\* +{other.name} ", run_cli("models", "list", *models).stdout, re.M)
    done = run_cli("models", "rollback", *models)
    assert done.stdout == f"{run_copy.version} serves digits again\n"
    again = run_cli("models", "rollback", *models)
    assert again.returncode == 1
    assert "none to go back to" in again.stderr


def test_promoting_an_unknown_version_fails(run_copy):
    """The message names the command that lists the known ones."""
    done = run_cli("models", "promote", "nonsense", "--models", run_copy.models_dir)
    assert done.returncode == 1
    assert "see payment-ml models list" in done.stderr


@pytest.fixture
def registry(tmp_path) -> Registry:
    """Return a registry with three versions of digits, of which the newest is the champion."""
    registry = Registry(tmp_path / "models")
    for second in range(3):
        version = register_bytes(registry, bytes([second]), second)
    registry.promote(version)
    return registry


def test_prune_removes_what_is_neither_new_nor_pinned(registry):
    """A pinned version stays until it is unpinned."""
    oldest, middle, champion = (version.name for version in registry.versions())
    models = ["--models", registry.models_dir]
    assert run_cli("models", "pin", oldest, *models).stdout == f"{oldest} is never pruned\n"
    assert run_cli("models", "prune", "--keep", 1, *models).stdout == f"removed {middle}\n"
    assert run_cli("models", "unpin", oldest, *models).stdout == f"{oldest} may be pruned when it is old\n"
    assert run_cli("models", "prune", "--keep", 1, *models).stdout == f"removed {oldest}\n"
    assert run_cli("models", "prune", "--keep", 1, *models).stdout == "nothing to remove\n"
    assert [version.name for version in registry.versions()] == [champion]


def test_list_and_show_name_the_note(registry):
    """Beside the number, by which notebook 05 compares versions, too."""
    version = registry.update_metadata(registry.versions()[1], note="wide net")
    listed = run_cli("models", "list", "--models", registry.models_dir)
    assert re.search(rf"^ +{version.name} +2 +wide net +2026-11-23 12:00 ", listed.stdout, re.M)
    shown = run_cli("models", "show", version.name, "--models", registry.models_dir)
    assert "**wide net**" in shown.stdout


def test_rollback_takes_the_task_by_its_name_in_champions_json(registry):
    """The other task has no champion to go back to."""
    oldest, *_ = registry.versions()
    registry.promote(oldest)
    models = ["--models", registry.models_dir]
    refused = run_cli("models", "rollback", "--task", "amounts", *models)
    assert (refused.returncode, "none to go back to" in refused.stderr) == (1, True)
    done = run_cli("models", "rollback", "--task", "digits", *models)
    assert done.stdout.endswith(" serves digits again\n")
    assert registry.champion("digits").name != oldest.name


def test_an_empty_folder_lists_no_version_and_shows_no_champion(tmp_path):
    """Both messages say what to run."""
    listed = run_cli("models", "list", "--models", tmp_path)
    assert listed.returncode == 0
    assert listed.stdout.endswith("yet; run make train, or payment-ml retrain\n")
    shown = run_cli("models", "show", "--models", tmp_path)
    assert shown.returncode == 1
    assert "none was promoted yet; run payment-ml retrain" in shown.stderr


def test_a_new_key_pair_signs_a_version(registry, tmp_path):
    """An existing key is not overwritten."""
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    keygen = ["models", "keygen", "--private", private, "--public", public]
    assert run_cli(*keygen).returncode == 0
    name = registry.champion("digits").name
    models = ["--models", registry.models_dir]
    signed = run_cli("models", "sign", name, "--private", private, *models)
    assert signed.stdout == f"{name} is signed\n"
    assert run_cli(*keygen).returncode == 2
    refused = run_cli("models", "sign", name, "--private", tmp_path / "absent.pem", *models)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
