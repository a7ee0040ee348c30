"""questions: the same pictures for the same seed, whoever writes them, and there when they are asked for."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from payment_ml.evaluation import test_sets
from payment_ml.synthesis import amount_images


def same(one: amount_images.Sample, other: amount_images.Sample) -> bool:
    """Whether two show the same, and mean the same."""
    return np.array_equal(one.image, other.image) and (one.label, one.written) == (other.label, other.written)


def writers() -> list[psutil.Process]:
    """The processes that write beside this one."""
    return [each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())]


@pytest.mark.parametrize("task", ["digits", "amounts"])
def test_questions_of_a_split_are_seeded_photographs_with_truth(splits, task):
    """The same ones again, whoever asks."""
    once, again = (test_sets.generate_samples(task, splits["gate"], 12, np.random.default_rng(1)) for _ in range(2))
    assert all(same(x, y) for x, y in zip(once, again, strict=True))
    assert all(each.label and each.digits for each in once)


@pytest.mark.parametrize("task", ["digits", "amounts"])
def test_another_process_writes_what_this_one_would(splits, task, monkeypatch):
    """Every picture, by place and by slice, too."""
    count = test_sets._IN_PROCESS_LIMIT + 10
    beside = test_sets.generate_samples(task, splits["gate"], count, np.random.default_rng(1), colour=False)
    assert len(beside) == count
    assert writers()
    monkeypatch.setattr(test_sets, "_FEW", count)
    here = test_sets.generate_samples(task, splits["gate"], count, np.random.default_rng(1), colour=False)
    assert all(same(x, y) for x, y in zip(here, beside, strict=True))
    assert same(beside[-1], here[-1])
    assert [each.written for each in beside[248:253]] == [each.written for each in here[248:253]]
    with pytest.raises(IndexError):
        beside[count]


def test_pictures_with_nothing_to_read_have_no_truth(splits):
    """Every twentieth was an amount once."""
    empty = test_sets.negative_samples(splits["gate"], 21, np.random.default_rng(2), colour=False)
    assert {(each.label, each.written, each.digits) for each in empty} == {("", "", "")}
    assert all(each.image.ndim == 2 for each in empty)


def test_an_interrupted_writer_goes_on(splits):
    """Ctrl+C, and a kernel's end, are for the process that it writes for."""
    count = test_sets._IN_PROCESS_LIMIT + 1
    asked = test_sets.generate_samples("amounts", splits["gate"], count, np.random.default_rng(1), colour=False)
    assert asked[0].written
    for each in writers():
        os.kill(each.pid, signal.SIGINT)
    assert len(list(asked)) == count


def test_a_killed_writer_is_replaced(splits):
    """The set that it was at is lost, and said to be; the next one is written."""
    lost = test_sets.generate_samples("amounts", splits["gate"], 2000, np.random.default_rng(1), colour=False)
    while not writers():
        time.sleep(0.1)
    for each in writers():
        os.kill(each.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError):  # BrokenProcessPool is one
        list(lost)
    count = test_sets._IN_PROCESS_LIMIT + 1
    again = test_sets.generate_samples("amounts", splits["gate"], count, np.random.default_rng(1), colour=False)
    assert len(list(again)) == count


_WRITES = """
import numpy as np
from payment_ml import mnist, preparation, project, questions
gate = preparation.split_digits(mnist.load(project.ROOT / "data" / "raw"))["gate"]
asked = questions.photographs("amounts", gate, 20_000, np.random.default_rng(1))
print(asked[0].written, flush=True)
asked[-1]
"""


def test_writers_end_with_the_process_that_they_write_for(splits):
    """Killed, it can tell them nothing; and nobody needs what they write."""
    with subprocess.Popen([sys.executable, "-c", _WRITES], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline()
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive
