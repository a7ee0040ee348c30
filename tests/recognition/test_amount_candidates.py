"""Tests of `payment_ml.recognition.amount_candidates`."""

import pytest

from payment_ml.recognition import amount_candidates
from payment_ml.recognition.readings import FoundAmount


def found(box: tuple[int, int, int, int], digits: str = "96") -> FoundAmount:
    """Return an amount in a box, 20 pixels high or so."""
    return FoundAmount(digits, None, digits, 0.9, "review", None, box=box)


@pytest.mark.parametrize(
    ("box", "digits", "goes_on"),
    [
        ((330, 105, 360, 121), "96", True),
        ((150, 100, 180, 120), "1", True),
        ((345, 100, 375, 120), "96", False),
        ((330, 140, 360, 160), "96", False),
        ((190, 98, 320, 122), "1850096", False),
        ((330, 105, 360, 121), "", False),
    ],
    ids=["raised cents", "a digit before it", "far away", "on another line", "the same place", "no digits"],
)
def test_an_amount_may_go_on_where_other_digits_stand_close_beside_it(box, digits, goes_on):
    """Cents that are set apart are a block of their own, and without them the amount is another one."""
    assert amount_candidates.may_go_on(found((200, 100, 300, 120)), [found(box, digits)]) is goes_on
