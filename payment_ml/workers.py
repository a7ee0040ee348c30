"""TODO module docstring for workers."""

import multiprocessing
import os
import signal
from multiprocessing import connection
from threading import Thread

import cv2


def limit_worker() -> None:
    """Prepare a process that writes beside others: it keeps to one core, and ends with its parent, not before."""
    cv2.setNumThreads(1)
    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a kernel that ends interrupts all of its processes first
        Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's processes outlive a parent that is killed, and would hold its memory for ever."""
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)
