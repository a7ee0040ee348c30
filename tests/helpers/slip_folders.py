"""Fill folders with copies of the samples, under names that a test chooses."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from payment_ml import paths

SAMPLES = sorted((paths.ROOT / "data" / "samples").glob("amount-*.png"))


def fill(folder: Path, names: Iterable[str]) -> Path:
    """Copy samples into a folder under the given names, and return it."""
    folder.mkdir(exist_ok=True)
    for i, name in enumerate(names):
        shutil.copy(SAMPLES[i % len(SAMPLES)], folder / name)
    return folder
