"""Read a batch of files to rows, and resume a batch that was interrupted."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from filelock import FileLock, Timeout

from payment_ml import atomic_files
from payment_ml.cli.input_files import InputFile
from payment_ml.cli.output import Row, display_name, error_row, reading_row
from payment_ml.errors import BusyError
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.reader import Reader


def read_rows(reader: Reader, files: list[InputFile]) -> Iterator[Row]:
    """Yield a row for each file, in order, as soon as it is read; a file with an error gets a row with that."""
    paths = _readable(files)
    readings = reader.stream(paths)
    return _with_error_rows(files, (reading_row(path, reading) for path, reading in zip(paths, readings, strict=True)))


class ResumableBatch:
    """Record the rows of a batch beside its output file, until that is written.

    A batch that was interrupted and is started again continues where it was, and its output is the same byte for byte:
    rows are recorded in synced chunks of `BATCH_SIZE`, and the network gets the same chunks again. A batch starts
    from the beginning if a file, the model version or its thresholds have changed.
    """

    def __init__(self, reader: Reader, files: list[InputFile], output: Path):
        self._reader = reader
        self._files = files
        self._paths = _readable(files)
        self._output = output
        self._record = output.with_name(f".{output.name}.unfinished")
        self._lock = FileLock(output.with_name(f".{output.name}.lock"))

    @contextmanager
    def lock(self) -> Iterator[int]:
        """Keep other processes from writing the same output, and yield how many files an interrupted run has read.

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
        """Read the files after the first `done`, record their rows, and yield them."""
        paths = self._paths[done:]
        with self._record.open("a", encoding="utf-8") as record:
            lines: list[str] = []
            for path, reading in zip(paths, self._reader.stream(paths), strict=True):
                row = reading_row(path, reading)
                lines.append(json.dumps(row) + "\n")
                if len(lines) == BATCH_SIZE:
                    _append(record, lines)
                yield row
            _append(record, lines)

    def rows(self) -> Iterator[Row]:
        """Yield all rows of the batch, once every file was read."""
        with self._record.open(encoding="utf-8") as record:
            next(record)
            yield from _with_error_rows(self._files, map(json.loads, record))

    def remove(self) -> None:
        """Remove the record and the lock, once the output is written."""
        self._record.unlink(missing_ok=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def _resume(self) -> int:
        """Cut the record to complete chunks, or start a new one; return how many files are done."""
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
        if len(complete) == len(self._paths):
            return complete
        return complete[: len(complete) // BATCH_SIZE * BATCH_SIZE]

    def _fingerprint(self) -> str:
        """Return a hash of everything that must be unchanged for recorded rows to count: the reader and the files."""
        job: list[object] = [
            self._reader.version.name,
            self._reader.version.metadata["sha256"],
            self._reader.calibration_state,
            repr(self._reader.profile),
        ]
        job += [[display_name(file.path), file.error, _file_state(file.path)] for file in self._files]
        return hashlib.sha256(json.dumps(job).encode()).hexdigest()


def _readable(files: list[InputFile]) -> list[Path]:
    return [file.path for file in files if file.error is None]


def _with_error_rows(files: list[InputFile], rows: Iterator[Row]) -> Iterator[Row]:
    """Yield the next of `rows` for each readable file, and an error row for each other one."""
    for file in files:
        yield next(rows) if file.error is None else error_row(file.path, file.error)


def _append(record: TextIO, lines: list[str]) -> None:
    """Append lines to the record, sync them to the disk, and clear the list."""
    record.writelines(lines)
    record.flush()
    os.fsync(record.fileno())
    lines.clear()


def _file_state(path: Path) -> list[int] | None:
    """Return the size in bytes and the modification time in ns; None if the file is not accessible."""
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]
