"""Read pictures in a process of its own, which may die or be ended without harm to the worker that started it.

Run as a program, it takes pickled requests on standard input, one after the other, and answers on standard output. It
holds one reader, and ends when its standard input does, and so with its worker.
"""

import os
import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any

from payment_ml import __version__
from payment_ml.cluster import pictures
from payment_ml.cluster.partitions import ReaderSpecification
from payment_ml.errors import PaymentMLError
from payment_ml.imaging.image_loading import Source, SourcePage, split_pages
from payment_ml.networks import inference
from payment_ml.recognition import readers
from payment_ml.recognition.reader import Reader, identity
from payment_ml.recognition.rows import Row, reading_row
from payment_ml.workers import limit_worker

# A request is (OPEN, specification) or (READ, [(name, location), ...]); an answer one of these with its value.
OPEN, READ = "open", "read"
OPENED = "opened"  # the version of the reader, its network's sha256 and its identity
REFUSED = "refused"  # why it could not be opened
LOADED = "loaded"  # None: the next picture is taken up or a page is read, and so there is progress
ROWS = "rows"  # the rows of the next picture, one for each page
DONE = "done"  # None: every picture has its rows

Opener = Callable[[ReaderSpecification], Reader]
Answerer = Callable[[str, Any], None]


def open_champion(specification: ReaderSpecification) -> Reader:
    """Open the reader that serves on this machine."""
    return readers.load_champion(specification.task, specification.models_dir, specification.profile)


def serve(opener: Opener = open_champion) -> None:
    """Answer the requests on standard input until it ends."""
    limit_worker()
    inference.limit_threads(1)
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not answer

    def answer(kind: str, value: Any) -> None:
        pickle.dump((kind, value), channel)
        channel.flush()

    requests: SimpleQueue[tuple[str, Any]] = SimpleQueue()
    Thread(target=_receive, args=(requests,), daemon=True).start()
    reader: Reader | None = None
    while True:
        kind, value = requests.get()
        if kind == READ:
            assert reader is not None, "expected a reader to be opened before pictures are read"
            read(reader, value, answer)
            continue
        try:
            reader = opener(value)
        except (PaymentMLError, OSError) as error:
            answer(REFUSED, str(error))
        else:
            metadata = reader.version.metadata
            sha256 = metadata.get("onnx_sha256", metadata["sha256"])
            answer(OPENED, (reader.version.name, sha256, f"{identity(reader)} {sha256} {__version__}"))


def read(reader: Reader, named: Sequence[tuple[str, str]], answer: Answerer) -> None:
    """Answer with the rows of each picture, in their order, and with word of each picture that is taken up.

    Parameters
    ----------
    named : the name and the location of each picture
    """
    taken: deque[tuple[int, int | None, str | None]] = deque()  # number of the picture, page, reason

    def sources() -> Iterator[Source]:
        for number, found in enumerate(pictures.fetch([location for _, location in named])):
            answer(LOADED, None)
            if isinstance(found, OSError):
                taken.append((number, None, pictures.not_fetched(found)))
                yield b""  # which has a reading too, and that is not used
                continue
            for source in split_pages(found):
                taken.append((number, source.number if isinstance(source, SourcePage) else None, None))
                yield source

    currency = None if reader.profile is None else reader.profile.currency
    rows: list[Row] = []
    current = 0
    for reading in reader.stream(sources()):
        number, page, reason = taken.popleft()
        if number != current:
            answer(ROWS, rows)
            rows, current = [], number
        name = named[number][0]
        if page is not None:
            answer(LOADED, None)  # many pages take longer than one picture may
        if reason is None:
            rows.append(pictures.with_name(reading_row(Path(name), reading, page, currency), name))
        else:
            rows.append(pictures.unread_row(name, reason))
    if named:
        answer(ROWS, rows)
    answer(DONE, None)


def _receive(requests: "SimpleQueue[tuple[str, Any]]") -> None:
    """Take requests in; when the worker has ended, end this process, whatever it does."""
    try:
        while True:
            requests.put(pickle.load(sys.stdin.buffer))
    finally:
        os._exit(1)


if __name__ == "__main__":
    serve()
