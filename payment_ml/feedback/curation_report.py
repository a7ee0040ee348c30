"""Curate the saved corrections for a run of notebook 01, and show the use of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from payment_ml import plots
from payment_ml.feedback import curation, dataset, drift, store
from payment_ml.feedback.curation import CurationLimits
from payment_ml.feedback.dataset import QUARANTINE, TRAIN, CuratedCorrection
from payment_ml.feedback.deduplication import HeldOutImages
from payment_ml.feedback.store import FeedbackStore
from payment_ml.recognition.readers import champions

if TYPE_CHECKING:
    import pandas as pd

_MAX_IMAGES = 16  # of a figure


@dataclass(frozen=True)
class CurationReport:
    """Represent the curated corrections of one run; every method also works without any."""

    curated: list[CuratedCorrection]
    feedback: FeedbackStore
    manifest: dict[str, Any] | None  # the manifest's entry; None without corrections
    drift: list[str]  # sentences, see `drift.detect_drift`

    @property
    def uses(self) -> dict[str, int]:
        """Return the number of corrections by use; empty without corrections."""
        return self.manifest["uses"] if self.manifest else {}

    def summary(self) -> str:
        """Return the number of corrections by use, and a line for each way in which they drifted."""
        if not self.curated:
            return "no corrections were saved yet"
        counts = ", ".join(f"{count} {use}" for use, count in self.uses.items())
        return "\n".join([f"{len(self.curated)} corrections: {counts}", *(f"DRIFT {line}" for line in self.drift)])

    def quarantine_table(self) -> "pd.DataFrame":
        """Return the number of corrections in quarantine for each reason."""
        import pandas as pd  # lazy: only notebooks show tables

        counts = self.manifest["set_aside"] if self.manifest else {}
        return pd.Series(counts, dtype=int, name="corrections").rename_axis("reason for quarantine").to_frame()

    def plot_quarantine(self) -> None:
        """Plot corrections in quarantine, each with its label and reason; plot nothing when there are none."""
        shown = [correction for correction in self.curated if correction.use == QUARANTINE and correction.task]
        self._plot(shown[:_MAX_IMAGES], _quarantine_caption)

    def plot_training(self, rng: np.random.Generator) -> None:
        """Plot corrections to learn from, each with the text that is learned; plot nothing when there are none."""
        candidates = [correction for correction in self.curated if correction.use == TRAIN]
        count = min(_MAX_IMAGES, len(candidates))
        shown = [candidates[i] for i in rng.choice(len(candidates), count, replace=False)] if candidates else []
        self._plot(shown, _training_caption)

    def _plot(self, shown: Sequence[CuratedCorrection], caption: Callable[[CuratedCorrection], str]) -> None:
        images = [np.asarray(store.open_image(self.feedback.folder, correction.name)) for correction in shown]
        if images:
            plots.captioned(images, [caption(correction) for correction in shown], columns=4)


def run(
    feedback_dir: Path,
    models_dir: Path,
    prepared_dir: Path,
    held_out_digits: np.ndarray,
    held_out_images: Callable[[], Sequence[np.ndarray]],
    limits: CurationLimits,
) -> CurationReport:
    """Curate all saved corrections, write them to the prepared data, and report on them.

    Parameters
    ----------
    feedback_dir : folder of saved corrections; without any, nothing is written
    models_dir : folder of the champions that corrections are compared with
    prepared_dir : folder for the curated corrections; its manifest, if any, is that of the previous run
    held_out_digits : uint8 [n, 28, 28], digits that no correction may equal
    held_out_images : returns the test images that no correction may equal, uint8 [height, width, 3] each; called only
        when there are corrections
    limits : fraction to hold out, and shares of sources and labels

    Raises
    ------
    RegistryError : a champion is damaged
    """
    feedback = FeedbackStore(feedback_dir)
    if not len(feedback):
        return CurationReport([], feedback, None, [])
    held_out = HeldOutImages(held_out_digits, held_out_images())
    curated = curation.curate(feedback, champions(models_dir), held_out, limits)
    previous = dataset.previous_summary(prepared_dir)
    manifest = curation.write(curated, feedback, prepared_dir)
    return CurationReport(curated, feedback, manifest, drift.detect_drift(previous, manifest))


def _quarantine_caption(correction: CuratedCorrection) -> str:
    return f"{correction.label}\n{curation.reason_category(correction.reason)}"


def _training_caption(correction: CuratedCorrection) -> str:
    return (correction.written or correction.label).replace("$", r"\$")  # a bare $ would start a formula
