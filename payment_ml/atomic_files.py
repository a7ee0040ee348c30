"""Files that are whole or absent: written beside their place, synced, and moved there in one step."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from payment_ml.errors import CorruptFileError


@contextmanager
def atomic_write(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Give a path to write to; when the block ends well, move what was written to `path` in one step.

    Keras and papermill write their target in place, so a full disk or a kill would leave half a file where a whole
    one stood. Here the target is either the old file or the new one. When the block raises, the target is untouched
    and what was written is removed.

    Parameters
    ----------
    path : the target; its folder is made when missing
    mode : permissions of the target; None leaves them to the umask

    Yields
    ------
    a path in the same folder with the same suffix, not yet existing
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".partial-{os.getpid()}-{path.stem}-") as folder:
        partial = Path(folder) / path.name
        yield partial
        if mode is not None:
            partial.chmod(mode)
        sync(partial)
        partial.replace(path)
        sync(path.parent)


def remove_stale(folder: Path) -> list[Path]:
    """Remove the `.partial-<process>-...` folders of processes that are dead by now; returns what was removed."""
    removed = []
    for path in folder.glob(".partial-*"):
        process = path.name.split("-")[1]
        if not (process.isdigit() and psutil.pid_exists(int(process))):
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path)
    return removed


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or which names a folder holds, before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256(path: Path) -> str:
    """Hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any, mode: int | None = None) -> None:
    """Write `value` as indented JSON, atomically, with permissions `mode`; NaN is refused, as JSON knows none."""
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_write(path, mode) as partial:
        partial.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """The value in a JSON file.

    Raises
    ------
    DamagedError : the file is not JSON
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CorruptFileError(
            f"expected JSON in {path}, but it is damaged ({error}); restore it or remove it"
        ) from error
