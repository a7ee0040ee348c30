"""What one warm retraining gains from 500 corrections of a hand unlike MNIST's, and how long both champions take.

The hand is written by this project's own generator: a thick felt pen that leans backwards, crossed sevens, ones with a
foot. Of the corrections about a hundred are kept for judging, too few to tell half of the errors from two thirds of
them; so both versions also read further amounts in that hand, written with validation digits. It works on a copy of the
champions. Run: make corrections
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import numpy as np
from PIL import Image

from payment_ml import paths
from payment_ml.datasets import mnist, splits
from payment_ml.evaluation import evaluator, promotion
from payment_ml.feedback.store import FeedbackStore
from payment_ml.recognition.readers import READERS
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.synthesis import amount_images, glyphs

FURTHER = 1000  # amounts in the foreign hand that nobody corrected


def write_corrections(folder: Path, count: int, seed: int) -> None:
    """As people at ten sittings would have saved them."""
    train = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["train"]
    alphabet = glyphs.GlyphBank(train.images, train.labels)
    rng, saved = np.random.default_rng(seed), FeedbackStore(folder)
    for i in range(count):
        each = amount_images.render_amount(alphabet, rng, hand=glyphs.out_of_distribution_style)
        saved.save(Image.fromarray(each.image), "amounts", each.label, {}, f"sitting-{i % 10}")


def read_further(before: Version, after: Version, data_dir: Path, seed: int) -> promotion.PairedResults:
    """Have two versions read the same further amounts in the foreign hand."""
    split = splits.read_split(data_dir / "prepared", "validation")
    alphabet, rng = glyphs.GlyphBank(split.images, split.labels), np.random.default_rng([seed, 1])
    written = [
        amount_images.render_amount(alphabet, rng, hand=glyphs.out_of_distribution_style) for _ in range(FURTHER)
    ]
    asked = list(written)
    after_right, before_right = (
        evaluator.predict_all(READERS["amounts"](version), asked, f"further amounts, {version.name}").correct
        for version in (after, before)
    )
    return promotion.PairedResults("further amounts in that hand", after_right, before_right)


def retrain(architecture: str, data_dir: Path, models_dir: Path) -> tuple[dict, float]:
    """The real command, warm; the card of what it made, and its seconds."""
    command = [sys.executable, "-m", "payment_ml.cli.main", "retrain", "-p", "architecture", architecture]
    command += ["-p", "warm_start", "True", "--data", str(data_dir), "--models", str(models_dir)]
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - started
    told = json.loads(done.stdout.splitlines()[-1])
    click.echo(f"{architecture}: {told['outcome']}: {told['reason']}")
    return Registry(models_dir).get(told["version"]).metadata, seconds


@click.command()
@click.option("--count", default=500, show_default=True, help="Corrections.")
@click.option("--seed", default=0, show_default=True)
def main(count: int, seed: int) -> None:
    """Retrain copies of both champions, and say what came of it."""
    with tempfile.TemporaryDirectory(prefix="payment-ml-corrections-") as folder:
        data_dir, models_dir = Path(folder, "data"), Path(folder, "models")
        data_dir.mkdir()
        (data_dir / "raw").symlink_to(paths.ROOT / "data" / "raw")
        shutil.copytree(paths.ROOT / "models", models_dir)
        write_corrections(data_dir / "feedback", count, seed)
        before = Registry(models_dir).champion("amounts")
        _, digit_seconds = retrain("cnn", data_dir, models_dir)
        card, amount_seconds = retrain("reader", data_dir, models_dir)
        gates = {gate["name"]: gate for gate in card["verdict"]["gates"]}
        click.echo(
            f"corrections: {json.loads((data_dir / 'prepared' / 'manifest.json').read_text())['corrections']['uses']}"
        )
        for name in ("kept corrections", "no worse on amounts"):
            click.echo(f"{name}: {gates[name]['told']}")
        after = Registry(models_dir).latest(architecture="reader")
        click.echo(f"further: {read_further(before, after, data_dir, seed).summary()}")
        for name, seconds in (("cnn", digit_seconds), ("reader", amount_seconds)):
            click.echo(f"warm retraining of {name}: {seconds:.0f} s")
        training = card["train_seconds"]
        click.echo(
            f"both: {(digit_seconds + amount_seconds) / 60:.1f} minutes; around the reader's training: "
            f"{amount_seconds - training:.0f} s, its evaluation included"
        )


if __name__ == "__main__":
    main()
