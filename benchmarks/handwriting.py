"""How many amounts are written a second, by as many processes as a small machine has cores.

Photographs in colour are what 03 examines readers with; strips, cut out of photographs in grey, are what they learn
from.

Run: .venv/bin/python benchmarks/handwriting.py
"""

import time
from concurrent.futures import ProcessPoolExecutor

import click
import numpy as np

from payment_ml import handwriting, pens, preparation, project, writing

PICTURES = 4096
PROCESSES = 2


def photographs(seed: int) -> float:
    """Seconds of one process for its share of the pictures, after a start that is not counted."""
    split = preparation.read_split(project.ROOT / "data" / "prepared", "validation")
    alphabet = pens.Alphabet(split.images, split.labels)
    rng = np.random.default_rng(seed)
    handwriting.amount_picture(alphabet, rng)
    started = time.perf_counter()
    for _ in range(PICTURES // PROCESSES):
        handwriting.amount_picture(alphabet, rng)
    return time.perf_counter() - started


def strips(seed: int) -> float:
    """The same for strips, as the processes beside the training write them."""
    writing.start(preparation.read_split(project.ROOT / "data" / "prepared", "validation"))
    writing.batches((seed, 0), 32)
    started = time.perf_counter()
    for i in range(PICTURES // PROCESSES // writing.SHEET):
        writing.batches((seed, 1, i), 32)
    return time.perf_counter() - started


def main() -> None:
    """Measure with as many processes as a training machine has cores, and print."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        for what, work in (("photographs in colour", photographs), ("strips to learn from", strips)):
            seconds = list(pool.map(work, range(PROCESSES)))
            click.echo(f"{PICTURES / max(seconds):,.0f} {what} a second in {PROCESSES} processes")


if __name__ == "__main__":
    main()
