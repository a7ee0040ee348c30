"""Sheets of strips to learn from, written by processes that know nothing of TensorFlow."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing import connection
from threading import Thread

import cv2
import numpy as np

from payment_ml import augmentation, clutter, decoding, handwriting, pens, strips
from payment_ml.preparation import Split

SHEET = 1024  # strips that one call writes
_DIGITS = 3000  # of the split, that a sheet is written with
_DISTORTED = 0.85  # share of the sheets whose digits are bent first; with 1.0 as many validation amounts are wrong
# At each strip, for writing one takes half as long as learning from it. With four the network came to know the strips:
# loss 0.17 on those that it had learned from, 0.35 on new ones with the same digits.
LOOKS = 2
_TALLEST = 40  # pixels of a digit: strips show it in 22, and larger pictures take longer to write
_OTHERWISE = 0.15  # share of strips in which lines are told from writing in the other way, as where a reader doubts
_NO_AMOUNT = 0.08  # share of strips that hold no amount
_STRUCK_OUT = 0.15  # share of these that are amounts which somebody struck out

Lines = list[tuple[np.ndarray, list[int]]]  # levels uint8 [32, width] of a strip, and the symbols that it shows
_split: Split | None = None  # of a process of its own
_corrections: Lines = []


def start(split: Split, corrections: Lines = ()) -> None:
    """Prepare a process to write with the digits of a split, and to show people's corrections among what it writes."""
    global _split, _corrections
    _split, _corrections = split, corrections
    settle()


def settle() -> None:
    """Prepare a process that writes beside others: it keeps to one core, and ends with its parent, not before."""
    cv2.setNumThreads(1)
    if multiprocessing.parent_process() is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a kernel that ends interrupts all of its processes first
        Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's processes outlive a parent that is killed, and would hold its memory for ever."""
    connection.wait([multiprocessing.parent_process().sentinel])
    os._exit(1)


def batches(seed: tuple[int, ...], batch_size: int, corrected: int = 0) -> list[list[tuple[np.ndarray, ...]]]:
    """A sheet in whole batches, for a process that `start` prepared.

    Parameters
    ----------
    seed : of everything that is drawn
    batch_size : strips in a batch
    corrected : so many of the sheet's strips are looks at corrections

    Returns
    -------
    `LOOKS` lists of what `batch` gives, each in an order of its own: the strips as written, then other looks at them
    """
    rng = np.random.default_rng(seed)
    written = list(_write(_split, rng, SHEET - corrected, distort=rng.random() < _DISTORTED))
    known = [_corrections[i] for i in rng.integers(len(_corrections), size=corrected)] if corrected else []
    looks = []
    for again in range(LOOKS):
        lines = [(_look(strip, symbols, rng) if again else strip.levels, symbols) for strip, symbols in written]
        lines += [(_look_again(levels, symbols, rng), symbols) for levels, symbols in known]
        made = list(batch(lines[SHEET % batch_size :], batch_size))
        looks.append([made[i] for i in rng.permutation(len(made))])
    return looks


def _look(strip: strips.Strip, symbols: list[int], rng: np.random.Generator) -> np.ndarray:
    """Another look at a strip, taken from its picture; the strip itself where that is too narrow to spell its text."""
    levels = augmentation.ink(strip.seen(*augmentation.another_look(*strip.levels.shape, rng)), rng)
    return levels if _fits(levels, symbols) else strip.levels


def _look_again(levels: np.ndarray, symbols: list[int], rng: np.random.Generator) -> np.ndarray:
    """The same of a strip whose picture is not at hand."""
    look = augmentation.look_again(levels, rng)
    return look if _fits(look, symbols) else levels


def _fits(levels: np.ndarray, symbols: list[int]) -> bool:
    return strips.frames(levels.shape[1]) >= decoding.frames_needed(symbols)


def sheet(split: Split, rng: np.random.Generator, count: int, distort: bool) -> Lines:
    """Strips cut out of pictures of amounts, and of some that hold none.

    Parameters
    ----------
    split : whose digits are written
    count : strips
    distort : bend the digits first, as another hand would have written them
    """
    return [(strip.levels, symbols) for strip, symbols in _write(split, rng, count, distort)]


def _write(
    split: Split, rng: np.random.Generator, count: int, distort: bool
) -> Iterator[tuple[strips.Strip, list[int]]]:
    """The strips of a sheet, with their symbols."""
    chosen = rng.choice(len(split.labels), min(_DIGITS, len(split.labels)), replace=False)
    images = augmentation.distort(split.images[chosen], rng) if distort else split.images[chosen]
    alphabet = pens.Alphabet(images, split.labels[chosen])
    while count > 0:
        text = decoding.NO_AMOUNT
        if rng.random() >= _NO_AMOUNT:
            written = handwriting.amount_picture(alphabet, rng, colour=False, tallest=_TALLEST)
            picture, text = written.picture, written.text
        elif rng.random() < _STRUCK_OUT:
            picture = handwriting.struck_out_picture(alphabet, rng, colour=False)
        else:
            picture = clutter.picture(rng, colour=False)
        strip = strips.cut_strip(picture)
        if strip is not None and rng.random() < _OTHERWISE:
            strip = strip.again()
        symbols = decoding.encode(text)
        if strip is not None and _fits(strip.levels, symbols):
            yield strip, symbols
            count -= 1


def batch(lines: Lines, batch_size: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Strips of about one width together.

    Yields
    ------
    levels uint8 [n, 32, widest], 0 behind the end of a strip; frames int32 [n], of each strip's own width; symbols
    int32 [n, longest], 0 behind the end
    """
    ordered = sorted(lines, key=lambda line: line[0].shape[1])
    for i in range(0, len(ordered), batch_size):
        part = ordered[i : i + batch_size]
        levels = strips.stack([each for each, _ in part])
        symbols = np.zeros((len(part), max(len(each) for _, each in part)), np.int32)
        for row, (_, each) in zip(symbols, part, strict=True):
            row[: len(each)] = each
        yield levels, np.array([strips.frames(each.shape[1]) for each, _ in part], np.int32), symbols
