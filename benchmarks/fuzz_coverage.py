"""Coverage-guided fuzzing of `images`, until it is interrupted or its time is up: make fuzz-coverage.

libFuzzer's options go behind the script's name; the first folder that is named is its corpus, which it adds to.

Source: atheris, https://github.com/google/atheris.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["payment_ml.imaging.image_loading", "PIL"]):
    from PIL import Image, PngImagePlugin, TiffImagePlugin  # noqa: F401  instrumented before they are needed

    from payment_ml import errors
    from payment_ml.imaging import image_loading

import numpy as np
from helpers.corrupt_images import seeds

from payment_ml import errors, paths
from payment_ml.datasets import mnist, splits
from payment_ml.synthesis import glyphs


def read(content: bytes) -> None:
    """A picture, or an error in words; anything else is a finding."""
    try:
        image_loading.load_grey_with_note(content)
    except errors.ImageError as error:
        if not str(error).startswith("expected "):
            raise


def main() -> None:
    """Fuzz, from whole pictures of every format."""
    split = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["train"]
    alphabet = glyphs.GlyphBank(split.images[:500], split.labels[:500])
    with tempfile.TemporaryDirectory() as folder:
        for i, content in enumerate(seeds(alphabet, np.random.default_rng(0))):
            Path(folder, f"seed-{i}").write_bytes(content)
        atheris.Setup([*sys.argv, folder], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
