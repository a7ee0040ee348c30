"""Run the promotion checks: challenger and champion read the gate split and held-out corrections."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.evaluation import evaluator, promotion, test_sets
from payment_ml.evaluation.settings import EvaluationSettings
from payment_ml.feedback import dataset
from payment_ml.feedback.dataset import CuratedCorrection
from payment_ml.networks import recipes
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.reader import Reader
from payment_ml.synthesis.amount_images import Sample
from payment_ml.tasks import Task


def evaluate_corrections(
    challenger: Reader, champion: Reader | None, prepared_dir: Path
) -> promotion.PairedResults | None:
    """Read the held-out corrections of the readers' task.

    Where the digits of an amount are known, a reading of them is correct: digits alone say nothing of cents, which a
    profile settles. Elsewhere the value has to be that of the label.

    Returns
    -------
    PairedResults; None where no correction is held out

    Raises
    ------
    MissingDataError : a prepared file is missing or damaged
    """
    corrections = dataset.select(prepared_dir, challenger.task, dataset.HOLDOUT)
    if not corrections:
        return None
    images = dataset.load_images(prepared_dir, corrections)
    samples = [
        Sample(image, correction.text, correction.written or correction.label)
        for image, correction in zip(images, corrections, strict=True)
    ]
    correct = {
        role: _agree(corrections, evaluator.predict_all(reader, samples, f"held-out corrections, {role}"))
        for role, reader in _by_role(challenger, champion).items()
    }
    return promotion.PairedResults("kept corrections", correct["challenger"], correct.get("champion"))


def promotion_checks(
    challenger: Reader,
    champion: Reader | None,
    gate_split: Split,
    settings: EvaluationSettings,
    *,
    seed: int,
    risk: float,
    latency_samples: Sequence[Sample],
    corrections: promotion.PairedResults | None = None,
) -> promotion.PromotionReport:
    """Run every check that a challenger must pass to become champion.

    Parameters
    ----------
    challenger : calibrated
    champion : None: nothing serves yet
    gate_split : takes part in nothing else
    settings : number of samples, and the accuracy to reach
    seed : of the samples
    risk : largest permitted share of errors among accepted readings, in (0, 1)
    latency_samples : to measure the latency with
    corrections : results on held-out corrections; None: there are none
    """
    readers = _by_role(challenger, champion)
    results = evaluate_gate(readers, gate_split, settings.gate_samples, np.random.default_rng([seed, 6]))
    latencies = median_latency_ms(readers, latency_samples[: settings.latency_samples])
    architecture = recipes.find(challenger.version.metadata["architecture"])
    min_accuracy = architecture.min_accuracy if settings.full_training else architecture.quick_accuracy
    champion_size = None if champion is None else champion.version.metadata["bytes"]
    checks = [
        *gate_checks(results, min_accuracy, challenger.threshold(_gate_kind(challenger)), risk),
        promotion.latency_check(latencies["challenger"], latencies.get("champion")),
        promotion.size_check(challenger.version.metadata["bytes"], champion_size),
    ]
    if corrections is not None:
        checks.append(promotion.holdout_corrections(corrections))
    champion_correct = None if champion is None else results["champion"].correct
    return promotion.PromotionReport(
        promotion.PairedResults(challenger.task, results["challenger"].correct, champion_correct),
        tuple(checks),
        corrections,
        "" if champion is None else champion.version.name,
    )


@dataclass(frozen=True)
class GateResults:
    """Hold the results of one reader on the gate split."""

    unit: str  # "digits" that are pre-segmented, or "amounts" written with them
    correct: np.ndarray  # bool [n]
    confidences: np.ndarray  # float [n]
    digits_read: set[str]
    other_unit: str  # the same digits the other way: as amounts, or pre-segmented
    other_correct: np.ndarray  # bool [m]
    false_accepts: np.ndarray  # bool [k], which negatives were accepted


def evaluate_gate(
    readers: Mapping[str, Reader], split: Split, count: int, rng: np.random.Generator
) -> dict[str, GateResults]:
    """Read the gate split as digits and as amounts written with them, and negatives.

    A digit network reads every pre-segmented digit; its amounts are combinations of such digits. An amount reader reads
    photographs of amounts, and a part of the pre-segmented digits.

    Parameters
    ----------
    readers : by role, all of one task; they read the same samples
    count : number of amounts; an amount reader reads half as many digits, both read a quarter as many negatives
    rng : draws the samples
    """
    negatives = test_sets.negative_samples(split, count // 4, rng, colour=False)
    if all(reader.task is Task.DIGITS for reader in readers.values()):
        indices = rng.integers(len(split.labels), size=(count, 5))
        return {
            role: _evaluate_digit_gate(cast(DigitClassifier, reader), split, indices, negatives)
            for role, reader in readers.items()
        }
    samples = test_sets.generate_samples(Task.AMOUNTS, split, count, rng, colour=False)
    return {role: _evaluate_amount_gate(reader, split, samples, negatives) for role, reader in readers.items()}


def gate_checks(
    results: Mapping[str, GateResults], min_accuracy: float, threshold: float, risk: float
) -> list[promotion.Check]:
    """Check a challenger on the gate split, besides the comparison that `PromotionReport` adds.

    Parameters
    ----------
    results : by role, "challenger" and, where there is one, "champion"
    min_accuracy : that a sound training of this architecture reaches
    threshold : accept threshold of the challenger for what the gate split shows
    risk : largest permitted share of errors among accepted readings, in (0, 1)
    """
    challenger, champion = results["challenger"], results.get("champion")
    confidences = np.nan_to_num(challenger.confidences, nan=0.0, posinf=0.0, neginf=0.0)
    other_unit = promotion.PairedResults(
        challenger.other_unit, challenger.other_correct, champion.other_correct if champion else None
    )
    has_value = confidences > 0  # an ambiguous reading has no confidence, though one of its values may be right
    return [
        promotion.accuracy_check(challenger.correct, min_accuracy, f"gate {challenger.unit}"),
        promotion.finite_check(challenger.confidences),
        promotion.all_digits_check(challenger.digits_read),
        promotion.not_worse(other_unit),
        promotion.calibration_check(confidences[has_value], challenger.correct[has_value]),
        promotion.risk_check(confidences, challenger.correct, threshold, risk),
        promotion.negatives_check(challenger.false_accepts, champion.false_accepts if champion else None),
    ]


def median_latency_ms(readers: Mapping[str, Reader], samples: Sequence[Sample]) -> dict[str, float]:
    """Measure each reader's median latency for one image, in milliseconds.

    The readers take turns, so that a busy machine slows all of them alike.
    """
    latencies: dict[str, list[float]] = {role: [] for role in readers}
    for sample in samples:
        for role, reader in readers.items():
            started = time.perf_counter()
            reader.read(sample.image)
            latencies[role].append(1000 * (time.perf_counter() - started))
    return {role: float(np.median(values)) for role, values in latencies.items()}


def _agree(corrections: Sequence[CuratedCorrection], predictions: evaluator.Predictions) -> np.ndarray:
    """Return which predictions agree with the labels of corrections, bool [n]."""
    triples = zip(corrections, predictions.readings, predictions.correct, strict=True)
    return np.array(
        [reading.digits == item.digits if item.digits else correct for item, reading, correct in triples], bool
    )


def _by_role(challenger: Reader, champion: Reader | None) -> dict[str, Reader]:
    return {"challenger": challenger} | ({} if champion is None else {"champion": champion})


def _evaluate_digit_gate(
    reader: DigitClassifier, split: Split, indices: np.ndarray, negatives: Sequence[Sample]
) -> GateResults:
    """Read every digit; `indices`, integer [n, 5], says which of them make up an amount."""
    predictions = evaluator.predict_digits(reader, split)
    return GateResults(
        unit="digits",
        correct=predictions.correct,
        confidences=predictions.confidences,
        digits_read=set(map(str, predictions.predictions)),
        other_unit="amounts of digits",
        other_correct=predictions.correct[indices].all(axis=1),
        false_accepts=_false_accepts(reader, negatives),
    )


def _evaluate_amount_gate(
    reader: Reader, split: Split, samples: Sequence[Sample], negatives: Sequence[Sample]
) -> GateResults:
    false_accepts = _false_accepts(reader, negatives)
    predictions = evaluator.predict_all(reader, samples, "gate, amounts")
    return GateResults(
        unit="amounts",
        correct=predictions.correct,
        confidences=predictions.confidences,
        digits_read=set("".join(reading.digits for reading in predictions.readings)),
        other_unit="digits by themselves",
        other_correct=evaluator.read_presegmented_digits(reader, split, len(samples) // 2).correct,
        false_accepts=false_accepts,
    )


def _false_accepts(reader: Reader, negatives: Sequence[Sample]) -> np.ndarray:
    """Return which negatives are accepted, bool [n]."""
    return evaluator.predict_all(reader, negatives, "gate, negatives").confidences >= reader.threshold()


def _gate_kind(reader: Reader) -> str:
    """Return the kind of image that the gate split shows to a reader, and that its acceptance rule is for."""
    return "digits" if reader.task is Task.DIGITS else "amounts"
