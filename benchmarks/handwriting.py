"""How many amounts are written a second, by as many processes as a small machine has cores.

Photographs in colour are what 03 examines readers with; strips, cut out of photographs in grey, are what they learn
from.

Run: .venv/bin/python benchmarks/handwriting.py
"""

import time
from concurrent.futures import ProcessPoolExecutor

import click
import numpy as np

from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.synthesis import amount_images, glyphs
from payment_ml.training import line_generator

PICTURES = 4096
PROCESSES = 2


def photographs(seed: int) -> float:
    """Seconds of one process for its share of the pictures, after a start that is not counted."""
    split = splits.read_split(paths.ROOT / "data" / "prepared", "validation")
    alphabet = glyphs.GlyphBank(split.images, split.labels)
    rng = np.random.default_rng(seed)
    amount_images.render_amount(alphabet, rng)
    started = time.perf_counter()
    for _ in range(PICTURES // PROCESSES):
        amount_images.render_amount(alphabet, rng)
    return time.perf_counter() - started


def strips(seed: int) -> float:
    """The same for strips, as the processes beside the training write them."""
    line_generator.init_worker(splits.read_split(paths.ROOT / "data" / "prepared", "validation"))
    line_generator.training_batches((seed, 0), 32)
    started = time.perf_counter()
    for i in range(PICTURES // PROCESSES // line_generator.CHUNK_SIZE):
        line_generator.training_batches((seed, 1, i), 32)
    return time.perf_counter() - started


def main() -> None:
    """Measure with as many processes as a training machine has cores, and print."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        for what, work in (("photographs in colour", photographs), ("strips to learn from", strips)):
            seconds = list(pool.map(work, range(PROCESSES)))
            click.echo(f"{PICTURES / max(seconds):,.0f} {what} a second in {PROCESSES} processes")


if __name__ == "__main__":
    main()
