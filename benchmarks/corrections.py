"""Measure the gain of one warm retraining from 500 corrections in a writer style unlike MNIST's, and its time.

This project's own generator writes that style: a thick felt pen that leans backwards, crossed sevens, ones with a
foot. About a hundred of the corrections are held out for the promotion checks, too few to tell half of the errors from
two thirds of them; therefore both versions also read further amounts in that style, written with validation digits.
The benchmark works on a copy of the champions. Run: make corrections
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL import Image

from payment_ml import paths
from payment_ml.datasets import mnist, splits
from payment_ml.evaluation import evaluator, promotion
from payment_ml.feedback.labels import Label
from payment_ml.feedback.store import FeedbackStore
from payment_ml.recognition.readers import open_reader
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.synthesis import amount_images, glyphs

FURTHER_AMOUNTS = 1000  # in the foreign style, without corrections


def write_corrections(folder: Path, count: int, seed: int) -> None:
    """Save corrections as people in ten sessions would."""
    train = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["train"]
    glyph_bank = glyphs.GlyphBank(train.images, train.labels)
    rng, store = np.random.default_rng(seed), FeedbackStore(folder)
    for i in range(count):
        sample = amount_images.render_amount(glyph_bank, rng, style=glyphs.out_of_distribution_style)
        image, label = Image.fromarray(sample.image), Label(sample.label)
        store.save_label(image, "amounts", label, sample.label, {}, f"session-{i % 10}")


def read_further(before: Version, after: Version, data_dir: Path, seed: int) -> promotion.PairedResults:
    """Compare two versions on the same further amounts in the foreign style."""
    split = splits.read_split(data_dir / "prepared", "validation")
    glyph_bank, rng = glyphs.GlyphBank(split.images, split.labels), np.random.default_rng([seed, 1])
    samples = [
        amount_images.render_amount(glyph_bank, rng, style=glyphs.out_of_distribution_style)
        for _ in range(FURTHER_AMOUNTS)
    ]
    correct_after, correct_before = (
        evaluator.predict_all(open_reader(version), samples, f"further amounts, {version.name}").correct
        for version in (after, before)
    )
    return promotion.PairedResults("further amounts in that style", correct_after, correct_before)


def retrain(architecture: str, data_dir: Path, models_dir: Path) -> tuple[dict[str, Any], float]:
    """Run the real command with a warm start; return the metadata of the new version and the seconds of the run."""
    command = [sys.executable, "-m", "payment_ml.cli.main", "retrain", "-p", "architecture", architecture]
    command += ["-p", "warm_start", "True", "--data", str(data_dir), "--models", str(models_dir)]
    started = time.perf_counter()
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - started
    report = json.loads(process.stdout.splitlines()[-1])
    click.echo(f"{architecture}: {report['outcome']}: {report['reason']}")
    return Registry(models_dir).get(report["version"]).metadata, seconds


@click.command()
@click.option("--count", default=500, show_default=True, help="Corrections.")
@click.option("--seed", default=0, show_default=True)
def main(count: int, seed: int) -> None:
    """Retrain copies of both champions and print the gain."""
    with tempfile.TemporaryDirectory(prefix="payment-ml-corrections-") as folder:
        data_dir, models_dir = Path(folder, "data"), Path(folder, "models")
        data_dir.mkdir()
        (data_dir / "raw").symlink_to(paths.ROOT / "data" / "raw")
        shutil.copytree(paths.ROOT / "models", models_dir)
        write_corrections(data_dir / "feedback", count, seed)
        before = Registry(models_dir).champion("amounts")
        if before is None:
            raise click.ClickException(
                "expected a champion for amounts in models/, but there is none; make run makes one"
            )
        _, digit_seconds = retrain("cnn", data_dir, models_dir)
        metadata, amount_seconds = retrain("reader", data_dir, models_dir)
        checks = {check["name"]: check for check in metadata["verdict"]["gates"]}
        uses = json.loads((data_dir / "prepared" / "manifest.json").read_text())["corrections"]["uses"]
        click.echo(f"corrections: {uses}")
        for name in ("kept corrections", "no worse on amounts"):
            click.echo(f"{name}: {checks[name]['told']}")
        after = Registry(models_dir).latest(architecture="reader")
        click.echo(f"further: {read_further(before, after, data_dir, seed).summary()}")
        for name, seconds in (("cnn", digit_seconds), ("reader", amount_seconds)):
            click.echo(f"warm retraining of {name}: {seconds:.0f} s")
        training = metadata["train_seconds"]
        click.echo(
            f"both: {(digit_seconds + amount_seconds) / 60:.1f} minutes; around the reader's training: "
            f"{amount_seconds - training:.0f} s, its evaluation included"
        )


if __name__ == "__main__":
    main()
