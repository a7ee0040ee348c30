"""Examines readers: has them read pictures whose truth is known."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from tqdm import tqdm

from payment_ml.datasets.splits import Split
from payment_ml.evaluation import calibration, metrics, promotion, risk_control, test_sets
from payment_ml.feedback import dataset
from payment_ml.recognition import confidence
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.confidence import log_odds
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.readings import AmountReading, DigitReading
from payment_ml.synthesis.amount_images import Sample
from payment_ml.synthesis.corruptions import CORRUPTIONS

Reader = AmountReader | DigitClassifier


@dataclass(frozen=True)
class Predictions:
    """What a reader made of questions."""

    samples: Sequence[Sample]
    readings: list[AmountReading | DigitReading]

    @property
    def confidences(self) -> np.ndarray:
        """Confidence of each reading, float64 [n]; 0 where nothing was read."""
        return np.array([each.confidence for each in self.readings], np.float64)

    @property
    def correct(self) -> np.ndarray:
        """Which were read right, bool [n]."""
        pairs = zip(self.samples, self.readings, strict=True)
        return np.array([bool(question.label) and reading.text == question.label for question, reading in pairs], bool)

    def accepted(self, threshold: float) -> tuple[int, int]:
        """How many a threshold accepts, and how many of these are wrong."""
        return risk_control.count_accepted(self.confidences, self.correct, threshold)


def predict_all(reader: Reader, asked: Sequence[Sample], what: str) -> Predictions:
    """Have a reader read pictures; `what` names them beside the progress bar."""
    readings = reader.stream(each.image for each in asked)
    return Predictions(asked, list(tqdm(readings, what, total=len(asked), mininterval=5)))


def calibrate(reader: Reader, split: Split, asked: Sequence[Sample], risk: float) -> Predictions:
    """Fit how sure a reader may be, then set its accept thresholds; both on the calibration split.

    A digit network's logits are divided by a temperature. An amount reader's log-odds go through a line. Neither
    changes an answer. What a threshold promises is in `promises.promise`.

    Parameters
    ----------
    reader : gets its temperature or calibration, and its promises
    asked : pictures written with the calibration digits
    risk : at most this share of what is accepted may be wrong

    Returns
    -------
    Answers, calibrated
    """
    if isinstance(reader, DigitClassifier):
        raw = reader.log_probabilities(split.images)
        reader.temperature = calibration.fit_temperature(raw, split.labels)
        cut = metrics.DigitPredictions(confidence.temperature_scale(raw, reader.temperature), split.labels)
        answers = predict_all(reader, asked, "photographs for calibration")
        reader.promises = {
            "digits": asdict(risk_control.control_risk(cut.confidences, cut.correct, risk)),
            "pictures": asdict(risk_control.control_risk(answers.confidences, answers.correct, risk)),
        }
        return answers
    answers = predict_all(reader.uncalibrated(), asked, "amounts for calibration")
    read = np.array([each.value is not None for each in answers.readings])
    odds = np.array([log_odds(each) for each in answers.confidences])
    reader.calibration = calibration.fit_platt(odds[read], answers.correct[read])
    calibrated = [
        each if each.value is None else replace(each, confidence=reader.calibrated(each.confidence))
        for each in answers.readings
    ]
    answers = Predictions(asked, calibrated)
    reader.promises = {"amounts": asdict(risk_control.control_risk(answers.confidences, answers.correct, risk))}
    return answers


def read_presegmented_digits(
    reader: Reader, split: Split, at_most: int | None = None
) -> metrics.DigitPredictions | np.ndarray:
    """Have digits read that were cut and centred beforehand, one by one.

    A digit is an amount of length one, so an amount reader is shown each as dark ink on a white field; it takes a
    hundred times as long as a digit network, so `at_most` so many of them.

    Returns
    -------
    a digit network's Readings; of an amount reader which are right, bool [n]
    """
    if isinstance(reader, DigitClassifier):
        return metrics.DigitPredictions(reader.predict_proba(split.images), split.labels)
    images, labels = split.images[:at_most], split.labels[:at_most]
    fields = (np.pad(255 - image, 6, constant_values=255) for image in images)
    read = tqdm(reader.stream(fields), "digits cut beforehand", total=len(labels), mininterval=5)
    return np.array([each.digits == str(label) for each, label in zip(read, labels, strict=True)], bool)


@dataclass(frozen=True)
class GateResults:
    """What a reader made of the gate split."""

    unit: str  # "digits" that were cut beforehand, or "amounts" written with them
    correct: np.ndarray  # bool [n]
    confidences: np.ndarray  # float [n]
    digits_read: set[str]
    other_unit: str  # the same digits the other way: as "amounts", or as single "digits"
    other_correct: np.ndarray  # bool [m]
    false_accepts: np.ndarray  # bool [k], of pictures with nothing to read


def evaluate_gate(
    readers: dict[str, Reader], split: Split, count: int, rng: np.random.Generator
) -> dict[str, GateResults]:
    """Have the gate split read, as digits and as amounts written with them; and pictures with nothing to read.

    A digit network reads the digits that were cut beforehand, and amounts one such digit at a time; an amount reader
    photographs of amounts, and a part of the digits one by one.

    Parameters
    ----------
    readers : by role, all of one task; they are asked the same
    count : amounts; half as many digits for an amount reader, a quarter as many pictures with nothing to read
    """
    empty = test_sets.negative_samples(split, count // 4, rng, colour=False)
    if all(isinstance(each, DigitClassifier) for each in readers.values()):
        places = rng.integers(len(split.labels), size=(count, 5))
        return {role: _evaluate_digit_gate(reader, split, places, empty) for role, reader in readers.items()}
    asked = test_sets.generate_samples("amounts", split, count, rng, colour=False)
    return {role: _evaluate_amount_gate(reader, split, asked, empty) for role, reader in readers.items()}


def _evaluate_digit_gate(
    reader: DigitClassifier, split: Split, places: np.ndarray, empty: Sequence[Sample]
) -> GateResults:
    cut = read_presegmented_digits(reader, split)
    together = cut.correct[places].all(axis=1)
    read = set(map(str, cut.predictions))
    return GateResults(
        "digits", cut.correct, cut.confidences, read, "amounts of digits", together, _false_accepts(reader, empty)
    )


def _evaluate_amount_gate(
    reader: AmountReader, split: Split, asked: Sequence[Sample], empty: Sequence[Sample]
) -> GateResults:
    fooled = _false_accepts(reader, empty)
    answers = predict_all(reader, asked, "amounts of the gate")
    read = set("".join(each.digits for each in answers.readings))
    alone = read_presegmented_digits(reader, split, len(asked) // 2)
    return GateResults("amounts", answers.correct, answers.confidences, read, "digits by themselves", alone, fooled)


def _false_accepts(reader: Reader, empty: Sequence[Sample]) -> np.ndarray:
    """Which pictures with nothing to read are accepted, bool [n]."""
    return predict_all(reader, empty, "gate, nothing to read").confidences >= reader.threshold()


def gate_checks(gated: dict[str, GateResults], least: float, threshold: float, risk: float) -> list[promotion.Check]:
    """What a challenger is asked on the gate split, besides reading no worse than the champion.

    Parameters
    ----------
    gated : by role, "challenger" and perhaps "champion"
    least : share of the gate that a whole training of this architecture reads right
    threshold : of the challenger, from which on it accepts what the gate shows
    risk : that it promised
    """
    challenger, champion = gated["challenger"], gated.get("champion")
    confidences = np.nan_to_num(challenger.confidences, nan=0.0, posinf=0.0, neginf=0.0)
    other = promotion.PairedResults(
        challenger.other_unit, challenger.other_correct, champion.other_correct if champion else None
    )
    return [
        promotion.accuracy_check(challenger.correct, least, f"gate {challenger.unit}"),
        promotion.finite_check(challenger.confidences),
        promotion.all_digits_check(challenger.digits_read),
        promotion.not_worse(other),
        promotion.calibration_check(confidences, challenger.correct),
        promotion.risk_check(confidences, challenger.correct, threshold, risk),
        promotion.negatives_check(challenger.false_accepts, champion.false_accepts if champion else None),
    ]


def median_latency_ms(readers: dict[str, Reader], asked: Sequence[Sample]) -> dict[str, float]:
    """Median time of one picture for each reader, taken in turns, so that a busy machine is busy for all of them."""
    times: dict[str, list[float]] = {role: [] for role in readers}
    for question in asked:
        for role, reader in readers.items():
            started = time.perf_counter()
            reader.read(question.image)
            times[role].append(1000 * (time.perf_counter() - started))
    return {role: float(np.median(each)) for role, each in times.items()}


def correction_samples(taken: list[dataset.CuratedCorrection], pictures: list[np.ndarray]) -> list[Sample]:
    """Corrections with their pictures as questions."""
    return [
        Sample(picture, each.text, each.written or each.text) for each, picture in zip(taken, pictures, strict=True)
    ]


def robustness(
    reader: Reader, asked: Sequence[Sample], threshold: float, rng: np.random.Generator, faults: Iterable = CORRUPTIONS
) -> pd.DataFrame:
    """The same pictures read again with one fault each, by measure.

    Returns
    -------
    a row for each fault and strength, and first one without any: fault, strength, unit, right and accepted (shares),
    accepted_wrong (share of wrong among accepted)
    """
    plans: list[tuple[str, float, str, Callable]] = [("none", 0.0, "", lambda picture, strength, rng: picture)]
    plans += [(fault.name, strength, fault.unit, fault.apply) for fault in faults for strength in fault.severities]
    rows = []
    for name, strength, unit, apply in tqdm(plans, "faults", mininterval=5):
        spoiled = [replace(each, image=apply(each.image, strength, rng)) for each in asked]
        answers = Predictions(spoiled, list(reader.stream(each.image for each in spoiled)))
        passed, passed_wrong = answers.accepted(threshold)
        rows.append(
            {
                "fault": name,
                "strength": strength,
                "unit": unit,
                "right": float(answers.correct.mean()),
                "accepted": passed / len(asked),
                "accepted_wrong": passed_wrong / max(passed, 1),
            }
        )
    return pd.DataFrame(rows)
