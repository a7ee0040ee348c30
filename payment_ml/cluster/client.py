"""Hand partitions to the workers of a Dask cluster, a few at a time, and deal with what fails."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

from distributed import Client, Future
from distributed.scheduler import KilledWorker

from payment_ml.cluster.partitions import Job, Partition
from payment_ml.cluster.worker import Part, Unfit, read_partition
from payment_ml.errors import NOT_READ, ClusterError

WINDOW = 3  # partitions in flight for each thread of the cluster: one is read, and the next ones wait for it
WORKER_SECONDS = 120.0  # without any worker, after which a batch ends
_CONNECT_SECONDS = 30
_LOOK_SECONDS = 5.0  # after which the workers are looked at, while nothing arrives
_MAX_FAILED = 20  # partitions whose tasks raised an exception, after which a batch ends
_KILLED = "its worker died again and again over it"

_log = logging.getLogger(__name__)


@contextmanager
def connect(address: str) -> Iterator[Client]:
    """Connect to a scheduler for the time of the block.

    Raises
    ------
    ClusterError : there is none at this address
    """
    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            f"expected a Dask scheduler at {address}, but got: {error}; start one with dask scheduler, and workers "
            f"with dask worker {address}"
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=_CONNECT_SECONDS)


@contextmanager
def executor(address: str) -> Iterator[Executor]:
    """Connect to a scheduler for the time of the block, and yield what runs functions on its workers.

    Raises
    ------
    ClusterError : there is none at this address, or it has no workers
    """
    with connect(address) as client:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError as error:
            raise ClusterError(
                f"expected workers at {address}, but there has been none for {WORKER_SECONDS:.0f} seconds; start some "
                f"with dask worker {address}"
            ) from error
        yield client.get_executor(pure=False)


class PartitionRunner:
    """Run partitions on the workers of a cluster.

    Only a window of partitions is in flight, so that neither the client nor the scheduler ever holds a whole batch. A
    worker that cannot read or write as the batch needs it gets no more partitions. A partition over which workers died
    again and again is halved, until the picture is alone that is to blame.
    """

    def __init__(
        self, client: Client, job: Job, tell: Callable[[str], None] = _log.warning, worker_seconds: float | None = None
    ):
        """Prepare to run partitions.

        Parameters
        ----------
        tell : gets a line for each worker that is refused
        worker_seconds : without any worker, after which the batch ends; None is `WORKER_SECONDS`
        """
        self._client = client
        self._job = job
        self._tell = tell
        self._worker_seconds = WORKER_SECONDS if worker_seconds is None else worker_seconds
        self._arrived: SimpleQueue[Future[Any]] = SimpleQueue()
        self._in_flight: dict[Any, tuple[Future[Any], Partition, list[str] | None]] = {}  # by key
        self.refused: dict[str, str] = {}  # address of a worker -> why
        self.failed: list[tuple[Partition, str]] = []  # partitions without a part, and why

    def run(self, partitions: Iterator[Partition]) -> Iterator[tuple[Partition, Part]]:
        """Yield each partition with its part, as soon as that is written.

        Raises
        ------
        ClusterError : the connection to the scheduler was lost, there are no workers, or too much has failed; what was
            written stays, and the same batch goes on from there
        """
        window = self._window()
        exhausted = False
        try:
            while True:
                while not exhausted and len(self._in_flight) < window:
                    partition = next(partitions, None)
                    if partition is None:
                        exhausted = True
                    else:
                        self._submit(partition)
                if not self._in_flight:
                    return
                future = self._next_arrived()
                _, partition, _ = self._in_flight.pop(future.key)
                if (part := self._part_of(future, partition)) is not None:
                    yield partition, part
                    window = self._window() if len(self._in_flight) < window // 2 else window
        finally:
            for future, _, _ in self._in_flight.values():
                if self._client.status == "running":
                    future.cancel()

    def _part_of(self, future: Future[Any], partition: Partition) -> Part | None:
        """Return the part of a partition; None if it was given out again, or has failed for good."""
        if future.cancelled():
            raise self._lost()
        try:
            error = future.exception()
            result: Any = None if error is not None else future.result()
        except OSError as lost:  # the connection went while the result was fetched
            raise self._lost() from lost
        if error is None:
            if isinstance(result, Part):
                return result
            self._refuse(result)
            self._submit(partition)
        elif isinstance(error, KilledWorker):
            if len(partition.pictures) > 1:
                for half in partition.halves():
                    self._submit(half)
            elif partition.pictures[0][1] is None:
                self._submit(partition.without_opening(f"{NOT_READ}{_KILLED}; look whether it opens elsewhere"))
            else:
                self._fail(partition, _KILLED)
        else:
            self._fail(partition, f"{type(error).__name__}: {error}")
        return None

    def _submit(self, partition: Partition) -> None:
        allowed = self._fit_workers() if self.refused else None
        future = self._client.submit(
            read_partition, self._job, partition, key=f"read-{uuid.uuid4().hex}", workers=allowed, pure=False
        )
        self._in_flight[future.key] = (future, partition, allowed)
        future.add_done_callback(self._arrived.put)

    def _next_arrived(self) -> Future[Any]:
        """Return the next future that is done."""
        seen = time.monotonic()
        while True:
            try:
                future = self._arrived.get(timeout=_LOOK_SECONDS)
            except Empty:
                if self._workers():
                    seen = time.monotonic()
                elif time.monotonic() - seen > self._worker_seconds:
                    raise ClusterError(
                        f"expected workers at the scheduler, but there has been none for "
                        f"{self._worker_seconds:.0f} seconds; start some, and give the same command again"
                    ) from None
                if self.refused:
                    self._give_out_again()
                continue
            if future.key in self._in_flight:
                return future

    def _give_out_again(self) -> None:
        """Give out anew what only workers may read that are gone."""
        living = set(self._workers())
        for key, (future, partition, allowed) in list(self._in_flight.items()):
            if allowed is not None and living.isdisjoint(allowed):
                del self._in_flight[key]
                future.cancel()
                self._submit(partition)

    def _refuse(self, unfit: Unfit) -> None:
        if unfit.worker not in self.refused:
            self._tell(f"the worker {unfit.worker} gets no more pictures: {unfit.reason}")
        self.refused[unfit.worker] = unfit.reason

    def _fit_workers(self) -> list[str]:
        fit = [address for address in self._workers() if address not in self.refused]
        if not fit:
            raise ClusterError(
                f"expected a worker that can read this batch, but none of {len(self.refused)} can; the last one: "
                f"{list(self.refused.values())[-1]}"
            )
        return fit

    def _fail(self, partition: Partition, reason: str) -> None:
        self.failed.append((partition, reason))
        if len(self.failed) >= _MAX_FAILED:
            raise ClusterError(f"expected partitions to be read, but {len(self.failed)} were not; the last: {reason}")

    def _window(self) -> int:
        return WINDOW * max(1, sum(self._workers().values()))

    def _workers(self) -> dict[str, int]:
        """Return the number of threads of each worker, by its address."""
        if self._client.status != "running":
            raise self._lost()
        try:
            threads: dict[str, int] = self._client.nthreads()
        except (OSError, AttributeError) as error:  # the connection went while it was asked
            raise self._lost() from error
        return threads

    def _lost(self) -> ClusterError:
        return ClusterError(
            "expected to stay connected to the scheduler, but the connection was lost; what is written stays: give the "
            "same command again when there is a scheduler"
        )
