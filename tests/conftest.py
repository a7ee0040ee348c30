"""What many tests share: the real digits, and one quick retraining by the real command."""

import os
import subprocess

import numpy as np
import pytest
from helpers.retrainings import Run, made_once

from payment_ml import paths
from payment_ml.datasets import mnist
from payment_ml.datasets.splits import Split, split_digits

pytest_plugins = ("helpers.browser",)  # servers and a browser for tests/browser


@pytest.fixture(scope="session")
def splits() -> dict[str, Split]:
    """MNIST, dealt out; downloaded at the first run."""
    return split_digits(mnist.load(paths.ROOT / "data" / "raw"))


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that every test starts anew."""
    return np.random.default_rng(42)


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
    from payment_ml.recognition.readers import load_digit_classifier

    return load_digit_classifier(quick_run.models_dir)


@pytest.fixture(scope="session")
def reader(reader_run):
    """The amount reader that the quick run promoted."""
    from payment_ml.recognition.readers import load_amount_reader

    return load_amount_reader(reader_run.models_dir)


@pytest.fixture(scope="session", autouse=True)
def _headless():
    """Figures are drawn without a screen."""
    os.environ["MPLBACKEND"] = "agg"
