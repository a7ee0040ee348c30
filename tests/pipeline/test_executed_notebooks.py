"""Test pipeline.executed_notebooks: a real kernel, and a page that saves the notebook as JupyterLab does."""

import json
import os
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from payment_ml import paths
from payment_ml.pipeline import executed_notebooks

_SECONDS = 3 * executed_notebooks._POLL_SECONDS  # in which a copy would have appeared


def wait_for(path: Path, seconds: float = 30) -> bool:
    """Return whether a file appears within some seconds."""
    deadline = time.monotonic() + seconds
    while not path.is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    return path.is_file()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Return the folder of a version."""
    folder = tmp_path / "20261126T120000Z-mlp-00000000"
    folder.mkdir()
    return folder


def notebook_for(folder: Path, result_file: str = "") -> nbformat.NotebookNode:
    """Return a notebook that prints a path of the project and keeps its copy."""
    sources = (
        "from pathlib import Path\nfrom payment_ml import paths\nfrom payment_ml.pipeline import executed_notebooks",
        "print(paths.ROOT / 'notebooks')",
        f"executed_notebooks.keep_copy('02-train', Path({str(folder)!r}), {result_file!r})",
    )
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def run(client: NotebookClient) -> None:
    """Execute every cell in the kernel that runs."""
    for i, cell in enumerate(client.nb.cells):
        client.execute_cell(cell, i)


def test_a_notebook_is_copied_as_soon_as_it_is_saved_with_the_outputs_of_this_run(folder, tmp_path):
    """Neither the outputs of an earlier run count, nor those of a cell that still runs, nor half a file."""
    page = tmp_path / "my experiment.ipynb"
    copy = folder / "notebooks" / "02-train.ipynb"
    client = NotebookClient(notebook_for(folder), kernel_name="python3")
    nbformat.write(client.nb, page)
    with client.setup_kernel(env=os.environ | {"JPY_SESSION_NAME": str(page)}):
        run(client)
        nbformat.write(client.nb, page)
        assert wait_for(copy)
        copy.unlink()
        run(client)  # again, while the page on the disk holds the first run
        assert not wait_for(copy, _SECONDS)
        saved = nbformat.writes(client.nb)
        count = client.nb.cells[-1].execution_count
        client.nb.cells[-1].execution_count = None
        nbformat.write(client.nb, page)
        assert not wait_for(copy, _SECONDS)
        page.write_text(saved[: len(saved) // 2])
        assert not wait_for(copy, _SECONDS)
        client.nb.cells[-1].execution_count = count
        nbformat.write(client.nb, page)
        assert wait_for(copy)
    copied = nbformat.read(copy, 4)
    assert [cell.source for cell in copied.cells] == [cell.source for cell in client.nb.cells]
    assert copied.cells[1].outputs[0].text == "notebooks\n"
    assert copied.cells[2].outputs[0].text.startswith("when this notebook is saved, a copy goes to ")


@pytest.mark.parametrize(
    ("page", "result_file"),
    [("page.ipynb", "result.json"), ("Console 1", ""), ("", "")],
    ids=["run by a program", "a console", "no page"],
)
def test_nothing_is_kept_where_no_page_saves_the_notebook(folder, tmp_path, monkeypatch, capsys, page, result_file):
    """Papermill's runs are archived by the run record; elsewhere no file ever holds the outputs."""
    (tmp_path / "page.ipynb").write_text("{}")
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / page) if page else "")
    executed_notebooks.keep_copy("02-train", folder, result_file)
    assert capsys.readouterr().out == ""


def test_a_version_that_was_removed_is_not_made_again(folder, tmp_path):
    """A folder with nothing but a notebook would be no version."""
    page = tmp_path / "page.ipynb"
    client = NotebookClient(notebook_for(folder), kernel_name="python3")
    nbformat.write(client.nb, page)
    with client.setup_kernel(env=os.environ | {"JPY_SESSION_NAME": str(page)}):
        run(client)
        folder.rmdir()
        nbformat.write(client.nb, page)
        assert not wait_for(folder / "notebooks" / "02-train.ipynb", _SECONDS)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{paths.ROOT}/models/x/card.json is damaged", "models/x/card.json is damaged"),
        (f"in {paths.ROOT}", "in ."),
        (f'File "{paths.ROOT}/payment_ml/paths.py", line 3', 'File "payment_ml/paths.py", line 3'),
        (f"{paths.ROOT}-other/models", f"{paths.ROOT}-other/models"),
        (f"/elsewhere{paths.ROOT}/models", f"/elsewhere{paths.ROOT}/models"),
    ],
    ids=["a file", "the folder itself", "a traceback", "a folder beside it", "a folder of the same name"],
)
def test_paths_of_the_project_become_relative(text, expected):
    """In outputs as in sources; other paths stay."""
    notebook = {"cells": [{"source": [text], "outputs": [{"data": {"text/html": text}}]}], "nbformat": 4}
    clean = executed_notebooks.without_machine_paths(notebook)
    assert json.dumps(clean).count(json.dumps(expected)) == 2


def test_paths_of_the_home_folder_become_relative(tmp_path, monkeypatch):
    """Experiments lie in a home folder of their own."""
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    clean = executed_notebooks.without_machine_paths({"cells": [f"{tmp_path.resolve()}/models/x"], "metadata": {}})
    assert clean["cells"] == ["models/x"]


def test_papermills_own_paths_are_left_out():
    """They name where a copy was read and written, on one machine."""
    metadata = {"papermill": {"input_path": "/a", "output_path": "/b", "duration": 1}}
    assert executed_notebooks.without_machine_paths({"metadata": metadata})["metadata"] == {
        "papermill": {"duration": 1}
    }
