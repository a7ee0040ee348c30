"""Test pipeline.sweep: every combination once, whatever fails or is killed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from filelock import FileLock
from helpers.small_notebooks import write_notebook

from payment_ml import atomic_files
from payment_ml.errors import SweepError
from payment_ml.pipeline import sweep
from payment_ml.registry.versions import VersionStore


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1e-3,3e-3", ["1e-3", "3e-3"]),
        ("1..4", ["1", "2", "3", "4"]),
        ("2..-1", ["2", "1", "0", "-1"]),
        ("0, 3..4,None", ["0", "3", "4", "None"]),
        ("cnn", ["cnn"]),
    ],
)
def test_values_are_lists_and_ranges(text, values):
    """The shell of a user has no other way to give many values."""
    assert sweep.parse_values(text) == values


def test_combinations_are_the_product_with_the_types_of_the_notebook():
    """The last parameter changes fastest."""
    notebook = sweep.notebook_runner.notebook_path("02-train")
    found = sweep.combinations(notebook, {"learning_rate": "1e-3,None", "seed": "1..2"})
    assert [tuple(values.values()) for values in found] == [(0.001, 1), (0.001, 2), (None, 1), (None, 2)]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"seed": "1,,2"}, "expected values such as 1e-3,3e-3 or 1..5"),
        ({"seed": "a"}, "expected int for parameter seed, but got 'a'"),
        ({"sed": "1"}, "expected a parameter among"),
        ({"models_dir": "x"}, "expected --data or --output instead of parameter models_dir"),
    ],
    ids=["empty value", "wrong type", "unknown", "own"],
)
def test_a_wrong_parameter_is_named_before_anything_runs(tmp_path, values, message):
    """A sweep takes hours, and should not fail after one of them."""
    notebook = write_notebook(tmp_path / "small.ipynb")
    with pytest.raises(ValueError, match=message):
        sweep.combinations(notebook, values)


def test_a_notebook_without_a_result_is_refused(tmp_path):
    """Papermill cannot tell whether it reached its end."""
    notebook = write_notebook(tmp_path / "small.ipynb", "seed: int = 0  # nothing else")
    with pytest.raises(ValueError, match="expected a notebook with the parameter result_file"):
        sweep.combinations(notebook, {"seed": "1"})


def run(notebook: Path, swept: dict[str, str], folder: Path) -> sweep.SweepResult:
    """Run a sweep with two processes."""
    combinations = sweep.combinations(notebook, swept)
    with ThreadPoolExecutor(2) as executor:
        return sweep.run(notebook, combinations, folder, folder.parent / "data", executor, lambda line: None)


def test_failures_are_reported_and_what_is_done_is_kept(tmp_path):
    """The others run to their end; the same sweep runs again what failed, and all of it after the notebook changed."""
    notebook, folder = write_notebook(tmp_path / "small.ipynb"), tmp_path / "out"
    swept = {"mode": "fail,train"}
    first, again = run(notebook, swept, folder), run(notebook, swept, folder)
    assert [record["status"] for record in first.records] == ["failed", "done"]
    assert first.records[0]["reason"] == "AssertionError: failed on purpose"
    assert (first.kept, again.kept, len(again.failed)) == (0, 1, 1)
    assert len(list(folder.glob("runs/*/small.ipynb"))) == 2
    with notebook.open("a") as file:
        file.write("\n")
    changed = run(notebook, {"mode": "train"}, folder)
    assert changed.kept == 0
    versions = VersionStore(folder / "models").versions()
    assert [version.number for version in versions] == [1, 2]
    trained = [first.records[1], changed.records[0]]
    assert [version.name for version in versions] == [record["result"]["version"] for record in trained]


def test_two_sweeps_in_one_folder_do_not_mix(tmp_path):
    """The second one is refused while the first one runs; the lock of a dead one is free."""
    notebook, folder = write_notebook(tmp_path / "small.ipynb"), tmp_path / "out"
    (folder / "runs").mkdir(parents=True)
    with FileLock(folder / ".lock"), pytest.raises(SweepError, match="expected to be the only sweep"):
        run(notebook, {"seed": "1"}, folder)


def test_a_folder_with_other_files_is_refused(tmp_path):
    """A sweep writes many files, which would mix with them."""
    notebook = write_notebook(tmp_path / "small.ipynb")
    with pytest.raises(SweepError, match="expected a folder of a sweep or an empty one"):
        run(notebook, {"seed": "1"}, tmp_path)
    assert atomic_files.sha256(notebook)
    assert not (tmp_path / "runs").exists()
