"""Record the code and the libraries that produced a result, so that it can be reproduced."""

import platform
import subprocess
from importlib import metadata

from payment_ml import __version__, paths

_LIBRARIES = ("tensorflow", "keras", "onnxruntime", "numpy", "opencv-python-headless", "pillow", "scipy")


def library_versions() -> dict[str, str]:
    """Return the versions of this package, of Python and of every library that a result depends on."""
    installed = {name: metadata.version(name) for name in _LIBRARIES}
    return {"payment_ml": __version__, "python": platform.python_version(), **installed}


def code_version() -> str:
    """Return the commit that is checked out, marked -dirty when files differ from it other than data and models.

    Without git, or outside of a checkout, return the version of this package.
    """
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!data", ":!models")
    except (OSError, subprocess.SubprocessError):  # no git, or no checkout
        return __version__
    return f"{commit}-dirty" if changed else commit


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(paths.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
