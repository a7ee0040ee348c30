"""Set up worker processes, which render or compute beside the main process."""

import multiprocessing
import os
import signal
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from threading import Thread

import cv2


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
