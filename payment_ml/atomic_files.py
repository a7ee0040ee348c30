"""Write files atomically: beside their target, synced to the disk, then moved to the target in one step.

A file of this project is therefore complete or absent, never half written.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from payment_ml.errors import CorruptFileError

_IS_WINDOWS = os.name == "nt"
_NO_FSYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)  # of a file system that has no fsync


@contextmanager
def atomic_write(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Yield a temporary path to write to; move the file to `path` in one step when the block succeeds.

    Keras and papermill write their target in place, so a full disk or a kill would leave half a file in place of a
    complete one. Here the target is either the old file or the new one. When the block raises, the target is
    unchanged and the temporary file is removed.

    Parameters
    ----------
    path : the target; its folder is created when missing
    mode : permissions of the target; None leaves them to the umask

    Yields
    ------
    a path with the same name in a temporary folder beside the target; no file exists there yet
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
    """Remove the `.partial-<process>-...` folders of dead processes; return the removed paths."""
    removed = []
    for path in folder.glob(".partial-*"):
        process = path.name.split("-")[1]
        if not (process.isdigit() and _is_alive(int(process))):
            shutil.rmtree(path, ignore_errors=True)
            removed.append(path)
    return removed


def sync(path: Path) -> None:
    """Flush a file's content, or a folder's list of names, to the disk, as far as the file system can."""
    if _IS_WINDOWS and path.is_dir():
        return  # Windows opens no folder, and flushes its names with the files
    descriptor = os.open(path, os.O_RDWR if _IS_WINDOWS else os.O_RDONLY)  # Windows flushes only what may be written
    try:
        sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def sync_descriptor(descriptor: int) -> None:
    """Flush an open file or folder to the disk (fsync), where its file system can; CIFS and FUSE may not.

    Raises
    ------
    OSError : the flush failed, for instance because the disk is full
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FSYNC:
            raise


def sha256(path: Path) -> str:
    """Return the hexadecimal sha256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_json(path: Path, value: Any, mode: int | None = None) -> None:
    """Write `value` as indented JSON, atomically.

    Parameters
    ----------
    mode : permissions of the file; None leaves them to the umask

    Raises
    ------
    ValueError : `value` holds NaN or infinity, which JSON does not have
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_write(path, mode) as partial:
        partial.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:
    """Return the value in a JSON file.

    Raises
    ------
    CorruptFileError : the file is not JSON
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CorruptFileError(
            f"expected JSON in {path}, but it is damaged ({error}); restore it or remove it"
        ) from error


def _is_alive(process: int) -> bool:
    """Return whether a process exists; always True outside of POSIX, where no signal asks without harm."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except PermissionError:  # it exists, and belongs to another user
        return True
    except (ProcessLookupError, OverflowError):  # absent, or no number of a process
        return False
    return True
