"""Apply an acceptance rule: accept a reading, or send it to review with a reason.

`evaluation.risk_control` chooses the threshold of a rule.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from payment_ml.errors import RegistryError


@dataclass(frozen=True)
class AcceptanceRule:
    """Hold an accept threshold with the risk that it controls; the field names are the keys in card.json."""

    threshold: float  # accept a reading of at least this confidence; above 1: accept nothing
    risk: float  # at most this share of accepted readings is wrong
    confidence: float  # probability over calibration sets that the bound holds
    accepted: int  # calibration readings that the threshold accepts
    wrong: int  # errors among the accepted ones
    total: int  # calibration readings
    bound: float  # exact upper bound of the share of errors among accepted readings


# For measuring, and where another rule decides: what still goes to review does so for another reason than confidence.
ACCEPT_ALL = AcceptanceRule(0.0, 1.0, 0.0, 0, 0, 0, 1.0)


def rules_from_metadata(metadata: Mapping[str, Any]) -> dict[str, AcceptanceRule]:
    """Return the acceptance rules of a version by the kind of image that they hold for; empty before evaluation.

    Raises
    ------
    RegistryError : a rule lacks an entry, or has an unknown one
    """
    try:
        return {kind: AcceptanceRule(**entry) for kind, entry in metadata.get("promises", {}).items()}
    except (TypeError, AttributeError) as error:
        raise RegistryError(
            "expected the acceptance rules of a version under promises in its card.json, but they are damaged "
            f"({error}); restore the file, or go back with payment-ml models rollback"
        ) from error


def rules_as_metadata(rules: Mapping[str, AcceptanceRule]) -> dict[str, dict[str, Any]]:
    """Return acceptance rules as the entry `promises` of card.json."""
    return {kind: asdict(rule) for kind, rule in rules.items()}


def review_reason(confidence: float, rule: AcceptanceRule | None, version: str) -> str | None:
    """Return why a reading of this confidence needs review; None if the rule accepts it.

    Parameters
    ----------
    confidence : of the reading, 0 to 1
    rule : None if the version was never evaluated
    version : name of the version, for the reason
    """
    if rule is None:
        return f"version {version} was not evaluated yet, so nothing is promised of its readings"
    if confidence >= rule.threshold:
        return None
    if rule.threshold > 1:
        return f"no confidence of version {version} is high enough to promise at most {rule.risk:.1%} wrong"
    return (
        f"confidence {confidence:.2%} is below {rule.threshold:.2%}, "
        f"which keeps wrong readings to at most {rule.risk:.1%}"
    )
