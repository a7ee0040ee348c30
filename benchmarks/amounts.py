"""Speed of the amount champion: answers as ratios measured in one run, for the machine decides the seconds.

Run: make bench
"""

import statistics
import subprocess
import sys
import time

import click
import cv2
import numpy as np

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import test_sets
from payment_ml.imaging import line_images
from payment_ml.networks import inference

PICTURES = 1000


def main() -> None:
    """Measure and print a table."""
    split = splits.read_split(paths.ROOT / "data" / "prepared", "validation")
    asked = test_sets.generate_samples("amounts", split, PICTURES, np.random.default_rng(0))
    files = [cv2.imencode(".png", each.image[:, :, ::-1])[1].tobytes() for each in asked]
    reader = payment_ml.load_amount_reader()
    reader.read_many(files[:100])
    times = []
    for content in files:
        started = time.perf_counter()
        reader.read(content)
        times.append(1000 * (time.perf_counter() - started))
    started = time.perf_counter()
    reader.read_many(files)
    together = 1000 * (time.perf_counter() - started) / PICTURES
    clean, spoiled = _with_broken_ones(reader, files)
    alone, in_tensorflow = _network_alone(reader)
    sample = paths.ROOT / "data" / "samples" / "amount-01.png"
    command = [sys.executable, "-m", "payment_ml.cli.main", "read", str(sample)]
    cold = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        cold.append(1000 * (time.perf_counter() - started))
    one = statistics.median(times)
    click.echo(f"{reader.version.name}, {PICTURES} PNG files in memory")
    click.echo(f"{'what':38}{'ms a picture':>13}  a second  times read")
    for what, milliseconds in (
        ("read, one by one, median", one),
        ("read, one by one, 95% are faster", float(np.percentile(times, 95))),
        ("read_many, mean", together),
        ("read_many, 900 good ones", clean),
        ("the same among 100 broken, a good one", spoiled),
        ("payment-ml read one.png, median of 3", statistics.median(cold)),
        ("the network alone, one strip", alone),
        ("the same network in TensorFlow", in_tensorflow),
    ):
        click.echo(f"{what:38}{milliseconds:13.2f}{1000 / milliseconds:10.0f}{milliseconds / one:12.1f}")


def _network_alone(reader: payment_ml.AmountReader) -> tuple[float, float]:
    """Milliseconds that its network takes for a strip of usual width, as it serves and as Keras has it; in turns."""
    path = reader.version.network_path
    ways = (inference.load_session(path), inference.tensorflow_session(path))
    levels = np.random.default_rng(0).integers(0, 256, (1, line_images.HEIGHT, 160), np.uint8)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(300):
        for way, taken in zip(ways, times, strict=True):
            started = time.perf_counter()
            way(levels)
            taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[0]), statistics.median(times[1])


def _with_broken_ones(reader: payment_ml.AmountReader, files: list[bytes]) -> tuple[float, float]:
    """Milliseconds a good picture in a clean batch, and in one in which every tenth is cut off; in turns, the best."""
    clean = [content for i, content in enumerate(files) if i % 10]
    spoiled = [content if i % 10 else content[: len(content) // 2] for i, content in enumerate(files)]
    best = [float("inf"), float("inf")]
    for _ in range(5):
        for place, batch in enumerate((clean, spoiled)):
            started = time.perf_counter()
            reader.read_many(batch)
            best[place] = min(best[place], 1000 * (time.perf_counter() - started) / len(clean))
    return best[0], best[1]


if __name__ == "__main__":
    main()
