"""Pictures whose truth is known, to examine readers with; a process beside writes them while others are read."""

import itertools
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import overload

import numpy as np

from payment_ml import amounts, clutter, handwriting, pens, writing
from payment_ml.preparation import Split

_SHEET = 250  # pictures that are written in one go
_FEW = 600  # pictures that are sooner written than another process is started
_STRUCK_OUT = 20  # of so many pictures that hold no amount one is an amount that was struck out


@dataclass(frozen=True)
class Question:
    """A picture with its truth."""

    picture: np.ndarray  # uint8 [height, width, 3], sRGB, or [height, width] in grey levels
    truth: str  # what a reader should say: "1234.56", or a digit; empty where there is nothing to read
    written: str  # as it stands on the paper, marks and all

    @property
    def digits(self) -> str:
        """The digits as they are written."""
        return amounts.digits_of(self.written)


def of_amount(written: handwriting.AmountPicture) -> Question:
    """What a reader should say to a picture of an amount."""
    return Question(written.picture, f"{written.value:.2f}", written.text)


class Questions(Sequence[Question]):
    """Questions in the order in which they are written; whoever asks for one that is not there yet waits for it."""

    def __init__(self, sheets: Sequence[Future], count: int):
        self._sheets, self._count = sheets, count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Question]:
        return itertools.chain.from_iterable(sheet.result() for sheet in self._sheets)

    @overload
    def __getitem__(self, place: int) -> Question: ...
    @overload
    def __getitem__(self, place: slice) -> list[Question]: ...
    def __getitem__(self, place):
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(self._count))]
        i = range(self._count)[place]
        return self._sheets[i // _SHEET].result()[i % _SHEET]


def photographs(task: str, split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> Questions:
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
    return _write(task, split, count, rng, colour)


def of_test(task: str, test: Split, seed: int, quick: bool = False) -> Questions:
    """The pictures that notebook 03 reports on; 01 sees to it that no correction equals one of them."""
    count = 300 if quick else {"digits": 1000, "amounts": 2000}[task]
    return photographs(task, test, count, np.random.default_rng([seed, 3]))


def nothing_to_read(split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> Questions:
    """Photographs that hold no amount; every twentieth is an amount that was struck out. See `photographs`."""
    return _write("nothing", split, count, rng, colour)


_desk: ProcessPoolExecutor | None = None
_numbers = itertools.count()


def _write(kind: str, split: Split, count: int, rng: np.random.Generator, colour: bool) -> Questions:
    starts = range(0, count, _SHEET)
    number = next(_numbers)
    jobs = [
        (number, kind, split, start, min(_SHEET, count - start), generator, colour)
        for start, generator in zip(starts, rng.spawn(len(starts)), strict=True)
    ]
    if count > _FEW:
        return Questions([_hand_over(job) for job in jobs], count)
    done: list[Future] = [Future() for _ in jobs]
    for future, job in zip(done, jobs, strict=True):
        future.set_result(_sheet(*job))
    return Questions(done, count)


def _hand_over(job: tuple) -> Future:
    """Give a job to the process beside; it is started when there is none, or when it was killed."""
    global _desk
    try:
        if _desk is not None:
            return _desk.submit(_sheet, *job)
    except BrokenProcessPool:
        pass
    # Spawned, not forked: a fork of a process that runs TensorFlow's threads may hang.
    context = multiprocessing.get_context("spawn")
    _desk = ProcessPoolExecutor(max(1, (os.cpu_count() or 2) - 1), context, writing.settle)
    return _desk.submit(_sheet, *job)


_alphabets: dict[int, pens.Alphabet] = {}  # of the process that writes: the one of the set that it is at


def _sheet(
    number: int, kind: str, split: Split, start: int, count: int, rng: np.random.Generator, colour: bool
) -> list[Question]:
    if kind == "digits":
        pictures = handwriting.digit_pictures(split.images, split.labels, count, rng, start)
        return [Question(picture, str(label), str(label)) for picture, label in pictures]
    if number not in _alphabets:
        _alphabets.clear()
        _alphabets[number] = pens.Alphabet(split.images, split.labels)
    alphabet = _alphabets[number]
    if kind == "amounts":
        return [of_amount(handwriting.amount_picture(alphabet, rng, colour=colour)) for _ in range(count)]
    return [
        Question(_nothing(alphabet, rng, colour, struck_out=i % _STRUCK_OUT == 0), "", "")
        for i in range(start, start + count)
    ]


def _nothing(alphabet: pens.Alphabet, rng: np.random.Generator, colour: bool, struck_out: bool) -> np.ndarray:
    return handwriting.struck_out_picture(alphabet, rng, colour) if struck_out else clutter.picture(rng, colour)
