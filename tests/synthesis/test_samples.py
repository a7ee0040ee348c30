"""samples: pictures for people who have none at hand."""

import csv
from decimal import Decimal

import pytest

from payment_ml import paths
from payment_ml.text import amounts

FOLDER = paths.ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """What each sample holds."""
    with (FOLDER / "truth.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_sample_has_its_truth_and_every_truth_its_sample(rows):
    """A dozen amounts, and ten digits, each once."""
    assert sorted(row["file"] for row in rows) == sorted(path.name for path in FOLDER.glob("*.png"))
    assert sorted(row["text"] for row in rows if row["kind"] == "digit") == list("0123456789")
    written = [row for row in rows if row["kind"] == "amount"]
    assert len(written) == 12
    assert all(amounts.parse(row["written"]).value == Decimal(row["text"]) for row in written)


def test_the_quick_champion_reads_most_digits(classifier, rows):
    """They are ordinary pictures, not trick questions."""
    right = [classifier.read(FOLDER / row["file"]).text == row["text"] for row in rows if row["kind"] == "digit"]
    assert sum(right) >= 7


def test_the_quick_reader_reads_some_amounts(reader, rows):
    """After a minute of training; a full run reads them all."""
    read = [reader.read(FOLDER / row["file"]).text == row["text"] for row in rows if row["kind"] == "amount"]
    assert sum(read) >= 4
