"""paths: data and models lie where PAYMENT_ML_HOME says, and what travels with the code is found everywhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from payment_ml import paths

SHOW = (
    "from payment_ml import paths; print(paths.home(), paths.resolve('models'), paths.find('data/samples/truth.csv'))"
)


def run_elsewhere(folder: Path, **environment: str) -> list[Path]:
    """Ask a process that starts in another folder."""
    command, environ = [sys.executable, "-c", SHOW], {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Path(part) for part in done.stdout.split()]


@pytest.fixture(autouse=True)
def _no_home(monkeypatch):
    monkeypatch.delenv(paths.HOME_VARIABLE, raising=False)


def test_without_a_home_the_checkout_is_it(tmp_path):
    """Wherever a notebook or a shell started."""
    home, models, truth = run_elsewhere(tmp_path)
    assert (home, models, truth) == (paths.ROOT, paths.ROOT / "models", paths.ROOT / "data/samples/truth.csv")


def test_the_environment_names_another_home(tmp_path):
    """Samples are still those of the code."""
    home, models, truth = run_elsewhere(tmp_path, PAYMENT_ML_HOME="sandbox")
    assert (home, models) == (tmp_path / "sandbox", tmp_path / "sandbox" / "models")
    assert truth == paths.ROOT / "data/samples/truth.csv"


def test_a_process_that_starts_elsewhere_finds_the_same_home(tmp_path):
    """A kernel starts in the home folder itself; a relative name would lead into a folder below it."""
    program = """
import os, subprocess, sys
from payment_ml import paths
os.chdir("/")
show = "from payment_ml import paths; print(paths.home())"
print(subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout)
"""
    environ = {**os.environ, "PAYMENT_ML_HOME": "sandbox"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()) == tmp_path / "sandbox"


def test_what_lies_in_the_home_folder_is_found_first(tmp_path, monkeypatch):
    """A file of one's own replaces the one that travels with the code."""
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    own = tmp_path / "data" / "samples" / "truth.csv"
    assert paths.find("data/samples/truth.csv") != own
    own.parent.mkdir(parents=True)
    own.touch()
    assert paths.find("data/samples/truth.csv") == own


@pytest.mark.parametrize("inside", [True, False], ids=["inside of the home folder", "outside"])
def test_a_parameter_resolves_to_the_path_that_it_was_made_of(tmp_path, monkeypatch, inside):
    """It is relative where it can be: a notebook that travels names no folder of the machine."""
    home = tmp_path / "home"
    monkeypatch.setenv(paths.HOME_VARIABLE, str(home))
    path = (home if inside else tmp_path) / "models"
    assert paths.resolve(paths.as_parameter(path)) == path
    assert Path(paths.as_parameter(path)).is_absolute() != inside
