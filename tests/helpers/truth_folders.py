"""Draw clear amounts into a folder, with a csv that says what is written on them, as a user would have."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from helpers.drawn_amounts import draw_amount
from payment_ml.datasets.splits import Split
from payment_ml.synthesis.glyphs import GlyphBank

AMOUNTS = tuple(f"{units}.{cents:02d}" for units, cents in zip(range(112, 993, 30), range(10, 98, 3), strict=True))


def write_truth(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Write a csv with the columns of the first row, and return its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def draw_truth_folder(folder: Path, split: Split, texts: Sequence[str] = AMOUNTS) -> Path:
    """Draw a picture of each text into a folder that exists, and return the path of its truth.csv."""
    bank = GlyphBank(split.images, split.labels)
    rows = []
    for number, text in enumerate(texts):
        name = f"{number:02d}.png"
        Image.fromarray(draw_amount(bank, text)).save(folder / name)
        rows.append({"file": name, "truth": text})
    return write_truth(folder / "truth.csv", rows)
