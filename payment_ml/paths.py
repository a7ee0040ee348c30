"""Resolve and display paths of this checkout, independently of the folder in which a notebook or a shell started."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent
CALLER_VARIABLE = "PAYMENT_ML_CALLER"  # of the environment: the package of the program that started this kernel


def resolve(path: str | Path) -> Path:
    """Return the absolute path of `path`; a relative one starts at the project's root.

    JupyterLab starts a kernel in notebooks/, papermill in the folder it was called from. The same parameter
    must name the same folder in both.
    """
    return ROOT / Path(path).expanduser()


def display_path(path: str | Path) -> str:
    """Return `path` for people to read: relative to the project's root if it lies inside, unchanged otherwise."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def check_caller() -> None:
    """Check that this kernel runs the package of the program that started it; one started by a person runs any.

    Raises
    ------
    RuntimeError : it runs another one, whose code would be trained unnoticed
    """
    caller = os.environ.get(CALLER_VARIABLE)
    if caller is not None and Path(caller) != PACKAGE:
        raise RuntimeError(
            f"expected this kernel to run the package in {caller}, as its caller does, but it runs the one in "
            f"{PACKAGE}; remove that from PYTHONPATH, or install the caller's package into this environment"
        )
