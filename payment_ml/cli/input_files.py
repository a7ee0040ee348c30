"""Expand the arguments of `payment-ml read` to the files that they name, and the files to their pages."""

import glob
import itertools
import os
import stat
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from payment_ml.imaging.image_files import NO_FILE, NOT_REGULAR, UNREADABLE
from payment_ml.imaging.image_loading import Source, split_pages
from payment_ml.recognition.rows import LINK_OUT, NO_MATCH

STDIN = "-"  # the argument that stands for names on standard input


@dataclass(frozen=True)
class InputFile:
    """Hold a file that was given, and the reason why it must or can not be opened; None if it may be."""

    path: Path
    error: str | None = None
    sources: tuple[Source, ...] = ()  # one for each row: the path, or the pages of the file; empty with an error


def expand(
    arguments: Iterable[str | Path], excluded: Collection[Path] = (), stdin: BinaryIO | None = None
) -> Iterator[InputFile]:
    """Yield the named files, all files in named folders, and the files that patterns match, in this order.

    Nothing that was given is left out: a folder that cannot be listed, a pattern without a match, and a file that is
    missing or not regular become an input with an error. Files of every type and hidden ones count. A link inside of a
    folder that leads out of it gets an error: a person who may put files into the folder must not thereby choose what
    else is read. A link that is itself an argument is followed, and so is a link to a folder inside; every folder is
    listed once.

    Parameters
    ----------
    arguments : paths, or patterns such as 'slips/**/*.png' where no file has that name
    excluded : files in folders that are left out, such as the output of the batch itself
    stdin : where the argument `-` finds names, which are no patterns; None makes `-` the name of a file
    """
    left_out = {_absolute(path) for path in excluded}
    for argument in arguments:
        if argument == STDIN and stdin is not None:
            for name in names_from(stdin.read()):
                yield from _named(Path(name), left_out)
        elif argument == "":  # pathlib takes it for the current folder
            yield InputFile(Path(), f"not read: {NO_FILE}; its name is empty")
        elif glob.has_magic(str(argument)) and not os.path.lexists(argument):
            yield from _matching(Path(argument), left_out)
        else:
            yield from _named(Path(argument), left_out)


def names_from(content: bytes) -> list[str]:
    """Return the names in the bytes of standard input: lines, or what `find -print0` separates by NULs."""
    if b"\0" in content:
        names = content.split(b"\0")
    else:
        names = [line.removesuffix(b"\r") for line in content.split(b"\n")]
    return [os.fsdecode(name) for name in names if name]


def _named(path: Path, left_out: Collection[str]) -> list[InputFile]:
    """Return a named file, or the files of a named folder."""
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return [InputFile(path, _problem(path, error))]
    return _files_in(path, left_out) if is_folder else [_input_file(path)]


def _matching(pattern: Path, left_out: Collection[str]) -> list[InputFile]:
    """Return the files that a pattern matches and those in the folders that it matches; all by name, each once."""
    try:
        matches = list(Path(pattern.anchor).glob(str(pattern.relative_to(pattern.anchor))))
    except (OSError, ValueError, NotImplementedError) as error:
        return [InputFile(pattern, f"not read: {NO_MATCH}; {error}")]
    files = {file.path: file for match in matches for file in _named(match, left_out)}
    if "**" in pattern.parts:  # pathlib passes over folders that it cannot list
        base = Path(*itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts))
        for problem in _listing_errors(base):
            closed = Path(problem.filename)
            files.setdefault(closed, InputFile(closed, _problem(closed, problem)))
    return sorted(files.values(), key=lambda file: file.path) or [InputFile(pattern, f"not read: {NO_MATCH}")]


def _listing_errors(folder: Path) -> list[OSError]:
    """Return the error of each folder below a folder that cannot be listed."""
    errors: list[OSError] = []
    for _ in os.walk(folder, onerror=errors.append):
        pass
    return errors


def _problem(path: Path, error: OSError | ValueError) -> str:
    """Return the reason for a path that cannot be reached."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"not read: {NO_FILE}; it is a broken link" if path.is_symlink() else f"not read: {NO_FILE}"
    return f"not read: {UNREADABLE}; {getattr(error, 'strerror', None) or error}"


def _files_in(folder: Path, left_out: Collection[str]) -> list[InputFile]:
    """Return the files of a folder and of all folders in it, by name."""
    found: list[InputFile] = []
    root = folder.resolve()
    seen: set[tuple[int, int]] = set()
    # Folders before links to folders, so that files have their real names.
    pending, links = [folder], list[Path]()
    while pending or links:
        current = pending.pop() if pending else links.pop()
        try:
            status = current.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(current) as listing:
                entries = [(Path(current, entry.name), entry.is_dir(), entry.is_symlink()) for entry in listing]
        except OSError as error:
            found.append(InputFile(current, f"not read: {UNREADABLE}; {error.strerror}"))
            continue
        for path, is_folder, is_link in entries:
            if _absolute(path) in left_out:
                continue
            if is_link and not _is_inside(path, root):
                found.append(InputFile(path, f"not read: {LINK_OUT}"))
            elif is_folder:
                (links if is_link else pending).append(path)
            else:
                found.append(_input_file(path))
    return sorted(found, key=lambda file: file.path)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - resolve() would follow links


def _is_inside(link: Path, root: Path) -> bool:
    """Return whether a link leads into a folder; a link to itself, which leads nowhere, counts as inside."""
    try:
        return link.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # a loop of links
        return True


def _input_file(path: Path) -> InputFile:
    """Return a file with its pages, or with the reason why it cannot be opened."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return InputFile(path, _problem(path, error))
    if not stat.S_ISREG(mode):
        return InputFile(path, f"not read: {NOT_REGULAR}; {_type(mode)}")
    return InputFile(path, sources=tuple(split_pages(path)))


def _type(mode: int) -> str:
    names = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return names.get(stat.S_IFMT(mode), "of a special type")
