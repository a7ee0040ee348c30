"""Provide quick retrainings by the real command, made once and shared by all test processes."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from helpers.cli import run_cli
from payment_ml import atomic_files, paths

ARGUMENTS = {"digits": (), "amounts": ("-p", "architecture", "reader")}  # of the quick retrainings, by task


@dataclass(frozen=True)
class Run:
    """Hold a finished quick retraining in folders of its own."""

    data_dir: Path
    models_dir: Path
    version: str
    output: str

    @property
    def folder(self) -> Path:
        """Return the folder of the version that the run trained."""
        return self.models_dir / self.version


def quick_retraining(folder: Path, task: str) -> Run:
    """Run `payment-ml retrain --quick` with an empty models folder and the project's downloads."""
    data_dir, models_dir = folder / "data", folder / "models"
    data_dir.mkdir(parents=True)
    (data_dir / "raw").symlink_to(paths.ROOT / "data" / "raw")
    done = run_cli("retrain", "--quick", *ARGUMENTS[task], "--data", data_dir, "--models", models_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    champions = json.loads((models_dir / "champions.json").read_text())["champions"]
    return Run(data_dir, models_dir, champions[task]["version"], done.stdout + done.stderr)


def shared_retraining(tmp_path_factory: pytest.TempPathFactory, task: str) -> Run:
    """Return the quick retraining of a task; the first test process that needs one makes both, in parallel, for all.

    If they fail, every test that needs one fails with the output of the failure, without another attempt.
    """
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run_id is None:
        return quick_retraining(tmp_path_factory.mktemp(task), task)
    shared = tmp_path_factory.getbasetemp().parent / run_id
    shared.mkdir(exist_ok=True)
    record = shared / "runs.json"
    with FileLock(shared / "runs.lock"):
        if not record.is_file():
            atomic_files.write_json(record, _make_all(shared))
    runs = atomic_files.read_json(record)
    if "failure" in runs:
        pytest.fail(f"the quick retrainings that all tests share failed: {runs['failure']}", pytrace=False)
    run = runs[task]
    return Run(Path(run["data_dir"]), Path(run["models_dir"]), run["version"], run["output"])


def _make_all(shared: Path) -> dict:
    """Run both quick retrainings in parallel, and return their runs by task, or the output of the failure."""
    folders = [shared / task for task in ARGUMENTS]
    try:
        with ThreadPoolExecutor() as pool:
            runs = dict(zip(ARGUMENTS, pool.map(quick_retraining, folders, ARGUMENTS), strict=True))
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return {"failure": str(error)}
    return {task: {name: str(value) for name, value in asdict(run).items()} for task, run in runs.items()}
