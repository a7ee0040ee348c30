"""Measure the document reader that serves on a user's own documents, of which a csv says which amount stands where."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from payment_ml.errors import NOT_READ
from payment_ml.evaluation.own_pictures import DEFAULT_RISK
from payment_ml.imaging import image_loading
from payment_ml.imaging.image_loading import Source
from payment_ml.imaging.page_regions import intersection_over_union
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.recognition.readings import DocumentReading
from payment_ml.tasks import Task
from payment_ml.text.document_truths import DocumentTruth

_MIN_OVERLAP = 0.5  # intersection over union from which on the amount counts as found
Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels
Progress = Callable[[Iterable[DocumentReading], int], Iterable[DocumentReading]]  # as of `own_pictures`


@dataclass(frozen=True)
class OwnDocument:
    """Hold a document that was read, and which amount stands on it."""

    row: DocumentTruth
    reading: DocumentReading
    box: Box | None  # of the amount, in the picture as it lies; None where none was found

    @property
    def found(self) -> bool:
        """Return whether the box that was found is that of the csv; False where one of the two is missing."""
        return is_found(self.row.box, self.box)

    @property
    def digits_right(self) -> bool:
        """Return whether every digit is the one that was written; False where the csv tells none."""
        return bool(self.row.digits) and self.reading.digits == self.row.digits

    @property
    def value_right(self) -> bool:
        """Return whether the reading is worth what was written; False where one of the two has no value."""
        return self.row.value is not None and self.reading.value == self.row.value

    @property
    def right(self) -> bool:
        """Return whether the value is right; where the csv tells no value, the digits; without an amount, no text."""
        if not self.row.has_amount:
            return not self.reading.text
        return self.digits_right if self.row.value is None else self.value_right

    @property
    def accepted(self) -> bool:
        """Return whether the reading is accepted."""
        return self.reading.decision == "accept"

    @property
    def accepted_wrong(self) -> bool:
        """Return whether it should not have been accepted: misread, nothing to find, or words that say otherwise."""
        return self.accepted and not (self.row.has_amount and self.right and self.row.words_match is not False)


@dataclass(frozen=True)
class OwnDocuments:
    """Hold the documents of a csv that were read, and the rows that were not."""

    documents: tuple[OwnDocument, ...]
    not_read: tuple[tuple[str, str], ...]  # file and reason
    risk: float  # largest share of wrong readings among accepted ones that is promised

    @property
    def mistakes(self) -> list[OwnDocument]:
        """Return the documents that were not read right or wrongly accepted: these first, then the most confident."""
        wrong = [document for document in self.documents if not document.right or document.accepted_wrong]
        return sorted(wrong, key=lambda document: (not document.accepted_wrong, -document.reading.confidence))

    def as_counts(self) -> dict[str, Any]:
        """Return the counts for programs, as JSON holds them."""
        documents = self.documents
        without = [document for document in documents if not document.row.has_amount]
        disagreeing = [document for document in documents if document.row.words_match is False]
        return {
            "documents": len(documents) + len(self.not_read),
            "not_read": len(self.not_read),
            "with_box": sum(document.row.box is not None for document in documents),
            "found": sum(document.found for document in documents),
            "digits_known": sum(bool(document.row.digits) for document in documents),
            "digits_right": sum(document.digits_right for document in documents),
            "value_known": sum(document.row.value is not None for document in documents),
            "value_right": sum(document.value_right for document in documents),
            "nothing_to_find": len(without),
            "nothing_found": sum(document.right for document in without),
            "words_disagree": len(disagreeing),
            "words_disagree_accepted": sum(document.accepted for document in disagreeing),
            "accepted": sum(document.accepted for document in documents),
            "accepted_wrong": sum(document.accepted_wrong for document in documents),
            "risk": self.risk,
        }


def read_documents(
    reader: DocumentReader, rows: Sequence[DocumentTruth], risk: float | None, progress: Progress
) -> OwnDocuments:
    """Read the documents of a csv, and compare each reading with what stands there.

    A document that is missing or damaged, and a row that cannot be used, stops nothing; it counts as not read.

    Parameters
    ----------
    reader : with the calibration and the profile that serve
    rows : of `read_document_truths`
    risk : promised share of wrong readings among accepted ones, in (0, 1); None: what the reader's rule promises
    progress : shows that readings come
    """
    sources: list[tuple[DocumentTruth, Source]] = []
    not_read = []
    for row in rows:
        source, problem = source_of(row)
        if source is None:
            not_read.append((row.file, problem))
        else:
            sources.append((row, source))
    readings = progress(reader.stream(source for _, source in sources), len(sources))
    documents = []
    for (row, source), reading in zip(sources, readings, strict=True):
        if (reading.reason or "").startswith(NOT_READ):
            not_read.append((row.file, (reading.reason or "").removeprefix(NOT_READ)))
        else:
            documents.append(OwnDocument(row, reading, box_as_it_lies(reading, source)))
    rule = reader.acceptance_rules.get(Task.AMOUNTS)
    promised = DEFAULT_RISK if rule is None else rule.risk
    return OwnDocuments(tuple(documents), tuple(not_read), promised if risk is None else risk)


def is_found(figures: Box | None, box: Box | None) -> bool:
    """Return whether a box is that of the figures; False where one of the two is missing."""
    return figures is not None and box is not None and intersection_over_union(figures, box) >= _MIN_OVERLAP


def source_of(row: DocumentTruth) -> tuple[Source | None, str]:
    """Return what to read of a row; None, and why, where there is nothing."""
    if row.problem is not None:
        return None, row.problem
    pages = image_loading.split_pages(row.path)
    number = row.page or 1
    if row.page is None and len(pages) > 1:
        return None, f"it has {len(pages)} pages; name one of them in a column page"
    if not 1 <= number <= len(pages):
        return None, f"expected a page from 1 to {len(pages)}, but got {number}"
    return pages[number - 1], ""


def box_as_it_lies(reading: DocumentReading, source: Source) -> Box | None:
    """Return the box of the amount in the picture as it lies, whose boxes the csv has; None where none was found."""
    if reading.amount is None or not reading.turned:
        return None if reading.amount is None else reading.amount.box
    height, width = image_loading.load_grey(source).shape
    left, top, right, bottom = reading.amount.box
    return {
        90: (top, height - right, bottom, height - left),
        180: (width - right, height - bottom, width - left, height - top),
        270: (width - bottom, left, width - top, right),
    }[reading.turned]
