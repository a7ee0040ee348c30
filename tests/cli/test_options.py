"""Options and extras: reading needs the core dependencies alone, and other commands name the extra that they need."""

import json
import subprocess
import sys

import numpy as np
import pytest
from helpers import lean_environment
from helpers.lean_environment import dependencies
from PIL import Image

from payment_ml import load_document_reader, paths
from payment_ml.cli.options import needs_extra
from payment_ml.synthesis.documents import compose_document
from payment_ml.synthesis.glyphs import GlyphBank

SAMPLES = paths.ROOT / "data" / "samples"


def run_lean(*arguments: object) -> subprocess.CompletedProcess:
    """Run the command where only the core dependencies can be imported."""
    command = [sys.executable, lean_environment.__file__, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    "extra", ["tensorflow", "papermill", "jupyterlab", "pandas", "scipy", "matplotlib", "onnx", "cryptography", "dask"]
)
def test_core_dependencies_hold_nothing_of_the_extras(extra):
    """A server that only reads installs none of them."""
    assert extra not in dependencies("payment-ml")


def test_amounts_are_read_with_the_core_dependencies_alone(reader_run, reader):
    """The command gives the amount that the reader gives in the full environment."""
    sample = SAMPLES / "amount-01.png"
    done = run_lean("read", "--format", "csv", "--models", reader_run.models_dir, sample)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split(",")[1] == reader.read(sample).text


def test_digits_are_read_with_the_core_dependencies_alone(quick_run, classifier):
    """The command gives the digit that the classifier gives in the full environment."""
    sample = SAMPLES / "digit-01.png"
    done = run_lean("read", "--as", "digit", "--format", "csv", "--models", quick_run.models_dir, sample)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split(",")[1] == classifier.read(sample).text


def test_documents_are_read_with_the_core_dependencies_alone(splits, tmp_path):
    """One is accepted, which takes all networks of the box, and the spelling of amounts in words."""
    models_dir, sheet, rng = paths.ROOT / "models", tmp_path / "document.png", np.random.default_rng(3)
    digits, reader = GlyphBank(splits["test"].images, splits["test"].labels), load_document_reader(models_dir)
    images = (compose_document(digits, rng).image for _ in range(40))
    image, expected = next(
        pair for pair in ((image, reader.read(image)) for image in images) if pair[1].decision == "accept"
    )
    Image.fromarray(image).save(sheet)
    done = run_lean("read", "--as", "document", "--format", "jsonl", "--models", models_dir, sheet)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["decision"], found["value"]) == ("accept", str(expected.value))


def test_a_batch_is_written_with_the_core_dependencies_alone(reader_run, tmp_path):
    """A file and a folder of an earlier, killed process beside it."""
    (tmp_path / ".partial-999999999-x").mkdir()
    done = run_lean("read", "--output", tmp_path / "out.csv", "--models", reader_run.models_dir, SAMPLES)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) > len(list(SAMPLES.glob("*.png")))
    assert not list(tmp_path.glob(".partial-*"))


@pytest.mark.parametrize("command", [("list",), ("show",), ("verify",)], ids=lambda command: command[0])
def test_models_are_managed_with_the_core_dependencies_alone(reader_run, command):
    """Check the versions on the server that reads with them."""
    done = run_lean("models", *command, "--models", reader_run.models_dir)
    assert done.returncode == 0, done.stderr
    assert reader_run.version in done.stdout


def test_signatures_name_the_extra_that_they_need(tmp_path):
    """A server that asks for signatures must not read without checking them."""
    done = run_lean("models", "keygen", "--private", tmp_path / "a.pem", "--public", tmp_path / "b.pem")
    assert done.returncode != 0
    assert "pip install 'payment-ml[signing]'" in done.stderr
    assert not list(tmp_path.iterdir())


def test_retrain_names_the_extra_that_it_needs(tmp_path):
    """One line with the command to run, and exit status 1."""
    done = run_lean("retrain", "--quick", "--models", tmp_path / "models", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert "pip install 'payment-ml[train]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_reading_on_a_cluster_names_the_extra_that_it_needs(tmp_path):
    """One line with the command to run, and exit status 1; nothing is read on this machine instead."""
    done = run_lean("read", SAMPLES, "--cluster", "tcp://127.0.0.1:1", "--output", tmp_path / "out")
    assert done.returncode == 1
    assert "pip install 'payment-ml[cluster]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_demo_names_the_extra_that_it_needs(reader_run):
    """One line with the command to run, and exit status 1."""
    done = run_lean("demo", "--no-browser", "--models", reader_run.models_dir)
    assert done.returncode == 1
    assert "pip install 'payment-ml[notebooks]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_module_of_this_package_is_no_missing_extra():
    """A fault of ours is reported as what it is."""

    @needs_extra("train")
    def command() -> None:
        raise ModuleNotFoundError("No module named 'payment_ml.absent'", name="payment_ml.absent")

    with pytest.raises(ModuleNotFoundError, match=r"payment_ml\.absent"):
        command()
