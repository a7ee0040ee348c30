"""Test a sweep on a cluster: each combination on a worker, and a worker that dies over one."""

import json

from helpers.cli import run_cli
from helpers.small_notebooks import write_notebook

from payment_ml.registry.versions import VersionStore


def test_workers_run_the_combinations_of_a_sweep(cluster, tmp_path):
    """The outcome is that of a sweep on one machine."""
    notebook, folder = write_notebook(tmp_path / "small.ipynb"), tmp_path / "out"
    command = ["sweep", notebook, "-p", "mode", "train,fail"]
    done = run_cli(*command, "--output", folder, "--cluster", cluster.address)
    ending = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, ending["done"], ending["failed"]) == (1, 1, 1), done.stderr
    assert len(VersionStore(folder / "models").versions()) == 1
    assert len(list(folder.glob("runs/*/small.ipynb"))) == 2
