"""Define the protocols that all readers and their readings fulfil."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Protocol, Self

from payment_ml.imaging.image_loading import Source
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.readings import Alternative, Character
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile


class Reading(Protocol):
    """Represent the reading of an amount or of a digit."""

    @property
    def text(self) -> str:
        """Return the amount or digit as text; empty if nothing was read."""

    @property
    def value(self) -> Decimal | None:
        """Return the amount of money; None if nothing was read or it is ambiguous."""

    @property
    def digits(self) -> str:
        """Return the digits as they were written."""

    @property
    def confidence(self) -> float:
        """Return the probability that the value is correct, 0 to 1."""

    @property
    def decision(self) -> str:
        """Return "accept" or "review"."""

    @property
    def reason(self) -> str | None:
        """Return why it needs review; None if accepted."""

    @property
    def characters(self) -> tuple[Character, ...]:
        """Return the characters as they were written."""

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Return other values that the image may show, the likeliest first."""

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return the corners x, y of the text in pixels of the image, clockwise."""

    @property
    def note(self) -> str | None:
        """Return a remark for the user; None if there is none."""


class Reader(Protocol):
    """Read images with the network of one version."""

    task: Task
    batch_size: int  # images that are read together; an interrupted batch resumes at a multiple of it
    version: Version
    profile: Profile | None  # of the form on which amounts are written; None: nothing is assumed
    acceptance_rules: dict[str, AcceptanceRule]  # by the kind of image that a rule holds for

    def read(self, source: Source) -> Reading:
        """Read one image; an image that cannot be read becomes a reading for review with the reason."""

    def read_many(self, sources: Iterable[Source]) -> list[Any]:
        """Read images in their order; a bad one stops nothing."""

    def read_pages(self, source: Source) -> list[Any]:
        """Read each page of a source in their order; most sources have one."""

    def stream(self, sources: Iterable[Source]) -> Iterator[Any]:
        """Read images in their order, and yield each reading as soon as it and those before it are ready."""

    def with_profile(self, profile: Profile | None) -> Self:
        """Return the same reader for another kind of form; digits mean the same on every form."""

    def uncalibrated(self) -> Self:
        """Return the same reader with the network's own confidence, for comparison."""

    @property
    def calibration_state(self) -> dict[str, Any]:
        """Return what calibration set, as card.json records it."""

    def describe_calibration(self) -> str:
        """Return the calibration in words."""

    def threshold(self, kind: str | None = None) -> float:
        """Return the lowest accepted confidence; infinite if there is no rule yet.

        None means the kind of image that `read` takes.
        """


def identity(reader: Reader) -> str:
    """Return what decides how a reader reads: the network and what its calibration set."""
    return repr((reader.version.name, reader.version.metadata["sha256"], reader.calibration_state, reader.profile))
