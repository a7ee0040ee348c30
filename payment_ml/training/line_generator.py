"""Sheets of strips to learn from, written by processes that know nothing of TensorFlow."""

from collections.abc import Iterator

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_images
from payment_ml.synthesis import amount_images, augmentation, glyphs, negatives
from payment_ml.text import alphabet
from payment_ml.workers import limit_worker

CHUNK_SIZE = 1024  # strips that one call writes
_GLYPHS = 3000  # of the split, that a sheet is written with
_DISTORTED = 0.85  # share of the sheets whose digits are bent first; with 1.0 as many validation amounts are wrong
# At each strip, for writing one takes half as long as learning from it. With four the network came to know the strips:
# loss 0.17 on those that it had learned from, 0.35 on new ones with the same digits.
VIEWS = 2
_MAX_DIGIT_HEIGHT = 40  # pixels of a digit: strips show it in 22, and larger pictures take longer to write
_CONNECTED_LINES_SHARE = (
    0.15  # share of strips in which lines are told from writing in the other way, as where a reader doubts
)
_NEGATIVE_SHARE = 0.08  # share of strips that hold no amount
_STRUCK_OUT_SHARE = 0.15  # share of these that are amounts which somebody struck out

LabelledLines = list[tuple[np.ndarray, list[int]]]  # levels uint8 [32, width] of a strip, and the symbols that it shows
_split: Split | None = None  # of a process of its own
_corrections: LabelledLines = []


def init_worker(split: Split, corrections: LabelledLines = ()) -> None:
    """Prepare a process to write with the digits of a split, and to show people's corrections among what it writes."""
    global _split, _corrections
    _split, _corrections = split, corrections
    limit_worker()


def training_batches(seed: tuple[int, ...], batch_size: int, corrected: int = 0) -> list[list[tuple[np.ndarray, ...]]]:
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
    written = list(_write(_split, rng, CHUNK_SIZE - corrected, distort=rng.random() < _DISTORTED))
    known = [_corrections[i] for i in rng.integers(len(_corrections), size=corrected)] if corrected else []
    looks = []
    for again in range(VIEWS):
        lines = [(_look(strip, symbols, rng) if again else strip.pixels, symbols) for strip, symbols in written]
        lines += [(_look_again(levels, symbols, rng), symbols) for levels, symbols in known]
        made = list(pad_batches(lines[CHUNK_SIZE % batch_size :], batch_size))
        looks.append([made[i] for i in rng.permutation(len(made))])
    return looks


def _look(strip: line_images.LineImage, symbols: list[int], rng: np.random.Generator) -> np.ndarray:
    """Another look at a strip, taken from its picture; the strip itself where that is too narrow to spell its text."""
    levels = augmentation.vary_ink(line_images.resample(strip, *augmentation.random_view_map(*strip.pixels.shape, rng)), rng)
    return levels if _fits(levels, symbols) else strip.pixels


def _look_again(levels: np.ndarray, symbols: list[int], rng: np.random.Generator) -> np.ndarray:
    """The same of a strip whose picture is not at hand."""
    look = augmentation.augment_line(levels, rng)
    return look if _fits(look, symbols) else levels


def _fits(levels: np.ndarray, symbols: list[int]) -> bool:
    return line_images.frame_count(levels.shape[1]) >= alphabet.frames_needed(symbols)


def generate_lines(split: Split, rng: np.random.Generator, count: int, distort: bool) -> LabelledLines:
    """Strips cut out of pictures of amounts, and of some that hold none.

    Parameters
    ----------
    split : whose digits are written
    count : strips
    distort : bend the digits first, as another hand would have written them
    """
    return [(strip.pixels, symbols) for strip, symbols in _write(split, rng, count, distort)]


def _write(
    split: Split, rng: np.random.Generator, count: int, distort: bool
) -> Iterator[tuple[line_images.LineImage, list[int]]]:
    """The strips of a sheet, with their symbols."""
    chosen = rng.choice(len(split.labels), min(_GLYPHS, len(split.labels)), replace=False)
    images = augmentation.distort(split.images[chosen], rng) if distort else split.images[chosen]
    glyph_bank = glyphs.GlyphBank(images, split.labels[chosen])
    while count > 0:
        text = alphabet.NO_AMOUNT
        if rng.random() >= _NEGATIVE_SHARE:
            written = amount_images.render_amount(glyph_bank, rng, colour=False, max_digit_height=_MAX_DIGIT_HEIGHT)
            picture, text = written.image, written.written
        elif rng.random() < _STRUCK_OUT_SHARE:
            picture = amount_images.render_struck_out(glyph_bank, rng, colour=False)
        else:
            picture = negatives.negative_image(rng, colour=False)
        strip = line_images.extract_line(picture)
        if strip is not None and rng.random() < _CONNECTED_LINES_SHARE:
            strip = line_images.recrop(strip)
        symbols = alphabet.encode(text)
        if strip is not None and _fits(strip.pixels, symbols):
            yield strip, symbols
            count -= 1


def pad_batches(lines: LabelledLines, batch_size: int) -> Iterator[tuple[np.ndarray, ...]]:
    """Strips of about one width together.

    Yields
    ------
    levels uint8 [n, 32, widest], 0 behind the end of a strip; frames int32 [n], of each strip's own width; symbols
    int32 [n, longest], 0 behind the end
    """
    ordered = sorted(lines, key=lambda line: line[0].shape[1])
    for i in range(0, len(ordered), batch_size):
        part = ordered[i : i + batch_size]
        levels = line_images.stack_lines([each for each, _ in part])
        symbols = np.zeros((len(part), max(len(each) for _, each in part)), np.int32)
        for row, (_, each) in zip(symbols, part, strict=True):
            row[: len(each)] = each
        yield levels, np.array([line_images.frame_count(each.shape[1]) for each, _ in part], np.int32), symbols
