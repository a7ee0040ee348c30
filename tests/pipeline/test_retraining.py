"""Test pipeline.retraining: the notebooks run in order, or nothing is promoted."""

import json
import subprocess
import time

import pytest
from helpers.cli import COMMAND, run_cli
from helpers.processes import kill_session

from payment_ml.pipeline import retraining
from payment_ml.pipeline.notebook_runner import DOCUMENTS


def test_executed_notebooks_are_archived_with_the_version(quick_run):
    """They hold their outputs, and no record of a run remains."""
    names = sorted(path.name for path in (quick_run.folder / "notebooks").iterdir())
    assert names == ["01-prepare-data.ipynb", "02-train.ipynb", "03-evaluate.ipynb"]
    cells = json.loads((quick_run.folder / "notebooks" / "03-evaluate.ipynb").read_text())["cells"]
    assert sum(bool(cell.get("outputs")) for cell in cells) > 10
    assert list((quick_run.models_dir / "runs").iterdir()) == []


def test_the_metadata_describes_how_the_version_was_made(quick_run):
    """Parameters, seed, data, libraries, checksum, test results and acceptance rule."""
    metadata = json.loads((quick_run.folder / "card.json").read_text())
    assert metadata["parameters"]["seed"] == 0
    assert metadata["parameters"]["quick"] is True
    assert metadata["code"]
    assert len(metadata["data_sha256"]) == len(metadata["sha256"]) == 64
    assert {"tensorflow", "keras", "numpy", "python", "payment_ml"} <= set(metadata["libraries"])
    assert 0.9 < metadata["test"]["accuracy"] < 1
    assert metadata["promises"]["pictures"]["risk"] == 0.005
    assert metadata["verdict"]["promoted"] is True


def test_the_console_shows_steps_and_the_notebooks_output(quick_run):
    """Progress, the time left, and the outcome."""
    for line in ("step 1 of 3: 01-prepare-data", "left; epoch", "gate digits wrong", "Model card, with training data"):
        assert line in quick_run.output
    assert "Executing Cell" not in quick_run.output


@pytest.mark.parametrize(
    ("architecture", "last"),
    [("cnn", "03-evaluate"), ("", "03-evaluate"), ("pages", DOCUMENTS), ("words", DOCUMENTS), ("reader", DOCUMENTS)],
)
def test_networks_for_documents_are_evaluated_by_a_notebook_of_their_own(architecture, last):
    """After a new reader of amounts it chooses anew which documents are accepted."""
    steps = retraining.steps(architecture)
    assert steps[:2] == ("01-prepare-data", "02-train")
    assert steps[-1] == last


def test_neither_kernels_of_the_user_nor_a_long_tmpdir_stop_a_retraining(quick_run):
    """The run that tests share is made with both; see `retrainings.quick_retraining`."""
    assert '"outcome": "promoted"' in quick_run.output


@pytest.mark.parametrize(
    ("learning_rate", "message"),
    [
        ("1e30", "02-train failed: FloatingPointError: expected a finite loss"),
        ("1e-7", "03-evaluate failed: AssertionError: expected at least 85.0% of gate digits right"),
    ],
    ids=["training explodes", "below the acceptance numbers"],
)
def test_a_failed_step_promotes_nothing_and_names_its_record(run_copy, learning_rate, message):
    """Exit status 1, the reason in a line, and the champion byte for byte as before."""
    before = (run_copy.models_dir / "champions.json").read_bytes()
    done = run_cli(
        "retrain", "--quick", "-p", "architecture", "mlp", "-p", "learning_rate", learning_rate,
        "--data", run_copy.data_dir, "--models", run_copy.models_dir,
    )  # fmt: skip
    assert done.returncode == 1
    assert message in done.stderr
    assert "nothing was promoted" in done.stderr
    assert (run_copy.models_dir / "champions.json").read_bytes() == before
    (record,) = (run_copy.models_dir / "runs").iterdir()
    assert (record / f"{message.split()[0]}.ipynb").is_file()
    assert str(record) in done.stderr


def test_a_second_retraining_exits_with_3_and_names_the_first(quick_run, tmp_path):
    """When the first is killed, its lock is free."""
    command = [str(COMMAND), "retrain", "--quick", "--data", str(quick_run.data_dir), "--models", str(tmp_path)]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / ".retraining").is_file() and time.monotonic() < deadline:
            time.sleep(0.1)
        second = run_cli("retrain", "--quick", "--data", quick_run.data_dir, "--models", tmp_path)
        assert second.returncode == 3
        assert f"but process {first.pid} has held the lock since 20" in second.stderr
        assert "expected to be the only retraining in " in second.stderr
        assert json.loads(second.stdout.splitlines()[-1])["outcome"] == "locked"
    finally:
        kill_session(first.pid)
        first.wait()
    with retraining.retraining_lock(tmp_path):
        assert (tmp_path / ".retraining").is_file()
