"""The protocol that all readers fulfil, and what every reading has."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Protocol, Self

from payment_ml.imaging.image_loading import Source
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.readings import Alternative, Character
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task


class Reading(Protocol):
    """What every reading has, of an amount or of a digit; `AmountReading` describes each property."""

    @property
    def text(self) -> str: ...
    @property
    def value(self) -> Decimal | None: ...
    @property
    def digits(self) -> str: ...
    @property
    def confidence(self) -> float: ...
    @property
    def decision(self) -> str: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def characters(self) -> tuple[Character, ...]: ...
    @property
    def alternatives(self) -> tuple[Alternative, ...]: ...
    @property
    def outline(self) -> tuple[tuple[float, float], ...]: ...
    @property
    def note(self) -> str | None: ...


class Reader(Protocol):
    """Reads images with the network of one version."""

    task: Task
    version: Version
    acceptance_rules: dict[str, AcceptanceRule]  # by the kind of image that a rule holds for

    def read(self, source: Source) -> Reading:
        """Read one image; an image that cannot be read becomes a reading for review with the reason."""

    def read_many(self, sources: Iterable[Source]) -> list[Any]:
        """Read images in their order; a bad one stops nothing."""

    def stream(self, sources: Iterable[Source]) -> Iterator[Any]:
        """Read images in their order, and yield each reading as soon as it and those before it are ready."""

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
