"""Change a models folder in child processes, and kill each at the next file event; run by test_interruptions.

For the nth child the nth of its file events (open, mkdir, rename, chmod, remove, as Python reports them to audit hooks)
is fatal. The children thus cover every state in which a kill between two of these events can leave the folder. The
parent prints the state that it finds as a line of JSON for each child.
"""

import itertools
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from helpers.versions import register_bytes
from payment_ml.errors import RegistryError
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version

EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "shutil.rmtree", "tempfile.mkdtemp"}


def promote_new(registry: Registry, second: int) -> Version:
    """Register and promote a version, as a retraining does."""
    version = register_bytes(registry, bytes([second]) * 5000, second, onnx_model=bytes([second]) * 4000)
    version = registry.update_metadata(version, verdict={"reason": "promoted", "promoted": True})
    registry.promote(version)
    return version


def change(registry: Registry) -> None:
    """Retrain, then pin, prune and roll back, as a person does."""
    registry.pin(promote_new(registry, 9))
    registry.prune(1)
    registry.rollback("digits")


def killed_at(folder: Path, fatal: int) -> bool:
    """Make the change in a child that is killed at an event; return False when the child ended first."""
    child = os.fork()
    if child == 0:
        numbers = itertools.count(1)

        def watch(event: str, arguments: tuple) -> None:
            counts = event in EVENTS and any(str(argument).startswith(str(folder)) for argument in arguments)
            if counts and next(numbers) == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        change(Registry(folder))
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main() -> None:
    """Kill at the first event, the second, and so on, until a child survives."""
    base, work = Path(sys.argv[1]), Path(sys.argv[2])
    for second in (1, 2):
        promote_new(Registry(base), second)
    served = Registry(base).champion("digits").name
    for fatal in itertools.count(1):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(base, work)
        died = killed_at(work, fatal)
        registry = Registry(work)
        try:
            champion = registry.champion("digits")
            registry.verify(champion)
            for version in registry.versions():
                registry.verify(version)
            state = {"champion": champion.name, "damaged": registry.damaged()}
        except RegistryError as error:
            state = {"error": str(error)}
        registry.remove_stale()
        left_over = [path.name for path in work.rglob(".partial-*")]
        print(json.dumps({"died": died, "served": served, "left": left_over, **state}), flush=True)
        if not died:
            return


if __name__ == "__main__":
    main()
