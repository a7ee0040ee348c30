"""Test pipeline.kernels: the kernel is this interpreter, and its sockets find a place."""

import logging
import sys
import tempfile

import nbformat
import pytest
from helpers.kernelspecs import install_broken_kernel
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from payment_ml import paths
from payment_ml.pipeline import kernels, notebook_runner

SOURCE = """
import sys
from payment_ml import paths
from payment_ml.pipeline import step_result
paths.check_caller()
transport = get_ipython().kernel.parent.transport
step_result.write_result(
    result_file, {"python": sys.executable, "package": str(paths.PACKAGE), "transport": transport}
)
"""


@pytest.fixture
def run_notebook(tmp_path, monkeypatch):
    """Return a function that runs a small notebook as a retraining runs its steps, and returns its result."""
    cells = [
        nbformat.v4.new_code_cell('result_file: str = ""  # where to', metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(SOURCE),
    ]
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    notebook = tmp_path / "kernel.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), notebook)
    monkeypatch.setattr(notebook_runner, "notebook_path", lambda step: notebook)

    def run() -> dict:
        parameters = {"result_file": str(tmp_path / "result.json")}
        return notebook_runner.execute_notebook("kernel", tmp_path / "executed.ipynb", parameters, None)

    return run


def test_a_broken_kernel_of_the_user_is_never_started(run_notebook, tmp_path, monkeypatch):
    """Jupyter alone would start it: the user's python3 comes before the environment's."""
    for name, value in install_broken_kernel(tmp_path / "jupyter").items():
        monkeypatch.setenv(name, value)
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] != sys.executable
    result = run_notebook()
    assert (result["python"], result["package"]) == (sys.executable, str(paths.PACKAGE))
    assert result["transport"] == "ipc"


def test_the_folder_in_which_a_kernel_runs_lends_it_no_package(run_notebook, tmp_path, monkeypatch):
    """A home folder may be another checkout, whose code would be run unnoticed."""
    other = tmp_path / "checkout" / "payment_ml"
    other.mkdir(parents=True)
    (other / "__init__.py").write_text("raise RuntimeError('the other checkout')")
    monkeypatch.setenv("PAYMENT_ML_HOME", str(other.parent))
    assert run_notebook()["package"] == str(paths.PACKAGE)


def test_a_long_folder_for_temporary_files_is_no_obstacle(run_notebook, tmp_path, monkeypatch):
    """The path of a socket has at most 104 or 108 bytes; it is made in a shorter folder."""
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert run_notebook()["transport"] == "ipc"
    assert list(folder.iterdir()) == []


def test_without_a_short_folder_kernels_use_ports_and_say_so(run_notebook, monkeypatch, caplog):
    """A system may have no folder with a short path."""
    monkeypatch.setattr(kernels, "_MAX_SOCKET_PATH", 5)
    with caplog.at_level(logging.INFO, logger=kernels.__name__):
        assert run_notebook()["transport"] == "tcp"
    assert "kernels use TCP ports: no folder" in caplog.text


def test_there_is_one_kernel_and_no_other():
    """It is told the package of its caller."""
    manager = kernels.OwnKernelSpecManager()
    assert list(manager.get_all_specs()) == ["python3"]
    assert manager.get_kernel_spec("python3").env == {paths.CALLER_VARIABLE: str(paths.PACKAGE)}
    with pytest.raises(NoSuchKernel):
        manager.get_kernel_spec("julia")


def test_a_kernel_with_another_checkout_is_noticed(monkeypatch):
    """It would train other code, silently."""
    monkeypatch.setenv(paths.CALLER_VARIABLE, "/elsewhere/payment_ml")
    with pytest.raises(RuntimeError, match=r"expected this kernel to run the package in /elsewhere/payment_ml"):
        paths.check_caller()
    monkeypatch.delenv(paths.CALLER_VARIABLE)
    paths.check_caller()


def test_notebook_01_checks_its_package():
    """Before it prepares anything."""
    cells = nbformat.read(notebook_runner.notebook_path("01-prepare-data"), 4).cells
    first = next(cell for cell in cells if "import" in cell.source and cell.cell_type == "code")
    assert "paths.check_caller()" in first.source
