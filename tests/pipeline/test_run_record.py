"""Test pipeline.run_record: which interrupted run is resumed, and which is not."""

import os
import time

import pytest
from helpers.versions import register_bytes

from payment_ml.pipeline import run_record
from payment_ml.pipeline.run_record import RunRecord
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version

PARAMETERS = {"architecture": "cnn", "epochs": 3}


@pytest.fixture
def registry(tmp_path) -> Registry:
    """Return a registry with a champion."""
    registry = Registry(tmp_path / "models")
    registry.promote(register_bytes(registry, b"champion", 1))
    return registry


@pytest.fixture
def trained(registry) -> Version:
    """Return a version that an interrupted run trained."""
    return register_bytes(registry, b"trained", 2)


@pytest.fixture
def interrupted(registry, trained) -> RunRecord:
    """Return the record of a run that died in its evaluation."""
    run = RunRecord.begin(registry, PARAMETERS)
    run.start("01-prepare-data")
    run.finish("01-prepare-data", {"prepared": "data/prepared"})
    run.start("02-train")
    run.finish("02-train", {"version": trained.name})
    run.start("03-evaluate")
    return run


def test_an_interrupted_evaluation_is_resumed_with_its_results(registry, interrupted, trained):
    """Steps, results and parameters are those of the run that died."""
    resumed = RunRecord.find_resumable(registry, PARAMETERS)
    assert resumed.folder == interrupted.folder
    assert resumed.done == ["01-prepare-data", "02-train"]
    assert resumed.results == {"prepared": "data/prepared", "version": trained.name}
    assert resumed.parameters == PARAMETERS


def other_parameters(registry, run, trained):
    """Ask for another number of epochs."""
    return {**PARAMETERS, "epochs": 4}


def another_champion(registry, run, trained):
    """Let a person promote another version meanwhile."""
    registry.promote(trained)
    return PARAMETERS


def failed_by_itself(registry, run, trained):
    """Let the notebook itself have failed."""
    run.give_up()
    return PARAMETERS


def died_three_times(registry, run, trained):
    """Let the evaluation have died three times."""
    run.start("03-evaluate")
    run.start("03-evaluate")
    return PARAMETERS


def too_old(registry, run, trained):
    """Let the training be older than a day."""
    yesterday = time.time() - 25 * 3600
    os.utime(run.folder / "state.json", (yesterday, yesterday))
    return PARAMETERS


def network_damaged(registry, run, trained):
    """Damage the trained network."""
    trained.network_path.write_bytes(b"changed")
    return PARAMETERS


def state_damaged(registry, run, trained):
    """Damage the record itself."""
    (run.folder / "state.json").write_text("{")
    return PARAMETERS


@pytest.mark.parametrize(
    "change",
    [
        other_parameters, another_champion, failed_by_itself, died_three_times, too_old, network_damaged, state_damaged,
    ],
    ids=lambda change: change.__name__.replace("_", " "),
)  # fmt: skip
def test_a_run_is_not_resumed_after_a_change(registry, interrupted, trained, change):
    """A new run begins instead."""
    parameters = change(registry, interrupted, trained)
    assert RunRecord.find_resumable(registry, parameters) is None


def test_a_run_that_died_before_its_training_ended_is_not_resumed(registry):
    """Preparing data again is quick."""
    run = RunRecord.begin(registry, PARAMETERS)
    run.start("01-prepare-data")
    run.finish("01-prepare-data", {})
    run.start("02-train")
    assert RunRecord.find_resumable(registry, PARAMETERS) is None


def test_the_newest_of_several_interrupted_runs_is_resumed(registry, interrupted):
    """It has the newest corrections."""
    newer = RunRecord.begin(registry, PARAMETERS)
    newer.finish("02-train", interrupted.results)
    assert RunRecord.find_resumable(registry, PARAMETERS).folder == newer.folder


def test_changed_champions_are_noticed(registry, interrupted, trained):
    """A failure after the promotion must not claim that nothing was promoted."""
    assert not interrupted.champions_changed(registry)
    registry.promote(trained)
    assert interrupted.champions_changed(registry)


def test_archiving_moves_the_executed_notebooks_and_removes_the_record(interrupted, tmp_path):
    """The notebooks become the lab record of the version."""
    interrupted.notebook("02-train").write_text("{}")
    interrupted.archive(tmp_path / "notebooks")
    assert [path.name for path in (tmp_path / "notebooks").iterdir()] == ["02-train.ipynb"]
    assert not interrupted.folder.exists()


def test_only_the_newest_ten_failed_runs_keep_their_record(tmp_path):
    """Older ones are removed."""
    for i in range(12):
        (tmp_path / "runs" / f"20260101T0000{i:02}Z").mkdir(parents=True)
    run_record.prune_records(tmp_path)
    assert sorted(path.name[-3:-1] for path in (tmp_path / "runs").iterdir()) == [f"{i:02}" for i in range(2, 12)]
