"""Test sets: equal seeds give equal samples whichever process renders them, and access waits for them."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from payment_ml.evaluation import test_sets
from payment_ml.synthesis.amount_images import Sample


def is_equal(first: Sample, second: Sample) -> bool:
    """Return whether two samples have the same image and the same label."""
    same_label = (first.label, first.written) == (second.label, second.written)
    return same_label and np.array_equal(first.image, second.image)


def worker_processes() -> list[psutil.Process]:
    """Return the worker processes of this process."""
    return [child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.parametrize("task", ["digits", "amounts"])
def test_equal_seeds_give_equal_samples_with_labels(splits, task):
    """Photographs of a split, rendered twice."""
    once, again = (test_sets.generate_samples(task, splits["gate"], 12, np.random.default_rng(1)) for _ in range(2))
    assert all(is_equal(first, second) for first, second in zip(once, again, strict=True))
    assert all(sample.label and sample.digits for sample in once)


@pytest.mark.parametrize("task", ["digits", "amounts"])
def test_a_worker_process_renders_what_this_process_would(splits, task, monkeypatch):
    """Every sample is equal, by index and by slice, too."""
    count = test_sets.MAX_IN_PROCESS + 10
    by_worker = test_sets.generate_samples(task, splits["gate"], count, np.random.default_rng(1), colour=False)
    assert len(by_worker) == count
    assert worker_processes()
    monkeypatch.setattr(test_sets, "MAX_IN_PROCESS", count)
    here = test_sets.generate_samples(task, splits["gate"], count, np.random.default_rng(1), colour=False)
    assert all(is_equal(first, second) for first, second in zip(here, by_worker, strict=True))
    assert is_equal(by_worker[-1], here[-1])
    assert [sample.written for sample in by_worker[248:253]] == [sample.written for sample in here[248:253]]
    with pytest.raises(IndexError):
        by_worker[count]


def test_negatives_have_no_label(splits):
    """Some are amounts that are struck out, or turned."""
    negatives = test_sets.negative_samples(splits["gate"], 21, np.random.default_rng(2), colour=False)
    assert {(sample.label, sample.written, sample.digits) for sample in negatives} == {("", "", "")}
    assert all(sample.image.ndim == 2 for sample in negatives)


def test_a_worker_process_ignores_interrupts(splits):
    """Ctrl+C, and the end of a kernel, are for the process that it works for."""
    count = test_sets.MAX_IN_PROCESS + 1
    samples = test_sets.generate_samples("amounts", splits["gate"], count, np.random.default_rng(1), colour=False)
    assert samples[0].written
    for process in worker_processes():
        os.kill(process.pid, signal.SIGINT)
    assert len(list(samples)) == count


def test_a_killed_worker_process_is_replaced(splits):
    """Its set is lost, which raises an error; the next set is rendered."""
    lost = test_sets.generate_samples("amounts", splits["gate"], 2000, np.random.default_rng(1), colour=False)
    while not worker_processes():
        time.sleep(0.1)
    for process in worker_processes():
        os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError):  # BrokenProcessPool is one
        list(lost)
    count = test_sets.MAX_IN_PROCESS + 1
    samples = test_sets.generate_samples("amounts", splits["gate"], count, np.random.default_rng(1), colour=False)
    assert len(list(samples)) == count


SCRIPT = """
import numpy as np
from payment_ml import paths
from payment_ml.datasets import mnist, splits
from payment_ml.evaluation import test_sets
if __name__ == "__main__":
    gate = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["gate"]
    samples = test_sets.generate_samples("amounts", gate, 20_000, np.random.default_rng(1))
    print(samples[0].written, flush=True)
    samples[-1]
"""


@pytest.mark.usefixtures("splits")
def test_worker_processes_end_with_the_process_that_they_work_for():
    """A killed process can tell them nothing, and nobody needs their samples any more."""
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
