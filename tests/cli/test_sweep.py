"""Test cli.sweep: a sweep as a user gives it, killed, given again, and reported."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
from helpers.cli import COMMAND, run_cli
from helpers.dask_clusters import wait_for
from helpers.small_notebooks import write_notebook


def test_a_killed_sweep_goes_on_and_ends_with_a_report(tmp_path):
    """What was done before the kill is kept, no kernel is left, and a failure makes the exit status 1."""
    notebook, folder = write_notebook(tmp_path / "small.ipynb"), tmp_path / "out"
    command = ["sweep", str(notebook), "-p", "seed", "1", "-p", "mode", "train,wait", "--output", str(folder)]
    with _killed_at_the_end(command) as process:
        wait_for(lambda: list(folder.glob("runs/*/record.json")) and len(_kernels(process)) == 1, "a run that waits")
        started = psutil.Process(process.pid).children(recursive=True)
    assert psutil.wait_procs(started, timeout=20)[1] == []
    done = run_cli(
        "sweep", notebook, "-p", "seed", "1", "-p", "mode", "train,fail", "--output", folder, env=_with_figures()
    )
    ending = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == ending["status"] == 1, done.stderr
    assert [ending[name] for name in ("runs", "done", "kept", "failed")] == [2, 1, 1, 1]
    assert "failed: AssertionError: failed on purpose" in done.stderr
    report = json.loads((folder / "08-sweep.ipynb").read_text())
    assert "image/png" in str(report["cells"])
    assert "failed on purpose" in str(report["cells"])
    assert json.loads((folder / "result.json").read_text())["done"] == 1


def test_sigterm_ends_a_sweep_in_order(tmp_path):
    """The last line is JSON, and no process is left."""
    notebook, folder = write_notebook(tmp_path / "small.ipynb"), tmp_path / "out"
    with _killed_at_the_end(["sweep", str(notebook), "-p", "mode", "wait", "--output", str(folder)]) as process:
        wait_for(lambda: len(_kernels(process)) == 1, "a run that waits")
        started = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads(output.splitlines()[-1])["reason"] == "stopped by SIGTERM"
    assert psutil.wait_procs(started, timeout=20)[1] == []


def _with_figures() -> dict[str, str]:
    """Return the environment of a user, whose kernels put figures into notebooks."""
    return {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}


@contextmanager
def _killed_at_the_end(command: list[str]) -> Iterator[subprocess.Popen]:
    """Start payment-ml, and kill it at the end of the block, if it has not ended."""
    process = subprocess.Popen([str(COMMAND), *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _kernels(process: subprocess.Popen) -> list[psutil.Process]:
    """Return the kernels that a sweep has started."""
    kernels = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.Error):  # it has ended meanwhile
            if any("ipykernel" in word for word in child.cmdline()):
                kernels.append(child)
    return kernels
