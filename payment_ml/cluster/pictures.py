"""Find the state of a picture and fetch it, from a path or from object storage."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec

from payment_ml.errors import NOT_READ, ClusterError
from payment_ml.imaging.image_files import NO_FILE, UNREADABLE
from payment_ml.imaging.image_loading import MAX_BYTES, Source
from payment_ml.recognition.rows import Row, error_row

_THREADS = 16  # that wait for the storage at the same time
# Entries that object storages have for a file: when one of them differs, it is another file.
_STATE_KEYS = ("size", "ETag", "etag", "generation", "md5Hash", "LastModified", "last_modified", "mtime", "created")


@dataclass(frozen=True)
class State:
    """Hold what tells whether a picture was changed, and the reason why it cannot be read; None if it may be."""

    mark: str
    error: str | None = None


def is_url(name: str) -> bool:
    """Return whether a name is a URL, such as s3://bucket/slip.png, and no path."""
    return "://" in name


def locate(name: str, base: str) -> str:
    """Return the URL or absolute path of a name; a relative path starts at `base`."""
    return name if is_url(name) else os.path.join(base, name)  # noqa: PTH118 - Path would take s3:// apart


def storage(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, as fsspec has it, and the path there.

    Raises
    ------
    ClusterError : the URL is of no kind that is known, or its package is not installed
    """
    try:
        files, path = fsspec.url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise ClusterError(
            f"expected a URL such as s3://bucket/folder, whose package is installed, but got {url}: {error}"
        ) from error
    return files, path


def states(locations: Sequence[str]) -> list[State]:
    """Return the state of each picture, in their order."""
    with ThreadPoolExecutor(_THREADS) as threads:
        return list(threads.map(_state, locations))


def fetch(locations: Sequence[str]) -> Iterator[Source | OSError]:
    """Yield a source for each picture: its path, or the bytes in the storage; an error where these cannot be had.

    The next pictures are fetched meanwhile, but never more than `_THREADS`.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        coming: list[Future[Source | OSError]] = []
        for i in range(len(locations)):
            coming += [threads.submit(_fetch, location) for location in locations[i + len(coming) : i + _THREADS]]
            yield coming.pop(0).result()


def not_fetched(error: Exception) -> str:
    """Return the reason of a row for a picture that could not be fetched."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"{NOT_READ}{NO_FILE}"
    return f"{NOT_READ}{UNREADABLE}; {getattr(error, 'strerror', None) or error or type(error).__name__}"


def unread_row(name: str, reason: str) -> Row:
    """Return the row of a picture that was not read."""
    return with_name(error_row(Path(name), reason), name)


def with_name(row: Row, name: str) -> Row:
    """Return a row with the name of its picture; a path would lose a slash of a URL."""
    return row | {"file": name} if is_url(name) else row


def _state(location: str) -> State:
    try:
        if not is_url(location):
            status = os.stat(location)  # noqa: PTH116 - for ten million names
            return State(f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}")
        files, path = storage(location)
        entries: dict[str, Any] = files.info(path)
    except (OSError, ValueError, ClusterError) as error:
        broken_link = not is_url(location) and os.path.islink(location)  # noqa: PTH114 - as above
        return State("", not_fetched(error) + ("; it is a broken link" if broken_link else ""))
    mark = " ".join(f"{key}={entries[key]}" for key in _STATE_KEYS if key in entries)
    if (entries.get("size") or 0) > MAX_BYTES:
        return State(mark, f"{NOT_READ}more than {MAX_BYTES // 1_000_000} MB; make it smaller")
    return State(mark)


def _fetch(location: str) -> Source | OSError:
    if not is_url(location):
        return Path(location)
    try:
        files, path = storage(location)
        content: bytes = files.cat_file(path)
    except OSError as error:
        return error
    return content
