"""Measure the reader of documents: how often it finds the amount, reads its digits right, and how long a page takes.

Pages come from a csv of one's own, with the columns `file`, `truth_digits` and the box `x,y,w,h` of the figures in
pixels; or from this project's generator, with layouts and typefaces that nothing is trained on. An amount is found when
its box has an intersection over union of at least 0.5 with the true one; a generated one, whose box includes dashes
and currency signs, also when its digits are right and stand in its box.

Run: python benchmarks/documents.py [--truth TRUTH.csv] [--generated 300] [--without 100] [--models DIR]
"""

import csv
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

from payment_ml import paths
from payment_ml.datasets import mnist
from payment_ml.datasets.splits import split_digits
from payment_ml.imaging import page_images
from payment_ml.imaging.page_regions import intersection_over_union
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.readers import load_document_reader
from payment_ml.recognition.readings import DocumentReading
from payment_ml.synthesis import documents
from payment_ml.synthesis.documents import FieldKind
from payment_ml.training import line_sources

_FOUND = 0.5  # intersection over union


@dataclass(frozen=True)
class Page:
    """Hold a page with what is known of it."""

    name: str
    source: Path | np.ndarray
    digits: str  # of the amount; empty without one
    box: Box | None  # of the amount, in pixels of the upright page
    turned: int | None  # degrees clockwise that make it upright; None: not known


def own_pages(truth: Path) -> Iterator[Page]:
    """Yield the pages that a csv lists."""
    with truth.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            left, top, width, height = (int(row[name]) for name in "xywh")
            box = left, top, left + width, top + height
            yield Page(row["file"], truth.parent / row["file"], row["truth_digits"], box, 0)


def generated_pages(count: int, with_amount: bool, seed: int) -> Iterator[Page]:
    """Yield pages of the generator, in layouts that are held out; amounts are written with MNIST's test digits."""
    rng = np.random.default_rng(seed)
    split = split_digits(mnist.load(paths.ROOT / "data" / "raw"))["test"]
    hands = line_sources.sample_hands(split, rng, distort=False)
    for number in range(count):
        if with_amount:
            document = documents.compose_document(hands, rng, held_out=True)
        else:
            document = documents.compose_without_amount(rng, hands)
        boxes = [field.box for field in document.fields if field.kind is FieldKind.AMOUNT]
        box = page_images.turn_box(boxes[0], document.image.shape, document.turned // 90) if boxes else None
        name = f"{number} {document.kind} {document.layout}"
        yield Page(name, document.image, document.digits, box, document.turned)


def _is_found(reading: DocumentReading, page: Page, is_right: bool) -> bool:
    """Return whether a reading has its amount where the page has it."""
    if reading.amount is None or page.box is None:
        return False
    box = reading.amount.box
    is_inside = (
        box[0] >= page.box[0] - 4 and box[2] <= page.box[2] + 4 and box[1] < page.box[3] and box[3] > page.box[1]
    )
    is_generated = not isinstance(page.source, Path)
    return intersection_over_union(box, page.box) >= _FOUND or (is_generated and is_right and is_inside)


@click.command(context_settings={"show_default": True})
@click.option("--truth", type=click.Path(exists=True, path_type=Path), help="Pages of one's own.")
@click.option("--generated", default=0, help="Generated pages with an amount.")
@click.option("--without", default=0, help="Generated pages without one.")
@click.option("--seed", default=0, help="Of the generated pages.")
@click.option("--models", type=click.Path(path_type=Path), help="Folder of versions.", show_default="models/")
@click.option("--failures", is_flag=True, help="List the pages that are not read right.")
def main(truth: Path | None, generated: int, without: int, seed: int, models: Path | None, failures: bool) -> None:
    """Print a line for each kind of pages."""
    reader = load_document_reader(models)
    kinds = {
        "pages of one's own": own_pages(truth) if truth else iter(()),
        "generated": generated_pages(generated, True, seed),
        "without an amount": generated_pages(without, False, seed + 1),
    }
    for kind, pages in kinds.items():
        counts: Counter[str] = Counter()
        seconds = []
        for page in pages:
            started = time.perf_counter()
            reading = reader.read(page.source)
            seconds.append(time.perf_counter() - started)
            is_right = reading.digits == page.digits
            is_found = _is_found(reading, page, is_right)
            counts.update({"found": is_found, "right": is_right, "accepted": reading.decision == "accept"})
            counts.update({"turned right": page.turned in (None, reading.turned)})
            if failures and not (is_found and is_right):
                places = [(amount.digits, amount.box) for amount in reading.amounts[:3]]
                print(page.name, page.digits, page.box, places, f"turned {reading.turned} of {page.turned}")
        if seconds:
            shares = ", ".join(f"{name} {count / len(seconds):.1%}" for name, count in counts.items())
            print(
                f"{kind}, {len(seconds)}: {shares}; "
                f"{1000 * statistics.median(seconds):.0f} ms at the median, {1000 * max(seconds):.0f} at most"
            )


if __name__ == "__main__":
    main()
