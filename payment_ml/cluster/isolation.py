"""Read pictures in a process that may die or be ended, and find the picture that is to blame."""

import logging
import pickle
import queue
import subprocess
import sys
from collections.abc import Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any

from payment_ml.cluster import reading_process
from payment_ml.cluster.partitions import ReaderSpecification
from payment_ml.cluster.pictures import unread_row
from payment_ml.errors import NOT_READ, PaymentMLError, RegistryError
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.rows import Row

PROGRAM = reading_process.__name__  # module that a reading process runs
CRASHED = "the process that read it died"
STALLED = "reading it took too long"
_OPEN_SECONDS = 300.0  # to import and to open a reader on a busy machine
_SUSPECTS = 3 * BATCH_SIZE  # pictures that may be in work at a time: one batch is decided, one recognised, one decoded

Named = tuple[str, str]  # the name and the location of a picture

_log = logging.getLogger(__name__)


class ProcessDiedError(PaymentMLError, RuntimeError):
    """Report that a reading process died, or was ended because it made no progress."""


class ReadingProcess:
    """Start a process that reads pictures, and talk to it."""

    def __init__(self, specification: ReaderSpecification):
        """Start the process and have it open its reader.

        Raises
        ------
        RegistryError : it could not open the reader
        ProcessDiedError : it died over it
        """
        self.specification = specification
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self._answers: SimpleQueue[tuple[str, Any] | None] = SimpleQueue()
        Thread(target=self._receive, daemon=True).start()
        self._ask(reading_process.OPEN, specification)
        kind, value = self._answer(_OPEN_SECONDS)
        if kind == reading_process.REFUSED:
            self.close()
            raise RegistryError(value)
        self.version, self.sha256, self.identity = value

    def read(self, named: Sequence[Named], rows: list[list[Row]], seconds: float) -> None:
        """Append the rows of each picture to `rows`, in their order.

        Parameters
        ----------
        seconds : without progress, after which the process is ended

        Raises
        ------
        ProcessDiedError : the process died or was ended; `rows` has those of the pictures that were read before
        """
        self._ask(reading_process.READ, list(named))
        while True:
            kind, value = self._answer(seconds)
            if kind == reading_process.DONE:
                return
            if kind == reading_process.ROWS:
                rows.append(value)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _ask(self, kind: str, value: Any) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump((kind, value), self._process.stdin)
            self._process.stdin.flush()
        except OSError as error:
            self.close()
            raise ProcessDiedError(CRASHED) from error

    def _answer(self, seconds: float) -> tuple[str, Any]:
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.close()
            raise ProcessDiedError(STALLED) from None
        if answer is None:
            self.close()
            raise ProcessDiedError(CRASHED)
        return answer

    def _receive(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self._answers.put(pickle.load(self._process.stdout))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # the process has ended, or was closed
            self._answers.put(None)


def read_isolated(
    process: ReadingProcess, named: Sequence[Named], seconds: float
) -> tuple[ReadingProcess, list[list[Row]]]:
    """Read pictures; where one of them ends the process or takes too long, it gets a row with the reason.

    The pictures that were in work when a process ended are read one by one, which names the one that is to blame.

    Parameters
    ----------
    process : is ended and replaced when it must be
    seconds : that a picture may take

    Returns
    -------
    the process that lives at the end, and the rows of each picture

    Raises
    ------
    RegistryError, ProcessDiedError : a process that replaces another cannot open the reader
    """
    rows: list[list[Row]] = []
    alone_until = 0  # pictures before this one are read one by one
    while len(rows) < len(named):
        count = 1 if len(rows) < alone_until else len(named) - len(rows)
        pictures = named[len(rows) : len(rows) + count]
        try:
            process.read(pictures, rows, seconds)
        except ProcessDiedError as error:
            if count == 1:
                name = pictures[0][0]
                _log.warning("%s: %s", name, error)
                rows.append([unread_row(name, f"{NOT_READ}{error}; look whether it opens in another program")])
                alone_until = len(rows)
            else:
                alone_until = len(rows) + _SUSPECTS
            process = _replacement(process)
    return process, rows


def _replacement(process: ReadingProcess) -> ReadingProcess:
    other = ReadingProcess(process.specification)
    if other.identity != process.identity:
        other.close()
        raise RegistryError(f"expected the reader of {process.version}, but {other.version} was promoted meanwhile")
    return other
