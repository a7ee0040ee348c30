"""Compare the reader of documents with RapidOCR's full pipeline on the same documents, in one run.

Documents come from csv files of one's own, as `payment-ml evaluate --as document` takes them, and from this project's
generator, in layouts and fonts that nothing is trained on. RapidOCR finds and recognises all texts of a page; of
these, a rule takes the one that looks most like an amount, by the text alone, as this project weighs texts. An amount
is found when its box has an intersection over union of at least 0.5 with the true one. RapidOCR accepts nothing.

Run: python benchmarks/documents.py [TRUTH.csv...] [--generated 300] [--without 100]; RapidOCR needs
pip install 'payment-ml[compare]'
"""

import importlib.util
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import click
import cv2
import numpy as np
from tqdm import tqdm

import payment_ml
from payment_ml import paths
from payment_ml.datasets import mnist
from payment_ml.datasets.splits import split_digits
from payment_ml.errors import ImageError
from payment_ml.evaluation import document_sets
from payment_ml.evaluation.own_documents import OwnDocument, box_as_it_lies, is_found, source_of
from payment_ml.imaging import image_loading
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.amount_candidates import text_score
from payment_ml.synthesis.documents import Document, FieldKind
from payment_ml.text import amounts
from payment_ml.text.document_truths import DocumentTruth, read_document_truths

_INSTALL = "RapidOCR is not installed, so it is not measured; run pip install 'payment-ml[compare]'"


@dataclass(frozen=True)
class Page:
    """Hold the picture of a document with what is known of its amount."""

    grey: np.ndarray  # uint8 [height, width], as it lies
    truth: DocumentTruth


@dataclass(frozen=True)
class Answer:
    """Hold what a reader made of a page."""

    digits: str
    value: Decimal | None
    box: Box | None  # in the picture as it lies
    accepted: bool | None = None  # None: the reader does not decide
    accepted_wrong: bool = False


Read = Callable[[Page], Answer]


def this_reader(models_dir: Path | None) -> Read:
    """Return the networks that serve."""
    reader = payment_ml.load_document_reader(models_dir)

    def read(page: Page) -> Answer:
        reading = reader.read(page.grey)
        own = OwnDocument(page.truth, reading, box_as_it_lies(reading, page.grey))
        return Answer(reading.digits, reading.value, own.box, own.accepted, own.accepted_wrong)

    return read


def rapidocr() -> Read:
    """Return RapidOCR's detection, direction and recognition, and the rule that chooses among its texts."""
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(page: Page) -> Answer:
        result = engine(cv2.cvtColor(page.grey, cv2.COLOR_GRAY2BGR))
        found = [
            (text, corners, text_score(text, float(np.log(max(score, 1e-9)))))
            for text, corners, score in zip(result.txts or (), _corners(result.boxes), result.scores or (), strict=True)
            if amounts.digits_of(text)
        ]
        if not found:
            return Answer("", None, None)
        text, corners, _ = max(found, key=lambda candidate: candidate[2])
        left, top, right, bottom = (int(edge) for edge in (*corners.min(axis=0), *corners.max(axis=0)))
        return Answer(amounts.digits_of(text), amounts.parse(text).value, (left, top, right, bottom))

    return read


def _corners(boxes: np.ndarray | None) -> Sequence[np.ndarray]:
    return () if boxes is None else list(boxes)


def own_pages(truth: Path) -> Iterator[Page]:
    """Yield the documents that a csv lists; what cannot be used is named on stderr."""
    for row in read_document_truths(truth):
        source, problem = source_of(row)
        try:
            if source is not None:
                yield Page(image_loading.load_grey(source), row)
        except ImageError as error:
            problem = error.reason
        if problem:
            click.echo(f"{row.file} is left out: {problem}", err=True)


def composed_pages(documents: Iterable[Document]) -> Iterator[Page]:
    """Yield documents of the generator, which lie upright."""
    for number, document in enumerate(documents):
        boxes = [field.box for field in document.fields if field.kind is FieldKind.AMOUNT]
        box = boxes[0] if boxes else None
        row = DocumentTruth(str(number), Path(), document.digits, document.digits, document.value, box=box)
        yield Page(document.image, row)


@click.command(context_settings={"show_default": True})
@click.argument("truths", nargs=-1, metavar="[TRUTH.csv...]", type=click.Path(exists=True, path_type=Path))
@click.option("--generated", default=0, help="Composed documents with an amount.")
@click.option("--without", default=0, help="Composed pages without one.")
@click.option("--seed", default=0, help="Of the composed documents.")
@click.option("--models", type=click.Path(path_type=Path), help="Folder of versions.", show_default="models/")
def main(truths: Sequence[Path], generated: int, without: int, seed: int, models: Path | None) -> None:
    """Measure both readers on each set of documents, and print a table."""
    readers = {"this reader": this_reader(models)}
    if importlib.util.find_spec("rapidocr") is None:
        click.echo(_INSTALL, err=True)
    else:
        readers["RapidOCR and a rule"] = rapidocr()
    sets: list[tuple[str, int, Iterator[Page]]] = []
    for truth in truths:
        sets.append((truth.stem, len(read_document_truths(truth)), own_pages(truth)))
    if generated or without:
        test = split_digits(mnist.load(paths.ROOT / "data" / "raw"))["test"]
        composed = document_sets.compose_documents(test, generated, (seed, 8), held_out=True)
        blank = document_sets.compose_pages_without_amount(test, without, (seed, 9))
        sets += [("composed", generated, composed_pages(composed)), ("no amount", without, composed_pages(blank))]
    click.echo(
        "| documents | reader | found | digits right | value right | accepted | wrong of these | ms, median, most |"
    )
    click.echo("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, count, documents in sets:
        if count:
            _measure(name, count, documents, readers)


def _measure(name: str, count: int, pages: Iterator[Page], readers: dict[str, Read]) -> None:
    """Have the readers take turns on each page, and print a row of the table for each of them."""
    rows: list[DocumentTruth] = []
    answers: dict[str, list[Answer]] = {reader: [] for reader in readers}
    times: dict[str, list[float]] = {reader: [] for reader in readers}
    for page in tqdm(pages, name, count, unit="document", mininterval=5):
        if not rows:
            for read in readers.values():
                read(page)  # libraries load and allocate at first use
        rows.append(page.truth)
        for reader, read in readers.items():
            started = time.perf_counter()
            answers[reader].append(read(page))
            times[reader].append(1000 * (time.perf_counter() - started))
    for reader in readers if rows else ():
        cells = " | ".join(_cells(rows, answers[reader]))
        slowest = max(times[reader])
        click.echo(
            f"| {name}, {len(rows)} | {reader} | {cells} | {statistics.median(times[reader]):.0f}, {slowest:.0f} |"
        )


def _cells(rows: Sequence[DocumentTruth], answers: Sequence[Answer]) -> list[str]:
    """Return the cells of one reader: found, digits right, value right, accepted, and wrong among the accepted."""
    pairs = list(zip(rows, answers, strict=True))
    found = [is_found(row.box, answer.box) for row, answer in pairs if row.box is not None]
    digits = [answer.digits == row.digits for row, answer in pairs if row.digits]
    value = [answer.value == row.value for row, answer in pairs if row.value is not None]
    accepted = [bool(answer.accepted) for answer in answers]
    wrong = sum(answer.accepted_wrong for answer in answers)
    decides = any(answer.accepted is not None for answer in answers)
    return [
        *(f"{np.mean(results):.1%}" if results else "" for results in (found, digits, value)),
        f"{np.mean(accepted):.1%}" if decides else "",
        str(wrong) if decides else "",
    ]


if __name__ == "__main__":
    main()
