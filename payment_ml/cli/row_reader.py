"""Read pages to rows, in this process or, where there are many, in several at once."""

import itertools
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from payment_ml.errors import NOT_READ, RegistryError
from payment_ml.imaging.image_loading import Source, SourcePage
from payment_ml.networks import inference
from payment_ml.recognition.reader import Reader, identity
from payment_ml.recognition.rows import Row, error_row, reading_row
from payment_ml.workers import WorkerPool, limit_worker

Page = tuple[Path, Source]  # a page to read, with the path of its file
ReaderOpener = Callable[[], Reader]  # can be pickled

CRASHED = "the process that read it died"
_CHUNKS_IN_FLIGHT = 3  # for each process: one is read, one waits, and one is being collected
_MAX_CRASHES = 3  # of the pool, from which on chunks are no longer handed out in advance

_log = logging.getLogger(__name__)


class RowReader:
    """Read pages to rows.

    Several processes give the same rows as one: each reads chunks of the reader's batch size as one process would.
    """

    def __init__(self, reader: Reader, opener: ReaderOpener | None = None, jobs: int = 1):
        """Prepare to read; processes are started when there is enough to read.

        Parameters
        ----------
        opener : opens the same reader in another process; needed for more than one job
        jobs : processes at most
        """
        self.reader = reader
        self._opener = opener
        self._jobs = jobs

    def rows(self, pages: Sequence[Page]) -> Iterator[Row]:
        """Yield a row for each page, in order, as soon as it and those before it are read.

        A page whose process dies gets a row that says so, and stops no other.

        Raises
        ------
        RegistryError : another process would read with another network or calibration
        """
        chunks = -(-len(pages) // self.reader.batch_size)
        if self._opener is None or min(self._jobs, chunks) < 2:
            return _read(self.reader, pages)
        return self._rows_of_processes(pages, self._opener, min(self._jobs, chunks))

    def _rows_of_processes(self, pages: Sequence[Page], opener: ReaderOpener, jobs: int) -> Iterator[Row]:
        size = self.reader.batch_size
        remaining = (pages[i : i + size] for i in range(0, len(pages), size))
        expected = identity(self.reader)
        crashed: list[Sequence[Page]] = []
        for _ in range(_MAX_CRASHES):
            yield from self._rows_until_crash(remaining, opener, expected, jobs, crashed)
            if not crashed:
                return
            # Which of the chunks in flight killed its process is not known, so each is read in a process of its own.
            for chunk in crashed:
                yield from _read_alone(chunk, opener, expected)
            crashed.clear()
        for chunk in remaining:
            yield from _read_alone(chunk, opener, expected)

    def _rows_until_crash(
        self,
        remaining: Iterator[Sequence[Page]],
        opener: ReaderOpener,
        expected: str,
        jobs: int,
        crashed: list[Sequence[Page]],
    ) -> Iterator[Row]:
        """Yield rows until all are read or a process has died; then `crashed` gets the chunks that have no rows."""
        pending: deque[tuple[Sequence[Page], Future[list[Row]]]] = deque()
        pool = WorkerPool(jobs, _initialize)
        try:
            for chunk in itertools.chain(remaining, [None]):
                if chunk is not None:
                    pending.append((chunk, pool.submit(_read_chunk, opener, expected, chunk)))
                while pending and (chunk is None or len(pending) >= _CHUNKS_IN_FLIGHT * jobs):
                    yield from pending[0][1].result()
                    pending.popleft()
        except BrokenProcessPool:
            crashed.extend(chunk for chunk, _ in pending)
            if chunk is not None and (not pending or pending[-1][0] is not chunk):
                crashed.append(chunk)  # it could not be handed to the broken pool any more
        finally:
            pool.shutdown(cancel_futures=True)


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _initialize() -> None:
    limit_worker()
    inference.limit_threads(1)


_readers: dict[str, Reader] = {}  # in a process: the reader that it opened


def _read_chunk(opener: ReaderOpener, expected: str, pages: Sequence[Page]) -> list[Row]:
    """Read pages in a process of the pool, which opens its reader once."""
    if expected not in _readers:
        reader = opener()
        if identity(reader) != expected:
            raise RegistryError(
                f"expected every process to read with the same network and calibration, but now {reader.version.name} "
                "serves; a version was promoted meanwhile: give the command again"
            )
        _readers[expected] = reader
    return list(_read(_readers[expected], pages))


def _read(reader: Reader, pages: Sequence[Page]) -> Iterator[Row]:
    """Yield a row for each page, as soon as it is read."""
    readings = reader.stream(source for _, source in pages)
    currency = None if reader.profile is None else reader.profile.currency
    for (path, source), reading in zip(pages, readings, strict=True):
        yield reading_row(path, reading, source.number if isinstance(source, SourcePage) else None, currency)


def _read_alone(pages: Sequence[Page], opener: ReaderOpener, expected: str) -> Iterator[Row]:
    """Yield the rows of a chunk that a process of its own reads; halve it until the page is found that kills it."""
    pool = WorkerPool(1, _initialize)
    try:
        rows = pool.submit(_read_chunk, opener, expected, pages).result()
    except BrokenProcessPool:
        rows = None
    finally:
        pool.shutdown(cancel_futures=True)
    if rows is not None:
        yield from rows
    elif len(pages) == 1:
        path, source = pages[0]
        _log.warning("%s: %s", path, CRASHED)
        row = error_row(path, f"{NOT_READ}{CRASHED}; look whether it opens in another program")
        yield row | {"page": source.number if isinstance(source, SourcePage) else None}
    else:
        half = len(pages) // 2
        yield from _read_alone(pages[:half], opener, expected)
        yield from _read_alone(pages[half:], opener, expected)
