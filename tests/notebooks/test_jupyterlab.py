"""Test a notebook as a person runs it: in a real JupyterLab, with a real browser."""

import time

import nbformat
from helpers.browser import jupyterlab, run_all_cells

from payment_ml.registry.registry import Registry

_SECONDS = 300


def test_the_executed_notebook_is_kept_with_the_version(quick_run, browser, tmp_path):
    """The page is saved again and again, as JupyterLab does by itself every two minutes, also while cells run."""
    models_dir = tmp_path / "models"
    parameters = {"architecture": "mlp", "quick": True, "note": "by hand", "models_dir": models_dir}
    with jupyterlab(tmp_path, "02-train", **parameters, data_dir=quick_run.data_dir) as site:
        page = browser.new_context().new_page()
        page.set_default_timeout(1000 * _SECONDS)  # milliseconds; JupyterLab is slow to appear on a busy machine
        page.goto(site.address)
        run_all_cells(page)
        deadline = time.monotonic() + 2 * _SECONDS
        while not (copies := list(models_dir.glob("*-mlp-*/notebooks/02-train.ipynb"))):
            assert time.monotonic() < deadline, site.log.read_text()[-3000:]
            page.keyboard.press("Control+s")
            page.wait_for_timeout(1000)
        page.context.close()
    (version,) = Registry(models_dir).versions()
    assert version.note == "by hand"
    code = [cell for cell in nbformat.read(copies[0], 4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert version.name in code[-1].outputs[0].text
    assert not any(output.output_type == "error" for cell in code for output in cell.outputs)
