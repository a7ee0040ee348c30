"""Resolve and display paths of this checkout, independently of the folder in which a notebook or a shell started."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


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
