"""Read in a process in which the names of pictures say what happens over them, as over bad ones.

Given to `dask worker --preload`, this module has the worker start its reading processes with it.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from payment_ml.cluster import isolation, reading_process
from payment_ml.cluster.partitions import ReaderSpecification
from payment_ml.recognition.amount_reader import AmountReader

POISON = "poison"  # kills the process that reads it, as a decoder may
FOREVER = "forever"  # never ends
ASSASSIN = "assassin"  # kills the worker that started the process, as one that takes all memory may
CHANGING = "changing"  # is written to while it is read
SLOW = "slow"  # takes a tenth of a second


class PoisonedReader(AmountReader):
    """Read amounts, and suffer over certain names."""

    def stream(self, sources: Iterable[Any]) -> Iterator[Any]:
        """Read as an amount reader does."""
        return super().stream(map(_suffer, sources))


def open_poisoned(specification: ReaderSpecification) -> PoisonedReader:
    """Open the champion."""
    reader = reading_process.open_champion(specification)
    return PoisonedReader(reader.version, reader.profile)


def dask_setup(worker: Any) -> None:
    """Have a worker start this module in its reading processes; Dask calls it."""
    isolation.PROGRAM = "helpers.poisoned_process"


def _suffer(source: Any) -> Any:
    name = Path(source).name if isinstance(source, Path) else ""
    if POISON in name:
        os._exit(9)
    if FOREVER in name:
        time.sleep(1000)
    if ASSASSIN in name:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(1000)
    if CHANGING in name:
        os.utime(source, (1, 1))
    if SLOW in name:
        time.sleep(0.1)
    return source


if __name__ == "__main__":
    reading_process.serve(open_poisoned)
