"""samples: pictures for people who have none at hand."""

import csv

from payment_ml import project

FOLDER = project.ROOT / "data" / "samples"


def test_every_sample_has_its_truth_and_every_truth_its_sample():
    """Ten digits, each once."""
    with (FOLDER / "digits.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["file"] for row in rows} == {path.name for path in FOLDER.glob("digit-*.png")}
    assert sorted(row["truth"] for row in rows) == list("0123456789")


def test_the_quick_champion_reads_most_of_them(classifier):
    """They are ordinary pictures, not trick questions."""
    with (FOLDER / "digits.csv").open() as file:
        right = [classifier.read(FOLDER / row["file"]).text == row["truth"] for row in csv.DictReader(file)]
    assert sum(right) >= 7
