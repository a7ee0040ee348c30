"""Expand the arguments of `payment-ml read` to the image files that they name."""

import glob
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp"}


@dataclass(frozen=True)
class InputFile:
    """Hold the path of a file to read, and the reason why it must not be opened; None if it may be."""

    path: Path
    error: str | None = None


def expand(arguments: Iterable[Path]) -> Iterator[InputFile]:
    """Yield the named files, all images in named folders, and the files that patterns match, in this order.

    A link inside of a folder that leads out of it gets an error: a person who may put files into the folder must not
    thereby choose what else is read. A link that is itself an argument is followed.
    """
    for argument in arguments:
        if argument.is_dir():
            yield from _images_in(argument)
        elif not argument.exists() and glob.has_magic(str(argument)):
            # The pattern was in quotes, or the shell does not expand patterns.
            matches = Path(argument.anchor).glob(str(argument.relative_to(argument.anchor)))
            yield from map(InputFile, sorted(path for path in matches if path.is_file()))
        else:
            yield InputFile(argument)


def _images_in(folder: Path) -> Iterator[InputFile]:
    resolved = folder.resolve()
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES):
        leads_out = path.is_symlink() and not path.resolve().is_relative_to(resolved)
        yield InputFile(path, f"expected a picture in {folder}, but this is a link out of it" if leads_out else None)
