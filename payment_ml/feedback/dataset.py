"""Load curated corrections from the prepared data, as training examples or as images.

`curation.write` writes them. This module imports no reader, so that training loads none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from payment_ml import atomic_files, errors
from payment_ml.datasets import splits
from payment_ml.feedback import store
from payment_ml.imaging import digit_segmentation, image_loading, line_images
from payment_ml.imaging.line_images import LineImage
from payment_ml.tasks import Task
from payment_ml.text import alphabet

TRAIN, HOLDOUT, QUARANTINE = "train", "holdout", "quarantine"
USES = {
    TRAIN: "the network learns from them",
    HOLDOUT: "notebook 03 evaluates on them; the network never learns from them",
    QUARANTINE: "a person should review them; nothing else uses them",
}

FILE, FOLDER = "corrections.json", "corrections"  # below the folder of prepared data


@dataclass(frozen=True)
class CuratedCorrection:
    """Represent a correction with the use that curation assigned to it."""

    name: str  # of the correction: sha256 of its image's mode, size and pixels
    task: str  # a value of `Task`; empty where the record is damaged
    text: str  # the label; empty where only the digits of an amount are known
    use: str  # a key of `USES`
    reason: str | None  # why it is in quarantine; None for other uses
    written: str = ""  # of an amount: the likeliest of the ways to write it
    cut: int = 0  # of a digit: which of the candidate crops from the middle of the image; of an amount: see `crops`
    ink: float = 0.0  # share of the crop that is ink, 0 to 1
    height: int = 0  # pixels of the image
    digits: str = ""  # of an amount: its digits in the order written; empty where only the value is known

    @property
    def label(self) -> str:
        """Return the label for people."""
        return self.text or self.digits


def previous_summary(prepared_dir: Path) -> dict[str, Any] | None:
    """Return the entry for corrections in the manifest of the previous run; None where there is none."""
    try:
        return splits.read_manifest(prepared_dir).get("corrections")
    except errors.MissingDataError:
        return None


def read_curated(prepared_dir: Path) -> list[CuratedCorrection]:
    """Read the curated corrections and check them against the manifest; empty when none were prepared.

    Raises
    ------
    MissingDataError : a file is missing, damaged or of an earlier release
    """
    summary = splits.read_manifest(prepared_dir).get("corrections")
    if summary is None:
        return []
    path = prepared_dir / summary["file"]
    if not path.is_file() or atomic_files.sha256(path) != summary["sha256"]:
        raise errors.MissingDataError(
            f"expected {path} as the manifest describes it, but it is missing or was changed; "
            "run notebooks/01-prepare-data.ipynb again"
        )
    curated = [CuratedCorrection(**entry) for entry in atomic_files.read_json(path)["corrections"]]
    if unknown := {correction.use for correction in curated} - set(USES):
        raise errors.MissingDataError(
            f"expected the uses {', '.join(USES)} in {path}, but got {', '.join(sorted(unknown))}, as earlier releases "
            "wrote; run notebooks/01-prepare-data.ipynb again"
        )
    return curated


def select(prepared_dir: Path, task: str, use: str) -> list[CuratedCorrection]:
    """Return the curated corrections of one task with one use.

    Raises
    ------
    MissingDataError : as `read_curated`
    """
    return [correction for correction in read_curated(prepared_dir) if (correction.task, correction.use) == (task, use)]


def load_images(prepared_dir: Path, corrections: Iterable[CuratedCorrection]) -> list[np.ndarray]:
    """Load the prepared images of corrections, uint8 [height, width] or [height, width, 3] each.

    Raises
    ------
    CorruptFileError : an image is missing, or its pixels are not those that were saved
    """
    return [np.asarray(store.open_image(prepared_dir / FOLDER, correction.name)) for correction in corrections]


def examples(prepared_dir: Path, task: str) -> tuple[np.ndarray, np.ndarray] | list[tuple[np.ndarray, list[int]]]:
    """Load the corrections of a task to learn from; none for the tasks that people cannot correct.

    Raises
    ------
    MissingDataError, CorruptFileError : as `amount_lines`
    """
    if task == Task.DIGITS:
        return digit_examples(prepared_dir)
    return amount_lines(prepared_dir) if task == Task.AMOUNTS else []


def amount_lines(prepared_dir: Path) -> list[tuple[np.ndarray, list[int]]]:
    """Load the amounts to learn from: the pixels of each line, uint8 [32, width], and its CTC labels.

    Raises
    ------
    MissingDataError : as `read_curated`, or no line is detected in an image any more
    CorruptFileError : as `load_images`
    """
    corrections = select(prepared_dir, Task.AMOUNTS, TRAIN)
    lines = []
    for correction, image in zip(corrections, load_images(prepared_dir, corrections), strict=True):
        line = line_images.extract_line(image_loading.load_grey(image))
        if line is None:
            raise errors.MissingDataError(
                f"expected writing in the image of correction {correction.name}, as curation found, but there is none; "
                "run notebooks/01-prepare-data.ipynb again"
            )
        crop = crops(line)[correction.cut] if correction.cut else line
        lines.append((crop.pixels, alphabet.encode(correction.written)))
    return lines


def crops(line: LineImage) -> list[LineImage]:
    """Return the crops of an image that an amount may be learned from: its line first, then others of the same line."""
    full_image = line_images.full_image_crops(line) if line.text_detected else []  # else they are among the others
    return [line, *line_images.alternative_crops(line), *full_image]


def digit_examples(prepared_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    """Load the digits to learn from: images uint8 [n, 28, 28], 0 paper, and labels uint8 [n].

    Raises
    ------
    MissingDataError : as `read_curated`
    CorruptFileError : as `load_images`
    """
    corrections = select(prepared_dir, Task.DIGITS, TRAIN)
    crops = [
        digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(image_loading.load_grey(image)))[
            correction.cut
        ]
        for image, correction in zip(load_images(prepared_dir, corrections), corrections, strict=True)
    ]
    labels = np.array([int(correction.text) for correction in corrections], np.uint8)
    return np.array(crops, np.uint8).reshape(-1, 28, 28), labels
