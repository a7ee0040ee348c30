"""Measure how much faster several processes read a folder than one, and that they write the same bytes.

The pictures are amounts written with validation digits. Both commands read them in turns, each as a user gives it,
start-up included; the ratio of the medians is what counts, since machines differ.

Run: .venv/bin/python benchmarks/jobs.py
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from PIL import Image

from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import test_sets

COMMAND = Path(sys.executable).with_name("payment-ml")


@click.command(context_settings={"show_default": True})
@click.option("--count", default=5000, help="Pictures.")
@click.option("--jobs", default=2, help="Processes that are compared with one.")
@click.option("--rounds", default=3)
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
def main(count: int, jobs: int, rounds: int, data_dir: Path) -> None:
    """Read the same folder with one process and with several, in turns, and print the ratio."""
    split = splits.read_split(data_dir / "prepared", "validation")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pictures"
        folder.mkdir()
        samples = test_sets.generate_samples("amounts", split, count, np.random.default_rng(0), colour=False)
        for i, sample in enumerate(samples):
            Image.fromarray(sample.image).save(folder / f"{i:05}.png")
        seconds: dict[int, list[float]] = {1: [], jobs: []}
        for _ in range(rounds):
            for number, taken in seconds.items():
                output = Path(name) / f"{number}.csv"
                started = time.perf_counter()
                command = [str(COMMAND), "read", str(folder), "--jobs", str(number), "--output", str(output)]
                subprocess.run(command, check=True, capture_output=True)
                taken.append(time.perf_counter() - started)
        same = (Path(name) / "1.csv").read_bytes() == (Path(name) / f"{jobs}.csv").read_bytes()
    medians = {number: statistics.median(taken) for number, taken in seconds.items()}
    for number, median in medians.items():
        click.echo(f"{number} processes: {median:.1f} s for {count:,} pictures, {count / median:.0f} a second")
    click.echo(f"{medians[1] / medians[jobs]:.2f} times as fast, {'the same bytes' if same else 'OTHER BYTES'}")


if __name__ == "__main__":
    main()
