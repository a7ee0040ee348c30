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
