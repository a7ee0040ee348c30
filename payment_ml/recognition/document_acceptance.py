"""Decide which readings of whole documents are accepted, and how sure they are."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from payment_ml.recognition import acceptance
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.registry import document_calibrations
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task


@dataclass(frozen=True)
class DocumentCalibration:
    """Hold what turns the evidence for an amount on a page into a confidence and a decision."""

    line: tuple[float, float]  # slope and offset of Platt scaling
    rule: AcceptanceRule

    def as_entries(self) -> dict[str, Any]:
        """Return the entries of the file."""
        return {"calibration": list(self.line), "promise": asdict(self.rule)}


# For measuring: whatever is still sent to review then is so for another reason than its confidence.
ACCEPT_ALL = DocumentCalibration((1.0, 0.0), acceptance.ACCEPT_ALL)


def find_calibration(
    models_dir: Path, versions: Mapping[Task, Version]
) -> tuple[DocumentCalibration | None, str | None]:
    """Return the calibration of the versions that read documents together; or None, and why there is none."""
    content, note = document_calibrations.find(models_dir, versions)
    if content is None:
        return None, note
    try:
        slope, offset = map(float, content["calibration"])
        return DocumentCalibration((slope, offset), AcceptanceRule(**content["promise"])), None
    except (KeyError, TypeError, ValueError) as error:
        return None, f"{models_dir / document_calibrations.FILE} is damaged ({error!r})"
