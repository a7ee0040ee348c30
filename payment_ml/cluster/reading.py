"""Read many pictures on the workers of a cluster, to a folder of tables."""

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from payment_ml.cluster import listing
from payment_ml.cluster.client import PartitionRunner, connect
from payment_ml.cluster.isolation import ReadingProcess
from payment_ml.cluster.partitions import PARTITION_SIZE, Job, Partition, ReaderSpecification, partitions
from payment_ml.cluster.parts import INDEX, Counts, PartStore
from payment_ml.cluster.pictures import is_url, locate
from payment_ml.cluster.worker import Part
from payment_ml.errors import NOT_READ, ClusterError
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile, load_profile

PICTURE_SECONDS = 120.0
_BATCH = "_batch.json"  # in the output: what is read into it
_SECONDS_BETWEEN_LINES = 60.0

_log = logging.getLogger(__name__)


@dataclass
class BatchResult:
    """Count what was read."""

    version: str
    files: int = 0
    partitions: int = 0
    partitions_done: int = 0  # of these, by an earlier run
    counts: Counts = field(default_factory=Counts)
    refused: dict[str, str] = field(default_factory=dict)  # address of a worker that could not read -> why


def read_many(
    inputs: Iterable[str | Path],
    output: str | Path,
    address: str,
    *,
    manifest: str | Path | None = None,
    task: Task = Task.AMOUNTS,
    models_dir: str | Path | None = None,
    profile: str | Path | Profile | None = None,
    format_name: str = "csv",
    partition_size: int = PARTITION_SIZE,
    picture_seconds: float = PICTURE_SECONDS,
    tell: Callable[[str], None] = _log.info,
    result: BatchResult | None = None,
) -> BatchResult:
    """Read pictures on a cluster, each to one row or to a row for each page.

    The output is a folder with a file for each partition, which is written in one step under a name made from its
    pictures, their state and the reader. A batch that is repeated therefore reads only what has no part yet, and
    pictures that were changed. `_parts.txt` names the parts in the order of the inputs; it is there when all are.

    Parameters
    ----------
    inputs : paths, patterns, or URLs such as s3://bucket/slips; the workers must reach them under the same names
    output : folder, as path or URL, that the workers reach; of one batch
    address : of the scheduler, such as tcp://host:8786
    manifest : path or URL of a text file that names one more picture in each line; it is never held as a whole
    models_dir : folder of versions on the workers and here; None is models/ of the home folder of each
    profile : as in `load_amount_reader`
    format_name : one of `parts.FORMATS`
    partition_size : pictures of a part
    picture_seconds : that one picture may take
    tell : gets a line a minute, and one for each worker that is refused
    result : is filled, so that a caller has the counts when an exception ends the batch; None makes one

    Raises
    ------
    ClusterError : no scheduler or workers, the connection was lost, or the folder holds another batch; what was written
        stays
    RegistryError : there is no champion here, or it is not what its metadata says
    """
    names = [str(name) for name in inputs]
    models = None if models_dir is None else str(Path(models_dir).resolve())
    specification = ReaderSpecification(task, models, load_profile(profile))
    process = ReadingProcess(specification)  # the client needs to know the reader, not to hold it
    process.close()
    result = result or BatchResult("")
    result.version = process.version
    folder = locate(str(output), str(Path.cwd())) if is_url(str(output)) else str(Path(output).resolve())
    job = Job(specification, process.identity, folder, format_name, str(Path.cwd()), picture_seconds)
    store = PartStore(folder)
    given = [*names, *([] if manifest is None else [str(manifest)])]
    _claim(store, job, [locate(name, job.base) for name in given], partition_size)
    stream = partitions(_pictures(names, manifest, folder), partition_size)
    _read_partitions(job, stream, address, store, result, tell)
    return result


def _read_partitions(
    job: Job,
    stream: Iterator[Partition],
    address: str,
    store: PartStore,
    result: BatchResult,
    tell: Callable[[str], None],
) -> None:
    """Read partitions, count their rows in `result`, and write the index if every partition has a part."""
    written: list[tuple[tuple[int, ...], str]] = []
    with connect(address) as client:
        runner = PartitionRunner(client, job, tell)
        result.refused = runner.refused
        started = told = time.monotonic()
        for partition, part in runner.run(stream):
            written.append((partition.place, part.name))
            _count(result, partition, part)
            if time.monotonic() - told >= _SECONDS_BETWEEN_LINES:
                told = time.monotonic()
                tell(_progress(result, told - started))
    for partition, reason in runner.failed:
        result.files += len(partition.pictures)
        result.counts.failures += len(partition.pictures)  # all are named, for they have no rows
        result.counts.failed += [f"{name}: {NOT_READ}{reason}" for name, _ in partition.pictures]
    if not runner.failed:
        _finish(store, [name for _, name in sorted(written)])


def _pictures(names: list[str], manifest: str | Path | None, folder: str) -> Iterator[listing.Listed]:
    yield from listing.list_pictures(names, excluded=folder)
    if manifest is not None:
        yield from listing.read_manifest(str(manifest))


def _claim(store: PartStore, job: Job, inputs: list[str], partition_size: int) -> None:
    """Note in the output which batch it holds, and take its index away until the batch has reached its end.

    Raises
    ------
    ClusterError : it holds another batch
    """
    batch = {
        "inputs": inputs,
        "reader": hashlib.sha256(job.identity.encode()).hexdigest(),
        "task": str(job.specification.task),
        "format": job.format_name,
        "partition_size": partition_size,
    }
    content = (json.dumps(batch, indent=2) + "\n").encode()
    store.remove_unfinished()
    claimed = store.read(_BATCH)
    if claimed is None:
        store.write(_BATCH, content)
    elif claimed != content:
        before = json.loads(claimed)
        differing = ", ".join(name for name in batch if before.get(name) != batch[name])
        raise ClusterError(
            f"expected an output of this batch or an empty one, but {job.output} holds a batch with another "
            f"{differing}; name another folder, or remove that one"
        )
    store.remove(INDEX)


def _count(result: BatchResult, partition: Partition, part: Part) -> None:
    result.files += len(partition.pictures)
    result.partitions += 1
    result.partitions_done += part.was_done
    result.counts.add(part.counts)


def _progress(result: BatchResult, seconds: float) -> str:
    counts, rate = result.counts, result.files / seconds
    share = counts.accepted / max(1, counts.rows)
    return f"{result.files:,} pictures, {rate:.0f} a second, {share:.0%} accepted, {counts.not_read.total():,} not read"


def _finish(store: PartStore, names: list[str]) -> None:
    """Remove parts of an earlier state of the pictures, and write the index."""
    for name in set(store.parts()).difference(names):
        store.remove(name)
    store.write(INDEX, "".join(f"{name}\n" for name in names).encode())
