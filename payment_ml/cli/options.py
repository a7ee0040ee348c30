"""Define the options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from payment_ml import paths


def folder_option(name: str, contents: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option `--NAME FOLDER` of a command; the default is the project's own folder of that name."""
    return click.option(
        f"--{name}",
        f"{name}_dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=paths.ROOT / name,
        show_default=f"{name}/ of this project",
        help=contents,
    )


DATA = folder_option("data", "Folder of raw and prepared data, and of corrections.")
MODELS = folder_option("models", "Folder of trained versions.")
