"""Measure the amount reader that serves on a user's own pictures, of which a csv says what is written on them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from payment_ml.errors import NOT_READ
from payment_ml.evaluation import risk_control
from payment_ml.imaging import image_loading
from payment_ml.recognition import acceptance
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.readings import AmountReading
from payment_ml.tasks import Task
from payment_ml.text.truth_files import TruthRow

DEFAULT_RISK = 0.005

AnyReading = TypeVar("AnyReading")
Progress = Callable[[Iterable[AmountReading], int], Iterable[AmountReading]]  # passes on readings, of which n will come


@dataclass(frozen=True)
class OwnPicture:
    """Hold a picture that was read, and what is written on it."""

    row: TruthRow
    reading: AmountReading  # with the decision of the calibration that serves
    may_accept: bool  # nothing speaks against the reading but, perhaps, its confidence

    @property
    def digits_right(self) -> bool:
        """Return whether every digit is the one that was written."""
        return self.reading.digits == self.row.digits

    @property
    def value_right(self) -> bool:
        """Return whether the reading is worth what was written; False where one of the two has no value."""
        return self.row.value is not None and self.reading.value == self.row.value

    @property
    def right(self) -> bool:
        """Return whether the value is right; where the csv tells no value, whether the digits are."""
        return self.digits_right if self.row.value is None else self.value_right

    @property
    def accepted(self) -> bool:
        """Return whether the reading is accepted."""
        return self.reading.decision == "accept"


@dataclass(frozen=True)
class OwnPictures:
    """Hold the pictures of a csv that were read, and the rows that were not."""

    pictures: tuple[OwnPicture, ...]
    not_read: tuple[tuple[str, str], ...]  # file and reason
    risk: float  # largest share of wrong readings among accepted ones that is promised
    rule: AcceptanceRule | None  # that serves; None: the version was never evaluated

    @property
    def confidences(self) -> np.ndarray:
        """Return the confidence of each reading, float64 [n]; 0 where it goes to review whatever its confidence."""
        return np.array([picture.reading.confidence * picture.may_accept for picture in self.pictures], np.float64)

    @property
    def right(self) -> np.ndarray:
        """Return which readings are right, bool [n]."""
        return np.array([picture.right for picture in self.pictures], bool)

    @property
    def may_accept(self) -> np.ndarray:
        """Return which readings a threshold may accept, bool [n]."""
        return np.array([picture.may_accept for picture in self.pictures], bool)

    @property
    def accepted(self) -> list[OwnPicture]:
        """Return the pictures whose readings are accepted."""
        return [picture for picture in self.pictures if picture.accepted]

    @property
    def mistakes(self) -> list[OwnPicture]:
        """Return the pictures that were not read right: accepted ones first, then the most confident."""
        wrong = [picture for picture in self.pictures if not picture.right]
        return sorted(wrong, key=lambda picture: (not picture.accepted, -picture.reading.confidence))

    def risk_coverage(self) -> tuple[np.ndarray, np.ndarray]:
        """Compute the risk-coverage curve of the readings that a threshold may accept.

        Returns
        -------
        coverage, the share of all pictures that are accepted, and risk; float64 [m] each, in [0, 1]; the point 0, 0
        alone where no threshold accepts any
        """
        allowed = self.may_accept
        if not allowed.any():
            return np.zeros(1), np.zeros(1)
        coverage, risk = risk_control.risk_coverage(self.confidences[allowed], self.right[allowed])
        return coverage * allowed.mean(), risk

    def accepted_point(self) -> tuple[float, float] | None:
        """Return the coverage and the risk of what is accepted, both in [0, 1]; None where nothing is."""
        accepted = self.accepted
        if not accepted:
            return None
        return len(accepted) / len(self.pictures), sum(not picture.right for picture in accepted) / len(accepted)

    def as_counts(self) -> dict[str, Any]:
        """Return the counts for programs, as JSON holds them."""
        accepted = self.accepted
        return {
            "pictures": len(self.pictures) + len(self.not_read),
            "not_read": len(self.not_read),
            "digits_right": sum(picture.digits_right for picture in self.pictures),
            "value_known": sum(picture.row.value is not None for picture in self.pictures),
            "value_right": sum(picture.value_right for picture in self.pictures),
            "accepted": len(accepted),
            "accepted_wrong": sum(not picture.right for picture in accepted),
            "risk": self.risk,
        }


def show_progress(readings: Iterable[AnyReading], total: int, hidden: bool = False) -> Iterable[AnyReading]:
    """Pass on readings, and show on stderr or in a notebook how many of them came."""
    bar: Iterable[AnyReading] = tqdm(readings, "reading", total, unit="picture", mininterval=1, disable=hidden)
    return bar


def read_pictures(
    reader: AmountReader,
    rows: Sequence[TruthRow],
    risk: float | None = None,
    progress: Progress = show_progress,
) -> OwnPictures:
    """Read the pictures of a csv, and compare each reading with what is written.

    A picture that is missing or damaged, and a row that cannot be used, stops nothing; it counts as not read.

    Parameters
    ----------
    reader : with the calibration and the profile that serve
    rows : of `read_truth_file`
    risk : promised share of wrong readings among accepted ones, in (0, 1); None: what the reader's rule promises
    progress : shows that readings come
    """
    rule = reader.acceptance_rules.get(Task.AMOUNTS)
    undecided = reader.without_threshold()
    pictures, not_read = [], []
    for row, reading in _readings(undecided, rows, progress):
        reason = row.problem if reading is None else reading.reason
        if reading is None or (reason or "").startswith(NOT_READ):
            not_read.append((row.file, (reason or "").removeprefix(NOT_READ)))
        else:
            pictures.append(_decided(row, reading, rule, reader.version.name))
    promised = DEFAULT_RISK if rule is None else rule.risk
    return OwnPictures(tuple(pictures), tuple(not_read), promised if risk is None else risk, rule)


def load_images(pictures: Iterable[OwnPicture]) -> list[np.ndarray]:
    """Return the images of pictures that were read, uint8 [height, width, 3] each."""
    return [np.asarray(image_loading.load(picture.row.path).convert("RGB")) for picture in pictures]


def _readings(
    reader: AmountReader, rows: Sequence[TruthRow], progress: Progress
) -> Iterator[tuple[TruthRow, AmountReading | None]]:
    """Yield each row with its reading; None for a row that cannot be used."""
    paths = [row.path for row in rows if row.problem is None]
    readings = iter(progress(reader.stream(paths), len(paths)))
    for row in rows:
        yield row, next(readings) if row.problem is None else None


def _decided(row: TruthRow, reading: AmountReading, rule: AcceptanceRule | None, version: str) -> OwnPicture:
    """Return a picture with the decision that a rule takes on its reading."""
    may_accept = reading.decision == "accept"
    reason = reading.reason or acceptance.review_reason(reading.confidence, rule, version)
    return OwnPicture(row, replace(reading, decision="review" if reason else "accept", reason=reason), may_accept)
