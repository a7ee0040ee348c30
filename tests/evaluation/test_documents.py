"""Test evaluation.documents: what is counted, when documents are accepted, and which network may serve."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from payment_ml.evaluation import document_reports, document_sets, documents, promotion
from payment_ml.evaluation.documents import DocumentOutcome
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.recognition.readings import DocumentReading, FoundAmount
from payment_ml.synthesis.documents import FieldKind

RISK = 0.005


def outcome(said: str | None, read: str | None, confidence: float, accepted: bool = True, **entries) -> DocumentOutcome:
    """Return what became of a document with this amount, of which this amount was read."""
    value = None if read is None else Decimal(read)
    digits = "" if read is None else read.replace(".", "")
    found = FoundAmount(read or "", value, digits, confidence, "accept", None)
    reading = DocumentReading(
        None if read is None else found,
        decision="accept" if accepted else "review",
        reason=None if accepted else "confidence 12.00% is below 99.00%",
        certainty=confidence,
    )
    truth = None if said is None else Decimal(said)
    outcome = DocumentOutcome(
        "cheque", "indian", truth, "" if said is None else said.replace(".", ""), None, reading, said == read, 80.0,
        np.zeros((4, 6, 3), np.uint8),
    )  # fmt: skip
    return replace(outcome, **entries)


def test_the_summary_counts_documents_with_an_amount():
    """Whatever became of those without."""
    outcomes = [
        outcome("12.50", "12.50", 0.99),
        outcome("7.00", "1.00", 0.99),
        outcome("3.00", None, 0.0, accepted=False),
        outcome(None, "5.00", 0.9),
    ]
    counts = documents.summary(outcomes)
    assert (counts["documents"], counts["found"], counts["digits right"], counts["value right"]) == (3, 1, 1, 1)
    assert (counts["accepted"], counts["accepted wrong"]) == (2, 1)
    table = document_reports.counts_table(outcomes)
    assert table.loc["value right", "share"] == "33.3%"
    assert list(document_reports.by_reason(outcomes).index) == ["confidence … is below …"]
    assert [item.reading.text for item in document_reports.mistakes(outcomes)] == ["1.00", ""]


def test_only_a_confidence_that_keeps_the_promise_is_accepted():
    """Sure readings are right here, and half of the unsure ones wrong."""
    sure = [outcome("1.00", "1.00", 0.999) for _ in range(1500)]
    unsure = [outcome("1.00", ("1.00", "7.00")[i % 2], 0.6) for i in range(300)]
    calibration = documents.calibrate(sure + unsure, RISK)
    assert calibration.rule.threshold < 1
    assert (calibration.rule.accepted, calibration.rule.wrong) == (1500, 0)


def test_too_few_documents_accept_nothing():
    """A hundred right ones say little about one in two hundred."""
    assert documents.calibrate([outcome("1.00", "1.00", 0.999)] * 100, RISK).rule.threshold > 1


def test_pages_without_an_amount_count_as_wrong_where_they_are_accepted():
    """A promise that holds for documents alone would not hold for a folder of scans."""
    sure = [outcome("1.00", "1.00", 0.999) for _ in range(1500)]
    letters = [outcome(None, "5.00", 0.9995) for _ in range(100)]
    assert documents.calibrate(sure + letters, RISK).rule.threshold > 1


def check(report: promotion.PromotionReport, name: str) -> promotion.Check:
    """Return one check of a report."""
    return next(check for check in report.checks if check.name == name)


def test_a_better_network_is_promoted():
    """It reads more documents right, and accepts no wrong one."""
    better = [outcome("1.00", "1.00", 0.999)] * 40 + [outcome(None, None, 0.0, accepted=False)] * 10
    worse = [outcome("1.00", "7.00", 0.5, accepted=False)] * 40 + better[40:]
    report = documents.promotion_checks(better, worse, "before", RISK)
    assert promotion.decide_promotion(report).promoted
    assert not promotion.decide_promotion(documents.promotion_checks(worse, better, "before", RISK)).promoted


@pytest.mark.parametrize(
    ("added", "failed"),
    [
        ([outcome("1.00", "7.00", 0.999)] * 9, "promise"),
        ([outcome(None, "7.00", 0.999)] * 9, "nothing to read"),
        ([outcome("1.00", "1.00", 0.999, milliseconds=9000.0)] * 200, "speed"),
    ],
    ids=["accepts wrong amounts", "accepts pages without one", "is slow"],
)
def test_each_check_keeps_a_network_from_serving(added, failed):
    """Though it reads more documents right."""
    champion = [outcome("1.00", ("1.00", "7.00")[i % 2], 0.5, accepted=False) for i in range(100)]
    challenger = [outcome("1.00", "1.00", 0.999)] * 100 + added
    champion += [replace(item, reading=champion[0].reading, milliseconds=80.0) for item in added]
    report = documents.promotion_checks(challenger, champion, "before", RISK)
    assert not check(report, failed).passed
    assert not promotion.decide_promotion(report).promoted


def test_documents_are_read_as_composed(splits, reader):
    """The reader needs no network of pages for it; turned pages are found upright."""
    reading = DocumentReader(reader)
    composed = list(document_sets.compose_documents(splits["test"], 24, (1, 2)))
    outcomes = documents.read_documents(reading, iter(composed), 24, "test")
    assert [item.value for item in outcomes] == [document.value for document in composed]
    assert sum(item.digits_right for item in outcomes) >= 4
    assert not any(item.accepted for item in outcomes)
    assert all(item.picture.ndim == 3 and max(item.picture.shape) <= 700 for item in outcomes)


def test_a_seed_composes_the_same_documents(splits):
    """Layouts that are held out are others than those to train on; pages without an amount have none."""
    first, second = (list(document_sets.compose_documents(splits["test"], 5, (3,))) for _ in range(2))
    assert all(np.array_equal(one.image, other.image) for one, other in zip(first, second, strict=True))
    kept = list(document_sets.compose_documents(splits["test"], 5, (3,), held_out=True))
    assert not {document.layout for document in first} & {document.layout for document in kept}
    letters = list(document_sets.compose_pages_without_amount(splits["test"], 5, (3,)))
    assert all(page.value is None for page in letters)
    assert not any(field.kind is FieldKind.AMOUNT for page in letters for field in page.fields)
