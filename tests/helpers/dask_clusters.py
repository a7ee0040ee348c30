"""Start a Dask scheduler and workers as processes of this machine, and kill them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil
from distributed import Client

from helpers.processes import kill_session
from payment_ml import paths

DASK = Path(sys.executable).with_name("dask")
SECONDS = 90.0  # that a busy machine may take


class DaskCluster:
    """Hold a scheduler and its workers, each in a session of its own; the block ends them all."""

    def __init__(self, folder: Path, allowed_failures: int = 3):
        """Start a scheduler.

        Parameters
        ----------
        folder : for what workers store
        allowed_failures : workers that may die over a task
        """
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._folder = folder
        self._failures = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        self._processes: list[subprocess.Popen] = []
        self.start_scheduler()

    def __enter__(self) -> "DaskCluster":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            kill_session(process.pid)
            process.wait()

    def start_scheduler(self) -> None:
        """Start a scheduler, again where the one before was killed."""
        self._scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self._port), **self._failures)

    def kill_scheduler(self) -> None:
        """Kill the scheduler, as a crash of its machine would."""
        kill_session(self._scheduler.pid)
        self._scheduler.wait()

    def start_worker(self, environment: Mapping[str, str] = {}) -> subprocess.Popen:
        """Start a worker of one thread, which its nanny starts again when it dies."""
        return self._start(
            "worker", self.address, "--nworkers", "1", "--nthreads", "1", "--local-directory", str(self._folder),
            "--preload", "helpers.poisoned_process", "--memory-limit", "0", **environment,
        )  # fmt: skip

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many workers are connected."""
        with Client(self.address, timeout=SECONDS, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=SECONDS)

    def _start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [str(DASK), *arguments, "--no-dashboard"],
            env=os.environ | {"PYTHONPATH": str(paths.ROOT / "tests")} | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._processes.append(process)
        return process


def kill_worker(nanny: subprocess.Popen) -> None:
    """Kill the worker of a nanny; its reading process ends with it."""
    wait_for(lambda: _worker_of(nanny) is not None, "a worker that can be killed")
    worker = _worker_of(nanny)
    assert worker is not None
    worker.send_signal(signal.SIGKILL)
    worker.wait(SECONDS)


def wait_for(condition: Callable[[], bool], expected: str) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"expected {expected} within {SECONDS:.0f} seconds"
        time.sleep(0.05)


def _worker_of(nanny: subprocess.Popen) -> psutil.Process | None:
    """Return the process of a nanny that reads, which is a parent itself."""
    children = psutil.Process(nanny.pid).children()
    return next((child for child in children if child.is_running() and child.children()), None)
