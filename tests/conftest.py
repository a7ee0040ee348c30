"""Provide the fixtures that many tests share: MNIST, a quick retraining by the real command, the reader in the box."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from helpers.retrainings import Run, reader_in_the_box, shared_retraining

from payment_ml import paths
from payment_ml.datasets import mnist
from payment_ml.datasets.splits import Split, split_digits

pytest_plugins = ("helpers.browser",)  # servers and a browser for tests/browser

# Files that take longest begin, so that none of them runs alone at the end; a process takes a whole file. Those that
# wait for a browser or a server stand between those that compute.
_LONGEST_FILES = (
    "browser/test_panel.py",
    "pipeline/test_interruptions.py",
    "cluster/test_reading.py",
    "browser/test_queue.py",
    "notebooks/test_notebooks.py",
    "pipeline/test_retraining.py",
    "browser/test_whole_documents.py",
    "registry/test_mlflow_tracking.py",
    "browser/test_demo.py",
    "training/test_line_data.py",
    "notebooks/test_jupyterlab.py",
    "training/test_trainer.py",
    "test_site.py",
    "test_benchmarks.py",
    "cli/test_batch.py",
    "training/test_checkpoints.py",
    "cluster/test_object_storage.py",
    "cli/test_sweep.py",
    "evaluation/test_history.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by `_LONGEST_FILES`; the other files follow as they were."""
    place = {paths.ROOT / "tests" / file: number for number, file in enumerate(_LONGEST_FILES)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(scope="session")
def splits() -> dict[str, Split]:
    """Return the splits of MNIST, which is downloaded at the first run."""
    return split_digits(mnist.load(paths.ROOT / "data" / "raw"))


@pytest.fixture
def rng() -> np.random.Generator:
    """Return a generator with the same seed for every test."""
    return np.random.default_rng(42)


@pytest.fixture(scope="session")
def quick_run(splits: dict[str, Split], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a quick retraining of the digit classifier."""
    return shared_retraining(tmp_path_factory)


@pytest.fixture(scope="session")
def reader_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the amount reader in the box, in a models folder of its own; training one takes minutes."""
    return reader_in_the_box(tmp_path_factory.mktemp("box") / "models")


@pytest.fixture
def run_copy(quick_run: Run, tmp_path: Path) -> Run:
    """Return the quick run with a copy of its models, which the test may damage, and with its data, which is shared."""
    subprocess.run(["cp", "-a", quick_run.models_dir, tmp_path / "models"], check=True)
    return Run(quick_run.data_dir, tmp_path / "models", quick_run.version, quick_run.output)


@pytest.fixture(scope="session")
def classifier(quick_run: Run):
    """Return the digit classifier that the quick run promoted."""
    from payment_ml.recognition.readers import load_digit_classifier

    return load_digit_classifier(quick_run.models_dir)


@pytest.fixture(scope="session")
def reader(reader_run: Run):
    """Return the amount reader in the box."""
    from payment_ml.recognition.readers import load_amount_reader

    return load_amount_reader(reader_run.models_dir)


@pytest.fixture(scope="session", autouse=True)
def _headless() -> None:
    """Draw figures without a screen."""
    os.environ["MPLBACKEND"] = "agg"
