"""Import archives of pictures with keyed amounts as corrections, and export corrections as such an archive."""

import csv
import hashlib
import itertools
import math
import re
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from payment_ml.errors import CorruptFileError, FeedbackError, ImageError, TruthFileError
from payment_ml.feedback import batches, curation
from payment_ml.feedback.batches import Batch
from payment_ml.feedback.curation import Champions
from payment_ml.feedback.dataset import CuratedCorrection
from payment_ml.feedback.deduplication import HeldOutImages, NearDuplicateIndex
from payment_ml.feedback.labels import Label, parse_truth
from payment_ml.feedback.store import Correction, FeedbackStore, image_name
from payment_ml.imaging import image_loading
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.readings import AmountReading
from payment_ml.tasks import Task
from payment_ml.text import amounts
from payment_ml.text.truth_files import COLUMNS, TruthFile, TruthRow

TRUTH = "TRUTH.csv"  # in a folder or a zip
PICTURES = "pictures"  # folder of an export
QUOTA = 5000  # corrections that an archive may supply where the operator sets no other number
_MAX_ZIP_BYTES = 4_000_000_000  # unpacked
_GROUP, _GROUP_PIXELS = 96, 50_000_000  # pictures that are read together, and all of their pixels, at most

Progress = Callable[[Iterable[Any], int], Iterable[Any]]  # wraps items, of which there are so many


@dataclass
class ImportReport:
    """Count what became of the rows of an archive."""

    source: str
    rows: int = 0
    left_out: int = 0  # rows beyond the quota
    accepted: int = 0  # new corrections
    with_marks: int = 0  # of these, amounts of which the champion filled in marks
    version: str | None = None  # of the reader that compared them
    known: int = 0  # pictures that were saved before, with the same label
    quarantined: list[tuple[str, str]] = field(default_factory=list)  # file and reason; saved too
    failed: list[tuple[str, str]] = field(default_factory=list)  # file and reason; nothing is saved

    def as_dict(self) -> dict[str, Any]:
        """Return the counts; those of the rows sum to `rows`, unless the import was interrupted."""
        reasons = Counter(curation.reason_category(reason) for _, reason in self.quarantined)
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "with_marks": self.with_marks,
            "known": self.known,
            "quarantine": dict(reasons),
            "beyond_quota": self.left_out,
            "failed": len(self.failed),
        }


@contextmanager
def open_archive(path: Path) -> Iterator[Path]:
    """Yield the path of the csv of an archive: a csv, or a folder or a zip with a TRUTH.csv in it.

    A zip, which somebody else may have made, is unpacked to a temporary folder that the owner alone may enter.

    Raises
    ------
    TruthFileError : a folder or a zip has no TRUTH.csv; a zip is damaged or too large
    """
    if path.is_dir():
        yield _find_truth([path / TRUTH], path)
        return
    if not zipfile.is_zipfile(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="payment-ml-archive-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
                if size > _MAX_ZIP_BYTES:
                    raise TruthFileError(
                        f"expected at most {_MAX_ZIP_BYTES / 1e9:.0f} GB in {path}, but it unpacks to "
                        f"{size / 1e9:.1f} GB; divide it"
                    )
                archive.extractall(folder)  # neither absolute paths nor .. lead out of the folder
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise TruthFileError(f"expected a zip with {TRUTH} in {path}, but got: {error}; make it again") from error
        yield _find_truth([Path(folder, TRUTH), *sorted(Path(folder).glob(f"*/{TRUTH}"))], path)


def source_name(path: Path, truth: TruthFile) -> str:
    """Return the name of an archive as a source: that of its file or folder, and a part of the checksum of its csv."""
    named = path.resolve().parent if path.name == TRUTH else path
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", named.stem).strip("-._")[:48] or "archive"
    return f"{stem}-{truth.sha256[:8]}"


def _no_progress(items: Iterable[Any], count: int) -> Iterable[Any]:
    return items


def import_archive(
    truth: TruthFile,
    feedback: FeedbackStore,
    reader: AmountReader | None,
    report: ImportReport,
    quota: int = QUOTA,
    progress: Progress = _no_progress,
    confined_to: Path | None = None,
) -> None:
    """Save the pictures of an archive as corrections of one source.

    A row that cannot be used stops nothing. A picture that was saved before is not saved again: with the same label it
    is known, with another one the row failed. What curation would set aside is saved with its reason, and waits in
    quarantine. Where the archive has more rows than the quota, a random part is taken, the same in every import.

    Parameters
    ----------
    truth : rows of the archive
    feedback : where corrections are saved
    reader : that serves, with the profile of the archive; None: nothing is compared, and no marks are filled in
    report : names the source, and counts what becomes of the rows
    quota : rows that are imported, and corrections that retraining may use
    progress : wraps the rows as they are finished
    confined_to : resolved folder that holds all pictures; None: the rows may name any

    Raises
    ------
    FeedbackError : the source has no usable name, or the folder of corrections is full
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    profile = None if reader is None or reader.profile is None else reader.profile.name
    batches.save(feedback.folder, Batch(report.source, quota, now, profile or ""))
    chosen = _choose(truth.rows, quota)
    report.rows, report.left_out = len(truth.rows), len(truth.rows) - len(chosen)
    for _ in progress(_Importer(feedback, reader, report, confined_to).add(chosen), len(chosen)):
        pass


@dataclass(frozen=True)
class _Opened:
    """Hold a row that is new, with its label, image and the image's name."""

    row: TruthRow
    label: Label
    image: Image.Image
    name: str


class _Importer:
    """Save the rows of one archive, group by group."""

    def __init__(
        self, feedback: FeedbackStore, reader: AmountReader | None, report: ImportReport, confined_to: Path | None
    ):
        self._feedback, self._reader, self._report, self._confined_to = feedback, reader, report, confined_to
        self._known_writing = NearDuplicateIndex(HeldOutImages(np.zeros((0, 28, 28), np.uint8), []))

    def add(self, rows: Iterable[TruthRow]) -> Iterator[TruthRow]:
        """Check and save rows, and yield each when it is finished; those that are new are read in groups."""
        group: list[_Opened] = []
        for row in rows:
            try:
                opened = self._open(row, group)
            except (ImageError, FeedbackError, CorruptFileError) as error:
                self._report.failed.append((row.file, str(error)))
                opened = None
            if opened is None:
                yield row
                continue
            group.append(opened)
            if len(group) == _GROUP or sum(math.prod(item.image.size) for item in group) > _GROUP_PIXELS:
                yield from self._save_group(group)
                group = []
        yield from self._save_group(group)

    def _open(self, row: TruthRow, group: Sequence[_Opened]) -> _Opened | None:
        """Return a row with its label and image; None where saved images or the group have it with the same label."""
        if row.problem is not None:
            raise FeedbackError(row.problem)
        if self._confined_to is not None and not row.path.resolve().is_relative_to(self._confined_to):
            raise FeedbackError("expected a picture of the zip, but the path leads out of it; correct the row")
        label = parse_truth(row.truth, row.value)
        image = image_loading.load(row.path)
        name = image_name(image)
        saved = self._feedback.get(name)
        known = saved.label if saved else next((item.label for item in group if item.name == name), None)
        if known is None:
            return _Opened(row, label, image, name)
        if not known.agrees(label):
            raise FeedbackError(f"this picture is known as {known}, and here it is {label}; correct the wrong one")
        self._report.known += 1
        return None

    def _save_group(self, group: Sequence[_Opened]) -> Iterator[TruthRow]:
        readings: Iterable[AmountReading | None] = itertools.repeat(None, len(group))
        if self._reader is not None:
            readings = self._reader.stream(item.image for item in group)
        for item, reading in zip(group, readings, strict=True):
            self._save(item, reading)
            yield item.row

    def _save(self, item: _Opened, reading: AmountReading | None) -> None:
        checked, report = self._check(item, reading), self._report
        record: dict[str, Any] = {}
        if reading is not None:
            record = {"text": reading.text, "confidence": reading.confidence, "decision": reading.decision}
            record["version"] = report.version
        if checked.reason is not None:
            record[batches.DOUBT] = checked.reason
        self._feedback.save_label(item.image, Task.AMOUNTS, item.label, item.row.truth, record, report.source)
        if checked.reason is not None:
            report.quarantined.append((item.row.file, checked.reason))
            return
        report.accepted += 1
        report.with_marks += reading is not None and checked.written != amounts.digits_of(checked.written)

    def _check(self, item: _Opened, reading: AmountReading | None) -> CuratedCorrection:
        label, source = item.label, self._report.source
        correction = Correction(item.name, Task.AMOUNTS, label.text, item.row.truth, "", {}, source, (), label.digits)
        champions: Champions = {} if self._reader is None else {Task.AMOUNTS: self._reader}
        return curation.check(correction, image_loading.load_grey(item.image), champions, self._known_writing, reading)


def export_archive(
    feedback: FeedbackStore, folder: Path, source: str | None = None, progress: Progress = _no_progress
) -> tuple[int, list[str]]:
    """Write corrections of amounts as an archive that `import_archive` takes: pictures, and a TRUTH.csv.

    Parameters
    ----------
    folder : empty
    source : of the corrections; None: all
    progress : wraps the names

    Returns
    -------
    the number of pictures, and a sentence for each correction that is damaged
    """
    (folder / PICTURES).mkdir(mode=0o700)
    count, damaged = 0, []
    with (folder / TRUTH).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        names = feedback.names()
        for name in progress(names, len(names)):
            try:
                correction = feedback.get(name)
                if correction is None or correction.task != Task.AMOUNTS or source not in (None, correction.source):
                    continue
                image = feedback.image(correction)
            except CorruptFileError as error:
                damaged.append(str(error))
                continue
            path = f"{PICTURES}/{name[:24]}.png"
            image.save(folder / path, "PNG")
            writer.writerow([path, correction.digits or correction.text, correction.text])
            count += 1
    return count, damaged


def pack(folder: Path, target: Path) -> None:
    """Pack the files of a folder into a zip, pictures as they are: a PNG is compressed already."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                compression = zipfile.ZIP_STORED if path.suffix == ".png" else zipfile.ZIP_DEFLATED
                archive.write(path, path.relative_to(folder), compression)
    target.chmod(0o600)


def _find_truth(candidates: Iterable[Path], archive: Path) -> Path:
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise TruthFileError(f"expected a {TRUTH} in {archive}, but there is none; name the csv itself")
    return found


def _choose(rows: tuple[TruthRow, ...], quota: int) -> list[TruthRow]:
    """Return at most `quota` rows in their order; archives are often sorted, so the first ones would not do."""
    order = sorted(range(len(rows)), key=lambda i: hashlib.sha256(f"{i} {rows[i].file}".encode()).digest())
    return [rows[i] for i in sorted(order[:quota])]
