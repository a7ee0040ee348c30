"""Render and extract lines to train on: amounts in figures, and words."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_images, word_lines
from payment_ml.synthesis import amount_images, augmentation, glyphs, hands, negatives, word_images
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.text import alphabet, word_alphabet
from payment_ml.training.line_generator import LabelledLineImage, fits

_GLYPHS = 3000  # digits of the split that a chunk is written with
_WRITERS = 150  # simulated ones, who write in a chunk beside MNIST's
DISTORTED_SHARE = 0.85  # of the chunks, whose digits are distorted first (docs/decisions/network-and-training.md)
_MAX_DIGIT_HEIGHT = 40  # pixels; line images show digits in 22 pixels, and larger images take longer to render
_CONNECTED_LINES_SHARE = 0.15  # of the lines, extracted by the criterion for ruled lines that readers fall back to
_LONE_DIGIT_SHARE = 0.04  # of the lines, a digit alone as forms have it in a box: without them it is read as if cut off
_NEGATIVE_SHARE = 0.1  # of the lines, which show no amount
_STRUCK_OUT_SHARE, _TURNED_SHARE = 0.3, 0.2  # of these, which show an amount that is struck out, or upside down


@dataclass(frozen=True)
class AmountLines:
    """Render amounts with the digits of a split, and some images without an amount."""

    split: Split
    # Probability that the digits of a call of `generate` are distorted first, as other writers would have written them.
    distorted_share: float = DISTORTED_SHARE

    def generate(self, rng: np.random.Generator, count: int) -> Iterator[LabelledLineImage]:
        """Yield `count` line images with their CTC labels."""
        distort = self.distorted_share > 0 and rng.random() < self.distorted_share
        bank = sample_hands(self.split, rng, distort)
        while count > 0:
            image, text = _render_amount(bank, rng)
            line = line_images.extract_line(image)
            if line is not None and rng.random() < _CONNECTED_LINES_SHARE:
                line = line_images.recrop(line)
            labels = alphabet.encode(text)
            if line is not None and fits(line.pixels, labels):
                yield line, labels
                count -= 1


@dataclass(frozen=True)
class WordLines:
    """Render lines of words; `held_out`: in the fonts that nothing is trained on."""

    held_out: bool = False

    def generate(self, rng: np.random.Generator, count: int) -> Iterator[LabelledLineImage]:
        """Yield `count` line images with their CTC labels, of `text.word_alphabet`."""
        while count > 0:
            image, text = word_images.render_words(rng, self.held_out)
            line = word_lines.extract_words(image)
            labels = word_alphabet.encode_words(text or " ")  # the loss takes no line without labels
            if line is not None and fits(line.pixels, labels):
                yield line, labels
                count -= 1


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


def _render_amount(bank: hands.Hands, rng: np.random.Generator) -> tuple[np.ndarray, str]:
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
