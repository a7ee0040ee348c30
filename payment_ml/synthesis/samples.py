"""Render the sample images of data/samples, for people who try the project without an image of their own.

Run: python -m payment_ml.synthesis.samples
"""

import csv
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np

from payment_ml import paths
from payment_ml.datasets import mnist, splits
from payment_ml.synthesis import amount_forms, amount_images, glyphs
from payment_ml.text import amounts

_SEED = 12
# Twelve amounts in the forms that people are likely to try first.
_AMOUNTS = (
    "1234.56", "8.05", "$410.75", "1,250.00", "96-30", "0.42",
    "20000.00", "=387,19=", "5'604.00", "73.99", "615/08", "12.-",
)  # fmt: skip


def write(folder: Path, split: splits.Split, rng: np.random.Generator) -> None:
    """Write images of twelve amounts and of the ten digits, and `truth.csv` with the label of each.

    Parameters
    ----------
    folder : created when missing
    split : source of the digits; the validation split is used neither for training nor for tests
    rng : draws the digits, writer styles, inks and papers
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    glyph_bank = glyphs.GlyphBank(split.images, split.labels)
    for number, text in enumerate(_AMOUNTS, start=1):
        value = _value(text)
        sample = amount_images.render_amount(glyph_bank, rng, amount_forms.WrittenAmount(value, text))
        rows.append([f"amount-{number:02d}.png", "amount", text, sample.label])
        cv2.imwrite(str(folder / rows[-1][0]), sample.image[:, :, ::-1])
    for number, digit in enumerate(rng.permutation(10), start=1):
        indices = [rng.choice(np.flatnonzero(split.labels == digit)), *rng.integers(len(split.labels), size=2)]
        image = amount_images.render_digit(split.images[indices], rng)
        rows.append([f"digit-{number:02d}.png", "digit", str(digit), str(digit)])
        cv2.imwrite(str(folder / rows[-1][0]), image[:, :, ::-1])
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "kind", "written", "text", "truth"])  # the last one for payment-ml evaluate
        writer.writerows([*row, row[2]] for row in rows)


def _value(text: str) -> Decimal:
    value = amounts.parse(text).value
    assert value is not None, f"expected samples without ambiguity, but {text!r} is ambiguous"
    return value


if __name__ == "__main__":
    validation = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["validation"]
    write(paths.ROOT / "data" / "samples", validation, np.random.default_rng(_SEED))
