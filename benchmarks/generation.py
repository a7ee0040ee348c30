"""Measure how many amounts and documents the generator writes in a second, on the cores of a small machine.

Notebook 03 evaluates readers on photographs in colour; they learn from line images, extracted from grey photographs.

Run: .venv/bin/python benchmarks/generation.py
"""

import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click
import numpy as np

from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.synthesis import amount_images, documents, glyphs, hands
from payment_ml.training import line_generator

IMAGES, DOCUMENTS = 4096, 256
PROCESSES = 2


def time_photographs(prepared_dir: Path, seed: int) -> float:
    """Return the seconds of one process for its share of the photographs, after a start that is not counted."""
    split = splits.read_split(prepared_dir, "validation")
    glyph_bank = glyphs.GlyphBank(split.images, split.labels)
    rng = np.random.default_rng(seed)
    amount_images.render_amount(glyph_bank, rng)
    started = time.perf_counter()
    for _ in range(IMAGES // PROCESSES):
        amount_images.render_amount(glyph_bank, rng)
    return time.perf_counter() - started


def time_line_images(prepared_dir: Path, seed: int) -> float:
    """Return the seconds of one process for its share of the line images, as the workers of a training write them."""
    line_generator.init_worker(splits.read_split(prepared_dir, "validation"))
    line_generator.training_batches((seed, 0), 32)
    started = time.perf_counter()
    for i in range(IMAGES // PROCESSES // line_generator.CHUNK_SIZE):
        line_generator.training_batches((seed, 1, i), 32)
    return time.perf_counter() - started


def time_documents(prepared_dir: Path, seed: int) -> float:
    """Return the seconds of one process for its share of the documents, after a start that is not counted."""
    split = splits.read_split(prepared_dir, "validation")
    rng = np.random.default_rng(seed)
    bank = hands.HandBank.sample(glyphs.GlyphBank(split.images, split.labels), rng, writers=50)
    for _ in range(10):
        documents.compose_document(bank, rng)
    started = time.perf_counter()
    for _ in range(DOCUMENTS // PROCESSES):
        documents.compose_document(bank, rng)
    return time.perf_counter() - started


@click.command(context_settings={"show_default": True})
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
def main(data_dir: Path) -> None:
    """Measure each kind of images and print their number a second."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        for kind, work, count in (
            ("photographs in colour", time_photographs, IMAGES),
            ("line images to learn from", time_line_images, IMAGES),
            ("documents", time_documents, DOCUMENTS),
        ):
            seconds = list(pool.map(partial(work, data_dir / "prepared"), range(PROCESSES)))
            click.echo(f"{count / max(seconds):,.0f} {kind} a second in {PROCESSES} processes")


if __name__ == "__main__":
    main()
