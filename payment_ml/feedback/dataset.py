"""TODO module docstring for feedback.dataset."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from payment_ml import atomic_files, errors
from payment_ml.datasets import splits
from payment_ml.feedback import store
from payment_ml.imaging import digit_segmentation, image_loading, line_images
from payment_ml.text import alphabet

TRAIN, HOLDOUT, QUARANTINE = "learn", "keep", "aside"


USES = {
    TRAIN: "the network learns from them",
    HOLDOUT: "notebook 03 judges by them; none is ever learned from",
    QUARANTINE: "a person should look at them",
}


FILE, FOLDER = "corrections.json", "corrections"


@dataclass(frozen=True)
class CuratedCorrection:
    """A correction, and what becomes of it."""

    name: str  # of the correction, sha256 of its pixels
    task: str  # "amounts" or "digits"; empty where the record is damaged
    text: str  # the truth
    use: str  # a key of `USES`
    reason: str | None  # why it was set aside
    written: str = ""  # of an amount: the likeliest of the ways to write it
    cut: int = 0  # of a digit: which of the likely cuts of the picture's middle shows it
    ink: float = 0.0  # share of the writing's box that is ink
    height: int = 0  # pixels of the picture


def previous_summary(prepared_dir: Path) -> dict[str, Any] | None:
    """What the manifest of the run before says of its corrections; None when there was none, or it is damaged."""
    try:
        return splits.read_manifest(prepared_dir).get("corrections")
    except errors.MissingDataError:
        return None


def read_curated(prepared_dir: Path) -> list[CuratedCorrection]:
    """What `write` wrote, checked against the manifest; empty when no correction was prepared.

    Raises
    ------
    MissingDataError : a file is missing or damaged
    """
    described = splits.read_manifest(prepared_dir).get("corrections")
    if described is None:
        return []
    path = prepared_dir / described["file"]
    if not path.is_file() or atomic_files.sha256(path) != described["sha256"]:
        raise errors.MissingDataError(
            f"expected {path} as the manifest describes it, but it is missing or was changed; "
            "run notebooks/01-prepare-data.ipynb again"
        )
    return [CuratedCorrection(**each) for each in atomic_files.read_json(path)["corrections"]]


def load_images(prepared_dir: Path, taken: Iterable[CuratedCorrection]) -> list[np.ndarray]:
    """The prepared pictures of corrections, uint8 [height, width] or [height, width, 3] each.

    Raises
    ------
    DamagedError : one is missing, or not the one that was saved
    """
    return [np.asarray(store.open_picture(prepared_dir / FOLDER, each.name)) for each in taken]


def select(prepared_dir: Path, task: str, use: str) -> list[CuratedCorrection]:
    """The corrections of a task with one use; see `read`."""
    return [each for each in read_curated(prepared_dir) if (each.task, each.use) == (task, use)]


def amount_lines(prepared_dir: Path) -> list[tuple[np.ndarray, list[int]]]:
    """Amounts to learn from: levels uint8 [32, width] of each strip, and the symbols that it shows."""
    taken = select(prepared_dir, "amounts", TRAIN)
    found = (line_images.extract_line(image_loading.load_grey(each)) for each in load_images(prepared_dir, taken))
    return [(strip.pixels, alphabet.encode(each.written)) for strip, each in zip(found, taken, strict=True)]


def digit_examples(prepared_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    """Digits to learn from: images uint8 [n, 28, 28], 0 paper, and labels uint8 [n]."""
    taken = select(prepared_dir, "digits", TRAIN)
    cuts = [
        digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(image_loading.load_grey(picture)))[each.cut]
        for picture, each in zip(load_images(prepared_dir, taken), taken, strict=True)
    ]
    labels = np.array([int(each.text) for each in taken], np.uint8)
    return np.array(cuts, np.uint8).reshape(-1, 28, 28), labels
