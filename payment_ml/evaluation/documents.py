"""Have a document reader read composed documents, and count what it finds, reads and accepts."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import cv2
import numpy as np
from tqdm import tqdm

from payment_ml.datasets.splits import Split
from payment_ml.evaluation import calibration, document_sets, promotion, risk_control
from payment_ml.evaluation.own_documents import is_found
from payment_ml.evaluation.promotion import Check, PairedResults
from payment_ml.imaging import page_images
from payment_ml.recognition import confidence, readers
from payment_ml.recognition.document_acceptance import DocumentCalibration
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.recognition.readings import DocumentReading
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.synthesis.documents import Document, FieldKind
from payment_ml.tasks import DOCUMENT_TASKS, Task

_SHOWN_SIDE = 700  # pixels of the pictures that are kept for figures


@dataclass(frozen=True)
class DocumentOutcome:
    """Hold what a reader made of one document."""

    kind: str  # of the document, as "cheque"
    layout: str
    value: Decimal | None  # that its figures say; None: it has no amount
    digits: str
    words: str | None  # the amount in words, as written; None where there is none
    reading: DocumentReading
    found: bool  # the box of the amount covers that of the figures
    milliseconds: float
    picture: np.ndarray  # uint8 [height, width, 3], small, for figures

    @property
    def digits_right(self) -> bool:
        """Return whether the digits are those of the figures, in their order."""
        return bool(self.digits) and self.reading.digits == self.digits

    @property
    def value_right(self) -> bool:
        """Return whether the value is that of the figures."""
        return self.value is not None and self.reading.value == self.value

    @property
    def accepted(self) -> bool:
        """Return whether the reading was accepted."""
        return self.reading.decision == "accept"

    @property
    def accepted_wrong(self) -> bool:
        """Return whether money would have moved wrongly."""
        return self.accepted and not self.value_right


def load_readers(registry: Registry, challenger: Version | None) -> dict[str, DocumentReader]:
    """Load a reader of documents with a new network, and the one that serves.

    Parameters
    ----------
    challenger : takes the place of the champion of its task; None: only measure those that serve

    Returns
    -------
    "challenger", and for the challenger of a document task "champion", where such a network serves

    Raises
    ------
    RegistryError : no reader of amounts serves yet, or a saved network is not the one that its metadata describes
    """
    serving = readers.document_versions(registry.models_dir)
    if challenger is None:
        return {"challenger": readers.open_document_reader(serving, registry.models_dir)}
    registry.verify_serving(challenger)
    task = Task(challenger.task)
    loaded = {"challenger": readers.open_document_reader({**serving, task: challenger}, registry.models_dir)}
    if task in DOCUMENT_TASKS and task in serving:
        loaded["champion"] = readers.open_document_reader(serving, registry.models_dir)
    return loaded


def read_gate(reader: DocumentReader, split: Split, count: int, seed: int, role: str) -> list[DocumentOutcome]:
    """Read the documents that decide on a promotion: `count` with an amount, and a quarter as many pages without."""
    fewer = count // 4
    composed = document_sets.compose_documents(split, count, (seed, 6))
    pages = document_sets.compose_pages_without_amount(split, fewer, (seed, 7))
    return read_documents(reader, composed, count, f"gate, {role}") + read_documents(
        reader, pages, fewer, f"gate, no amount, {role}"
    )


def read_documents(
    reader: DocumentReader, documents: Iterable[Document], count: int, shown: str
) -> list[DocumentOutcome]:
    """Read documents one by one.

    Parameters
    ----------
    count : of the documents, for the progress bar
    shown : what is read, for the progress bar
    """
    outcomes = []
    for document in tqdm(documents, shown, count, unit="document", mininterval=5):
        begin = time.perf_counter()
        reading = reader.read(document.image)
        milliseconds = 1000 * (time.perf_counter() - begin)
        figures = [
            page_images.turn_box(field.box, document.image.shape, document.turned // 90)
            for field in document.fields
            if field.kind is FieldKind.AMOUNT
        ]
        box = None if reading.amount is None else reading.amount.box
        found = any(is_found(figure, box) for figure in figures)
        outcomes.append(
            DocumentOutcome(
                document.kind,
                document.layout,
                document.value,
                document.digits,
                document.words,
                reading,
                found and reading.turned == document.turned,
                milliseconds,
                _small(document.image),
            )
        )
    return outcomes


def calibrate(outcomes: Sequence[DocumentOutcome], risk: float) -> DocumentCalibration:
    """Choose when documents are accepted: a line through the log-odds, and the lowest threshold that keeps the promise.

    Parameters
    ----------
    outcomes : of a reader that accepts whatever the confidence (`document_acceptance.ACCEPT_ALL`), on documents that
        serve nothing else, pages without an amount among them
    risk : largest permitted share of wrong readings among accepted ones, in (0, 1)
    """
    raw = np.array([outcome.reading.confidence for outcome in outcomes], np.float64)
    right = np.array([outcome.value_right for outcome in outcomes], bool)
    eligible = np.array([outcome.accepted for outcome in outcomes], bool)
    line = calibration.fit_platt(
        np.array([confidence.log_odds(probability) for probability in raw[eligible]]), right[eligible]
    )
    confidences = np.array([confidence.platt_scale(probability, *line) for probability in raw])
    rule = risk_control.control_risk(confidences[eligible], right[eligible], risk, fit_starts=True)
    return DocumentCalibration(line, replace(rule, total=len(outcomes)))


def summary(outcomes: Sequence[DocumentOutcome]) -> dict[str, Any]:
    """Count documents with an amount: found, digits right, value right, agreeing words, accepted, accepted wrong."""
    some = [outcome for outcome in outcomes if outcome.value is not None]
    in_words = [outcome for outcome in some if outcome.words is not None]
    return {
        "documents": len(some),
        "found": sum(outcome.found for outcome in some),
        "digits right": sum(outcome.digits_right for outcome in some),
        "value right": sum(outcome.value_right for outcome in some),
        "in words": len(in_words),
        "words agree": sum(outcome.reading.words_agree is True for outcome in in_words),
        "accepted": sum(outcome.accepted for outcome in some),
        "accepted wrong": sum(outcome.accepted_wrong for outcome in some),
        "milliseconds": float(np.median([outcome.milliseconds for outcome in some])) if some else 0.0,
    }


def promotion_checks(
    challenger: Sequence[DocumentOutcome], champion: Sequence[DocumentOutcome] | None, name: str, risk: float
) -> promotion.PromotionReport:
    """Run every check that a network for documents must pass to become champion.

    Parameters
    ----------
    challenger, champion : what readers with the new network and with the present one made of the same documents, some
        of them without an amount; None: no such network serves yet
    name : of the champion; empty: there is none
    risk : promised share of wrong readings among accepted ones
    """
    with_amount = [i for i, outcome in enumerate(challenger) if outcome.value is not None]
    right = np.array([challenger[i].value_right for i in with_amount], bool)
    before = None if champion is None else np.array([champion[i].value_right for i in with_amount], bool)
    gate = PairedResults("documents", right, before)
    accepted = sum(outcome.accepted for outcome in challenger)
    wrong = sum(outcome.accepted_wrong for outcome in challenger)
    low = risk_control.clopper_pearson(wrong, accepted, 0.9)[0] if accepted else 0.0
    checks = [
        Check("promise", low <= risk, wrong / max(accepted, 1), risk, f"{wrong} of {accepted} accepted wrong"),
        promotion.negatives_check(
            _accepted_without_amount(challenger), None if champion is None else _accepted_without_amount(champion)
        ),
        promotion.latency_check(
            _usual_milliseconds(challenger), None if champion is None else _usual_milliseconds(champion)
        ),
    ]
    return promotion.PromotionReport(gate, tuple(checks), champion_name=name)


def _accepted_without_amount(outcomes: Sequence[DocumentOutcome]) -> np.ndarray:
    return np.array([outcome.accepted for outcome in outcomes if outcome.value is None], bool)


def _usual_milliseconds(outcomes: Sequence[DocumentOutcome]) -> float:
    return float(np.median([outcome.milliseconds for outcome in outcomes]))


def _small(image: np.ndarray) -> np.ndarray:
    scale = min(1.0, _SHOWN_SIDE / max(image.shape))
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.repeat(small[:, :, None], 3, axis=2)
