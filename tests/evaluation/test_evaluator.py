"""Evaluator: real readers read samples with known labels."""

import numpy as np
import pytest

from payment_ml.evaluation import evaluator, test_sets
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.readings import AmountReading
from payment_ml.registry.registry import Registry
from payment_ml.synthesis.amount_images import Sample
from payment_ml.synthesis.corruptions import CORRUPTIONS


def test_a_reading_of_a_negative_is_never_correct():
    """There is nothing to read, so that even an empty reading is not counted as correct."""
    sample = Sample(np.zeros((1, 1), np.uint8), "", "")
    predictions = Predictions([sample], [AmountReading("", None, "", 0.0, "review", None)])
    assert not predictions.correct.any()


def test_calibrating_an_amount_reader_sets_confidence_and_threshold_only(reader, splits):
    """On amounts written with calibration digits; the text of every reading stays the same."""
    fresh = AmountReader(reader.version)
    samples = test_sets.generate_samples("amounts", splits["calibration"], 150, np.random.default_rng(2))
    before = [reading.text for reading in fresh.read_many(sample.image for sample in samples)]
    predictions = evaluator.calibrate(fresh, splits["calibration"], samples, 0.05)
    assert [reading.text for reading in predictions.readings] == before
    repeated = evaluator.predict_all(fresh, samples, "repeated")
    assert repeated.confidences == pytest.approx(predictions.confidences, abs=1e-6)
    assert fresh.acceptance_rules["amounts"].total == 150
    has_value = predictions.confidences > 0  # an ambiguous reading has no confidence
    assert abs(predictions.confidences[has_value].mean() - predictions.correct[has_value].mean()) < 0.1


def test_calibrating_a_digit_classifier_sets_temperature_and_both_thresholds(classifier, splits):
    """Pre-segmented digits and photographs have a rule each; the text of every reading stays the same."""
    fresh = DigitClassifier(classifier.version)
    samples = test_sets.generate_samples("digits", splits["calibration"], 60, np.random.default_rng(2))
    before = [reading.text for reading in fresh.read_many(sample.image for sample in samples)]
    fresh.temperature = 1.0
    predictions = evaluator.calibrate(fresh, splits["calibration"], samples, 0.05)
    assert [reading.text for reading in predictions.readings] == before
    assert fresh.temperature == pytest.approx(classifier.temperature)
    assert fresh.acceptance_rules["digits"].total == len(splits["calibration"].labels)
    assert fresh.acceptance_rules["pictures"].total == 60


def test_pre_segmented_digits_of_a_digit_classifier_come_with_probabilities(classifier, splits):
    """The limit is for amount readers."""
    results = evaluator.read_presegmented_digits(classifier, splits["gate"], 10)
    assert results.predictions.probabilities.shape == (4000, 10)
    assert results.correct.mean() > 0.9


def test_pre_segmented_digits_of_an_amount_reader_are_limited(reader, splits):
    """It reads each as an image, which takes longer."""
    results = evaluator.read_presegmented_digits(reader, splits["gate"], 10)
    assert results.correct.shape == (10,)
    assert results.predictions is None


def test_robustness_has_a_row_for_each_corruption_and_severity(classifier, splits):
    """The first row is without corruption, and equals the plain results."""
    samples = test_sets.generate_samples("digits", splits["gate"], 8, np.random.default_rng(1))
    table = evaluator.measure_robustness(classifier, samples, 0.9, np.random.default_rng(0), CORRUPTIONS[:2])
    corrupted = [(corruption.name, severity) for corruption in CORRUPTIONS[:2] for severity in corruption.severities]
    expected = [("none", 0.0), *corrupted]
    assert list(zip(table["fault"], table["strength"], strict=True)) == expected
    predictions = evaluator.predict_all(classifier, samples, "uncorrupted")
    assert table["right"][0] == predictions.correct.mean()
    assert table["accepted"][0] == predictions.count_accepted(0.9)[0] / 8


def test_load_readers_finds_the_champion_beside_the_challenger(run_copy):
    """There is no baseline where none was trained."""
    registry = Registry(run_copy.models_dir)
    readers = evaluator.load_readers(registry, registry.get(run_copy.version))
    assert {role: reader.version.name for role, reader in readers.items()} == {
        "challenger": run_copy.version,
        "champion": run_copy.version,
    }
