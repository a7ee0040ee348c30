"""Provide epochs of batches that worker processes generate in chunks, each chunk in several views."""

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import numpy as np

from payment_ml import workers

Batch = tuple[np.ndarray, ...]
Chunk = list[list[Batch]]  # a list of batches for each view

_PREFETCHED_CHUNKS = 6  # generated before they are needed; each takes 10 to 50 MB


class ChunkedEpochs:
    """Generate chunks in the order of their numbers, and show each in several views, between those of other chunks.

    Generating a chunk is slow beside learning from it, so several views of it save time.

    Parameters
    ----------
    chunks_per_epoch : number of new chunks in an epoch
    views : that each chunk has
    view_distance : new chunks between one view of a chunk and the next
    initializer, initial : function that prepares a worker process, and its arguments
    """

    def __init__(
        self, chunks_per_epoch: int, views: int, view_distance: int, initializer: Callable[..., None], *initial: Any
    ):
        self._chunks_per_epoch, self._views, self._view_distance = chunks_per_epoch, views, view_distance
        self._initializer, self._initial = initializer, initial

    def epochs(
        self, first: int, count: int, generate: Callable[..., Chunk], arguments: Callable[[int], tuple[Any, ...]]
    ) -> Iterator[Iterator[Batch]]:
        """Yield the batches of each epoch from `first` to `count`; every call yields the same ones for an epoch.

        Parameters
        ----------
        first, count : number of the first epoch, and of all epochs
        generate : function that makes a chunk, called in a worker process
        arguments : of `generate`, given the number of the chunk
        """
        with workers.WorkerPool(os.cpu_count() or 1, self._initializer, *self._initial) as pool:
            most = (self._views - 1) * self._view_distance
            start, end = (epochs * self._chunks_per_epoch for epochs in (first, count))
            earlier = min(start, most)  # chunks of which further views belong to the first epoch
            numbers = iter(range(start - earlier, end))
            chunks = _generate(numbers, lambda number: pool.submit(generate, *arguments(number)))
            recent: deque[Chunk] = deque(maxlen=most + 1)
            recent.extendleft(itertools.islice(chunks, earlier))
            try:
                for _ in range(first, count):
                    yield self._interleave_views(chunks, recent)
            finally:  # training may stop early
                pool.shutdown(wait=False, cancel_futures=True)

    def _interleave_views(self, chunks: Iterator[Chunk], recent: deque[Chunk]) -> Iterator[Batch]:
        """Yield the batches of an epoch: new chunks, and between them further views of earlier ones.

        At the start of training, where there is no chunk that much earlier, the views are of the new chunk itself:
        those of the oldest one, repeated, would make up a quarter of a short fine-tuning.
        """
        for chunk in itertools.islice(chunks, self._chunks_per_epoch):
            recent.appendleft(chunk)
            for view in range(self._views):
                distance = view * self._view_distance
                yield from recent[distance if distance < len(recent) else 0][view]


def _generate(numbers: Iterator[int], submit: Callable[[int], Future[Chunk]]) -> Iterator[Chunk]:
    """Yield chunks in the order of their numbers; some are generated before they are asked for."""
    pending = deque(map(submit, itertools.islice(numbers, _PREFETCHED_CHUNKS)))
    while pending:
        chunk = pending.popleft().result()
        pending.extend(map(submit, itertools.islice(numbers, 1)))
        yield chunk
