"""Choose the calibration that serves under a profile: the profile's own, or that of the model card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from payment_ml.errors import RegistryError
from payment_ml.recognition import acceptance
from payment_ml.recognition.acceptance import AcceptanceRule
from payment_ml.recognition.calibrated_range import CalibratedRange
from payment_ml.registry.profile_calibrations import ProfileCalibration, ProfileCalibrationStore
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile


@dataclass(frozen=True)
class CalibrationInUse:
    """Hold the calibration that an amount reader applies."""

    line: tuple[float, float]  # slope and offset of Platt scaling
    rules: dict[str, AcceptanceRule]  # by the kind of image that a rule holds for
    range: CalibratedRange | None  # of the readings that the rules were chosen on; None: unknown
    own: ProfileCalibration | None = None  # the profile's own, where it is that; None: the model card's
    note: str | None = None  # why a calibration that the profile has is not used; None: there is none


def find(version: Version, profile: Profile | None, store: ProfileCalibrationStore | None) -> CalibrationInUse:
    """Return the calibration of a profile for a version; the model card's where the profile has none that fits.

    Parameters
    ----------
    profile : None: no profile, and so the model card's
    store : None: the model card's

    Raises
    ------
    RegistryError : the entries of the model card are damaged
    """
    own, note = (None, None) if store is None else store.find(version, profile)
    if own is not None:
        try:
            found = _from_entries(own.entries, own)
            if _is_sound(found):
                return found
        except (RegistryError, TypeError, ValueError):
            pass
        note = f"the profile's own calibration in {own.path} is damaged, so the model card's serves; make a new one"
    return _from_entries(version.metadata, None, note)


def _from_entries(
    entries: Mapping[str, Any], own: ProfileCalibration | None, note: str | None = None
) -> CalibrationInUse:
    slope, offset = entries.get("calibration", (1.0, 0.0))
    rules = acceptance.rules_from_metadata(entries)
    return CalibrationInUse((slope, offset), rules, CalibratedRange.from_metadata(entries), own, note)


def _is_sound(found: CalibrationInUse) -> bool:
    """Return whether a profile's own calibration has a rule of numbers, and the range that it holds for."""
    rule = found.rules.get(Task.AMOUNTS)
    numbers = [*found.line, *([] if rule is None else [rule.threshold, rule.risk])]
    return rule is not None and found.range is not None and all(isinstance(number, float | int) for number in numbers)
