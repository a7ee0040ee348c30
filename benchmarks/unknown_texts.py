"""Measure how much likelier a text outside of the grammar must be than an amount before it counts.

Amounts are written with validation digits, or come from a csv with the columns `file`, `truth` (all digits as written)
and `value`. For each weight of a text that is no amount, the table has how many values and digits are correct, and how
many readings are such texts. See docs/decisions/profiles.md.

Run: .venv/bin/python benchmarks/unknown_texts.py [--truth TRUTH.csv] [--profile NAME]
"""

import csv
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from pathlib import Path
from unittest import mock

import click
import numpy as np

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import test_sets
from payment_ml.imaging.image_loading import Source
from payment_ml.recognition import amount_reader, hypotheses
from payment_ml.recognition.line_recognizer import BATCH_SIZE

WEIGHTS = (0, 0.001, 0.01, 0.03, 0.1, 0.3, 1)


def _rendered(count: int, seed: int, data_dir: Path) -> Iterable[tuple[Source, Decimal, str]]:
    """Yield images with their values and digits."""
    split = splits.read_split(data_dir / "prepared", "validation")
    for sample in test_sets.generate_samples("amounts", split, count, np.random.default_rng(seed), colour=False):
        yield sample.image, Decimal(sample.label), sample.digits


def _listed(truth: Path) -> Iterable[tuple[Source, Decimal, str]]:
    """Yield paths with their values and digits."""
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield truth.parent / row["file"], Decimal(row["value"]), row["truth"]


@click.command(context_settings={"show_default": True})
@click.option("--count", default=1500, help="Amounts to render.")
@click.option("--seed", default=11)
@click.option("--truth", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Pictures instead of them.")
@click.option("--profile", help="Of the form on which the amounts are written.")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
def main(count: int, seed: int, truth: Path | None, profile: str | None, data_dir: Path, models_dir: Path) -> None:
    """Recognise each picture once, decide with each weight, and print a table."""
    reader = payment_ml.load_amount_reader(models_dir, profile=profile)
    recognised = []
    pictures = iter(_rendered(count, seed, data_dir) if truth is None else _listed(truth))
    while batch := list(islice(pictures, BATCH_SIZE)):
        prepared = [amount_reader._prepare(source) for source, _, _ in batch]
        lines = iter(reader.recognizer.recognize([image.line for image in prepared if image.line is not None]))
        for (_, value, digits), image in zip(batch, prepared, strict=True):
            recognised.append((image, None if image.line is None else next(lines), value, digits))
    click.echo(f"{reader.version.name}, {len(recognised)} pictures, profile {profile}")
    click.echo(f"{'weight':8}{'values right':>14}{'digits right':>14}{'no amount':>11}")
    for weight in WEIGHTS:
        with mock.patch.object(hypotheses, "_UNKNOWN_WEIGHT", weight):
            decided = [(reader._decide(image, line), value, digits) for image, line, value, digits in recognised]
        values = sum(reading.value == value for reading, value, _ in decided)
        right = sum(reading.digits == digits for reading, _, digits in decided)
        unknown = sum((reading.reason or "").startswith("not an amount that") for reading, _, _ in decided)
        click.echo(f"{weight:<8}{values:14}{right:14}{unknown:11}")


if __name__ == "__main__":
    main()
