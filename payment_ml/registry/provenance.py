"""TODO module docstring for registry.provenance."""

import platform
import subprocess
from importlib import metadata

from payment_ml import __version__, paths

_LIBRARIES = ("tensorflow", "keras", "onnxruntime", "numpy", "opencv-python-headless", "pillow", "scipy")


def library_versions() -> dict[str, str]:
    """Versions of this package, of Python and of every library that a result depends on."""
    installed = {name: metadata.version(name) for name in _LIBRARIES}
    return {"payment_ml": __version__, "python": platform.python_version(), **installed}


def code_version() -> str:
    """The commit that is checked out, marked -dirty when files differ from it; the package's version without git."""
    command = ["git", "-C", str(paths.ROOT), "describe", "--always", "--exclude=*", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):  # no git, or no checkout
        return __version__
