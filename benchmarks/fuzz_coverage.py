"""Fuzz the decoding of images, guided by coverage, until interrupted or out of time: make fuzz-coverage.

libFuzzer's options follow the script's name; the first folder among them is its corpus, which it extends.

Source: atheris, https://github.com/google/atheris.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["payment_ml.imaging.image_loading", "PIL"]):
    from PIL import Image, PngImagePlugin, TiffImagePlugin  # noqa: F401  instrumented before anything imports them

    from payment_ml import errors, paths
    from payment_ml.imaging import image_loading

import numpy as np
from helpers.corrupt_images import seeds

from payment_ml.datasets import mnist, splits
from payment_ml.synthesis import glyphs


def read(content: bytes) -> None:
    """Load an image; let every error pass that is not the documented one with its documented message."""
    try:
        image_loading.load_grey_with_note(content)
    except errors.ImageError as error:
        if not str(error).startswith("expected "):
            raise


def main() -> None:
    """Fuzz, starting from whole images of every format."""
    split = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["train"]
    glyph_bank = glyphs.GlyphBank(split.images[:500], split.labels[:500])
    with tempfile.TemporaryDirectory() as folder:
        for i, content in enumerate(seeds(glyph_bank, np.random.default_rng(0))):
            Path(folder, f"seed-{i}").write_bytes(content)
        atheris.Setup([*sys.argv, folder], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
