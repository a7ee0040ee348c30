"""Keep the rows of an earlier output, so that only new files are read."""

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

from payment_ml.cli.input_files import InputFile
from payment_ml.errors import CorruptFileError, unread_kind
from payment_ml.recognition.rows import COLUMNS, FAILURES, Row, file_cell

FORMATS = ("csv", "jsonl")  # whose rows can be read back


class DoneRows:
    """Hold the rows of an output by file.

    A file counts as done if all of its pages have rows, none of them a failure, and the file was not changed after the
    output was written.
    """

    def __init__(self, rows: list[Row], format_name: str, written: float):
        """Sort rows by file; `written` is when their output was, in seconds since 1970."""
        self._format_name = format_name
        self._written = written
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            self._rows.setdefault(row["file"], []).append(row)

    @classmethod
    def load(cls, output: Path, format_name: str) -> "DoneRows":
        """Load an output, one of `FORMATS`; one that does not exist yet has no rows.

        Raises
        ------
        CorruptFileError : the file is no output of `payment-ml read` in this format
        """
        try:
            written = output.stat().st_mtime
            with output.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file)) if format_name == "csv" else [json.loads(line) for line in file]
        except FileNotFoundError:
            return cls([], format_name, 0.0)
        except (ValueError, csv.Error) as error:
            raise _not_an_output(output) from error
        if any(not isinstance(row, dict) or tuple(row)[: len(COLUMNS)] != COLUMNS for row in rows):
            raise _not_an_output(output)
        return cls(rows, format_name, written)

    def remaining(self, files: list[InputFile]) -> list[InputFile]:
        """Return the files that are not done, and forget their rows."""
        for name, file in {self._cell(file): file for file in files}.items():
            if not self._is_done(file):
                self._rows.pop(name, None)
        return [file for file in files if self._cell(file) not in self._rows]

    def merge(self, files: list[InputFile], rows: Iterator[Row]) -> Iterator[Row]:
        """Yield all rows: of files that are no longer given, and then, in the order of files, kept and new ones.

        Parameters
        ----------
        rows : of the files that `remaining` returned, in their order
        """
        given = {self._cell(file) for file in files}
        for name, kept in self._rows.items():
            if name not in given:
                yield from kept
        for file in files:
            kept_rows = self._rows.get(self._cell(file))
            yield from kept_rows or itertools.islice(rows, len(file.sources) or 1)

    def _is_done(self, file: InputFile) -> bool:
        rows = self._rows.get(self._cell(file), [])
        if file.error is not None or len(rows) != len(file.sources):
            return False
        if any(unread_kind(row["reason"] or None) in FAILURES for row in rows):
            return False
        try:
            return file.path.stat().st_mtime <= self._written
        except OSError:
            return False

    def _cell(self, file: InputFile) -> str:
        return file_cell(file.path, self._format_name)


def _not_an_output(output: Path) -> CorruptFileError:
    return CorruptFileError(
        f"expected {output} to be an output of payment-ml read with the columns {','.join(COLUMNS)}, but it is not; "
        "name another file, or leave out --skip-done"
    )
