"""calibrated_range: a promise ends where the readings that it was calibrated on end."""

from dataclasses import replace
from decimal import Decimal

import pytest
from helpers.set_apart_cents import draw_number

from payment_ml.errors import RegistryError
from payment_ml.imaging import line_images
from payment_ml.recognition.calibrated_range import CalibratedRange, Measures, measure

INSIDE = Measures(digits=4, value=50.0, digit_height=30.0, stroke_width=0.1, tilt=0.5)
RANGE = CalibratedRange.of([Measures(1, 0.01, 12.0, 0.04, -5.0), INSIDE, Measures(7, 99999.99, 60.0, 0.2, 5.0)])


def test_a_reading_inside_needs_no_review():
    """Its bounds belong to the range."""
    assert RANGE.reason(INSIDE) is None
    assert RANGE.reason(replace(INSIDE, digits=7)) is None
    assert RANGE.reason(replace(INSIDE, value=99999.99)) is None


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        ({"digits": 9}, "it has 9 digits, but the accept threshold was calibrated from 1 to 7"),
        ({"value": 4612135.0}, "it is an amount of 4,612,135.00, but"),
        ({"digit_height": 8.0}, "its digits are 8 pixels high, but"),
        ({"stroke_width": 0.01}, "its strokes are 1.0% as wide as a digit is high, but"),
        ({"tilt": 9.0}, "it slopes by 9.0 degrees, but"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_reading_outside_says_what_lies_outside(outside, words):
    """A person understands why the confidence does not count."""
    assert words in RANGE.reason(replace(INSIDE, **outside))


def test_the_range_survives_the_card():
    """It is rounded, and old versions have none."""
    restored = CalibratedRange.from_metadata({"range": RANGE.as_metadata()})
    assert restored.reason(INSIDE) is None
    assert restored.reason(replace(INSIDE, digits=9)) is not None
    assert CalibratedRange.from_metadata({}) is None


@pytest.mark.parametrize("entry", [{}, {"digits": [1]}, {"digits": "wide"}, 3])
def test_a_damaged_card_is_refused(entry):
    """The message says what to do."""
    with pytest.raises(RegistryError, match="rollback"):
        CalibratedRange.from_metadata({"range": entry})


def test_measures_are_those_of_the_picture(glyph_bank):
    """Digits of 48 pixels with strokes of about five."""
    drawn = draw_number(glyph_bank, "90218")
    measures = measure(line_images.extract_line(drawn.image), 5, Decimal("-902.18"))
    assert (measures.digits, measures.value) == (5, 902.18)
    assert 36 < measures.digit_height < 56
    assert 0.06 < measures.stroke_width < 0.2
    assert abs(measures.tilt) < 3


def test_a_margin_widens_sizes_and_slopes_but_neither_length_nor_value():
    """A quarter of ten pixels on either side, and never beyond the range around it."""
    bounds = {
        "digits": (2.0, 5.0),
        "value": (10.0, 900.0),
        "digit_height": (20.0, 30.0),
        "stroke_width": (0.1, 0.2),
        "tilt": (-4.0, 4.0),
    }
    widened = CalibratedRange(bounds).widened(0.25)
    assert widened.bounds["digit_height"] == (17.5, 32.5)
    assert widened.bounds["tilt"] == (-6.0, 6.0)
    assert (widened.bounds["digits"], widened.bounds["value"]) == ((2.0, 5.0), (10.0, 900.0))
    outer = CalibratedRange({name: (low - 1, high + 1) for name, (low, high) in bounds.items()})
    assert widened.within(outer).bounds["digit_height"] == (19.0, 31.0)
    assert widened.within(outer).bounds["stroke_width"] == pytest.approx((0.075, 0.225))
