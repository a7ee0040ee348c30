"""Start kernels with the interpreter of this process, whatever kernels a user has installed.

Jupyter looks kernels up by name, and a user's `python3` may belong to another environment, with another checkout of
this package or none.
"""

import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import zmq
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.kernelspec import NATIVE_KERNEL_NAME, KernelSpec, KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Instance, default
from traitlets.config import Config

from payment_ml import paths

KERNEL_NAME = NATIVE_KERNEL_NAME
_MAX_SOCKET_PATH = 90  # bytes; systems allow 104 or 108, and a socket of a kernel adds a name and a number
_SHORT_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")

_log = logging.getLogger(__name__)


class OwnKernelSpecManager(KernelSpecManager):
    """Know one kernel, python3, which is the interpreter of this process."""

    def find_kernel_specs(self) -> dict[str, str]:
        """Return the folder of the only kernel's resources, by its name."""
        return {KERNEL_NAME: str(RESOURCES)}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return how to start the kernel; it is told which package its caller runs.

        Raises
        ------
        NoSuchKernel : another name
        """
        if kernel_name.lower() != KERNEL_NAME:
            raise NoSuchKernel(kernel_name)
        spec = KernelSpec(resource_dir=str(RESOURCES), **get_kernel_dict())
        spec.argv[0] = sys.executable
        # A home folder that is a checkout would otherwise lend its package to the kernel.
        spec.argv.append("--InteractiveShellApp.ignore_cwd=True")
        spec.env = {paths.CALLER_VARIABLE: str(paths.PACKAGE)}
        return spec


class OwnKernelManager(AsyncKernelManager):
    """Start kernels that `OwnKernelSpecManager` knows."""

    kernel_spec_manager = Instance(KernelSpecManager)

    @default("kernel_spec_manager")
    def _own_kernel_spec_manager(self) -> KernelSpecManager:
        return OwnKernelSpecManager(parent=self)


@contextmanager
def private_transport() -> Iterator[Config]:
    """Yield the configuration of a kernel manager whose kernel has sockets in a private folder, for the block's time.

    Kernels of parallel runs compete for TCP ports; a socket file in a private folder has no competitor. The path of a
    socket must be short: where the folder for temporary files has a long one, another is tried. TCP is used, and
    logged, where there is none, and where the system has no such sockets.
    """
    folder = _private_folder()
    if folder is None:
        _log.info("kernels use TCP ports: no folder for temporary files has a path that is short enough for sockets")
        yield Config()
        return
    try:
        yield Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "kernel")}})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _private_folder() -> Path | None:
    """Create a folder that only this user may enter, with a path short enough for sockets; None if there is none."""
    if not zmq.has("ipc"):
        return None
    for parent in (tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR"), *_SHORT_FOLDERS):
        if not parent:
            continue
        try:
            folder = Path(tempfile.mkdtemp(prefix="payment-ml-", dir=parent))
        except OSError:
            continue
        if len(os.fsencode(folder / "kernel")) <= _MAX_SOCKET_PATH:
            return folder
        folder.rmdir()
    return None
