"""Read a partition on a worker: name its part, leave out what is done, read the rest in a process, and write it."""

import threading
from dataclasses import dataclass

from distributed import get_worker

from payment_ml import __version__
from payment_ml.cluster import pictures
from payment_ml.cluster.isolation import ProcessDiedError, ReadingProcess, read_isolated
from payment_ml.cluster.partitions import Job, Partition, ReaderSpecification, part_name
from payment_ml.cluster.parts import Counts, PartStore
from payment_ml.errors import NOT_READ, RegistryError
from payment_ml.recognition.rows import Row

CHANGED = f"{NOT_READ}changed while it was read; read it again"
_idle: list[ReadingProcess] = []  # of this worker, which wait for a partition
_idle_lock = threading.Lock()


@dataclass(frozen=True)
class Part:
    """Hold what became of a partition."""

    name: str
    counts: Counts
    was_done: bool  # by an earlier run


@dataclass(frozen=True)
class Unfit:
    """Say that a worker cannot read a partition, which another one may."""

    worker: str  # its address
    reason: str


def read_partition(job: Job, partition: Partition) -> Part | Unfit:
    """Read the pictures of a partition, and write their rows to one file of the output."""
    locations = partition.locations(job)
    states = pictures.states(locations)
    name = part_name(job, partition, states)
    store = PartStore(job.output)
    try:
        counts = store.count_part(name)
        if counts is not None:
            return Part(name, counts, was_done=True)
        reasons = [reason or state.error for (_, reason), state in zip(partition.pictures, states, strict=True)]
        named = [(picture, location) for (picture, _), location in zip(partition.pictures, locations, strict=True)]
        to_read = [pair for pair, reason in zip(named, reasons, strict=True) if reason is None]
        read = iter(_read(job, to_read) if to_read else [])
        rows = [
            next(read) if reason is None else [pictures.unread_row(picture, reason)]
            for (picture, _), reason in zip(named, reasons, strict=True)
        ]
        for i, state in enumerate(pictures.states(locations)):
            if state != states[i] and reasons[i] is None:
                rows[i] = [pictures.unread_row(named[i][0], CHANGED)]
        written = [row for picture_rows in rows for row in picture_rows]
        store.write_part(name, written)
    except (RegistryError, ProcessDiedError, OSError) as error:
        return Unfit(_address(), str(error))
    return Part(name, Counts().count(written), was_done=False)


def _read(job: Job, named: list[tuple[str, str]]) -> list[list[Row]]:
    """Return the rows of each picture.

    Raises
    ------
    RegistryError : this worker has another reader than the batch
    """
    process = _take(job.specification)
    try:
        if process.identity != job.identity:  # it may have been opened before a version was promoted
            process.close()
            process = ReadingProcess(job.specification)
        if process.identity != job.identity:
            raise RegistryError(
                f"expected the client's network, calibration and release of payment_ml, but {_address()} has "
                f"{process.version}, network sha256 {process.sha256[:12]}…, in payment_ml {__version__}; give it "
                "the client's models folder and release"
            )
        process, rows = read_isolated(process, named, job.picture_seconds)
    except BaseException:
        process.close()
        raise
    with _idle_lock:
        _idle.append(process)
    return rows


def _take(specification: ReaderSpecification) -> ReadingProcess:
    """Return an idle process with this reader, or a new one; processes with another reader are ended."""
    with _idle_lock:
        fitting = next((process for process in _idle if process.specification == specification), None)
        if fitting is not None:
            _idle.remove(fitting)
            return fitting
        for process in _idle:
            process.close()
        _idle.clear()
    return ReadingProcess(specification)


def _address() -> str:
    address: str = get_worker().address
    return address
