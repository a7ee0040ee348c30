"""What many tests share: the real digits, and one quick retraining by the real command."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from payment_ml import files, mnist, preparation, project

pytest_plugins = ("browsing",)  # servers and a browser for tests/browser
COMMAND = Path(sys.executable).with_name("payment-ml")


@pytest.fixture(scope="session")
def splits() -> dict[str, preparation.Split]:
    """MNIST, dealt out; downloaded at the first run."""
    return preparation.split_digits(mnist.load(project.ROOT / "data" / "raw"))


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that every test starts anew."""
    return np.random.default_rng(42)


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


def payment_ml(*arguments: object, **options) -> subprocess.CompletedProcess:
    """Run the real command as a user would."""
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, **options)


ARGUMENTS = {"digits": (), "amounts": ("-p", "architecture", "reader")}  # of the quick retrainings, by task


def quick_retraining(folder: Path, task: str) -> Run:
    """`payment-ml retrain --quick` into an empty models folder, with the project's downloads."""
    data_dir, models_dir = folder / "data", folder / "models"
    data_dir.mkdir(parents=True)
    (data_dir / "raw").symlink_to(project.ROOT / "data" / "raw")
    done = payment_ml("retrain", "--quick", *ARGUMENTS[task], "--data", data_dir, "--models", models_dir)
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
            files.write_json(
                record, {each: {key: str(value) for key, value in vars(run).items()} for each, run in made.items()}
            )
    made = files.read_json(record)[task]
    return Run(Path(made["data_dir"]), Path(made["models_dir"]), made["version"], made["output"])


@pytest.fixture(scope="session")
def quick_run(splits, tmp_path_factory) -> Run:
    """A quick retraining of the digit reader."""
    return made_once(tmp_path_factory, "digits")


@pytest.fixture(scope="session")
def reader_run(splits, tmp_path_factory) -> Run:
    """A quick retraining of the amount reader."""
    return made_once(tmp_path_factory, "amounts")


@pytest.fixture
def run_copy(quick_run, tmp_path) -> Run:
    """A copy of the quick run's models that a test may damage; its data is shared."""
    subprocess.run(["cp", "-a", quick_run.models_dir, tmp_path / "models"], check=True)
    return Run(quick_run.data_dir, tmp_path / "models", quick_run.version, quick_run.output)


@pytest.fixture(scope="session")
def classifier(quick_run):
    """The digit classifier that the quick run promoted."""
    from payment_ml.reading import load_digit_classifier

    return load_digit_classifier(quick_run.models_dir)


@pytest.fixture(scope="session")
def reader(reader_run):
    """The amount reader that the quick run promoted."""
    from payment_ml.reading import load_amount_reader

    return load_amount_reader(reader_run.models_dir)


@pytest.fixture(scope="session", autouse=True)
def _headless():
    """Figures are drawn without a screen."""
    os.environ["MPLBACKEND"] = "agg"
