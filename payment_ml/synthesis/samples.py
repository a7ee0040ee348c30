"""The sample pictures of data/samples: what people try the project with who have no picture at hand."""

import csv
from decimal import Decimal
from pathlib import Path

import cv2
import numpy as np

from payment_ml import paths
from payment_ml.datasets import mnist, splits
from payment_ml.synthesis import amount_images, glyphs
from payment_ml.text import amounts

_SEED = 7
# What the twelve amounts are: ways of writing that people will try first.
_AMOUNTS = (
    "1234.56", "8.05", "$410.75", "1,250.00", "96-30", "0.42",
    "20000.00", "=387,19=", "5'604.00", "73.99", "615/08", "12.-",
)  # fmt: skip


def write(folder: Path, split: splits.Split, rng: np.random.Generator) -> None:
    """Write pictures of twelve amounts and of the ten digits, and `truth.csv` with what each holds.

    Parameters
    ----------
    folder : made when missing
    split : whose digits are written; validation's, so that nothing trained or judged on them
    rng : draws the digits, hands, pens and papers
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    alphabet = glyphs.GlyphBank(split.images, split.labels)
    for number, text in enumerate(_AMOUNTS, start=1):
        value = _value(text)
        picture = amount_images.render_amount(alphabet, rng, (value, text)).image
        rows.append([f"amount-{number:02d}.png", "amount", text, f"{value:.2f}"])
        cv2.imwrite(str(folder / rows[-1][0]), picture[:, :, ::-1])
    for number, digit in enumerate(rng.permutation(10), start=1):
        chosen = [rng.choice(np.flatnonzero(split.labels == digit)), *rng.integers(len(split.labels), size=2)]
        picture = amount_images.render_digit(split.images[chosen], rng)
        rows.append([f"digit-{number:02d}.png", "digit", str(digit), str(digit)])
        cv2.imwrite(str(folder / rows[-1][0]), picture[:, :, ::-1])
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "kind", "written", "text"])
        writer.writerows(rows)


def _value(text: str) -> Decimal:
    value = amounts.parse(text).value
    assert value is not None, f"expected samples without ambiguity, but {text!r} is ambiguous"
    return value


if __name__ == "__main__":
    validation = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["validation"]
    write(paths.ROOT / "data" / "samples", validation, np.random.default_rng(_SEED))
