"""Set up worker processes, which render or compute beside the main process."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import Any

import cv2


class WorkerPool(ProcessPoolExecutor):
    """Run jobs in worker processes.

    They are spawned, not forked: a fork of a process that runs TensorFlow's threads may hang. A signal that ends the
    command waits while they start: interrupted in between, the pool would know nothing of a process that then prints
    its own traceback behind the command's last line.
    """

    def __init__(self, processes: int, initializer: Callable[..., None], *arguments: Any):
        """Prepare a pool, which starts its processes when it gets its first job.

        Parameters
        ----------
        processes : number of processes
        initializer : called with `arguments` in each process before its first job
        """
        super().__init__(processes, multiprocessing.get_context("spawn"), initializer, arguments)
        # All processes start with the first job. Before Python 3.12, one that starts with a later job while another
        # dies is never ended, and the pool waits for it without end.
        self._safe_to_dynamically_spawn_children = False

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Give the pool a job; the first one starts its processes."""
        with _signals_deferred():
            return super().submit(function, *arguments, **options)


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """Handle SIGINT and SIGTERM after the block; only in the main thread, since others get none."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in handlers:
        signal.signal(number, lambda number, _: received.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for arrived in received:
            signal.raise_signal(arrived)


def limit_worker() -> None:
    """Limit this process to one core, and bind its lifetime to its parent's.

    A worker ignores SIGINT, since a kernel that ends sends it to all of its processes and the parent ends the worker
    itself. When the parent is killed, the worker exits. In the main process only the number of cores is limited.
    """
    cv2.setNumThreads(1)
    if (parent := multiprocessing.parent_process()) is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()


def _exit_with_parent(parent: BaseProcess) -> None:
    """Wait for the end of the parent, then exit: a pool's processes outlive a killed parent and keep its memory."""
    connection.wait([parent.sentinel])
    os._exit(1)
