"""Speed of the digit champion: answers as ratios measured in one run, for the machine decides the seconds.

Run: make bench
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import click
import numpy as np

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.synthesis import amount_images


def median_milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Median wall time of a call, in milliseconds, after one that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def command_milliseconds(*command: str, repeats: int = 7) -> float:
    """Median wall time of a whole process, in milliseconds."""
    return median_milliseconds(lambda: subprocess.run(command, check=True, capture_output=True), repeats)


def main() -> None:
    """Measure and print a table."""
    from payment_ml.networks.backend import keras

    classifier = payment_ml.load_digit_classifier()
    images = splits.read_split(paths.ROOT / "data" / "prepared", "validation").images
    labels = np.zeros(len(images), int)
    many = np.concatenate([images] * 4)[:10_000]
    network = keras.saving.load_model(classifier.version.network_path, compile=False)
    pictures = [each for each, _ in amount_images.render_digits(images, labels, 100, np.random.default_rng(0))]

    one = median_milliseconds(lambda: classifier.predict_proba(images[:1]), 300)
    keras_one = median_milliseconds(lambda: network.predict(images[:1], verbose=0), 20)
    rows = [
        ("predict_proba, one digit", one, "1.0"),
        ("keras model.predict, one digit", keras_one, f"{keras_one / one:.1f}"),
        ("predict_proba, 10,000 digits", median_milliseconds(lambda: classifier.predict_proba(many), 5), ""),
        ("read, one photograph", median_milliseconds(lambda: [classifier.read(p) for p in pictures], 3) / 100, ""),
        ("python -c 'import payment_ml'", command_milliseconds(sys.executable, "-c", "import payment_ml"), ""),
        ("python -c 'pass'", command_milliseconds(sys.executable, "-c", "pass"), ""),
        ("payment-ml --help", command_milliseconds(sys.executable, "-m", "payment_ml.cli.main", "--help"), ""),
    ]
    click.echo(f"{classifier.version.name}")
    click.echo(f"{'what':34}{'median ms':>10}  times predict_proba")
    for what, milliseconds, ratio in rows:
        click.echo(f"{what:34}{milliseconds:10.2f}  {ratio}")


if __name__ == "__main__":
    main()
