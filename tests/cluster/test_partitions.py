"""Test cluster.partitions: every picture in one partition, and names that are the same for the same content."""

from dataclasses import replace

from payment_ml.cluster.partitions import Job, Partition, ReaderSpecification, part_name, partitions
from payment_ml.cluster.pictures import State
from payment_ml.tasks import Task

JOB = Job(ReaderSpecification(Task.AMOUNTS, None, None), "reader", "/out", "csv", "/base", 60.0)
PICTURES = [(f"{i}.png", None) for i in range(10)]


def test_every_picture_is_in_one_partition_and_none_is_read_ahead():
    """The client holds the pictures of one partition at a time."""
    taken = []
    stream = partitions((taken.append(picture) or picture for picture in PICTURES), 4)
    first = next(stream)
    assert len(taken) == 4
    found = [first, *stream]
    assert [picture for partition in found for picture in partition.pictures] == PICTURES
    assert [(partition.place, len(partition.pictures)) for partition in found] == [((0,), 4), ((1,), 4), ((2,), 2)]


def test_halves_come_in_the_order_of_the_whole():
    """The index of the parts is sorted by place."""
    whole = Partition((3,), tuple(PICTURES))
    halves = [half for middle in whole.halves() for half in middle.halves()]
    assert [picture for half in sorted(halves, key=lambda half: half.place) for picture in half.pictures] == PICTURES


def test_the_name_of_a_part_changes_with_all_that_changes_its_rows():
    """The same pictures and reader give the same name; another state, reader, format or reason another one."""
    partition, states = Partition((0,), tuple(PICTURES[:2])), [State("1"), State("2")]
    name = part_name(JOB, partition, states)
    assert name == part_name(replace(JOB, output="/elsewhere", picture_seconds=1.0), partition, states)
    others = {
        part_name(JOB, partition, [State("1"), State("3")]),
        part_name(replace(JOB, identity="other"), partition, states),
        part_name(replace(JOB, format_name="parquet"), partition, states),
        part_name(JOB, partition.without_opening("not read: x"), states),
    }
    assert len(others | {name}) == 5
    assert name.startswith("part-0000000-")
    assert name.endswith(".csv")


def test_a_relative_name_starts_at_the_folder_of_the_client():
    """Workers run anywhere; URLs and absolute paths are left alone."""
    partition = Partition((0,), (("a.png", None), ("/b.png", None), ("s3://bucket/c.png", None)))
    assert partition.locations(JOB) == ["/base/a.png", "/b.png", "s3://bucket/c.png"]
