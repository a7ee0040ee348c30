"""Generate line images to train on, in worker processes that do not import TensorFlow."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_batches, line_images
from payment_ml.synthesis import amount_images, augmentation, glyphs, hands, negatives
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.text import alphabet
from payment_ml.workers import limit_worker

CHUNK_SIZE = 1024  # lines that one call of `training_batches` generates
# Views of each line that the network learns from. Generating a line is slow beside learning from it, so more views save
# time; with too many the network memorises the lines (docs/decisions/network-and-training.md).
VIEWS = 2
_GLYPHS = 3000  # digits of the split that a chunk is written with
_WRITERS = 150  # simulated ones, who write in a chunk beside MNIST's
_DISTORTED_SHARE = 0.85  # of the chunks, whose digits are distorted first (docs/decisions/network-and-training.md)
_MAX_DIGIT_HEIGHT = 40  # pixels; line images show digits in 22 pixels, and larger images take longer to render
_CONNECTED_LINES_SHARE = 0.15  # of the lines, extracted by the criterion for ruled lines that readers fall back to
_LONE_DIGIT_SHARE = 0.04  # of the lines, a digit alone as forms have it in a box: without them it is read as if cut off
_NEGATIVE_SHARE = 0.1  # of the lines, which show no amount
_STRUCK_OUT_SHARE, _TURNED_SHARE = 0.3, 0.2  # of these, which show an amount that is struck out, or upside down

LabelledLines = Sequence[tuple[np.ndarray, list[int]]]  # pixels of a line, uint8 [32, width], and its CTC labels
_LineImages = list[tuple[line_images.LineImage, list[int]]]
_Batches = list[tuple[np.ndarray, ...]]

_split: Split | None = None  # what `init_worker` gave to this process
_corrections: LabelledLines = ()


def init_worker(split: Split, corrections: LabelledLines = ()) -> None:
    """Prepare a process to generate lines with the digits of a split, and to mix in user corrections."""
    global _split, _corrections  # a pool hands large arguments to its processes once
    _split, _corrections = split, corrections
    limit_worker()


def training_batches(seed: tuple[int, ...], batch_size: int, corrections: int = 0) -> list[_Batches]:
    """Generate a chunk of lines, and return it as several views in batches.

    Parameters
    ----------
    seed : of all random numbers
    batch_size : lines in a batch; the last, smaller batch is left out
    corrections : number of the chunk's lines that are augmented user corrections

    Returns
    -------
    `VIEWS` lists of the batches of `pad_batches`, each in its own random order: first the lines as generated, then
    augmented views of them

    Raises
    ------
    RuntimeError : `init_worker` was not called in this process
    """
    if _split is None:
        raise RuntimeError("expected init_worker to be called in this process before training_batches")
    rng = np.random.default_rng(seed)
    distort = rng.random() < _DISTORTED_SHARE
    generated = list(_generate(_split, rng, CHUNK_SIZE - corrections, distort))
    chosen = rng.integers(len(_corrections), size=corrections) if corrections else ()
    corrected = [_corrections[i] for i in chosen]
    views = []
    for number in range(VIEWS):
        lines = _view(generated, corrected, augmented=number > 0, rng=rng)
        views.append(_shuffle(list(pad_batches(lines[CHUNK_SIZE % batch_size :], batch_size)), rng))
    return views


def generate_lines(split: Split, rng: np.random.Generator, count: int, distort: bool) -> LabelledLines:
    """Generate lines extracted from rendered images, most of amounts and some without one.

    Parameters
    ----------
    split : whose digits the amounts are written with
    count : number of lines
    distort : whether to distort the digits first, as another writer would have written them
    """
    return [(line.pixels, labels) for line, labels in _generate(split, rng, count, distort)]


def sample_hands(split: Split, rng: np.random.Generator, distort: bool) -> hands.HandBank:
    """Return hands to write amounts in: digits of a split, and simulated writers.

    Parameters
    ----------
    split : of the digits
    distort : whether to distort the digits first, as another writer would have written them
    """
    chosen = rng.choice(len(split.labels), min(_GLYPHS, len(split.labels)), replace=False)
    images = augmentation.distort(split.images[chosen], rng) if distort else split.images[chosen]
    return hands.HandBank.sample(glyphs.GlyphBank(images, split.labels[chosen]), rng, _WRITERS)


def augment_line_image(line: line_images.LineImage, labels: list[int], rng: np.random.Generator) -> np.ndarray:
    """Sample an augmented view of a line from its image.

    Returns
    -------
    uint8 [32, width]; the line's own pixels where the view would be too narrow for its labels
    """
    height, width = line.pixels.shape
    x, y = augmentation.random_view_map(height, width, rng)
    view = augmentation.vary_ink(line_images.resample(line, x, y), rng)
    return view if _fits(view, labels) else line.pixels


def augment_pixels(pixels: np.ndarray, labels: list[int], rng: np.random.Generator) -> np.ndarray:
    """Sample an augmented view of a line whose image is not available; returns as `augment_line_image`."""
    view = augmentation.augment_line(pixels, rng)
    return view if _fits(view, labels) else pixels


def pad_batches(lines: LabelledLines, batch_size: int) -> Iterator[tuple[np.ndarray, ...]]:
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


def _generate(
    split: Split, rng: np.random.Generator, count: int, distort: bool
) -> Iterator[tuple[line_images.LineImage, list[int]]]:
    """Generate line images with their CTC labels; parameters as of `generate_lines`."""
    bank = sample_hands(split, rng, distort)
    while count > 0:
        image, text = _render(bank, rng)
        line = line_images.extract_line(image)
        if line is not None and rng.random() < _CONNECTED_LINES_SHARE:
            line = line_images.recrop(line)
        labels = alphabet.encode(text)
        if line is not None and _fits(line.pixels, labels):
            yield line, labels
            count -= 1


def _render(bank: hands.Hands, rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """Render an image, uint8 [height, width], most often of an amount, and return it with its text."""
    kind = rng.random()
    if kind >= _NEGATIVE_SHARE:
        digit = int(rng.integers(10))
        amount = WrittenAmount(Decimal(digit), str(digit)) if kind >= 1 - _LONE_DIGIT_SHARE else None
        sample = amount_images.render_amount(bank, rng, amount, colour=False, max_digit_height=_MAX_DIGIT_HEIGHT)
        return sample.image, sample.written
    kind /= _NEGATIVE_SHARE
    if kind < _STRUCK_OUT_SHARE:
        return amount_images.render_struck_out(bank, rng, colour=False), alphabet.NO_AMOUNT
    if kind < _STRUCK_OUT_SHARE + _TURNED_SHARE:
        return amount_images.render_turned(bank, rng, colour=False), alphabet.NO_AMOUNT
    return negatives.negative_image(rng, colour=False), alphabet.NO_AMOUNT


def _view(
    generated: _LineImages, corrected: LabelledLines, augmented: bool, rng: np.random.Generator
) -> list[tuple[np.ndarray, list[int]]]:
    """Return a view of each line; user corrections are augmented in every view."""
    lines = [
        (augment_line_image(line, labels, rng) if augmented else line.pixels, labels) for line, labels in generated
    ]
    return lines + [(augment_pixels(pixels, labels, rng), labels) for pixels, labels in corrected]


def _shuffle(batches: _Batches, rng: np.random.Generator) -> _Batches:
    return [batches[i] for i in rng.permutation(len(batches))]


def _fits(pixels: np.ndarray, labels: list[int]) -> bool:
    """Return whether the frames of a line are enough to spell its labels."""
    return line_batches.frame_count(pixels.shape[1]) >= alphabet.frames_needed(labels)
