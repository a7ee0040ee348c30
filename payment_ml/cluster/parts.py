"""Write the parts of an output, each in one step, and count the rows that they hold."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow
from pyarrow import parquet

from payment_ml import atomic_files
from payment_ml.cluster.pictures import is_url, storage
from payment_ml.errors import unread_kind
from payment_ml.recognition.rows import COLUMNS, FAILURES, Row, as_csv

FORMATS = ("csv", "parquet")
INDEX = "_parts.txt"  # in the output: the names of the parts of a batch that reached its end
_MAX_NAMED = 1000  # failures that a client holds and names; the rows name all
_SCHEMA = pyarrow.schema(
    [
        (column, {"confidence": pyarrow.float64(), "page": pyarrow.int32()}.get(column, pyarrow.string()))
        for column in COLUMNS
    ]
)


@dataclass
class Counts:
    """Count rows by their decision or by the reason why they were not read."""

    accepted: int = 0
    review: int = 0
    not_read: Counter[str] = field(default_factory=Counter)
    failures: int = 0  # of what was given and not reached
    failed: list[str] = field(default_factory=list)  # file and reason of the first of these

    def count(self, rows: Iterable[Row]) -> "Counts":
        """Count rows, and return this."""
        for row in rows:
            kind = unread_kind(row["reason"] or None)
            if kind in FAILURES:
                self.failures += 1
                if len(self.failed) < _MAX_NAMED:
                    self.failed.append(f"{row['file']}: {row['reason']}")
            elif kind:
                self.not_read[kind] += 1
            elif row["decision"] == "accept":
                self.accepted += 1
            else:
                self.review += 1
        return self

    def add(self, other: "Counts") -> None:
        """Add the counts of other rows."""
        self.accepted += other.accepted
        self.review += other.review
        self.not_read += other.not_read
        self.failures += other.failures
        self.failed += other.failed[: max(0, _MAX_NAMED - len(self.failed))]

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return self.accepted + self.review + self.not_read.total() + self.failures


class PartStore:
    """Hold the parts of an output in a folder: of this machine, of a shared file system or of an object storage."""

    def __init__(self, output: str):
        """Prepare a folder, which is created with its first file.

        Parameters
        ----------
        output : URL or absolute path
        """
        self._output = output.rstrip("/")
        self._files, self._folder = storage(self._output)

    def write_part(self, name: str, rows: Sequence[Row]) -> None:
        """Write a part; the suffix of its name is one of `FORMATS`.

        Raises
        ------
        OSError : there is no room, or no right to write
        """
        if name.endswith(".csv"):
            self.write(name, "".join(as_csv(rows)).encode())
            return
        stream = io.BytesIO()
        parquet.write_table(pyarrow.Table.from_pylist(list(rows), _SCHEMA), stream)
        self.write(name, stream.getvalue())

    def count_part(self, name: str) -> Counts | None:
        """Return the counts of a part that was written before; None if there is none."""
        content = self.read(name)
        if content is None:
            return None
        if name.endswith(".csv"):
            return Counts().count(csv.DictReader(io.StringIO(content.decode(), newline="")))
        columns = ["file", "decision", "reason"]
        return Counts().count(parquet.read_table(io.BytesIO(content), columns=columns).to_pylist())

    def write(self, name: str, content: bytes) -> None:
        """Write a file in one step: it is complete or absent."""
        if is_url(self._output) and "file" not in self._files.protocol:
            self._files.pipe_file(f"{self._folder}/{name}", content)
            return
        with atomic_files.atomic_write(Path(self._folder, name)) as partial:
            partial.write_bytes(content)

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if there is none."""
        try:
            content: bytes = self._files.cat_file(f"{self._folder}/{name}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        return content

    def parts(self) -> list[str]:
        """Return the names of the parts in the folder, of this batch or of an earlier state of its pictures."""
        try:
            listed = self._files.ls(self._folder, detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = (path.rpartition("/")[2] for path in listed)
        return sorted(name for name in names if name.startswith("part-"))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        if self._files.exists(f"{self._folder}/{name}"):
            self._files.rm_file(f"{self._folder}/{name}")

    def remove_unfinished(self) -> None:
        """Remove what dead processes of this machine left half-written."""
        if "file" in self._files.protocol and Path(self._folder).is_dir():
            atomic_files.remove_stale(Path(self._folder))
