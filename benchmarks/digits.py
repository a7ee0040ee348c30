"""Measure the speed of the champion for digits, as ratios within one run, since milliseconds depend on the machine.

Run: make bench
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.synthesis import amount_images


def median_milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Return the median wall time of a call in milliseconds, after one call that is not counted."""
    call()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def command_milliseconds(*command: str, repeats: int = 7) -> float:
    """Return the median wall time of a whole process in milliseconds."""
    return median_milliseconds(lambda: subprocess.run(command, check=True, capture_output=True), repeats)


@click.command(context_settings={"show_default": True})
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
def main(data_dir: Path, models_dir: Path) -> None:
    """Measure the champion for digits and print a table."""
    from payment_ml.networks.backend import keras

    classifier = payment_ml.load_digit_classifier(models_dir)
    digits = splits.read_split(data_dir / "prepared", "validation").images
    labels = np.zeros(len(digits), int)
    many_digits = np.concatenate([digits] * 4)[:10_000]
    network = keras.saving.load_model(classifier.version.network_path, compile=False)
    photographs = [image for image, _ in amount_images.render_digits(digits, labels, 100, np.random.default_rng(0))]

    single = median_milliseconds(lambda: classifier.predict_proba(digits[:1]), 300)
    in_keras = median_milliseconds(lambda: network.predict(digits[:1], verbose=0), 20)
    read = median_milliseconds(lambda: [classifier.read(image) for image in photographs], 3) / len(photographs)
    rows = [
        ("predict_proba, one digit", single, "1.0"),
        ("keras model.predict, one digit", in_keras, f"{in_keras / single:.1f}"),
        ("predict_proba, 10,000 digits", median_milliseconds(lambda: classifier.predict_proba(many_digits), 5), ""),
        ("read, one photograph", read, ""),
        ("python -c 'import payment_ml'", command_milliseconds(sys.executable, "-c", "import payment_ml"), ""),
        ("python -c 'pass'", command_milliseconds(sys.executable, "-c", "pass"), ""),
        ("payment-ml --help", command_milliseconds(sys.executable, "-m", "payment_ml.cli.main", "--help"), ""),
    ]
    click.echo(f"{classifier.version.name}")
    click.echo(f"{'measurement':34}{'median ms':>10}  times predict_proba")
    for measurement, milliseconds, ratio in rows:
        click.echo(f"{measurement:34}{milliseconds:10.2f}  {ratio}")


if __name__ == "__main__":
    main()
