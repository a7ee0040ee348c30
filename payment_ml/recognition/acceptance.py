"""TODO module docstring for recognition.acceptance."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class AcceptanceRule:
    """An accept threshold, and what it promises."""

    threshold: float  # accept when the confidence is at least this; above 1: accept nothing
    risk: float  # at most this share of the accepted is wrong
    confidence: float  # with this probability over calibration sets
    accepted: int  # of the calibration readings
    wrong: int  # of the accepted ones
    total: int  # calibration readings
    bound: float  # exact upper bound of the share of wrong among accepted


def review_reason(confidence: float, promised: dict[str, Any] | None, version: str) -> str | None:
    """Why a reading of so much confidence needs a person; None when the promise allows it to be accepted.

    Parameters
    ----------
    confidence : of the reading, 0 to 1
    promised : a `Promise` as a version's card keeps it; None: the version was never evaluated
    version : its name, for the reason
    """
    if promised is None:
        return f"version {version} was not evaluated yet, so nothing is promised of its readings"
    if confidence >= promised["threshold"]:
        return None
    if promised["threshold"] > 1:
        return f"no confidence of version {version} is high enough to promise at most {promised['risk']:.1%} wrong"
    return (
        f"confidence {confidence:.2%} is below {promised['threshold']:.2%}, "
        f"which keeps wrong readings to at most {promised['risk']:.1%}"
    )
