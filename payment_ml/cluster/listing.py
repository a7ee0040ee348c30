"""List the pictures that inputs name, one at a time: folders, patterns, URLs and manifests of any size."""

import glob
import heapq
import itertools
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import fsspec

from payment_ml.cluster.pictures import is_url, not_fetched, storage
from payment_ml.errors import NOT_READ
from payment_ml.recognition.rows import LINK_OUT, NO_MATCH

_NAMES_IN_MEMORY = 100_000  # while they are sorted

Listed = tuple[str, str | None]  # the name of a picture, and the reason why it must or can not be opened


def list_pictures(inputs: Iterable[str], excluded: str | None = None) -> Iterator[Listed]:
    """Yield the named pictures, those in named folders and those that patterns match, in the order of the inputs.

    The pictures of a folder come by name, as `payment-ml read` has them. Nothing that was given is left out: a folder
    that cannot be listed, a pattern without a match and a link out of its folder have a reason.

    Parameters
    ----------
    inputs : paths, patterns or URLs of any file system that fsspec knows
    excluded : folder of which nothing is listed, such as that of the output
    """
    for name in inputs:
        listed = _list_url(name) if is_url(name) else _list_path(name)
        first = next(listed, None)
        if first is None and glob.has_magic(name):
            yield name, f"{NOT_READ}{NO_MATCH}"
        elif first is not None:
            for picture in itertools.chain([first], listed):
                if excluded is None or not _is_below(picture[0], excluded):
                    yield picture


def read_manifest(manifest: str) -> Iterator[Listed]:
    """Yield the names in a manifest, a text file with one a line; one that ends in .gz or .xz is compressed.

    Parameters
    ----------
    manifest : path or URL
    """
    with fsspec.open(manifest, "rb", compression="infer") as file:
        for line in file:
            if name := os.fsdecode(line.rstrip(b"\r\n")):
                yield name, None


def _is_below(name: str, folder: str) -> bool:
    location = name if is_url(name) else os.path.abspath(name)  # noqa: PTH100 - resolve() would follow links
    return location.startswith(folder.rstrip("/") + "/")


def _list_url(url: str) -> Iterator[Listed]:
    files, path = storage(url)
    if glob.has_magic(path) and not files.exists(path):
        found: Iterator[Listed] = ((files.unstrip_protocol(match), None) for match in files.glob(path))
    elif files.isdir(path):
        found = (
            (files.unstrip_protocol(f"{folder}/{name}"), None)
            for folder, _, names in files.walk(path)
            for name in names
            if name  # an object storage may have an object for the folder itself
        )
    else:
        return iter([(url, None)])
    return _sorted(found)


def _list_path(name: str) -> Iterator[Listed]:
    path = Path(name)
    if glob.has_magic(name) and not os.path.lexists(name):
        matches = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
        found = itertools.chain.from_iterable(
            _files_in(match) if match.is_dir() else [(str(match), None)] for match in matches
        )
        return (picture for picture, _ in itertools.groupby(_sorted(found)))
    return _sorted(_files_in(path)) if path.is_dir() else iter([(str(path) if name else name, None)])


def _files_in(folder: Path) -> Iterator[Listed]:
    """Yield the files of a folder and of all folders in it; a link is followed only inside, every folder once."""
    root, seen = folder.resolve(), set[tuple[int, int]]()
    pending, links = [str(folder)], list[str]()  # folders before links to folders, so that files have real names
    while pending or links:
        current = pending.pop() if pending else links.pop()
        try:
            status = os.stat(current)  # noqa: PTH116 - no Path for each of ten million files
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(current) as entries:
                for entry in entries:
                    path = os.path.normpath(entry.path)
                    if entry.is_symlink() and not _leads_inside(path, root):
                        yield path, f"{NOT_READ}{LINK_OUT}"
                    elif entry.is_dir():
                        (links if entry.is_symlink() else pending).append(path)
                    else:
                        yield path, None
        except OSError as error:
            yield current, not_fetched(error)


def _leads_inside(link: str, root: Path) -> bool:
    try:
        return Path(link).resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links leads nowhere
        return True


def _sorted(pictures: Iterable[Listed]) -> Iterator[Listed]:
    """Yield pictures by name, folder by folder; what memory should not hold is sorted in temporary files."""
    remaining = iter(pictures)
    with ExitStack() as files:
        runs: list[TextIO] = []
        while chunk := sorted(itertools.islice(remaining, _NAMES_IN_MEMORY), key=_by_folder):
            if len(chunk) < _NAMES_IN_MEMORY and not runs:
                yield from chunk
                return
            run = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))
            run.writelines(json.dumps(picture) + "\n" for picture in chunk)
            run.seek(0)
            runs.append(run)
        yield from heapq.merge(*(map(_parse, run) for run in runs), key=_by_folder)


def _by_folder(picture: Listed) -> list[str]:
    return picture[0].split("/")


def _parse(line: str) -> Listed:
    name, reason = json.loads(line)
    return name, reason
