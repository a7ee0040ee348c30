"""Generate line images to train on, in worker processes that do not import TensorFlow.

Line sources, such as those of `line_sources`, render and extract the lines; this module augments and batches them.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from payment_ml.imaging import line_batches, line_images
from payment_ml.synthesis import augmentation
from payment_ml.text import alphabet
from payment_ml.training.chunked_epochs import Batch
from payment_ml.workers import limit_worker

CHUNK_SIZE = 1024  # lines that one call of `training_batches` generates, unless it is asked for fewer

LabelledLines = Sequence[tuple[np.ndarray, list[int]]]  # pixels of a line, uint8 [32, width], and its CTC labels
LabelledLineImage = tuple[line_images.LineImage, list[int]]


class LineSource(Protocol):
    """Render lines of one kind, such as amounts; worker processes get a copy."""

    def generate(self, rng: np.random.Generator, count: int) -> Iterator[LabelledLineImage]:
        """Yield `count` line images with their CTC labels, which `fits` finds to fit."""


_source: LineSource | None = None  # what `init_worker` gave to this process
_corrections: LabelledLines = ()


def init_worker(source: LineSource, corrections: LabelledLines = ()) -> None:
    """Prepare a process to generate lines of a source, and to mix in user corrections."""
    global _source, _corrections  # a pool hands large arguments to its processes once
    _source, _corrections = source, corrections
    limit_worker()


def training_batches(
    seed: tuple[int, ...], batch_size: int, corrections: int = 0, views: int = 2, lines: int = CHUNK_SIZE
) -> list[list[Batch]]:
    """Generate a chunk of lines, and return it as several views in batches.

    Parameters
    ----------
    seed : of all random numbers
    batch_size : lines in a batch; the last, smaller batch is left out
    corrections : number of the chunk's lines that are augmented user corrections
    views : of each line
    lines : of the chunk

    Returns
    -------
    for each view a list of the batches of `pad_batches`, each in its own random order: first the lines as generated,
    then augmented views of them

    Raises
    ------
    RuntimeError : `init_worker` was not called in this process
    """
    if _source is None:
        raise RuntimeError("expected init_worker to be called in this process before training_batches")
    rng = np.random.default_rng(seed)
    generated = list(_source.generate(rng, lines - corrections))
    chosen = rng.integers(len(_corrections), size=corrections) if corrections else ()
    corrected = [_corrections[i] for i in chosen]
    batches = []
    for number in range(views):
        shown = _view(generated, corrected, augmented=number > 0, rng=rng)
        batches.append(_shuffle(list(pad_batches(shown[lines % batch_size :], batch_size)), rng))
    return batches


def generate_lines(source: LineSource, rng: np.random.Generator, count: int) -> LabelledLines:
    """Generate so many lines of a source, without augmentation."""
    return [(line.pixels, labels) for line, labels in source.generate(rng, count)]


def fits(pixels: np.ndarray, labels: list[int]) -> bool:
    """Return whether the frames of a line, uint8 [32, width], are enough to spell its labels."""
    return line_batches.frame_count(pixels.shape[1]) >= alphabet.frames_needed(labels)


def augment_line_image(line: line_images.LineImage, labels: list[int], rng: np.random.Generator) -> np.ndarray:
    """Sample an augmented view of a line from its image.

    Returns
    -------
    uint8 [32, width]; the line's own pixels where the view would be too narrow for its labels
    """
    height, width = line.pixels.shape
    x, y = augmentation.random_view_map(height, width, rng)
    view = augmentation.vary_ink(line_images.resample(line, x, y), rng)
    return view if fits(view, labels) else line.pixels


def augment_pixels(pixels: np.ndarray, labels: list[int], rng: np.random.Generator) -> np.ndarray:
    """Sample an augmented view of a line whose image is not available; returns as `augment_line_image`."""
    view = augmentation.augment_line(pixels, rng)
    return view if fits(view, labels) else pixels


def pad_batches(lines: LabelledLines, batch_size: int) -> Iterator[Batch]:
    """Put lines of similar width together in batches.

    Yields
    ------
    pixels uint8 [n, 32, widest], 0 behind the end of a line; frame counts int32 [n], of each line's own width; labels
    int32 [n, longest], 0 behind the end. The last batch may be smaller.
    """
    ordered = sorted(lines, key=lambda line: line[0].shape[1])
    for i in range(0, len(ordered), batch_size):
        batch = ordered[i : i + batch_size]
        padded = np.zeros((len(batch), max(len(labels) for _, labels in batch)), np.int32)
        for row, (_, labels) in zip(padded, batch, strict=True):
            row[: len(labels)] = labels
        frame_counts = np.array([line_batches.frame_count(pixels.shape[1]) for pixels, _ in batch], np.int32)
        yield line_batches.stack_lines([pixels for pixels, _ in batch]), frame_counts, padded


def _view(
    generated: Sequence[LabelledLineImage], corrected: LabelledLines, augmented: bool, rng: np.random.Generator
) -> list[tuple[np.ndarray, list[int]]]:
    """Return a view of each line; user corrections are augmented in every view."""
    lines = [
        (augment_line_image(line, labels, rng) if augmented else line.pixels, labels) for line, labels in generated
    ]
    return lines + [(augment_pixels(pixels, labels, rng), labels) for pixels, labels in corrected]


def _shuffle(batches: list[Batch], rng: np.random.Generator) -> list[Batch]:
    return [batches[i] for i in rng.permutation(len(batches))]
