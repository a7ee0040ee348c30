"""Quick retrainings by the real command, made once and shared by all test processes."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from helpers.cli import run_cli
from payment_ml import atomic_files, paths


@dataclass(frozen=True)
class Run:
    """A finished quick retraining in folders of its own."""

    data_dir: Path
    models_dir: Path
    version: str
    output: str

    @property
    def folder(self) -> Path:
        """Of the version that it made."""
        return self.models_dir / self.version


ARGUMENTS = {"digits": (), "amounts": ("-p", "architecture", "reader")}  # of the quick retrainings, by task


def quick_retraining(folder: Path, task: str) -> Run:
    """`payment-ml retrain --quick` into an empty models folder, with the project's downloads."""
    data_dir, models_dir = folder / "data", folder / "models"
    data_dir.mkdir(parents=True)
    (data_dir / "raw").symlink_to(paths.ROOT / "data" / "raw")
    done = run_cli("retrain", "--quick", *ARGUMENTS[task], "--data", data_dir, "--models", models_dir)
    assert done.returncode == 0, done.stdout + done.stderr
    champions = json.loads((models_dir / "champions.json").read_text())["champions"]
    return Run(data_dir, models_dir, champions[task]["version"], done.stdout + done.stderr)


def made_once(tmp_path_factory, task: str) -> Run:
    """A quick retraining; the first of several test processes that needs one makes both, side by side, for all."""
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run_id is None:
        return quick_retraining(tmp_path_factory.mktemp(task), task)
    shared = tmp_path_factory.getbasetemp().parent / run_id
    shared.mkdir(exist_ok=True)
    record = shared / "runs.json"
    with FileLock(shared / "runs.lock"):
        if not record.is_file():
            with ThreadPoolExecutor() as pool:
                runs = pool.map(quick_retraining, [shared / each for each in ARGUMENTS], ARGUMENTS)
                made = dict(zip(ARGUMENTS, runs, strict=True))
            atomic_files.write_json(
                record, {each: {key: str(value) for key, value in vars(run).items()} for each, run in made.items()}
            )
    made = atomic_files.read_json(record)[task]
    return Run(Path(made["data_dir"]), Path(made["models_dir"]), made["version"], made["output"])
