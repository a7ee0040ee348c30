"""Examines readers: writes pictures whose truth is known, has them read, and counts."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from payment_ml import amounts, clutter, evaluation, handwriting, intake, pens, promises, verdicts
from payment_ml.amount_reader import AmountReader, AmountReading, log_odds
from payment_ml.digit_reader import DigitClassifier, DigitReading
from payment_ml.faults import FAULTS
from payment_ml.preparation import Split

Reader = AmountReader | DigitClassifier


@dataclass(frozen=True)
class Question:
    """A picture with its truth."""

    picture: np.ndarray  # uint8 [height, width, 3], sRGB, or [height, width] in grey levels
    truth: str  # what a reader should say: "1234.56", or a digit; empty where there is nothing to read
    written: str  # as it stands on the paper, marks and all

    @property
    def digits(self) -> str:
        """The digits as they are written."""
        return amounts.digits_of(self.written)


def questions(task: str, split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> list[Question]:
    """Photographs written with the digits of a split.

    Parameters
    ----------
    task : "digits", of which each picture then holds one in its middle, or "amounts"
    colour : False photographs amounts in grey levels, which is faster and all that a reader sees
    """
    if task == "digits":
        written = handwriting.digit_pictures(split.images, split.labels, count, rng)
        return [Question(picture, str(label), str(label)) for picture, label in written]
    alphabet = pens.Alphabet(split.images, split.labels)
    pictures = [handwriting.amount_picture(alphabet, rng, colour=colour) for _ in range(count)]
    return [Question(each.picture, f"{each.value:.2f}", each.text) for each in pictures]


def test_questions(task: str, test: Split, seed: int, quick: bool = False) -> list[Question]:
    """The pictures that notebook 03 reports on; 01 sees to it that no correction equals one of them."""
    count = 300 if quick else {"digits": 1000, "amounts": 2000}[task]
    return questions(task, test, count, np.random.default_rng([seed, 3]))


def nothing_to_read(split: Split, count: int, rng: np.random.Generator, colour: bool = True) -> list[Question]:
    """Photographs that hold no amount; every twentieth is an amount that was struck out. `colour` as in `questions`."""
    alphabet = pens.Alphabet(split.images, split.labels)
    pictures = (
        clutter.picture(rng, colour) if i % 20 else handwriting.struck_out_picture(alphabet, rng, colour)
        for i in range(count)
    )
    return [Question(each, "", "") for each in pictures]


@dataclass(frozen=True)
class Answers:
    """What a reader made of questions."""

    questions: list[Question]
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


def ask(reader: Reader, asked: list[Question], what: str) -> Answers:
    """Have a reader read pictures; `what` names them beside the progress bar."""
    readings = reader.stream(each.picture for each in asked)
    return Answers(asked, list(tqdm(readings, what, total=len(asked), mininterval=5)))


def calibrate(reader: Reader, calibration: Split, asked: list[Question], risk: float) -> Answers:
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
    reader.calibration = (1.0, 0.0)
    answers = ask(reader, asked, "amounts for calibration")
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


def cut_summary(reader: Reader, cut: evaluation.Readings | np.ndarray, rng: np.random.Generator) -> dict[str, Any]:
    """The numbers of digits that were cut beforehand, and of amounts read one such digit at a time.

    Parameters
    ----------
    cut : as `cut_digits` gives it
    rng : draws the amounts
    """
    if isinstance(reader, DigitClassifier):
        return evaluation.summary(cut, reader.threshold("digits"), rng)
    return {
        "digits": len(cut),
        "wrong": int(np.sum(~cut)),
        "accuracy": float(np.mean(cut)),
        "amounts_wrong": evaluation.amounts_wrong(cut, rng),
    }


def told(passed: int, passed_wrong: int, total: int, risk: float) -> str:
    """What was accepted and how much of it is wrong, with its interval, in words."""
    if not passed:
        return f"nothing of {total:,} test pictures was accepted"
    low, high = promises.clopper_pearson(passed_wrong, passed)
    return (
        f"accepted {passed:,} of {total:,} test pictures, {passed_wrong} of them wrong: {passed_wrong / passed:.2%} "
        f"(95% interval {low:.2%} to {high:.2%}); promised at most {risk:.1%}"
    )


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


def gate(reader: Reader, split: Split, count: int, rng: np.random.Generator) -> Gated:
    """Have the gate split read, as digits and as amounts written with them; and pictures with nothing to read.

    A digit network reads the digits that were cut beforehand, and amounts one such digit at a time; an amount reader
    photographs of amounts, and a part of the digits one by one.

    Parameters
    ----------
    count : amounts; half as many digits for an amount reader, a quarter as many pictures with nothing to read
    """
    task = "digits" if isinstance(reader, DigitClassifier) else "amounts"
    empty = nothing_to_read(split, count // 4, rng, colour=False)
    fooled = ask(reader, empty, "gate, nothing to read").confidences >= reader.threshold()
    if task == "digits":
        cut = cut_digits(reader, split)
        places = rng.integers(len(split.labels), size=(count, 5))
        together = cut.right[places].all(axis=1)
        read = set(map(str, cut.predictions))
        return Gated("digits", cut.right, cut.confidences, read, "amounts of digits", together, fooled)
    answers = ask(reader, questions("amounts", split, count, rng, colour=False), "amounts of the gate")
    read = set("".join(each.digits for each in answers.readings))
    alone = cut_digits(reader, split, count // 2)
    return Gated("amounts", answers.right, answers.confidences, read, "digits by themselves", alone, fooled)


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


def milliseconds(readers: dict[str, Reader], asked: list[Question]) -> dict[str, float]:
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


def summary(answers: Answers, threshold: float) -> dict[str, Any]:
    """The numbers that a reader is known by; money as text with two decimals.

    A wrong reading's error is how far it is from the truth; where no amount was read at all it is the whole truth.
    """
    right, confidences = answers.right, answers.confidences
    read = confidences > 0
    errors = money_errors(answers)
    passed, passed_wrong = answers.accepted(threshold)
    accepted = confidences >= threshold
    return {
        "pictures": len(right),
        "wrong": int(np.sum(~right)),
        "accuracy": float(np.mean(right)),
        "calibration_error": evaluation.calibration_gap(confidences[read], right[read]),
        "accepted": passed,
        "accepted_wrong": passed_wrong,
        "money_written": str(sum(_money(each.truth) for each in answers.questions)),
        "money_error": str(sum(errors)),
        "money_error_mean": str(round(sum(errors) / len(errors), 2)),
        "money_error_largest": str(max(errors)),
        "money_error_accepted": str(sum(error for error, passed in zip(errors, accepted, strict=True) if passed)),
    }


def money_errors(answers: Answers) -> list[Decimal]:
    """How far each reading is from its truth in money; the whole truth where no amount was read."""
    return [
        abs(_money(question.truth) - _value(reading))
        for question, reading in zip(answers.questions, answers.readings, strict=True)
    ]


def _money(text: str) -> Decimal:
    return Decimal(text or 0).quantize(Decimal("0.01"))


def _value(reading: AmountReading | DigitReading) -> Decimal:
    value = reading.value if isinstance(reading, AmountReading) else reading.digit
    return Decimal(0 if value is None else value)


def table(summaries: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Summaries side by side for people; a column a reader."""
    return pd.DataFrame(
        {
            name: {
                "exactly right": f"{each['accuracy']:.2%}",
                "wrong": f"{each['wrong']:,} of {each['pictures']:,}",
                "expected calibration error": f"{each['calibration_error']:.2%}",
                "accepted": f"{each['accepted'] / each['pictures']:.1%}",
                "wrong among accepted": f"{each['accepted_wrong']:,} of {each['accepted']:,}",
                "money written": each["money_written"],
                "money wrong, all readings": each["money_error"],
                "mean over all readings": each["money_error_mean"],
                "largest": each["money_error_largest"],
                "money wrong, accepted readings": each["money_error_accepted"],
            }
            for name, each in summaries.items()
        }
    )


def by_length(answers: Answers, threshold: float) -> pd.DataFrame:
    """How the number of digits matters: pictures, share right and share accepted for each."""
    frame = pd.DataFrame(
        {
            "digits": [len(each.digits) for each in answers.questions],
            "right": answers.right,
            "accepted": answers.confidences >= threshold,
        }
    )
    counted = {"pictures": ("right", "size"), "right": ("right", "mean"), "accepted": ("accepted", "mean")}
    return frame.groupby("digits").agg(**counted)


def by_position(answers: Answers) -> pd.DataFrame:
    """How the place of a digit matters, counted from the left: digits, wrong ones, and their share.

    Of readings that have as many digits as were written; a lost or invented digit has no place.
    """
    pairs = _pairs(answers)
    longest = max((len(truth) for truth, _ in pairs), default=0)
    rows = []
    for place in range(longest):
        there = [truth[place] != read[place] for truth, read in pairs if len(truth) > place]
        rows.append({"position": place + 1, "digits": len(there), "wrong": sum(there), "share": np.mean(there)})
    return pd.DataFrame(rows).set_index("position")


def digit_confusion(answers: Answers) -> np.ndarray:
    """Counts int64 [10, 10] of true digit and digit read, of readings with as many digits as were written."""
    pairs = _pairs(answers)
    truths = np.array([int(each) for truth, _ in pairs for each in truth], int)
    read = np.array([int(each) for _, digits in pairs for each in digits], int)
    return evaluation.confusion(truths, read)


def _pairs(answers: Answers) -> list[tuple[str, str]]:
    """Digits written and digits read, of readings with as many as were written."""
    pairs = zip(answers.questions, answers.readings, strict=True)
    return [(asked.digits, read.digits) for asked, read in pairs if len(asked.digits) == len(read.digits)]


def robustness(
    reader: Reader, asked: list[Question], threshold: float, rng: np.random.Generator, faults: Iterable = FAULTS
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
