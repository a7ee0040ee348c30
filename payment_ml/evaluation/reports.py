"""What came of an examination: errors in digits and in money, and where they are made."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from payment_ml.evaluation import calibration, metrics, risk_control
from payment_ml.evaluation.evaluator import Predictions, Reader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.readings import AmountReading, DigitReading


def summary(answers: Predictions, threshold: float) -> dict[str, Any]:
    """The numbers that a reader is known by; money as text with two decimals.

    A wrong reading's error is how far it is from the truth; where no amount was read at all it is the whole truth.
    """
    right, confidences = answers.correct, answers.confidences
    read = confidences > 0
    errors = money_errors(answers)
    passed, passed_wrong = answers.accepted(threshold)
    accepted = confidences >= threshold
    return {
        "pictures": len(right),
        "wrong": int(np.sum(~right)),
        "accuracy": float(np.mean(right)),
        "calibration_error": calibration.expected_calibration_error(confidences[read], right[read]),
        "accepted": passed,
        "accepted_wrong": passed_wrong,
        "money_written": str(sum(_money(each.label) for each in answers.samples)),
        "money_error": str(sum(errors)),
        "money_error_mean": str(round(sum(errors) / len(errors), 2)),
        "money_error_largest": str(max(errors)),
        "money_error_accepted": str(sum(error for error, passed in zip(errors, accepted, strict=True) if passed)),
    }


def money_errors(answers: Predictions) -> list[Decimal]:
    """How far each reading is from its truth in money; the whole truth where no amount was read."""
    return [
        abs(_money(question.label) - _value(reading))
        for question, reading in zip(answers.samples, answers.readings, strict=True)
    ]


def _money(text: str) -> Decimal:
    return Decimal(text or 0).quantize(Decimal("0.01"))


def _value(reading: AmountReading | DigitReading) -> Decimal:
    value = reading.value if isinstance(reading, AmountReading) else reading.digit
    return Decimal(0 if value is None else value)


def summary_table(summaries: dict[str, dict[str, Any]]) -> pd.DataFrame:
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


def accuracy_by_length(answers: Predictions, threshold: float) -> pd.DataFrame:
    """How the number of digits matters: pictures, share right and share accepted for each."""
    frame = pd.DataFrame(
        {
            "digits": [len(each.digits) for each in answers.samples],
            "right": answers.correct,
            "accepted": answers.confidences >= threshold,
        }
    )
    counted = {"pictures": ("right", "size"), "right": ("right", "mean"), "accepted": ("accepted", "mean")}
    return frame.groupby("digits").agg(**counted)


def errors_by_position(answers: Predictions) -> pd.DataFrame:
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


def digit_confusion(answers: Predictions) -> np.ndarray:
    """Counts int64 [10, 10] of true digit and digit read, of readings with as many digits as were written."""
    pairs = _pairs(answers)
    truths = np.array([int(each) for truth, _ in pairs for each in truth], int)
    read = np.array([int(each) for _, digits in pairs for each in digits], int)
    return metrics.confusion_matrix(truths, read)


def _pairs(answers: Predictions) -> list[tuple[str, str]]:
    """Digits written and digits read, of readings with as many as were written."""
    pairs = zip(answers.samples, answers.readings, strict=True)
    return [(asked.digits, read.digits) for asked, read in pairs if len(asked.digits) == len(read.digits)]


def presegmented_metrics(
    reader: Reader, cut: metrics.DigitPredictions | np.ndarray, rng: np.random.Generator
) -> dict[str, Any]:
    """The numbers of digits that were cut beforehand, and of amounts read one such digit at a time.

    Parameters
    ----------
    cut : as `examination.cut_digits` gives it
    rng : draws the amounts
    """
    if isinstance(reader, DigitClassifier):
        return metrics.summary(cut, reader.threshold("digits"), rng)
    return {
        "digits": len(cut),
        "wrong": int(np.sum(~cut)),
        "accuracy": float(np.mean(cut)),
        "amounts_wrong": metrics.simulated_amount_error_rate(cut, rng),
    }


def acceptance_summary(passed: int, passed_wrong: int, total: int, risk: float) -> str:
    """What was accepted and how much of it is wrong, with its interval, in words."""
    if not passed:
        return f"nothing of {total:,} test pictures was accepted"
    low, high = risk_control.clopper_pearson(passed_wrong, passed)
    return (
        f"accepted {passed:,} of {total:,} test pictures, {passed_wrong} of them wrong: {passed_wrong / passed:.2%} "
        f"(95% interval {low:.2%} to {high:.2%}); promised at most {risk:.1%}"
    )
