"""Provide trained versions that all test processes share: a quick retraining by the real command, and the box."""

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from helpers.cli import run_cli
from helpers.kernelspecs import install_broken_kernel
from payment_ml import atomic_files, paths
from payment_ml.registry.registry import Registry


@dataclass(frozen=True)
class Run:
    """Hold a version that serves in folders of its own, and what its retraining printed."""

    data_dir: Path
    models_dir: Path
    version: str
    output: str

    @property
    def folder(self) -> Path:
        """Return the folder of the version that the run trained."""
        return self.models_dir / self.version


def quick_retraining(folder: Path) -> Run:
    """Run `payment-ml retrain --quick` with an empty models folder and the project's downloads.

    It runs where it is hardest: the user's python3 kernel belongs to an environment that is gone, and no socket fits
    into TMPDIR.
    """
    data_dir, models_dir, long_folder = folder / "data", folder / "models", folder / ("long" * 25)
    data_dir.mkdir(parents=True)
    long_folder.mkdir()
    (data_dir / "raw").symlink_to(paths.ROOT / "data" / "raw")
    environment = os.environ | install_broken_kernel(folder / "jupyter") | {"TMPDIR": str(long_folder)}
    done = run_cli("retrain", "--quick", "--data", data_dir, "--models", models_dir, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    champions = json.loads((models_dir / "champions.json").read_text())["champions"]
    return Run(data_dir, models_dir, champions["digits"]["version"], done.stdout + done.stderr)


def shared_retraining(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a quick retraining of the digit classifier; the first test process that needs it makes it for all.

    If it fails, every test that needs it fails with the output of the failure, without another attempt.
    """
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run_id is None:
        return quick_retraining(tmp_path_factory.mktemp("digits"))
    shared = tmp_path_factory.getbasetemp().parent / run_id
    shared.mkdir(exist_ok=True)
    record = shared / "run.json"
    with FileLock(shared / "run.lock"):
        if not record.is_file():
            atomic_files.write_json(record, _make(shared))
    run = atomic_files.read_json(record)
    if "failure" in run:
        pytest.fail(f"the quick retraining that all tests share failed: {run['failure']}", pytrace=False)
    return Run(Path(run["data_dir"]), Path(run["models_dir"]), run["version"], run["output"])


def reader_in_the_box(folder: Path) -> Run:
    """Return a copy of the amount reader that travels with the code: it serves alone in a models folder."""
    version = Registry(paths.ROOT / "models").champion("amounts")
    assert version is not None, "expected the models in the box; see models/README.md"
    shutil.copytree(version.folder, folder / version.name)
    registry = Registry(folder)
    registry.promote(registry.get(version.name))
    return Run(paths.ROOT / "data", folder, version.name, "")


def _make(shared: Path) -> dict:
    """Run the quick retraining, and return it as JSON, or the output of the failure."""
    try:
        run = quick_retraining(shared / "digits")
    except (AssertionError, subprocess.TimeoutExpired) as error:
        return {"failure": str(error)}
    return {name: str(value) for name, value in asdict(run).items()}
