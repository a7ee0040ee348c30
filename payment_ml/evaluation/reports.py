"""Summarize predictions: metrics in images and in money, and where the errors are."""

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from payment_ml.evaluation import calibration, metrics, risk_control
from payment_ml.evaluation.evaluator import Predictions, PresegmentedResults


def summary(predictions: Predictions, threshold: float) -> dict[str, Any]:
    """Summarize predictions in the numbers that card.json keeps.

    Parameters
    ----------
    threshold : accept threshold of the reader

    Returns
    -------
    pictures, wrong, accuracy, calibration_error (of those where something was read; 0 where nothing was), accepted,
    accepted_wrong; and of money, as text with two decimals: money_written, money_error (the sum), money_error_mean,
    money_error_largest, money_error_accepted
    """
    correct, confidences = predictions.correct, predictions.confidences
    read = confidences > 0
    errors = money_errors(predictions)
    accepted_count, accepted_errors = predictions.count_accepted(threshold)
    accepted = confidences >= threshold
    return {
        "pictures": len(correct),
        "wrong": int(np.sum(~correct)),
        "accuracy": float(np.mean(correct)),
        "calibration_error": _calibration_error(confidences[read], correct[read]),
        "accepted": accepted_count,
        "accepted_wrong": accepted_errors,
        "money_written": str(sum(_money(sample.label) for sample in predictions.samples)),
        "money_error": str(sum(errors)),
        "money_error_mean": str(round(sum(errors) / len(errors), 2)),
        "money_error_largest": str(max(errors)),
        "money_error_accepted": str(sum(error for error, passed in zip(errors, accepted, strict=True) if passed)),
    }


def money_errors(predictions: Predictions) -> list[Decimal]:
    """Return the absolute error of each reading in money; the whole label where no amount was read."""
    pairs = zip(predictions.samples, predictions.readings, strict=True)
    return [abs(_money(sample.label) - (reading.value or Decimal(0))) for sample, reading in pairs]


def summary_table(summaries: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """Return summaries side by side for people, a column for each reader."""
    return pd.DataFrame({role: _summary_column(entries) for role, entries in summaries.items()})


def captions(predictions: Predictions) -> list[str]:
    """Return a caption for each sample: its label, where it has one, what was read, and the confidence."""
    pairs = zip(predictions.samples, predictions.readings, strict=True)
    return [
        f"{sample.label} read as {reading.text or 'nothing'}\n{reading.confidence:.1%} confident".lstrip()
        for sample, reading in pairs
    ]


def most_confident_errors(predictions: Predictions, count: int) -> np.ndarray:
    """Return the indices of at most `count` errors, the most confident first; integer."""
    errors = np.flatnonzero(~predictions.correct)
    return errors[np.argsort(-predictions.confidences[errors], kind="stable")][:count]


def accuracy_by_length(predictions: Predictions, threshold: float) -> pd.DataFrame:
    """Return for each number of digits in a label: samples, accuracy, and the share that `threshold` accepts."""
    frame = pd.DataFrame(
        {
            "digits": [len(sample.digits) for sample in predictions.samples],
            "correct": predictions.correct,
            "accepted": predictions.confidences >= threshold,
        }
    )
    columns = {"samples": ("correct", "size"), "accuracy": ("correct", "mean"), "accepted": ("accepted", "mean")}
    return frame.groupby("digits").agg(**columns)


def accuracy_by_writing(predictions: Predictions, threshold: float) -> pd.DataFrame:
    """Return for each hand and each layout of the cents: samples, accuracy, and the share that `threshold` accepts."""
    accepted = predictions.confidences >= threshold
    frames = []
    for name, values in (
        ("written by", [sample.hand for sample in predictions.samples]),
        ("cents", [sample.layout for sample in predictions.samples]),
    ):
        frame = pd.DataFrame({"of": name, "kind": values, "correct": predictions.correct, "accepted": accepted})
        frames.append(frame[frame["kind"] != ""])
    columns = {"samples": ("correct", "size"), "accuracy": ("correct", "mean"), "accepted": ("accepted", "mean")}
    return pd.concat(frames).groupby(["of", "kind"], sort=False).agg(**columns)


def errors_by_position(predictions: Predictions) -> pd.DataFrame:
    """Return for each position of a digit, counted from the left: digits, errors, and error_rate.

    Only readings with as many digits as their label count: a lost or inserted digit has no position.
    """
    pairs = _aligned_digits(predictions)
    longest = max((len(label) for label, _ in pairs), default=0)
    rows = []
    for i in range(longest):
        errors = [label[i] != reading[i] for label, reading in pairs if len(label) > i]
        rows.append({"position": i + 1, "digits": len(errors), "errors": sum(errors), "error_rate": np.mean(errors)})
    return pd.DataFrame(rows, columns=["position", "digits", "errors", "error_rate"]).set_index("position")


def digit_confusion(predictions: Predictions) -> np.ndarray:
    """Return the confusion matrix of digits, int64 [10, 10], of readings with as many digits as their label."""
    pairs = _aligned_digits(predictions)
    labels = np.array([int(digit) for label, _ in pairs for digit in label], int)
    digits_read = np.array([int(digit) for _, reading in pairs for digit in reading], int)
    return metrics.confusion_matrix(labels, digits_read)


def presegmented_metrics(
    results: PresegmentedResults, threshold: float, rng: np.random.Generator
) -> dict[str, float | int]:
    """Summarize pre-segmented digits in the numbers that card.json keeps.

    Parameters
    ----------
    threshold : accept threshold for pre-segmented digits; unused where the reader gives no probability of each digit
    rng : draws the amounts of `metrics.simulated_amount_error_rate`

    Returns
    -------
    as `metrics.summary`; of an amount reader digits, wrong, accuracy and amounts_wrong
    """
    if results.predictions is not None:
        return metrics.summary(results.predictions, threshold, rng)
    return {
        "digits": len(results.correct),
        "wrong": int(np.sum(~results.correct)),
        "accuracy": float(np.mean(results.correct)),
        "amounts_wrong": metrics.simulated_amount_error_rate(results.correct, rng),
    }


def presegmented_table(summaries: dict[str, dict[str, float | int]]) -> pd.DataFrame:
    """Return the results of `presegmented_metrics` side by side for people, a column for each reader."""
    return pd.DataFrame(
        {
            role: {
                name: f"{value:,.4f}" if isinstance(value, float) else f"{value:,}" for name, value in entries.items()
            }
            for role, entries in summaries.items()
        }
    )


def negatives_summary(negatives: Predictions, threshold: float) -> dict[str, int]:
    """Count false accepts under the keys of card.json: nothing_to_read, the images, and nothing_accepted of them."""
    accepted, _ = negatives.count_accepted(threshold)
    return {"nothing_to_read": len(negatives.samples), "nothing_accepted": accepted}


def reliability_diagrams(predictions: dict[str, Predictions]) -> dict[str, list[dict[str, float]]]:
    """Return the points of a reliability diagram for each of `predictions`, where something was read.

    Returns
    -------
    title, with the expected calibration error -> points, as `calibration.calibration_bins` returns them
    """
    diagrams = {}
    for name, results in predictions.items():
        read = results.confidences > 0
        confidences, correct = results.confidences[read], results.correct[read]
        title = f"{name}: expected calibration error {_calibration_error(confidences, correct):.2%}"
        diagrams[title] = calibration.calibration_bins(confidences, correct)
    return diagrams


def acceptance_summary(predictions: Predictions, threshold: float, risk: float) -> str:
    """Return in words how many test samples were accepted, and the error rate among them with its interval.

    Parameters
    ----------
    threshold : accept threshold of the reader
    risk : largest permitted share of errors among accepted readings, in (0, 1)
    """
    total = len(predictions.samples)
    accepted, errors = predictions.count_accepted(threshold)
    if not accepted:
        return f"none of {total:,} test images was accepted"
    low, high = risk_control.clopper_pearson(errors, accepted)
    return (
        f"accepted {accepted:,} of {total:,} test images, {errors} of them wrong: {errors / accepted:.2%} "
        f"(95% interval {low:.2%} to {high:.2%}); promised at most {risk:.1%}"
    )


def accepted_point(predictions: Predictions, threshold: float) -> tuple[float, float] | None:
    """Return the coverage and the risk at an accept threshold, both in [0, 1]; None where it accepts nothing."""
    accepted, errors = predictions.count_accepted(threshold)
    return (accepted / len(predictions.samples), errors / accepted) if accepted else None


def _money(text: str) -> Decimal:
    return Decimal(text or 0).quantize(Decimal("0.01"))


def _calibration_error(confidences: np.ndarray, correct: np.ndarray) -> float:
    return calibration.expected_calibration_error(confidences, correct) if len(correct) else 0.0


def _summary_column(entries: dict[str, Any]) -> dict[str, str]:
    return {
        "accuracy": f"{entries['accuracy']:.2%}",
        "errors": f"{entries['wrong']:,} of {entries['pictures']:,}",
        "expected calibration error": f"{entries['calibration_error']:.2%}",
        "accepted": f"{entries['accepted'] / entries['pictures']:.1%}",
        "errors among accepted": f"{entries['accepted_wrong']:,} of {entries['accepted']:,}",
        "money written": entries["money_written"],
        "error in money, all readings": entries["money_error"],
        "mean over all readings": entries["money_error_mean"],
        "largest": entries["money_error_largest"],
        "error in money, accepted readings": entries["money_error_accepted"],
    }


def _aligned_digits(predictions: Predictions) -> list[tuple[str, str]]:
    """Return the digits of label and reading, where both have equally many."""
    pairs = zip(predictions.samples, predictions.readings, strict=True)
    return [(sample.digits, reading.digits) for sample, reading in pairs if len(sample.digits) == len(reading.digits)]
