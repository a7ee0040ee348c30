"""Measure the speed of the champion for amounts, as ratios within one run, since milliseconds depend on the machine.

Run: make bench
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import click
import cv2
import numpy as np

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import test_sets
from payment_ml.imaging import line_batches
from payment_ml.networks import inference

IMAGES = 1000


@click.command(context_settings={"show_default": True})
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
def main(data_dir: Path, models_dir: Path) -> None:
    """Measure the champion for amounts and print a table."""
    split = splits.read_split(data_dir / "prepared", "validation")
    samples = test_sets.generate_samples("amounts", split, IMAGES, np.random.default_rng(0))
    files = [cv2.imencode(".png", sample.image[:, :, ::-1])[1].tobytes() for sample in samples]
    reader = payment_ml.load_amount_reader(models_dir)
    reader.read_many(files[:100])
    single = []
    for content in files:
        started = time.perf_counter()
        reader.read(content)
        single.append(1000 * (time.perf_counter() - started))
    started = time.perf_counter()
    reader.read_many(files)
    batched = 1000 * (time.perf_counter() - started) / IMAGES
    clean, with_broken = time_batch_with_broken_files(reader, files)
    in_onnx_runtime, in_tensorflow = time_network(reader)
    image = paths.ROOT / "data" / "samples" / "amount-01.png"
    command = [sys.executable, "-m", "payment_ml.cli.main", "read", "--models", str(models_dir), str(image)]
    cold = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        cold.append(1000 * (time.perf_counter() - started))
    median = statistics.median(single)
    click.echo(f"{reader.version.name}, {IMAGES} PNG files in memory")
    click.echo(f"{'measurement':38}{'ms an image':>13}  a second  times read")
    for measurement, milliseconds in (
        ("read, one by one, median", median),
        ("read, one by one, 95% are faster", float(np.percentile(single, 95))),
        ("read_many, mean", batched),
        ("read_many, 900 whole files", clean),
        ("the same among 100 broken, a whole file", with_broken),
        ("payment-ml read one.png, median of 3", statistics.median(cold)),
        ("the network alone, one line image", in_onnx_runtime),
        ("the same network in TensorFlow", in_tensorflow),
    ):
        click.echo(f"{measurement:38}{milliseconds:13.2f}{1000 / milliseconds:10.0f}{milliseconds / median:12.1f}")


def time_network(reader: payment_ml.AmountReader) -> tuple[float, float]:
    """Return the milliseconds of the network alone for a line image of usual width, in ONNX Runtime and in TensorFlow.

    Both take turns, so that a busy moment of the machine affects both.
    """
    version = reader.version
    networks = (inference.load_session(version.inference_path), inference.tensorflow_session(version.network_path))
    pixels = np.random.default_rng(0).integers(0, 256, (1, line_batches.HEIGHT, 160), np.uint8)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(300):
        for network, milliseconds in zip(networks, times, strict=True):
            started = time.perf_counter()
            network(pixels)
            milliseconds.append(1000 * (time.perf_counter() - started))
    return statistics.median(times[0]), statistics.median(times[1])


def time_batch_with_broken_files(reader: payment_ml.AmountReader, files: list[bytes]) -> tuple[float, float]:
    """Return the milliseconds for each whole file, in a batch of whole files and in one where every tenth is cut off.

    Both take turns; the fastest of five counts.
    """
    clean = [content for i, content in enumerate(files) if i % 10]
    with_broken = [content if i % 10 else content[: len(content) // 2] for i, content in enumerate(files)]
    fastest = [float("inf"), float("inf")]
    for _ in range(5):
        for i, batch in enumerate((clean, with_broken)):
            started = time.perf_counter()
            reader.read_many(batch)
            fastest[i] = min(fastest[i], 1000 * (time.perf_counter() - started) / len(clean))
    return fastest[0], fastest[1]


if __name__ == "__main__":
    main()
