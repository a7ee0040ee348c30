"""Batches of pictures: which files they are, and how one goes on that was interrupted."""

import glob
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from payment_ml import atomic_files
from payment_ml.cli.output import Row, display_name, error_row, reading_row
from payment_ml.errors import BusyError
from payment_ml.recognition.line_recognizer import BATCH_SIZE

SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp"}


@dataclass(frozen=True)
class InputFile:
    """A file of a batch, and why it is not even opened; None: it is read."""

    path: Path
    refusal: str | None = None


def expand(images: Iterable[Path]) -> Iterator[InputFile]:
    """The files that people mean: themselves, all pictures of a folder, or what a pattern matches.

    A link in a folder that leads out of it is refused: whoever may put files there must not thereby choose what else
    is read. Somebody who names a link means it.
    """
    for path in images:
        if path.is_dir():
            home = path.resolve()
            for each in sorted(each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES):
                outside = each.is_symlink() and not each.resolve().is_relative_to(home)
                yield InputFile(
                    each, f"expected a picture in {path}, but this is a link out of it" if outside else None
                )
        elif not path.exists() and glob.has_magic(str(path)):
            # A pattern in quotes, or from a shell that leaves patterns alone.
            found = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
            yield from map(InputFile, sorted(each for each in found if each.is_file()))
        else:
            yield InputFile(path)


def read(reader: Any, items: list[InputFile]) -> Iterator[Row]:
    """A row for each file, in order, as soon as it is there; `reader` is an AmountReader or a DigitClassifier."""
    paths = [each.path for each in items if each.refusal is None]
    readings = reader.stream(paths)
    return _merge(items, (reading_row(path, reading) for path, reading in zip(paths, readings, strict=True)))


def _merge(items: list[InputFile], found: Iterator[Row]) -> Iterator[Row]:
    """Rows of all files, those of the refused ones among them."""
    for each in items:
        yield next(found) if each.refusal is None else error_row(each.path, each.refusal)


class ResumableBatch:
    """The rows of a batch so far, beside the file that they are for.

    A batch that is interrupted, by whatever, and started again reads on where it was, and comes to the same file byte
    for byte: rows are recorded in chunks, synced, and pictures go through the network in the same chunks again. When
    a picture, the version that reads or its thresholds are others by then, it begins anew.
    """

    def __init__(self, reader: Any, items: list[InputFile], output: Path):
        """Of a batch that is to become `output`."""
        self._reader = reader
        self._items = items
        self._paths = [each.path for each in items if each.refusal is None]
        self._record = output.with_name(f".{output.name}.unfinished")
        self._lock = FileLock(output.with_name(f".{output.name}.lock"))

    @contextmanager
    def held(self) -> Iterator[int]:
        """Keep others from the same file; gives how many pictures an earlier, interrupted run has read.

        Raises
        ------
        BusyError : another process is at it
        """
        self._record.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise BusyError(f"expected to write {self._record}, but another process does; wait for it") from error
        try:
            yield self._resume()
        finally:
            self._lock.release()

    def _resume(self) -> int:
        """Cut what was recorded to whole chunks, or begin anew; how many pictures are done."""
        atomic_files.remove_stale(self._record.parent)
        head = json.dumps({"job": self._fingerprint()}) + "\n"
        kept = [head]
        if self._record.is_file():
            first, *lines = self._record.read_text(encoding="utf-8").splitlines(keepends=True) or [""]
            if first == head:
                whole = [line for line in lines if line.endswith("\n")]
                full = len(whole) == len(self._paths)
                kept += whole if full else whole[: len(whole) // BATCH_SIZE * BATCH_SIZE]
        with atomic_files.atomic_write(self._record) as partial:
            partial.write_text("".join(kept), encoding="utf-8")
        return len(kept) - 1

    def read(self, done: int) -> Iterator[Row]:
        """Read what is not done yet, and record it; gives its rows."""
        paths = self._paths[done:]
        with self._record.open("a", encoding="utf-8") as record:
            waiting: list[str] = []
            for path, reading in zip(paths, self._reader.stream(paths), strict=True):
                row = reading_row(path, reading)
                waiting.append(json.dumps(row) + "\n")
                if len(waiting) == BATCH_SIZE:
                    _append(record, waiting)
                yield row
            _append(record, waiting)

    def rows(self) -> Iterator[Row]:
        """All rows of the batch, when everything was read."""
        with self._record.open(encoding="utf-8") as record:
            next(record)
            yield from _merge(self._items, map(json.loads, record))

    def remove(self) -> None:
        """Forget the record: the file is written."""
        self._record.unlink(missing_ok=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def _fingerprint(self) -> str:
        """What must be the same for the rows so far to count: the pictures, and who reads them."""
        told = [self._reader.version.name, self._reader.version.metadata["sha256"], self._reader.calibration_state]
        told += [[display_name(each.path), each.refusal, _file_state(each.path)] for each in self._items]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _append(record: Any, waiting: list[str]) -> None:
    record.writelines(waiting)
    record.flush()
    os.fsync(record.fileno())
    waiting.clear()


def _file_state(path: Path) -> list[int] | None:
    """Size and time of a file's last change; None of what cannot be asked."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]
