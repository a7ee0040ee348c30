"""Summarize how the document reader did on a user's own documents: tables and sentences for people."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from payment_ml.evaluation import own_reports
from payment_ml.evaluation.own_documents import OwnDocument, OwnDocuments
from payment_ml.recognition.document_reader import DocumentReader

_MISTAKE_COLUMNS = ["file", "written", "read", "found", "confidence", "decision"]


def title(measured: OwnDocuments, reader: DocumentReader, name: str) -> str:
    """Return what was read, with which version and profile."""
    profile = f"under the profile {reader.profile.name}" if reader.profile is not None else "without a profile"
    total = len(measured.documents) + len(measured.not_read)
    return f"{name}: {total:,} documents, version {reader.version.name}, {profile}"


def counts_table(measured: OwnDocuments) -> pd.DataFrame:
    """Return what was found, right, accepted and wrong, each with its share and the exact 95% interval.

    Rows about boxes, values, documents without an amount or words that disagree are there where the csv tells any.
    """
    counts, read = measured.as_counts(), len(measured.documents)
    rows = {
        "amount found": (counts["found"], counts["with_box"]),
        "digits right": (counts["digits_right"], counts["digits_known"]),
        "value right": (counts["value_right"], counts["value_known"]),
        "nothing to find, nothing found": (counts["nothing_found"], counts["nothing_to_find"]),
        "accepted though words disagree": (counts["words_disagree_accepted"], counts["words_disagree"]),
    }
    told = {name: (count, total) for name, (count, total) in rows.items() if total}
    accepted = {
        "accepted": (counts["accepted"], read),
        "wrong among the accepted": (counts["accepted_wrong"], counts["accepted"]),
    }
    return own_reports.shares_table(told | accepted, "documents")


def promise(measured: OwnDocuments) -> str:
    """Return in words whether the accepted readings keep the promise."""
    counts = measured.as_counts()
    return own_reports.judge_promise(measured.risk, counts["accepted_wrong"], counts["accepted"], "documents")


def by_reason(measured: OwnDocuments) -> pd.DataFrame:
    """Return for each reason for review: documents, and how many of them are right; the most frequent reason first."""
    reasons = [own_reports.kind_of_reason(document.reading.reason) for document in measured.documents]
    right = Counter(reason for reason, document in zip(reasons, measured.documents, strict=True) if document.right)
    rows = [
        {"reason": reason, "documents": count, "right": right[reason]}
        for reason, count in Counter(reasons).most_common(own_reports.SHOWN_REASONS)
    ]
    return pd.DataFrame(rows, columns=["reason", "documents", "right"]).set_index("reason")


def mistakes_table(documents: Sequence[OwnDocument]) -> pd.DataFrame:
    """Return documents that were misread: file, what stands there, what was read, whether it was found there."""
    rows = [
        {
            "file": document.row.file if document.row.page is None else f"{document.row.file}, {document.row.page}",
            "written": _written(document),
            "read": document.reading.text or "nothing",
            "found": "" if document.row.box is None else "yes" if document.found else "no",
            "confidence": f"{document.reading.confidence:.1%}",
            "decision": document.reading.decision,
        }
        for document in documents
    ]
    return pd.DataFrame(rows, columns=_MISTAKE_COLUMNS).set_index("file")


def _written(document: OwnDocument) -> str:
    """Return the value that stands there, or the digits where the csv tells none; "nothing" without an amount."""
    row = document.row
    if not row.has_amount:
        return "nothing"
    return row.truth if row.value is None else f"{row.value:f}"
