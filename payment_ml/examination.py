"""Examines readers: has them read pictures whose truth is known."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from tqdm import tqdm

from payment_ml import evaluation, intake, promises, questions, verdicts
from payment_ml.amount_reader import AmountReader, log_odds
from payment_ml.amount_reading import AmountReading
from payment_ml.digit_reader import DigitClassifier, DigitReading
from payment_ml.faults import FAULTS
from payment_ml.preparation import Split
from payment_ml.questions import Question

Reader = AmountReader | DigitClassifier


@dataclass(frozen=True)
class Answers:
    """What a reader made of questions."""

    questions: Sequence[Question]
    readings: list[AmountReading | DigitReading]

    @property
    def confidences(self) -> np.ndarray:
        """Confidence of each reading, float64 [n]; 0 where nothing was read."""
        return np.array([each.confidence for each in self.readings], np.float64)

    @property
    def right(self) -> np.ndarray:
        """Which were read right, bool [n]."""
        pairs = zip(self.questions, self.readings, strict=True)
        return np.array([bool(question.truth) and reading.text == question.truth for question, reading in pairs], bool)

    def accepted(self, threshold: float) -> tuple[int, int]:
        """How many a threshold accepts, and how many of these are wrong."""
        return promises.accepted(self.confidences, self.right, threshold)


def ask(reader: Reader, asked: Sequence[Question], what: str) -> Answers:
    """Have a reader read pictures; `what` names them beside the progress bar."""
    readings = reader.stream(each.picture for each in asked)
    return Answers(asked, list(tqdm(readings, what, total=len(asked), mininterval=5)))


def calibrate(reader: Reader, calibration: Split, asked: Sequence[Question], risk: float) -> Answers:
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
        raw = reader.log_probabilities(calibration.images)
        reader.temperature = evaluation.fit_temperature(raw, calibration.labels)
        cut = evaluation.Readings(evaluation.soften(raw, reader.temperature), calibration.labels)
        answers = ask(reader, asked, "photographs for calibration")
        reader.promises = {
            "digits": asdict(promises.promise(cut.confidences, cut.right, risk)),
            "pictures": asdict(promises.promise(answers.confidences, answers.right, risk)),
        }
        return answers
    answers = ask(reader.uncalibrated(), asked, "amounts for calibration")
    read = np.array([each.value is not None for each in answers.readings])
    odds = np.array([log_odds(each) for each in answers.confidences])
    reader.calibration = evaluation.fit_line(odds[read], answers.right[read])
    calibrated = [
        each if each.value is None else replace(each, confidence=reader.calibrated(each.confidence))
        for each in answers.readings
    ]
    answers = Answers(asked, calibrated)
    reader.promises = {"amounts": asdict(promises.promise(answers.confidences, answers.right, risk))}
    return answers


def cut_digits(reader: Reader, split: Split, at_most: int | None = None) -> evaluation.Readings | np.ndarray:
    """Have digits read that were cut and centred beforehand, one by one.

    A digit is an amount of length one, so an amount reader is shown each as dark ink on a white field; it takes a
    hundred times as long as a digit network, so `at_most` so many of them.

    Returns
    -------
    a digit network's Readings; of an amount reader which are right, bool [n]
    """
    if isinstance(reader, DigitClassifier):
        return evaluation.Readings(reader.predict_proba(split.images), split.labels)
    images, labels = split.images[:at_most], split.labels[:at_most]
    fields = (np.pad(255 - image, 6, constant_values=255) for image in images)
    read = tqdm(reader.stream(fields), "digits cut beforehand", total=len(labels), mininterval=5)
    return np.array([each.digits == str(label) for each, label in zip(read, labels, strict=True)], bool)


@dataclass(frozen=True)
class Gated:
    """What a reader made of the gate split."""

    unit: str  # "digits" that were cut beforehand, or "amounts" written with them
    right: np.ndarray  # bool [n]
    confidences: np.ndarray  # float [n]
    digits_read: set[str]
    other_unit: str  # the same digits the other way: as "amounts", or as single "digits"
    other_right: np.ndarray  # bool [m]
    nothing_accepted: np.ndarray  # bool [k], of pictures with nothing to read


def gate(readers: dict[str, Reader], split: Split, count: int, rng: np.random.Generator) -> dict[str, Gated]:
    """Have the gate split read, as digits and as amounts written with them; and pictures with nothing to read.

    A digit network reads the digits that were cut beforehand, and amounts one such digit at a time; an amount reader
    photographs of amounts, and a part of the digits one by one.

    Parameters
    ----------
    readers : by role, all of one task; they are asked the same
    count : amounts; half as many digits for an amount reader, a quarter as many pictures with nothing to read
    """
    empty = questions.nothing_to_read(split, count // 4, rng, colour=False)
    if all(isinstance(each, DigitClassifier) for each in readers.values()):
        places = rng.integers(len(split.labels), size=(count, 5))
        return {role: _gate_digits(reader, split, places, empty) for role, reader in readers.items()}
    asked = questions.photographs("amounts", split, count, rng, colour=False)
    return {role: _gate_amounts(reader, split, asked, empty) for role, reader in readers.items()}


def _gate_digits(reader: DigitClassifier, split: Split, places: np.ndarray, empty: Sequence[Question]) -> Gated:
    cut = cut_digits(reader, split)
    together = cut.right[places].all(axis=1)
    read = set(map(str, cut.predictions))
    return Gated("digits", cut.right, cut.confidences, read, "amounts of digits", together, _fooled(reader, empty))


def _gate_amounts(reader: AmountReader, split: Split, asked: Sequence[Question], empty: Sequence[Question]) -> Gated:
    fooled = _fooled(reader, empty)
    answers = ask(reader, asked, "amounts of the gate")
    read = set("".join(each.digits for each in answers.readings))
    alone = cut_digits(reader, split, len(asked) // 2)
    return Gated("amounts", answers.right, answers.confidences, read, "digits by themselves", alone, fooled)


def _fooled(reader: Reader, empty: Sequence[Question]) -> np.ndarray:
    """Which pictures with nothing to read are accepted, bool [n]."""
    return ask(reader, empty, "gate, nothing to read").confidences >= reader.threshold()


def gates(gated: dict[str, Gated], least: float, threshold: float, risk: float) -> list[verdicts.Gate]:
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
    other = verdicts.Match(challenger.other_unit, challenger.other_right, champion.other_right if champion else None)
    return [
        verdicts.accurate(challenger.right, least, f"gate {challenger.unit}"),
        verdicts.finite(challenger.confidences),
        verdicts.every_digit(challenger.digits_read),
        verdicts.no_worse(other),
        verdicts.calibrated(confidences, challenger.right),
        verdicts.promise_kept(confidences, challenger.right, threshold, risk),
        verdicts.nothing_accepted(challenger.nothing_accepted, champion.nothing_accepted if champion else None),
    ]


def milliseconds(readers: dict[str, Reader], asked: Sequence[Question]) -> dict[str, float]:
    """Median time of one picture for each reader, taken in turns, so that a busy machine is busy for all of them."""
    times: dict[str, list[float]] = {role: [] for role in readers}
    for question in asked:
        for role, reader in readers.items():
            started = time.perf_counter()
            reader.read(question.picture)
            times[role].append(1000 * (time.perf_counter() - started))
    return {role: float(np.median(each)) for role, each in times.items()}


def corrected(taken: list[intake.Taken], pictures: list[np.ndarray]) -> list[Question]:
    """Corrections with their pictures as questions."""
    return [
        Question(picture, each.text, each.written or each.text) for each, picture in zip(taken, pictures, strict=True)
    ]


def robustness(
    reader: Reader, asked: Sequence[Question], threshold: float, rng: np.random.Generator, faults: Iterable = FAULTS
) -> pd.DataFrame:
    """The same pictures read again with one fault each, by measure.

    Returns
    -------
    a row for each fault and strength, and first one without any: fault, strength, unit, right and accepted (shares),
    accepted_wrong (share of wrong among accepted)
    """
    plans: list[tuple[str, float, str, Callable]] = [("none", 0.0, "", lambda picture, strength, rng: picture)]
    plans += [(fault.name, strength, fault.unit, fault.apply) for fault in faults for strength in fault.strengths]
    rows = []
    for name, strength, unit, apply in tqdm(plans, "faults", mininterval=5):
        spoiled = [replace(each, picture=apply(each.picture, strength, rng)) for each in asked]
        answers = Answers(spoiled, list(reader.stream(each.picture for each in spoiled)))
        passed, passed_wrong = answers.accepted(threshold)
        rows.append(
            {
                "fault": name,
                "strength": strength,
                "unit": unit,
                "right": float(answers.right.mean()),
                "accepted": passed / len(asked),
                "accepted_wrong": passed_wrong / max(passed, 1),
            }
        )
    return pd.DataFrame(rows)
