"""How many photographs of amounts are written a second, by as many processes as a small machine has cores.

Run: .venv/bin/python benchmarks/handwriting.py
"""

import time
from concurrent.futures import ProcessPoolExecutor

import click
import numpy as np

from payment_ml import handwriting, pens, preparation, project

PICTURES = 2000
PROCESSES = 2


def write(seed: int) -> float:
    """Seconds of one process for its share of the pictures, after a start that is not counted."""
    split = preparation.read_split(project.ROOT / "data" / "prepared", "validation")
    alphabet = pens.Alphabet(split.images, split.labels)
    rng = np.random.default_rng(seed)
    handwriting.amount_picture(alphabet, rng)
    started = time.perf_counter()
    for _ in range(PICTURES // PROCESSES):
        handwriting.amount_picture(alphabet, rng)
    return time.perf_counter() - started


def main() -> None:
    """Measure with as many processes as a training machine has cores, and print."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        seconds = list(pool.map(write, range(PROCESSES)))
    click.echo(f"{PICTURES / max(seconds):,.0f} amounts a second in {PROCESSES} processes")


if __name__ == "__main__":
    main()
