"""Describe how documents were read, for notebook 07: tables and captions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from payment_ml.evaluation import documents, risk_control
from payment_ml.evaluation.documents import DocumentOutcome
from payment_ml.evaluation.own_reports import kind_of_reason
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.readings import DocumentReading

_COUNTED = ("found", "digits right", "value right", "accepted")


def frames(reading: DocumentReading) -> dict[str, list[Box]]:
    """Return where a reading found what, in pixels of the upright page."""
    first, *others = reading.amounts or (None,)
    return {
        "amount to pay": [] if first is None else [first.box],
        "other amounts": [amount.box for amount in others if amount is not None],
        "amount in words": list(reading.words_boxes),
    }


def counts_table(outcomes: Sequence[DocumentOutcome]) -> pd.DataFrame:
    """Return the counts of documents with an amount, with exact intervals (Clopper and Pearson, 95%)."""
    counts = documents.summary(outcomes)
    totals = dict.fromkeys(_COUNTED, counts["documents"])
    totals |= {"words agree": counts["in words"], "accepted wrong": counts["accepted"]}
    rows = [
        {"": name, "count": counts[name], "of": total, **_share(counts[name], total)} for name, total in totals.items()
    ]
    return pd.DataFrame(rows).set_index("")


def by(outcomes: Sequence[DocumentOutcome], attribute: str) -> pd.DataFrame:
    """Return the counts by `kind` or `layout` of the documents."""
    groups = sorted({getattr(outcome, attribute) for outcome in outcomes})
    rows = {}
    for group in groups:
        counts = documents.summary([outcome for outcome in outcomes if getattr(outcome, attribute) == group])
        rows[group] = {name: value for name, value in counts.items() if name != "milliseconds"}
    return pd.DataFrame(rows).T.rename_axis(attribute)


def by_reason(outcomes: Sequence[DocumentOutcome]) -> pd.DataFrame:
    """Return how many documents went to review for each reason, and how many of these were read right."""
    rows: dict[str, list[int]] = {}
    for outcome in outcomes:
        if outcome.reading.reason is not None:
            counts = rows.setdefault(kind_of_reason(outcome.reading.reason), [0, 0])
            counts[0] += 1
            counts[1] += outcome.value_right
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["documents", "value right"])
    return table.sort_values("documents", ascending=False).rename_axis("reason for review")


def mistakes(outcomes: Sequence[DocumentOutcome]) -> list[DocumentOutcome]:
    """Return the documents with an amount that were read wrong; accepted ones first, then the most confident ones."""
    wrong = [outcome for outcome in outcomes if outcome.value is not None and not outcome.value_right]
    return sorted(wrong, key=lambda outcome: (not outcome.accepted, -outcome.reading.confidence))


def captions(outcomes: Sequence[DocumentOutcome]) -> list[str]:
    """Return a caption for each document: what is written, what was read, and whether it was found."""
    texts = []
    for outcome in outcomes:
        written = "no amount" if outcome.value is None else f"{outcome.digits} = {outcome.value:,.2f}"
        read = outcome.reading.text or "nothing"
        place = "" if outcome.found or outcome.value is None else ", elsewhere"
        texts.append(f"{outcome.kind}: {written}\nread {read}{place} ({outcome.reading.confidence:.0%})")
    return texts


def curves(outcomes: Sequence[DocumentOutcome]) -> tuple[np.ndarray, np.ndarray]:
    """Return coverage and risk of every threshold; pages without an amount count as wrong where they are accepted."""
    confidences = np.array([outcome.reading.confidence for outcome in outcomes], np.float64)
    return risk_control.risk_coverage(confidences, np.array([outcome.value_right for outcome in outcomes], bool))


def _share(count: int, total: int) -> dict[str, str]:
    if not total:
        return {"share": "", "95% interval": ""}
    low, high = risk_control.clopper_pearson(count, total)
    return {"share": f"{count / total:.1%}", "95% interval": f"{low:.1%} to {high:.1%}"}
