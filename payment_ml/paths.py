"""Resolve and display paths, independently of the folder in which a notebook or a shell started.

Data and models lie in one home folder: where PAYMENT_ML_HOME says, else this checkout, else ~/payment-ml where the
package was installed without one. What travels with the code (notebooks, samples, the models in the box) lies in the
checkout, or below the installed package.
"""

import os
from pathlib import Path

HOME_VARIABLE = "PAYMENT_ML_HOME"
CALLER_VARIABLE = "PAYMENT_ML_CALLER"  # of the environment: the package of the program that started this kernel
PACKAGE = Path(__file__).resolve().parent
ROOT = PACKAGE.parent  # of a checkout

if named := os.environ.get(HOME_VARIABLE):
    # Kernels and workers inherit the variable, and may start in another folder.
    os.environ[HOME_VARIABLE] = str(Path(named).expanduser().resolve())


def home() -> Path:
    """Return the folder in which data/ and models/ lie."""
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named).expanduser().resolve()
    return ROOT if _is_checkout() else Path.home() / "payment-ml"


def resolve(path: str | Path) -> Path:
    """Return the absolute path of `path`; a relative one starts at the home folder.

    JupyterLab starts a kernel in notebooks/, papermill in the folder it was called from. The same parameter
    must name the same folder in both.
    """
    return home() / Path(path).expanduser()


def as_parameter(path: Path) -> str:
    """Return a path in the form in which `resolve` gives it back: relative to the home folder if it lies inside."""
    path = path.resolve()
    return str(path.relative_to(home())) if path.is_relative_to(home()) else str(path)


def find(path: str | Path) -> Path:
    """Return the absolute path of something to read: in the home folder, or else what travels with the code."""
    resolved = resolve(path)
    return resolved if resolved.exists() else resource(path)


def resource(path: str | Path) -> Path:
    """Return the path of something that travels with the code, such as notebooks/ or models/."""
    return (ROOT if _is_checkout() else PACKAGE) / path


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


def _is_checkout() -> bool:
    return (ROOT / "notebooks" / "02-train.ipynb").is_file()
