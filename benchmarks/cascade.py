"""Measure the gain and the cost of each step of the reading cascade: more views, other crops, the full image.

All steps read the same amounts, written with validation digits. An error is a text that differs from the label; the
share that could be accepted is the largest one with at most 0.5% of errors in it. See
docs/decisions/reading-cascade.md.

Run: .venv/bin/python benchmarks/cascade.py
"""

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from unittest import mock

import click
import numpy as np

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import evaluator, risk_control, test_sets
from payment_ml.recognition import line_recognizer, test_time_augmentation
from payment_ml.recognition.test_time_augmentation import LineRecognition

MAX_RISK = 0.005
NEVER = 0.0  # no probability is lower


def _pool_linearly(recognition: LineRecognition, views: Sequence[np.ndarray]) -> LineRecognition:
    return test_time_augmentation.linear_opinion_pool([recognition], views)


def _thresholds(**values: float) -> AbstractContextManager[object]:
    return mock.patch.multiple(test_time_augmentation, **values)


# Each step lets the cascade go further; the last but one is the cascade as it serves.
STEPS: dict[str, AbstractContextManager[object]] = {
    "one view": _thresholds(_CONFIDENT=NEVER, _NEEDS_OTHER_CROPS=NEVER, _NEEDS_FULL_IMAGE=NEVER),
    "three views where uncertain": _thresholds(_NEEDS_OTHER_CROPS=NEVER, _NEEDS_FULL_IMAGE=NEVER),
    "other crops where doubtful": _thresholds(_NEEDS_FULL_IMAGE=NEVER),
    "full image where lost": nullcontext(),
    "the same, linear pool only": mock.patch.object(line_recognizer, "logarithmic_opinion_pool", _pool_linearly),
}


@click.command(context_settings={"show_default": True})
@click.option("--count", default=8000, help="Amounts.")
@click.option("--seed", default=0)
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
def main(count: int, seed: int, data_dir: Path, models_dir: Path) -> None:
    """Read the same amounts with each step of the cascade and print a table."""
    split = splits.read_split(data_dir / "prepared", "validation")
    samples = list(test_sets.generate_samples("amounts", split, count, np.random.default_rng(seed), colour=False))
    reader = payment_ml.load_amount_reader(models_dir)
    reader.read_many(sample.image for sample in samples[:100])
    click.echo(f"{reader.version.name}, {count} amounts of validation digits")
    click.echo(f"{'cascade up to':30}{'errors':>8}{'accepted at 0.5%':>18}{'ms an image':>13}")
    for step, context in STEPS.items():
        with context:
            started = time.perf_counter()
            predictions = evaluator.predict_all(reader, samples, step)
            milliseconds = 1000 * (time.perf_counter() - started) / count
        coverage, risk = risk_control.risk_coverage(predictions.confidences, predictions.correct)
        accepted = float(coverage[risk <= MAX_RISK].max(initial=0.0))
        click.echo(f"{step:30}{int(np.sum(~predictions.correct)):8}{accepted:18.1%}{milliseconds:13.2f}")


if __name__ == "__main__":
    main()
