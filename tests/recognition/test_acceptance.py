"""Tests of acceptance rules: they accept a reading, or give the reason for a review."""

import re
from dataclasses import asdict

import pytest

from payment_ml.errors import RegistryError
from payment_ml.recognition import acceptance

RULE = acceptance.AcceptanceRule(
    threshold=0.9, risk=0.005, confidence=0.95, accepted=800, wrong=1, total=1000, bound=0.0048
)
NOTHING_ACCEPTED = acceptance.AcceptanceRule(
    threshold=1.01, risk=0.005, confidence=0.95, accepted=0, wrong=0, total=100, bound=1.0
)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 1.0], ids=["at the threshold", "above it", "certain"])
def test_a_confidence_of_at_least_the_threshold_needs_no_review(confidence):
    """The threshold itself is accepted."""
    assert acceptance.review_reason(confidence, RULE, "v1") is None


@pytest.mark.parametrize(
    ("confidence", "rule", "message"),
    [
        (0.8999, RULE, "confidence 89.99% is below 90.00%, which keeps wrong readings to at most 0.5%"),
        (1.0, NOTHING_ACCEPTED, "no confidence of version v1 is high enough to promise at most 0.5% wrong"),
        (1.0, None, "version v1 was not evaluated yet"),
    ],
    ids=["below the threshold", "nothing accepted", "no rule"],
)
def test_a_review_has_a_reason(confidence, rule, message):
    """The reason names the confidence and the threshold, or the version."""
    reason = acceptance.review_reason(confidence, rule, "v1")
    assert reason is not None
    assert re.search(re.escape(message), reason)


def test_rules_survive_a_round_trip_through_metadata():
    """The entry `promises` of card.json has the names of the fields as keys."""
    entry = acceptance.rules_as_metadata({"amounts": RULE})
    assert entry["amounts"]["threshold"] == 0.9
    assert set(entry["amounts"]) == {"threshold", "risk", "confidence", "accepted", "wrong", "total", "bound"}
    assert acceptance.rules_from_metadata({"promises": entry}) == {"amounts": RULE}


def test_metadata_without_evaluation_has_no_rules():
    """A version that was never evaluated accepts nothing."""
    assert acceptance.rules_from_metadata({}) == {}


@pytest.mark.parametrize(
    "promises",
    [{"amounts": {"threshold": 0.9}}, {"amounts": {**asdict(RULE), "colour": 1}}, {"amounts": None}, []],
    ids=["missing entries", "unknown entry", "no rule", "no mapping"],
)
def test_damaged_rules_are_refused(promises):
    """A reader must not accept by a rule that it does not understand."""
    with pytest.raises(RegistryError, match=r"expected the acceptance rules.*but they are damaged"):
        acceptance.rules_from_metadata({"promises": promises})
