"""Test cluster.client: partitions in flight are few, and no workers end a batch."""

import itertools

import pytest
from helpers.dask_clusters import DaskCluster

from payment_ml.cluster.client import WINDOW, PartitionRunner, connect
from payment_ml.cluster.partitions import Job, Partition, ReaderSpecification, partitions
from payment_ml.errors import ClusterError
from payment_ml.tasks import Task


def job(output: object) -> Job:
    """Return a job in which no picture is opened."""
    return Job(ReaderSpecification(Task.AMOUNTS, None, None), "reader", str(output), "csv", "/", 60.0)


def unopened(count: int) -> list[tuple[str, str]]:
    """Return pictures with a reason not to open them."""
    return [(f"/{i}.png", "not read: a link out of its folder") for i in range(count)]


def test_no_workers_end_a_batch(tmp_path):
    """The message says what to do, instead of waiting without end."""
    with DaskCluster(tmp_path / "dask") as cluster, connect(cluster.address) as client:
        runner = PartitionRunner(client, job(tmp_path / "out"), worker_seconds=1)
        with pytest.raises(ClusterError, match=r"expected workers .* start some, and give the same command again"):
            list(runner.run(partitions(unopened(10), 2)))


def test_a_window_of_partitions_is_in_flight(cluster, tmp_path):
    """A stream of any length is taken up as fast as it is read."""
    taken = 0

    def endless():
        nonlocal taken
        for i in itertools.count():
            taken += 1
            yield Partition((i,), tuple(unopened(3)))

    with connect(cluster.address) as client:
        client.wait_for_workers(2, timeout=60)
        runner = PartitionRunner(client, job(tmp_path))
        runs = runner.run(endless())
        parts = [part for _, part in itertools.islice(runs, 20)]
        runs.close()
    assert taken <= 20 + WINDOW * 2
    assert [part.counts.rows for part in parts] == [3] * 20
    assert len({part.name for part in parts}) == 20


def test_a_partition_whose_task_raises_is_named_and_stops_no_other(cluster, tmp_path):
    """Twenty of them end the batch: something is wrong with all."""
    broken = Partition((1,), (("/a.png",),))  # without a reason, as a fault of this package might make it
    fine = Partition((2,), tuple(unopened(2)))
    with connect(cluster.address) as client:
        runner = PartitionRunner(client, job(tmp_path))
        assert [partition for partition, _ in runner.run(iter([broken, fine]))] == [fine]
        assert [(partition, reason.partition(":")[0]) for partition, reason in runner.failed] == [
            (broken, "ValueError")
        ]
        with pytest.raises(ClusterError, match="expected partitions to be read, but 20 were not"):
            list(runner.run(itertools.repeat(broken)))
