"""Read a batch of files to rows, and resume a batch that was interrupted."""

import hashlib
import itertools
import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from filelock import FileLock, Timeout

from payment_ml import atomic_files
from payment_ml.cli import progress
from payment_ml.cli.done_rows import DoneRows
from payment_ml.cli.input_files import InputFile
from payment_ml.cli.last_line import BatchSummary
from payment_ml.cli.output import FORMATS
from payment_ml.cli.row_reader import Page, RowReader
from payment_ml.errors import BusyError
from payment_ml.recognition.reader import identity
from payment_ml.recognition.rows import Row, display_name, error_row

_log = logging.getLogger(__name__)


def read_rows(reader: RowReader, files: list[InputFile]) -> Iterator[Row]:
    """Yield a row for each page of each file, in order, as soon as it is read; a file with an error has one row."""
    return _with_error_rows(files, reader.rows(_pages(files)))


def count_rows(files: list[InputFile]) -> int:
    """Return how many rows a batch has."""
    return sum(len(file.sources) or 1 for file in files)


def write_rows(
    reader: RowReader,
    files: list[InputFile],
    output: Path | None,
    format_name: str,
    summary: BatchSummary,
    skip_done: bool = False,
) -> None:
    """Read a batch, and write its rows to the console or to a file.

    Rows go to the console, a pipe or a device as soon as they are read; to a file in one step, at the end. A batch to a
    file that was interrupted is resumed.

    Parameters
    ----------
    output : None is the console
    format_name : a key of `output.FORMATS`
    summary : counts the rows that are written
    skip_done : keep the rows that the output has already, and read only the other files; with an output in one of
        `done_rows.FORMATS`

    Raises
    ------
    BusyError : another process writes the same output
    CorruptFileError : the output, whose rows are to be kept, is none
    RegistryError : as `RowReader.rows`
    """
    summary.files, summary.version = len(files), reader.reader.version.name
    as_lines = FORMATS[format_name]
    if output is None or (output.exists() and not output.is_file()):
        rows: Iterable[Row] = read_rows(reader, files)
        if output is not None or not sys.stdout.isatty():  # rows on the same terminal show the progress themselves
            rows = progress.follow(rows, count_rows(files), _tell)
        with click.open_file(str(output or "-"), "w", encoding="utf-8") as stream:
            for line in as_lines(summary.count(rows)):
                stream.write(line)
                stream.flush()
        return
    kept = DoneRows.load(output, format_name) if skip_done else None
    remaining = files if kept is None else kept.remaining(files)
    unfinished = ResumableBatch(reader, remaining, output.resolve())
    with unfinished.lock() as done:
        if kept is not None:
            _tell(f"{len(files) - len(remaining):,} of {len(files):,} files are in {output} already")
        if done:
            _tell(f"resuming after {done} pictures that an interrupted run has read")
        for _ in progress.follow(unfinished.read(done), unfinished.page_count, _tell, initial=done):
            pass
        finished = unfinished.rows() if kept is None else kept.merge(files, unfinished.rows())
        with (
            atomic_files.atomic_write(output.resolve()) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            file.writelines(as_lines(summary.count(finished)))
        unfinished.remove()


def own_files(output: Path | None) -> list[Path]:
    """Return the files that a batch writes, which are no input of it; None is the console."""
    return [] if output is None else [output, output.resolve(), *_beside(output.resolve())]


class ResumableBatch:
    """Record the rows of a batch beside its output file, until that is written.

    A batch that was interrupted and is started again continues where it was, and its output is the same byte for byte:
    rows are recorded in synced chunks of the reader's batch size, and the network gets the same chunks again. A batch
    starts from the beginning if a file, the model version or its thresholds have changed.
    """

    def __init__(self, reader: RowReader, files: list[InputFile], output: Path):
        self._row_reader = reader
        self._files = files
        self._pages = _pages(files)
        self._output = output
        self._record, lock = _beside(output)
        self._lock = FileLock(lock)

    @property
    def page_count(self) -> int:
        """Return how many pages are to be read in all."""
        return len(self._pages)

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Keep other processes from writing the same output, and yield how many pages an interrupted run has read.

        Raises
        ------
        BusyError : another process holds the lock
        """
        self._record.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise BusyError(
                f"expected to be the only process that writes {self._output}, but another one does; wait for it to end"
            ) from error
        try:
            yield self._resume()
        finally:
            self._lock.release()

    def read(self, done: int) -> Iterator[Row]:
        """Read the pages after the first `done`, record their rows, and yield them."""
        with self._record.open("a", encoding="utf-8") as record:
            lines: list[str] = []
            for row in self._row_reader.rows(self._pages[done:]):
                lines.append(json.dumps(row) + "\n")
                if len(lines) == self._row_reader.reader.batch_size:
                    _append(record, lines)
                yield row
            _append(record, lines)

    def rows(self) -> Iterator[Row]:
        """Yield all rows of the batch, once every page was read."""
        with self._record.open(encoding="utf-8") as record:
            next(record)
            yield from _with_error_rows(self._files, map(json.loads, record))

    def remove(self) -> None:
        """Remove the record and the lock, once the output is written."""
        self._record.unlink(missing_ok=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def _resume(self) -> int:
        """Cut the record to complete chunks, or start a new one; return how many pages are done."""
        atomic_files.remove_stale(self._record.parent)
        header = json.dumps({"job": self._fingerprint()}) + "\n"
        rows = self._recorded_rows(header)
        with atomic_files.atomic_write(self._record) as partial:
            partial.write_text("".join([header, *rows]), encoding="utf-8")
        return len(rows)

    def _recorded_rows(self, header: str) -> list[str]:
        """Return the lines of complete chunks that were recorded for the same job."""
        if not self._record.is_file():
            return []
        first, *lines = self._record.read_text(encoding="utf-8").splitlines(keepends=True) or [""]
        if first != header:
            return []
        complete = [line for line in lines if line.endswith("\n")]
        if len(complete) == len(self._pages):
            return complete
        size = self._row_reader.reader.batch_size
        return complete[: len(complete) // size * size]

    def _fingerprint(self) -> str:
        """Return a hash of everything that must be unchanged for recorded rows to count: the reader and the files."""
        job: list[object] = [identity(self._row_reader.reader)]
        job += [
            [display_name(file.path), file.error, len(file.sources), _file_state(file.path)] for file in self._files
        ]
        return hashlib.sha256(json.dumps(job).encode()).hexdigest()


def _beside(output: Path) -> tuple[Path, Path]:
    """Return the paths of the record and the lock of an output."""
    return output.with_name(f".{output.name}.unfinished"), output.with_name(f".{output.name}.lock")


def _tell(line: str) -> None:
    """Print a line on stderr and log it."""
    click.echo(line, err=True)
    _log.info("%s", line)


def _pages(files: list[InputFile]) -> list[Page]:
    """Return each page to read, with the path of its file."""
    return [(file.path, source) for file in files for source in file.sources]


def _with_error_rows(files: list[InputFile], rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the next of `rows` for each page of a readable file, and an error row for each other one."""
    for file in files:
        if file.error is None:
            yield from itertools.islice(rows, len(file.sources))
        else:
            yield error_row(file.path, file.error)


def _append(record: TextIO, lines: list[str]) -> None:
    """Append lines to the record, sync them to the disk, and clear the list."""
    record.writelines(lines)
    record.flush()
    atomic_files.sync_descriptor(record.fileno())
    lines.clear()


def _file_state(path: Path) -> list[int] | None:
    """Return which file it is, its size in bytes and its times in ns; None if the file is not accessible.

    Another file of the same name, size and time of modification, in this folder or another, is another input.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return [status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
