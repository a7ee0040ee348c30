"""Cut a stream of pictures into partitions, and name the part of the output that each becomes."""

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from payment_ml import __version__
from payment_ml.cluster.listing import Listed
from payment_ml.cluster.pictures import State, locate
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile

PARTITION_SIZE = 5 * BATCH_SIZE  # pictures; whole batches of the network


@dataclass(frozen=True)
class ReaderSpecification:
    """Say which reader a worker is to load."""

    task: Task
    models_dir: str | None  # on the worker; None: models/ of its own home folder
    profile: Profile | None


@dataclass(frozen=True)
class Job:
    """Hold what is the same for every partition of a batch."""

    specification: ReaderSpecification
    identity: str  # of the reader, as `reader.identity` gives it
    output: str  # URL or absolute path of a folder
    format_name: str
    base: str  # absolute path of the folder at which relative names start
    picture_seconds: float  # without progress, after which a reading process is ended


@dataclass(frozen=True)
class Partition:
    """Hold some pictures of a batch that one worker reads to one part of the output."""

    place: tuple[int, ...]  # in the order of the inputs; halves of a partition add 0 and 1
    pictures: tuple[Listed, ...]

    def halves(self) -> tuple["Partition", "Partition"]:
        """Return two partitions with the first and the second half of the pictures; there must be two or more."""
        middle = len(self.pictures) // 2
        first, second = self.pictures[:middle], self.pictures[middle:]
        return replace(self, place=(*self.place, 0), pictures=first), replace(
            self, place=(*self.place, 1), pictures=second
        )

    def without_opening(self, reason: str) -> "Partition":
        """Return a partition in which no picture is opened; each gets a row with the reason."""
        return replace(self, pictures=tuple((name, reason) for name, _ in self.pictures))

    def locations(self, job: Job) -> list[str]:
        """Return the URL or absolute path of each picture."""
        return [locate(name, job.base) for name, _ in self.pictures]


def partitions(pictures: Iterable[Listed], size: int = PARTITION_SIZE) -> Iterator[Partition]:
    """Yield partitions of `size` pictures, the last one smaller, as soon as their pictures are known."""
    remaining = iter(pictures)
    for index in itertools.count():
        if not (chunk := tuple(itertools.islice(remaining, size))):
            return
        yield Partition((index,), chunk)


def part_name(job: Job, partition: Partition, states: Iterable[State]) -> str:
    """Return the name of the file that a partition becomes: the same for the same pictures, reader and format."""
    content = [__version__, job.identity, job.specification.task, job.format_name, partition.pictures]
    content.append([state.mark for state in states])
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    place = "-".join([f"{partition.place[0]:07d}", *map(str, partition.place[1:])])
    return f"part-{place}-{digest[:16]}.{job.format_name}"
