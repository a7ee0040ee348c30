"""Test the notebooks as users run them, with papermill and again with nbval, and their style."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers.truth_folders import draw_truth_folder

from payment_ml import load_document_reader, paths
from payment_ml.pipeline.notebook_runner import DOCUMENTS, STEPS, notebook_path, parameters_of

NBVAL = (
    "--nbval", "--nbval-current-env", "--nbval-cell-timeout", "200", "-q", "--no-header", "-c", "/dev/null",
    "-p", "no:cacheprovider",
)  # fmt: skip
NOTEBOOKS = sorted((paths.ROOT / "notebooks").glob("*.ipynb"))
MAX_CELLS = 30


def papermill(step: str, output: Path, **parameters: object) -> subprocess.CompletedProcess:
    """Run `papermill notebooks/<step>.ipynb <output> -p ...` from the project's root."""
    values = [part for name, value in parameters.items() for part in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", f"notebooks/{step}.ipynb", str(output), "--no-progress-bar", *values]
    return subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("step", [step for step in STEPS if step != DOCUMENTS])
def test_an_executed_copy_runs_again_with_the_same_outputs(quick_run, tmp_path, step):
    """Nbval compares every output, figures included, but those of cells with the tag nbval-ignore-output."""
    run = quick_run
    models_dir = tmp_path / "models"
    subprocess.run(["cp", "-a", run.models_dir, models_dir], check=True)
    (models_dir / "champions.json").unlink()  # as it was when 03 ran
    executed = (run.folder / "notebooks" / f"{step}.ipynb").read_text(encoding="utf-8")
    copy = tmp_path / f"{step}.ipynb"
    copy.write_text(executed.replace(str(run.models_dir), str(models_dir)), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *NBVAL, "--rootdir", str(tmp_path), str(copy)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    cells = [cell for cell in json.loads(executed)["cells"] if cell["cell_type"] == "code"]
    assert f"{len(cells)} passed" in done.stdout


def test_each_notebook_runs_alone_through_plain_papermill(quick_run, tmp_path):
    """02 with a changed number of epochs, then 03, which finds the newest version by itself."""
    folders = {"data_dir": quick_run.data_dir, "models_dir": tmp_path / "models"}
    done = papermill("02-train", tmp_path / "02.ipynb", architecture="mlp", epochs=2, **folders)
    assert done.returncode == 0, done.stderr[-3000:]
    (folder,) = (tmp_path / "models").glob("2*-mlp-*")
    metadata = json.loads((folder / "card.json").read_text())
    assert (metadata["parameters"]["epochs"], metadata["parameters"]["digits"]) == (2, 50_000)
    done = papermill("03-evaluate", tmp_path / "03.ipynb", quick=True, **folders)
    assert done.returncode == 0, done.stderr[-3000:]
    champions = json.loads((tmp_path / "models" / "champions.json").read_text())["champions"]
    assert champions["digits"]["version"] == folder.name


def test_the_notebooks_train_and_evaluate_a_reader(quick_run, reader_run, tmp_path):
    """02 trains for one epoch of few amounts; 03 evaluates the reader in the box and promotes it."""
    models_dir = tmp_path / "models"
    folders = {"data_dir": quick_run.data_dir, "models_dir": models_dir}
    few = {"amounts": 256, "epochs": 1, "batch_size": 64, "quick": True}
    done = papermill("02-train", tmp_path / "02.ipynb", architecture="reader", **few, **folders)
    assert done.returncode == 0, done.stderr[-3000:]
    (trained,) = models_dir.glob("2*-reader-*")
    assert json.loads((trained / "card.json").read_text())["kept_epoch"] == 1
    subprocess.run(["cp", "-a", reader_run.folder, models_dir], check=True)
    done = papermill("03-evaluate", tmp_path / "03.ipynb", version=reader_run.version, quick=True, **folders)
    assert done.returncode == 0, done.stderr[-3000:]
    champions = json.loads((models_dir / "champions.json").read_text())["champions"]
    assert champions["amounts"]["version"] == reader_run.version


def test_the_notebook_trains_a_network_of_pages_that_documents_are_read_with(quick_run, reader_run, tmp_path):
    """02 trains it for one epoch of few documents; once promoted, it finds what the reader of documents reads."""
    models_dir = tmp_path / "models"
    subprocess.run(["cp", "-a", reader_run.models_dir, models_dir], check=True)
    folders = {"data_dir": quick_run.data_dir, "models_dir": models_dir}
    few = {"documents": 64, "epochs": 1, "quick": True}
    done = papermill("02-train", tmp_path / "02.ipynb", architecture="pages", **few, **folders)
    assert done.returncode == 0, done.stderr[-3000:]
    (trained,) = models_dir.glob("2*-pages-*")
    assert (trained / "model.onnx").stat().st_size < 1_000_000
    for command in (["models", "promote", trained.name], ["read", "--as", "document", "data/samples/amount-01.png"]):
        done = subprocess.run(
            [sys.executable, "-m", "payment_ml", *command, "--models", str(models_dir)],
            cwd=paths.ROOT,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
    assert load_document_reader(models_dir).calibration_state["documents"]["pages"] == trained.name


def test_the_notebook_for_own_pictures_measures_and_recalibrates(reader_run, splits, tmp_path):
    """A csv that lies anywhere, a profile, and a risk that few pictures support."""
    models_dir = tmp_path / "models"
    subprocess.run(["cp", "-a", reader_run.models_dir, models_dir], check=True)
    truth, result = draw_truth_folder(tmp_path, splits["validation"]), tmp_path / "result.json"
    values = {"truth_file": truth, "profile": "us-cheque", "risk": 0.3, "models_dir": models_dir, "result_file": result}
    done = papermill("06-evaluate-own-pictures", tmp_path / "06.ipynb", **values, recalibrate=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(result.read_text())
    assert (found["pictures"], found["not_read"], found["recalibrated"]["supported"]) == (30, 0, True)
    assert (models_dir / "calibrations" / reader_run.version / "us-cheque.json").is_file()
    executed = (tmp_path / "06.ipynb").read_text(encoding="utf-8")
    assert all(words in executed for words in ("wrong among the accepted", "accepted with a promise", "filed as"))


def test_the_notebook_for_documents_measures_the_networks_that_serve(quick_run, reader_run, tmp_path):
    """It chooses what is accepted: of so few documents, nothing."""
    models_dir, result = tmp_path / "models", tmp_path / "result.json"
    subprocess.run(["cp", "-a", reader_run.models_dir, models_dir], check=True)
    (models_dir / "documents.json").unlink(missing_ok=True)
    values = {"data_dir": quick_run.data_dir, "models_dir": models_dir, "result_file": result}
    done = papermill(
        DOCUMENTS, tmp_path / "07.ipynb", quick=True, test_documents=20, calibration_documents=40, **values
    )
    assert done.returncode == 0, done.stderr[-3000:]
    counts = json.loads(result.read_text())["documents"]
    assert counts["documents"] == 20
    assert counts["found"] >= 12
    assert json.loads((models_dir / "documents.json").read_text())["promise"]["threshold"] > 1


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("02-train", "run notebooks/01-prepare-data.ipynb first"),
        ("03-evaluate", "run notebooks/02-train.ipynb, or payment-ml retrain, first"),
    ],
    ids=["02 without data", "03 without a version"],
)
def test_missing_input_names_the_notebook_to_run_first(tmp_path, step, message):
    """A newcomer may start in the middle."""
    done = papermill(step, tmp_path / "out.ipynb", data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    assert done.returncode != 0
    assert message in done.stderr


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestStyle:
    """Test what CONTRIBUTING asks of every source notebook."""

    def test_it_holds_no_outputs(self, path):
        """Executed notebooks live with the version that they made."""
        code = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)

    def test_it_opens_with_what_it_reads_writes_and_takes(self, path):
        """The first cell is the newcomer's map, under the number of the file."""
        first = nbformat.read(path, 4).cells[0]
        assert first.cell_type == "markdown"
        for words in (f"# {path.stem.split('-')[0]} ", "**Reads**", "**Writes**", "**Takes**"):
            assert words in first.source

    def test_it_has_one_parameters_cell_with_help_for_each(self, path):
        """Every line of the cell is a typed parameter with a comment, which papermill prints as its help."""
        cells = nbformat.read(path, 4).cells
        (parameters_cell,) = [cell for cell in cells if "parameters" in cell.metadata.get("tags", [])]
        parameters = parameters_of(path.stem)
        assert list(parameters) == re.findall(r"^(\w+): ", parameters_cell.source, re.M)
        assert len(parameters) == len(parameters_cell.source.splitlines())
        assert all(parameter["help"] for parameter in parameters.values())

    def test_a_parameter_that_may_be_none_says_so_in_its_type(self, path):
        """Otherwise `-p epochs None` would be refused."""
        for name, parameter in parameters_of(path.stem).items():
            assert (parameter["default"] == "None") == ("| None" in parameter["inferred_type_name"]), name

    def test_it_defines_no_function_and_no_class(self, path):
        """Logic lives in the package."""
        code = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
        assert "def " not in code
        assert "class " not in code

    def test_it_has_at_most_30_cells(self, path):
        """One idea in each cell, and few enough to read in one session."""
        assert len(nbformat.read(path, 4).cells) <= MAX_CELLS

    def test_it_shows_no_comment_for_nbval(self, path):
        """Cell tags do the same, and readers do not see them."""
        assert not [cell.source for cell in nbformat.read(path, 4).cells if "NBVAL_" in cell.source]


def test_every_step_has_its_notebook():
    """Its name is that of a file in the folder that people open."""
    assert {notebook_path(step) for step in STEPS} <= set(NOTEBOOKS)
