"""Have readers read samples with known labels, and fit their calibration."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

import numpy as np
import pandas as pd
from tqdm import tqdm

from payment_ml.datasets.splits import Split
from payment_ml.evaluation import calibration, metrics, risk_control, test_sets
from payment_ml.evaluation.settings import EvaluationSettings
from payment_ml.recognition import confidence
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.calibrated_range import CalibratedRange
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.reader import Reader, Reading
from payment_ml.recognition.readers import open_reader
from payment_ml.recognition.readings import AmountReading
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.synthesis.amount_images import Sample
from payment_ml.synthesis.corruptions import CORRUPTIONS, Corruption
from payment_ml.tasks import Task
from payment_ml.text import amounts


@dataclass(frozen=True)
class Predictions:
    """Hold samples and the reading of each."""

    samples: Sequence[Sample]
    readings: Sequence[Reading]

    @property
    def confidences(self) -> np.ndarray:
        """Return the confidence of each reading, float64 [n]; 0 where nothing was read."""
        return np.array([reading.confidence for reading in self.readings], np.float64)

    @property
    def correct(self) -> np.ndarray:
        """Return which readings are correct, bool [n]; none is where there is nothing to read.

        An ambiguous reading, which is never accepted, is correct if the label is one of the values that it could mean.
        """
        pairs = zip(self.samples, self.readings, strict=True)
        return np.array([_is_correct(reading, sample.label) for sample, reading in pairs], bool)

    def count_accepted(self, threshold: float) -> tuple[int, int]:
        """Count the readings that a threshold accepts, and the errors among them."""
        return risk_control.count_accepted(self.confidences, self.correct, threshold)


def _is_correct(reading: Reading, label: str) -> bool:
    if not label:
        return False
    if reading.value is not None or not reading.text:
        return bool(reading.text == label)
    return Decimal(label) in amounts.parse(reading.text).readings


def load_readers(registry: Registry, challenger: Version) -> dict[str, Reader]:
    """Load a challenger and the readers that it is compared with.

    Returns
    -------
    readers by role: "challenger"; "champion", where there is one; "baseline", the small dense network, of a digit
    challenger where one was trained

    Raises
    ------
    RegistryError : a saved network is not the one that its metadata describes
    """
    versions = {"challenger": challenger, "champion": registry.champion(challenger.task)}
    if challenger.task == Task.DIGITS:
        versions["baseline"] = registry.latest_of_architecture("mlp", challenger)
    existing = {role: version for role, version in versions.items() if version is not None}
    for version in existing.values():
        registry.verify(version)
    return {role: open_reader(version) for role, version in existing.items()}


def predict_all(reader: Reader, samples: Sequence[Sample], description: str) -> Predictions:
    """Read every sample; `description` stands beside the progress bar."""
    readings = reader.stream(sample.image for sample in samples)
    return Predictions(samples, list(tqdm(readings, description, total=len(samples), mininterval=5)))


def calibrate(reader: Reader, split: Split, samples: Sequence[Sample], risk: float) -> Predictions:
    """Fit the confidence calibration of a reader, then its accept thresholds, both on the calibration split.

    A digit network's logits are divided by a temperature; an amount reader's log-odds pass through a line. Neither
    changes a prediction. `risk_control.control_risk` says what a threshold guarantees.

    Parameters
    ----------
    reader : is changed: it gets its calibration and its acceptance rules
    split : the calibration split
    samples : written with digits of the calibration split
    risk : largest permitted share of errors among accepted readings, in (0, 1)

    Returns
    -------
    Predictions for `samples`, calibrated
    """
    if reader.task is Task.DIGITS:
        return _calibrate_digit_classifier(cast(DigitClassifier, reader), split, samples, risk)
    return _calibrate_amount_reader(cast(AmountReader, reader), samples, risk)


@dataclass(frozen=True)
class PresegmentedResults:
    """Hold which pre-segmented digits a reader read correctly."""

    correct: np.ndarray  # bool [n]
    predictions: metrics.DigitPredictions | None  # None: the reader gives no probability of each digit


def read_presegmented_digits(reader: Reader, split: Split, max_digits: int | None = None) -> PresegmentedResults:
    """Read the digits of a split one by one, as MNIST cut and centred them.

    A digit is an amount of length one: an amount reader reads each as dark ink on a white background.

    Parameters
    ----------
    max_digits : number of digits for an amount reader, which is much slower than a digit network; None: all
    """
    if reader.task is Task.DIGITS:
        predictions = predict_digits(cast(DigitClassifier, reader), split)
        return PresegmentedResults(predictions.correct, predictions)
    images, labels = split.images[:max_digits], split.labels[:max_digits]
    framed = (np.pad(255 - image, 6, constant_values=255) for image in images)
    readings = tqdm(reader.stream(framed), "pre-segmented digits", total=len(labels), mininterval=5)
    correct = [reading.digits == str(label) for reading, label in zip(readings, labels, strict=True)]
    return PresegmentedResults(np.array(correct, bool), None)


def predict_digits(reader: DigitClassifier, split: Split) -> metrics.DigitPredictions:
    """Predict every pre-segmented digit of a split."""
    return metrics.DigitPredictions(reader.predict_proba(split.images), split.labels)


@dataclass(frozen=True)
class EvaluationResults:
    """Hold the readings of the test split."""

    predictions: dict[str, Predictions]  # by role, all for the same samples
    uncalibrated: Predictions  # of the challenger before calibration, for the same samples
    presegmented: dict[str, PresegmentedResults]  # by role
    negatives: Predictions  # of the challenger, for images without an amount
    robustness: pd.DataFrame  # of the challenger, as `measure_robustness` returns it


def evaluate_test_split(
    readers: Mapping[str, Reader], test: Split, settings: EvaluationSettings, seed: int
) -> EvaluationResults:
    """Read everything that is reported on the test split.

    Parameters
    ----------
    readers : by role, as `load_readers` returns them; the challenger is calibrated
    seed : of the samples; equal seeds give equal samples
    """
    challenger = readers["challenger"]
    samples = test_sets.test_set(challenger.task, test, seed, settings)
    predictions = {role: predict_all(reader, samples, f"test samples, {role}") for role, reader in readers.items()}
    uncalibrated = predict_all(challenger.uncalibrated(), samples, "test samples, before calibration")
    presegmented = {
        role: read_presegmented_digits(reader, test, settings.presegmented_digits) for role, reader in readers.items()
    }
    negatives = test_sets.negative_samples(test, settings.negatives, np.random.default_rng([seed, 4]))
    corrupted, rng = samples[: settings.corrupted_samples], np.random.default_rng([seed, 5])
    return EvaluationResults(
        predictions,
        uncalibrated,
        presegmented,
        predict_all(challenger, negatives, "negatives"),
        measure_robustness(challenger, corrupted, challenger.threshold(), rng),
    )


def measure_robustness(
    reader: Reader,
    samples: Sequence[Sample],
    threshold: float,
    rng: np.random.Generator,
    corruptions: Iterable[Corruption] = CORRUPTIONS,
) -> pd.DataFrame:
    """Read the same samples with one corruption at a time, at each of its severities.

    Parameters
    ----------
    threshold : accept threshold of the reader
    rng : of the corruptions

    Returns
    -------
    a row without corruption ("none"), then one for each corruption and severity, under the column names of card.json:
    fault, strength, unit, right and accepted (shares), accepted_wrong (share of errors among accepted readings)
    """
    uncorrupted = Corruption("none", "", (0.0,), lambda image, severity, rng: image)
    plans = [(corruption, severity) for corruption in (uncorrupted, *corruptions) for severity in corruption.severities]
    rows = []
    for corruption, severity in tqdm(plans, "corruptions", mininterval=5):
        corrupted = [replace(sample, image=corruption.apply(sample.image, severity, rng)) for sample in samples]
        predictions = Predictions(corrupted, list(reader.stream(sample.image for sample in corrupted)))
        accepted, accepted_errors = predictions.count_accepted(threshold)
        rows.append(
            {
                "fault": corruption.name,
                "strength": severity,
                "unit": corruption.unit,
                "right": float(predictions.correct.mean()),
                "accepted": accepted / len(samples),
                "accepted_wrong": accepted_errors / max(accepted, 1),
            }
        )
    return pd.DataFrame(rows)


def _calibrate_digit_classifier(
    reader: DigitClassifier, split: Split, samples: Sequence[Sample], risk: float
) -> Predictions:
    log_probabilities = reader.log_probabilities(split.images)
    reader.temperature = calibration.fit_temperature(log_probabilities, split.labels)
    probabilities = confidence.temperature_scale(log_probabilities, reader.temperature)
    digits = metrics.DigitPredictions(probabilities, split.labels)
    predictions = predict_all(reader, samples, "photographs for calibration")
    reader.acceptance_rules = {
        "digits": risk_control.control_risk(digits.confidences, digits.correct, risk),
        "pictures": risk_control.control_risk(predictions.confidences, predictions.correct, risk),
    }
    return predictions


def _calibrate_amount_reader(reader: AmountReader, samples: Sequence[Sample], risk: float) -> Predictions:
    raw = predict_all(reader.uncalibrated(), samples, "amounts for calibration")
    raw_readings = cast(Sequence[AmountReading], raw.readings)
    has_value = np.array([reading.value is not None for reading in raw_readings])
    log_odds = np.array([confidence.log_odds(probability) for probability in raw.confidences])
    reader.calibration = calibration.fit_platt(log_odds[has_value], raw.correct[has_value])
    readings = [
        reading if reading.value is None else replace(reading, confidence=reader.calibrated(reading.confidence))
        for reading in raw_readings
    ]
    predictions = Predictions(samples, readings)
    reader.acceptance_rules = {"amounts": risk_control.control_risk(predictions.confidences, predictions.correct, risk)}
    # What was misread tells nothing about the amounts that were written.
    pairs = zip(raw_readings, raw.correct, strict=True)
    measures = [reading.measures for reading, correct in pairs if correct and reading.measures is not None]
    reader.range = CalibratedRange.of(measures) if measures else None
    return predictions
