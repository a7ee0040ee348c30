"""Pictures whose truth is known, to examine readers with; a process beside writes them while others are read."""

import itertools
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import overload

import numpy as np

from payment_ml import workers
from payment_ml.datasets.splits import Split
from payment_ml.synthesis import amount_images, glyphs, negatives
from payment_ml.synthesis.amount_images import Sample

_CHUNK_SIZE = 250  # pictures that are written in one go
_IN_PROCESS_LIMIT = 600  # pictures that are sooner written than another process is started
_STRUCK_OUT_EVERY = 20  # of so many pictures that hold no amount one is an amount that was struck out


class LazySamples(Sequence[Sample]):
    """Questions in the order in which they are written; whoever asks for one that is not there yet waits for it."""

    def __init__(self, sheets: Sequence[Future], count: int):
        self._sheets, self._count = sheets, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Sample]:
        return itertools.chain.from_iterable(sheet.result() for sheet in self._sheets)

    @overload
    def __getitem__(self, place: int) -> Sample: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sample]: ...
    def __getitem__(self, place):
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self._count))]
        i = range(self._count)[place]
        return self._sheets[i // _CHUNK_SIZE].result()[i % _CHUNK_SIZE]


def generate_samples(task: str, split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> LazySamples:
    """Photographs written with the digits of a split.

    More than 600 are written by another process while the first ones are read already. A script that asks for so many
    runs under `if __name__ == "__main__"`, as Python's multiprocessing asks of it; a notebook need not care.

    Parameters
    ----------
    task : "digits", of which each picture then holds one in its middle, or "amounts"
    count : of digits, every one of the split is the middle of a picture before any is twice
    rng : the same one gives the same pictures, whoever writes them
    colour : False photographs amounts in grey levels, which is faster and all that a reader sees
    """
    return _generate(task, split, count, rng, colour)


def test_set(task: str, test: Split, seed: int, quick: bool = False) -> LazySamples:
    """The pictures that notebook 03 reports on; 01 sees to it that no correction equals one of them."""
    count = 300 if quick else {"digits": 1000, "amounts": 2000}[task]
    return generate_samples(task, test, count, np.random.default_rng([seed, 3]))


def negative_samples(split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> LazySamples:
    """Photographs that hold no amount; every twentieth is an amount that was struck out. See `photographs`."""
    return _generate("nothing", split, count, rng, colour)


_pool: ProcessPoolExecutor | None = None
_request_numbers = itertools.count()


def _generate(kind: str, split: Split, count: int, rng: np.random.Generator, colour: bool) -> LazySamples:
    starts = range(0, count, _CHUNK_SIZE)
    number = next(_request_numbers)
    jobs = [
        (number, kind, split, start, min(_CHUNK_SIZE, count - start), generator, colour)
        for start, generator in zip(starts, rng.spawn(len(starts)), strict=True)
    ]
    if count > _IN_PROCESS_LIMIT:
        return LazySamples([_submit(job) for job in jobs], count)
    done: list[Future] = [Future() for _ in jobs]
    for future, job in zip(done, jobs, strict=True):
        future.set_result(_render_chunk(*job))
    return LazySamples(done, count)


def _submit(job: tuple) -> Future:
    """Give a job to the process beside; it is started when there is none, or when it was killed."""
    global _pool
    try:
        if _pool is not None:
            return _pool.submit(_render_chunk, *job)
    except BrokenProcessPool:
        pass
    # Spawned, not forked: a fork of a process that runs TensorFlow's threads may hang.
    context = multiprocessing.get_context("spawn")
    _pool = ProcessPoolExecutor(max(1, (os.cpu_count() or 2) - 1), context, workers.limit_worker)
    return _pool.submit(_render_chunk, *job)


_glyph_banks: dict[int, glyphs.GlyphBank] = {}  # of the process that writes: the one of the set that it is at


def _render_chunk(
    number: int, kind: str, split: Split, start: int, count: int, rng: np.random.Generator, colour: bool
) -> list[Sample]:
    if kind == "digits":
        pictures = amount_images.render_digits(split.images, split.labels, count, rng, start)
        return [Sample(picture, str(label), str(label)) for picture, label in pictures]
    if number not in _glyph_banks:
        _glyph_banks.clear()
        _glyph_banks[number] = glyphs.GlyphBank(split.images, split.labels)
    glyph_bank = _glyph_banks[number]
    if kind == "amounts":
        return [amount_images.render_amount(glyph_bank, rng, colour=colour) for _ in range(count)]
    return [
        Sample(_negative_image(glyph_bank, rng, colour, struck_out=i % _STRUCK_OUT_EVERY == 0), "", "")
        for i in range(start, start + count)
    ]


def _negative_image(
    glyph_bank: glyphs.GlyphBank, rng: np.random.Generator, colour: bool, struck_out: bool
) -> np.ndarray:
    return (
        amount_images.render_struck_out(glyph_bank, rng, colour)
        if struck_out
        else negatives.negative_image(rng, colour)
    )
