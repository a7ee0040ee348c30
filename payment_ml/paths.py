"""Where this checkout's folders are, whatever folder a notebook, papermill or a shell was started in."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def resolve(path: str | Path) -> Path:
    """The absolute path of `path`; a relative one is taken from the project's root.

    JupyterLab starts a kernel in notebooks/, papermill in the folder it was called from. The same parameter
    must name the same folder in both.
    """
    return ROOT / Path(path).expanduser()


def display_path(path: str | Path) -> str:
    """`path` as people should read it: relative to the project's root where it lies inside."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
