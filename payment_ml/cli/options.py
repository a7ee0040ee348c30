"""Define the options that several commands share."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from payment_ml import paths
from payment_ml.errors import MissingExtraError


def folder_option(name: str, contents: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option `--NAME FOLDER` of a command; the default is the folder of that name in the home folder."""
    return click.option(
        f"--{name}",
        f"{name}_dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=lambda: paths.home() / name,
        show_default=f"{name}/ of this project, or of PAYMENT_ML_HOME",
        help=contents,
    )


DATA = folder_option("data", "Folder of raw and prepared data, and of corrections.")
MODELS = folder_option("models", "Folder of trained versions.")
PROFILE = click.option(
    "--profile", metavar="NAME", help="Kind of form: a name in profiles/, such as us-cheque, or a TOML file."
)


def needs_extra(extra: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Name the extra of pyproject.toml that a command needs, for an environment that can only read."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(command)
        def run(*arguments: Any, **options: Any) -> Any:
            try:
                return command(*arguments, **options)
            except ModuleNotFoundError as error:
                if (error.name or "").startswith("payment_ml"):
                    raise  # a fault of this package, not of the environment
                raise MissingExtraError(
                    f"expected the extra {extra!r} to be installed, but there is no module {error.name}; "
                    f"run pip install 'payment-ml[{extra}]'"
                ) from error

        return run

    return decorate
