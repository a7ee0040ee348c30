"""Fit the calibration that a profile has of its own on a user's pictures, and file it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from payment_ml.evaluation import calibration, risk_control
from payment_ml.evaluation.own_pictures import OwnPicture, OwnPictures
from payment_ml.recognition import confidence
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.calibrated_range import CalibratedRange, Measures
from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
from payment_ml.tasks import Task
from payment_ml.text.truth_files import TruthFile

_MARGIN = 0.25  # of the range of own pictures, on either side: a few hundred do not show the largest and the smallest
_ROUNDING = 1e-9  # by which a confidence may differ when the same picture is read again


@dataclass(frozen=True)
class Recalibration:
    """Hold the outcome of a recalibration."""

    rule: AcceptanceRule  # its threshold is above 1 when the pictures support none
    entries: Mapping[str, Any] | None  # calibration, promises and range as in card.json; None: nothing is supported
    needed: int | None  # further pictures that it takes, about; None if it is supported, or no number would do
    reason: str  # the outcome in words

    @property
    def supported(self) -> bool:
        """Return whether the pictures support the risk."""
        return self.entries is not None

    def as_counts(self) -> dict[str, Any]:
        """Return the outcome for programs, as JSON holds it."""
        counts = {"supported": self.supported, "risk": self.rule.risk, "needed": self.needed, "reason": self.reason}
        return counts | ({name: asdict(self.rule)[name] for name in ("threshold", "accepted", "wrong", "bound")})


def recalibrate(reader: AmountReader, measured: OwnPictures, risk: float) -> Recalibration:
    """Fit confidence, threshold and range to pictures; what sends a reading to review for another reason stays.

    Platt scaling is fitted on top of the reader's own; it keeps the order of confidences. The threshold is chosen by
    `risk_control.control_risk`. The range is that of the right readings: in length and value as it is, in size, strokes
    and slope with a margin, and never beyond the range of the model card.

    Parameters
    ----------
    reader : that read the pictures, with the calibration of the model card
    measured : its readings; those of which the csv tells no value do not count, for the promise is about money
    risk : largest permitted share of wrong readings among accepted ones, in (0, 1)
    """
    known = [picture for picture in measured.pictures if picture.row.value is not None]
    has_value = [picture for picture in known if picture.reading.value is not None]
    log_odds = np.array([confidence.log_odds(picture.reading.confidence) for picture in has_value], float)
    right = np.array([picture.right for picture in has_value], bool)
    slope, offset = calibration.fit_platt(log_odds, right)
    confidences = np.array([confidence.platt_scale(picture.reading.confidence, slope, offset) for picture in has_value])
    allowed = np.array([picture.may_accept for picture in has_value], bool)
    rule = risk_control.control_risk(confidences[allowed], right[allowed], risk, fit_starts=True)
    rule = replace(rule, threshold=rule.threshold - _ROUNDING if rule.accepted else rule.threshold, total=len(known))
    if not rule.accepted:
        needed, reason = _what_it_takes(confidences[allowed], right[allowed], risk, known)
        return Recalibration(rule, None, needed, reason)
    measures = [picture.reading.measures for picture in has_value if picture.may_accept and picture.right]
    card_slope, card_offset = reader.calibration
    entries = {
        "calibration": [slope * card_slope, slope * card_offset + offset],
        "promises": {Task.AMOUNTS.value: asdict(rule)},
        "range": _range(measures, reader.range).as_metadata(),
    }
    reason = (
        f"at most {risk:.1%} of the accepted are wrong, with {rule.confidence:.0%} confidence: {rule.accepted:,} of "
        f"{rule.total:,} pictures are accepted from {rule.threshold:.2%} confidence on, {rule.wrong} of them wrong"
    )
    return Recalibration(rule, entries, None, reason)


def file_calibration(
    reader: AmountReader, outcome: Recalibration, truth: TruthFile, store: ProfileCalibrationStore
) -> str:
    """File a recalibration for the reader's version and profile, and return the path of the file.

    Raises
    ------
    ValueError : the reader has no profile, or the pictures support no threshold
    OSError : the folder cannot be written
    """
    if reader.profile is None or outcome.entries is None:
        raise ValueError("expected a reader with a profile, and pictures that support the risk; there is one missing")
    about = {"pictures": len(truth.rows), "truth_file": truth.path.name, "truth_sha256": truth.sha256}
    return str(store.write(reader.version, reader.profile, outcome.entries, **about).path)


def _range(measures: Iterable[Measures | None], outer: CalibratedRange | None) -> CalibratedRange:
    """Return the range of right readings with its margin, inside of an outer one; None: there is no outer one."""
    found = CalibratedRange.of(measure for measure in measures if measure is not None).widened(_MARGIN)
    return found if outer is None else found.within(outer)


def _what_it_takes(
    confidences: np.ndarray, right: np.ndarray, risk: float, known: list[OwnPicture]
) -> tuple[int | None, str]:
    """Return how many further pictures a risk takes, about, or None if no number would do; and that in words."""
    least = risk_control.least_accepted(risk)
    errors = int(np.sum(~right))
    found = (
        f"these pictures support no promise of at most {risk:.1%}: that takes at least {least:,} accepted readings "
        f"without an error, and of {len(known):,} pictures whose value is known {len(right):,} may be accepted at "
        f"all, {errors:,} of them wrong"
    )
    readings = risk_control.readings_needed(confidences, right, risk)
    if not known:
        return least, f"{found}; say in the column value what each is worth"
    if readings is None:
        advice = "more of the same pictures would not help: the most confident readings are wrong too often; "
        return None, f"{found}; {advice}teach it such pictures first" if len(right) else f"{found}; see the reasons"
    needed = math.ceil((readings - len(right)) * len(known) / len(right))
    return needed, f"{found}; it takes about {needed:,} more pictures like these"
