"""Tests of the sample images: complete, and ordinary enough that quick readers read them."""

import csv
from decimal import Decimal

import numpy as np
import pytest

from payment_ml import paths
from payment_ml.synthesis import samples
from payment_ml.text import amounts

FOLDER = paths.ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """Return the label and text of each sample."""
    with (FOLDER / "truth.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_truth_csv_lists_each_sample_once(rows):
    """There are twelve amounts, and each of the ten digits."""
    assert sorted(row["file"] for row in rows) == sorted(path.name for path in FOLDER.glob("*.png"))
    assert sorted(row["text"] for row in rows if row["kind"] == "digit") == list("0123456789")
    amount_rows = [row for row in rows if row["kind"] == "amount"]
    assert len(amount_rows) == 12
    assert all(amounts.parse(row["written"]).value == Decimal(row["text"]) for row in amount_rows)


def test_write_makes_the_committed_samples_again(splits, rows, tmp_path):
    """The table is the same; images may differ where another version of OpenCV compresses in another way."""
    samples.write(tmp_path, splits["validation"], np.random.default_rng(12))
    assert (tmp_path / "truth.csv").read_text() == (FOLDER / "truth.csv").read_text()
    assert sorted(path.name for path in tmp_path.glob("*.png")) == sorted(row["file"] for row in rows)


def test_a_quickly_trained_classifier_reads_most_digits(classifier, rows):
    """At least seven of ten, since the samples are ordinary images."""
    correct = [classifier.read(FOLDER / row["file"]).text == row["text"] for row in rows if row["kind"] == "digit"]
    assert sum(correct) >= 7


def test_a_quickly_trained_reader_reads_some_amounts(reader, rows):
    """At least four of twelve after a minute of training; a full run reads them all."""
    correct = [reader.read(FOLDER / row["file"]).text == row["text"] for row in rows if row["kind"] == "amount"]
    assert sum(correct) >= 4
