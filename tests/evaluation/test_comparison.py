"""Test evaluation.comparison: which versions are compared, in what they differ, and what they read differently."""

from datetime import UTC, datetime

import numpy as np
import pytest

from payment_ml.errors import RegistryError
from payment_ml.evaluation import comparison
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.recognition.readings import AmountReading
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.synthesis.amount_images import Sample
from payment_ml.tasks import Task

RESULTS = {"pictures": 200, "wrong": 10, "accepted": 50, "accepted_wrong": 0, "nothing_to_read": 20}


def register(registry: Registry, second: int, task: str = "digits", **entries) -> Version:
    """Register a version with arbitrary bytes for its network."""
    metadata = {"architecture": "mlp" if task == "digits" else "reader", "task": task, **entries}
    now = datetime(2026, 11, 23, 12, 0, second, tzinfo=UTC)
    return registry.register(lambda path: path.write_bytes(bytes([second])), metadata, now)


@pytest.fixture
def registry(tmp_path) -> Registry:
    """Return a registry with six versions of digits, of which the first is champion, and one of amounts."""
    registry = Registry(tmp_path / "models")
    for number in range(1, 7):
        register(registry, number, note="wide" if number in (2, 5) else "")
    registry.promote(registry.versions()[0])
    register(registry, 7, "amounts")
    return registry


@pytest.mark.parametrize(
    ("compare", "numbers"),
    [
        ("", [1, 3, 4, 5, 6]),
        ("6, 2", [2, 6]),
        ("wide", [2, 5]),
        ("wide,3,2,7", [2, 3, 5]),
    ],
    ids=["champion and latest", "numbers", "a note of two versions", "named twice, and of another task"],
)
def test_versions_are_chosen_by_number_or_note(registry, compare, numbers):
    """They come oldest first, each once, and of one task."""
    chosen = comparison.select_versions(registry, Task.DIGITS, compare)
    assert [version.number for version in chosen] == numbers


def test_a_version_is_chosen_by_its_name(registry):
    """As models list prints it."""
    version = registry.versions()[3]
    assert comparison.select_versions(registry, Task.DIGITS, version.name) == [version]


def test_a_champion_among_the_latest_is_not_repeated(registry):
    """It is one of the latest two."""
    registry.promote(registry.versions("digits")[-1])
    assert [version.number for version in comparison.select_versions(registry, Task.DIGITS, latest=2)] == [5, 6]


def test_an_unknown_version_is_an_error_that_says_where_to_look(registry):
    """A misspelt note must not silently compare fewer versions."""
    with pytest.raises(RegistryError, match=r"but got 'narrow'; see payment-ml models list"):
        comparison.select_versions(registry, Task.DIGITS, "wide, narrow")


def test_equal_labels_are_told_apart_by_the_name(registry, tmp_path):
    """A version of another models folder may have the same number and note."""
    others = Registry(tmp_path / "other")
    twin = register(others, 30, note="twin")
    versions = [*registry.versions("digits")[1:3], register(Registry(tmp_path / "third"), 31, note="twin"), twin]
    labels = list(comparison.labels(versions).values())
    assert labels[:2] == ["2 wide", "3 mlp 11-23 12:00"]
    assert labels[2:] == [f"1 twin ({version.name})" for version in versions[2:]]


def test_only_parameters_that_differ_are_listed(registry):
    """A parameter that a version does not have counts as empty."""
    versions = [
        register(registry, 10, parameters={"epochs": 3, "seed": 0}, data_sha256="a" * 64, libraries={"numpy": "2"}),
        register(registry, 11, parameters={"epochs": 9, "seed": 0, "augment": True}, data_sha256="a" * 64, note="long"),
    ]
    table = comparison.differing_parameters(versions)
    assert table.to_dict("list") == {"epochs": ["3", "9"], "numpy": ["2", ""], "augment": ["", "True"]}
    assert list(table.index) == ["8 mlp 11-23 12:00", "9 long"]


def test_metrics_have_exact_intervals(registry):
    """By hand: 10 of 200 is 5%; none of 20 is at most 1 - 0.025 ** (1 / 20)."""
    evaluated = register(registry, 12, pictures=RESULTS | {"nothing_accepted": 0})
    measured = comparison.measure([registry.versions("digits")[0], evaluated]).set_index("metric")
    assert measured.loc["errors on test images", ["share", "count", "total"]].tolist() == [0.05, 10, 200]
    assert measured.loc["sent to review", "share"] == 0.75
    assert measured.loc["negatives accepted", "high"] == pytest.approx(1 - 0.025 ** (1 / 20))
    assert (measured["low"] <= measured["share"]).all()
    assert (measured["share"] <= measured["high"]).all()
    assert set(measured["version"]) == {"8 mlp 11-23 12:00"}  # the other one was not evaluated


def test_the_table_of_metrics_says_where_nothing_was_accepted(registry):
    """A share of no images is no number."""
    results = RESULTS | {"accepted": 0, "nothing_accepted": 1}
    versions = [register(registry, second, pictures=results, note=f"n{second}") for second in (13, 14)]
    table = comparison.metrics_table(comparison.measure(versions))
    assert list(table.index) == ["8 n13", "9 n14"]
    assert table["errors among accepted"].tolist() == ["none of 0"] * 2
    assert table["errors on test images"].iloc[0].startswith("5.00% (2.42% to 9.00%")


def test_without_an_evaluated_version_the_table_of_metrics_is_empty(registry):
    """02 was run, 03 was not."""
    assert comparison.metrics_table(comparison.measure(registry.versions("digits"))).empty


def test_the_listing_says_which_versions_were_evaluated(registry):
    """And what is known of their training."""
    curves = {"loss": [2.0, 1.0]}
    trained = register(registry, 15, curves=curves, weights=1234, train_seconds=90.0, verdict={"reason": "promoted"})
    row = comparison.listing([registry.versions("digits")[0], trained]).iloc[1]
    assert row.tolist() == [trained.name, "mlp", "1,234", 2, "1.5", True]


def predict(digits: str, confidences: list[float], decision: str = "review") -> Predictions:
    """Return one-digit readings of samples with the label 1.00."""
    sample = Sample(np.zeros((1, 1, 3), np.uint8), "1.00", "1.00")
    readings = [
        AmountReading(f"{digit}.00", None, digit, confidence, decision, None)
        for digit, confidence in zip(digits, confidences, strict=True)
    ]
    return Predictions([sample] * len(readings), readings)


def test_paired_tests_count_what_only_one_version_reads():
    """By hand: samples 1 and 3 only the second reads correctly, 0 only the first."""
    predictions = {"1 old": predict("17171", [0.9] * 5), "2 new": predict("71111", [0.9] * 5)}
    (row,) = comparison.paired_tests(predictions).to_dict("records")
    assert row == {"version": "1 old", "other": "2 new", "only_version": 1, "only_other": 2, "p": 1.0}


def test_paired_tests_compare_every_pair():
    """Three versions have three pairs."""
    predictions = {label: predict("17", [0.9, 0.9]) for label in ("1 a", "2 b", "3 c")}
    assert len(comparison.paired_tests(predictions)) == 3


def test_predictions_for_different_samples_cannot_be_compared():
    """The message names both numbers."""
    with pytest.raises(ValueError, match="expected predictions for the same samples, but got 1 and 2"):
        comparison.paired_tests({"1 a": predict("1", [1.0]), "2 b": predict("11", [1.0, 1.0])})


def test_disputed_samples_come_with_the_most_confident_error_first():
    """Sample 2 all read correctly, sample 4 none does."""
    predictions = {
        "1 a": predict("71117", [0.3, 0.9, 0.9, 0.9, 0.9]),
        "2 b": predict("17177", [0.9, 0.5, 0.9, 0.8, 0.9]),
    }
    assert comparison.disputed_samples(predictions).tolist() == [3, 1, 0]
    assert comparison.disputed_samples({"1 a": predictions["1 a"]}).tolist() == []


def test_captions_give_the_label_and_each_wrong_reading():
    """With many wrong versions, the caption counts the rest."""
    predictions = {f"{number} note": predict("7" if number < 6 else "1", [0.5]) for number in range(1, 7)}
    expected = "1.00\n1: 7.00 (50%)\n2: 7.00 (50%)\n3: 7.00 (50%)\nand 2 more"
    assert comparison.disputed_captions(predictions, [0]) == [expected]


def test_an_accepted_wrong_reading_is_found():
    """A correct accepted one, or a wrong one for review, costs nothing."""
    predictions = {"1 a": predict("71", [0.5, 0.5]), "2 b": predict("71", [0.5, 0.5], decision="accept")}
    assert comparison.accepted_wrong(predictions, [0, 1]) == [True, False]
    assert comparison.accepted_wrong({"1 a": predictions["1 a"]}, [0, 1]) == [False, False]
