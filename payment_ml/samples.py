"""The sample pictures of data/samples: what people try the project with who have no picture at hand."""

import csv
from pathlib import Path

import cv2
import numpy as np

from payment_ml import handwriting, mnist, preparation, project

_SEED = 7


def write_digits(folder: Path, split: preparation.Split, rng: np.random.Generator) -> None:
    """Write a photograph of each of the ten digits as `digit-<n>.png`, and `digits.csv` with file and truth.

    Parameters
    ----------
    folder : made when missing
    split : whose digits are written; validation's, so that nothing trained or judged on them
    rng : draws the digits, their neighbours, pens and papers
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "digits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "truth"])
        for number, digit in enumerate(rng.permutation(10), start=1):
            chosen = [rng.choice(np.flatnonzero(split.labels == digit)), *rng.integers(len(split.labels), size=2)]
            picture = handwriting.digit_picture(split.images[chosen], rng)
            name = f"digit-{number:02d}.png"
            cv2.imwrite(str(folder / name), picture[:, :, ::-1])
            writer.writerow([name, int(digit)])


if __name__ == "__main__":
    splits = preparation.split_digits(mnist.load(project.ROOT / "data" / "raw"))
    write_digits(project.ROOT / "data" / "samples", splits["validation"], np.random.default_rng(_SEED))
