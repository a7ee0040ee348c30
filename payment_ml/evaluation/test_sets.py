"""Generate samples with known labels; another process renders them while the first ones are read."""

import bisect
import itertools
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple, overload

import numpy as np

from payment_ml import workers
from payment_ml.datasets.splits import Split
from payment_ml.evaluation.settings import EvaluationSettings
from payment_ml.synthesis import amount_images, glyphs, hands, negatives
from payment_ml.synthesis.amount_images import Sample
from payment_ml.tasks import Task

_CHUNK_SIZE = 250  # samples that are rendered by one job
MAX_IN_PROCESS = 600  # samples that are rendered sooner than another process starts
# Of twenty negatives, the first is an amount that was struck out, and the eleventh one that is upside down or mirrored.
_SPOILT_EVERY, _STRUCK_OUT, _TURNED = 20, 0, 10
# Simulated writers, who write amounts beside MNIST's; the seed is none of those that training draws writers with.
_WRITERS, _WRITERS_SEED = 200, (1998, 11)


class LazySamples(Sequence[Sample]):
    """Hold samples in the order in which they are rendered; access to one that is not rendered yet waits for it."""

    def __init__(self, chunks: Sequence[Future[list[Sample]]], sizes: Sequence[int]):
        self._chunks, self._sizes = list(chunks), list(sizes)
        self._ends = list(itertools.accumulate(sizes))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __add__(self, other: "LazySamples") -> "LazySamples":
        return LazySamples(self._chunks + other._chunks, self._sizes + other._sizes)

    def __iter__(self) -> Iterator[Sample]:
        return itertools.chain.from_iterable(chunk.result() for chunk in self._chunks)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        i = range(len(self))[index]
        chunk = bisect.bisect_right(self._ends, i)
        return self._chunks[chunk].result()[i - self._ends[chunk] + self._sizes[chunk]]


def generate_samples(task: str, split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> LazySamples:
    """Render photographs with the digits of a split; amounts are written by simulated writers as well.

    Another process renders more than 600 samples, so that the first ones can be read meanwhile. A script that needs so
    many must run under `if __name__ == "__main__"`, as Python's multiprocessing requires; a notebook need not.

    Parameters
    ----------
    task : "digits", for photographs with one digit in the middle, or "amounts"
    count : number of samples; of digits, every one of the split is the middle of a photograph before any is twice
    rng : equal generators give equal samples, whichever process renders them
    colour : False renders amounts in grey levels, which is faster and all that a reader uses
    """
    return _generate(task, split, count, rng, colour)


def test_set(task: str, test: Split, seed: int, settings: EvaluationSettings | None = None) -> LazySamples:  # noqa: PT028 - a set for testing readers, not a test
    """Render the samples that notebook 03 reports on; 01 rejects corrections that equal one of them.

    Parameters
    ----------
    settings : number of samples; None: of a full evaluation
    """
    count = (settings or EvaluationSettings()).test_samples[Task(task)]
    return generate_samples(task, test, count, np.random.default_rng([seed, 3]))


def calibration_set(task: str, split: Split, count: int, rng: np.random.Generator) -> LazySamples:
    """Render the samples that a reader is calibrated on, in grey levels; an eighth more than `count` holds no amount.

    Whoever uploads amounts also uploads what is none. Whether a photograph of a digit shows one is not asked.
    """
    samples = generate_samples(task, split, count, rng, colour=False)
    return samples + negative_samples(split, count // 8, rng, colour=False) if task == Task.AMOUNTS else samples


def negative_samples(split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> LazySamples:
    """Render photographs without an amount; of twenty, one is an amount struck out and one is turned.

    The parameters are those of `generate_samples`.
    """
    return _generate(_NEGATIVES, split, count, rng, colour)


_NEGATIVES = "negatives"
_pool: workers.WorkerPool | None = None
_set_numbers = itertools.count()


class _Job(NamedTuple):
    """Hold the arguments of one call of `_render_chunk`."""

    set_number: int  # equal for all chunks of one set
    kind: str  # a task, or `_NEGATIVES`
    split: Split
    start: int  # index of the first sample
    size: int  # number of samples
    rng: np.random.Generator
    colour: bool


def _generate(kind: str, split: Split, count: int, rng: np.random.Generator, colour: bool) -> LazySamples:
    starts = range(0, count, _CHUNK_SIZE)
    set_number = next(_set_numbers)
    jobs = [
        _Job(set_number, kind, split, start, min(_CHUNK_SIZE, count - start), generator, colour)
        for start, generator in zip(starts, rng.spawn(len(starts)), strict=True)
    ]
    if count > MAX_IN_PROCESS:
        return LazySamples([_submit(job) for job in jobs], [job.size for job in jobs])
    chunks: list[Future[list[Sample]]] = [Future() for _ in jobs]
    for chunk, job in zip(chunks, jobs, strict=True):
        chunk.set_result(_render_chunk(job))
    return LazySamples(chunks, [job.size for job in jobs])


def _submit(job: _Job) -> Future[list[Sample]]:
    """Give a job to the worker process; start one where there is none, or where it was killed."""
    global _pool  # noqa: PLW0603 - one pool for the whole process
    try:
        if _pool is not None:
            return _pool.submit(_render_chunk, job)
    except BrokenProcessPool:
        pass
    _pool = workers.WorkerPool(max(1, (os.cpu_count() or 2) - 1), workers.limit_worker)
    return _pool.submit(_render_chunk, job)


_hand_banks: dict[int, hands.HandBank] = {}  # in the process that renders: the hands of the current set


def _render_chunk(job: _Job) -> list[Sample]:
    split, rng = job.split, job.rng
    if job.kind == Task.DIGITS:
        images = amount_images.render_digits(split.images, split.labels, job.size, rng, job.start)
        return [Sample(image, str(label), str(label)) for image, label in images]
    if job.set_number not in _hand_banks:
        _hand_banks.clear()
        bank = glyphs.GlyphBank(split.images, split.labels)
        _hand_banks[job.set_number] = hands.HandBank.sample(bank, np.random.default_rng(_WRITERS_SEED), _WRITERS)
    hand_bank = _hand_banks[job.set_number]
    if job.kind == Task.AMOUNTS:
        return [amount_images.render_amount(hand_bank, rng, colour=job.colour) for _ in range(job.size)]
    numbers = range(job.start, job.start + job.size)
    return [Sample(_negative_image(hand_bank, rng, job.colour, i % _SPOILT_EVERY), "", "") for i in numbers]


def _negative_image(bank: hands.Hands, rng: np.random.Generator, colour: bool, number: int) -> np.ndarray:
    """Render a photograph without an amount; `number` counts within each `_SPOILT_EVERY`."""
    if number == _STRUCK_OUT:
        return amount_images.render_struck_out(bank, rng, colour)
    if number == _TURNED:
        return amount_images.render_turned(bank, rng, colour)
    return negatives.negative_image(rng, colour)
