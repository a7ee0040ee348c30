"""cents_evidence: what can stand between units and cents is found in the picture, and plain whole units stay plain."""

import numpy as np
import pytest
from helpers.set_apart_cents import DrawnNumber, draw_number

from payment_ml.imaging import line_images
from payment_ml.recognition.cents_evidence import find_cents_evidence

NUMBERS = ("1346", "752", "90218", "48365")


def evidence(drawn: DrawnNumber) -> str | None:
    """Return what is found in a picture."""
    line = line_images.extract_line(drawn.image)
    assert line is not None
    return find_cents_evidence(line, drawn.spans)


@pytest.mark.parametrize("digits", NUMBERS)
@pytest.mark.parametrize("kind", ["plain", "underlined whole"])
def test_whole_units_are_plain(glyph_bank, digits, kind):
    """Nothing speaks for cents, also where a line is drawn below the whole number."""
    assert evidence(draw_number(glyph_bank, digits, kind)) is None


@pytest.mark.parametrize("digits", NUMBERS)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("raised", "smaller or raised"),
        ("underlined", "smaller or raised"),
        ("gap", "a gap"),
        ("rule", "a ruled line"),
        ("comb", "a ruled line"),
        ("point", "a faint mark"),
        ("faint point", "a faint mark"),
    ],
)
def test_cents_that_are_set_apart_are_noticed(glyph_bank, digits, kind, words):
    """The reason says what was found."""
    found = evidence(draw_number(glyph_bank, digits, kind))
    assert found is not None
    assert words in found


@pytest.mark.parametrize("scale", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("kind", ["raised", "rule", "point"])
def test_the_size_of_the_picture_does_not_matter(glyph_bank, kind, scale):
    """A scan at 600 dpi shows the same as one at 100."""
    import cv2

    drawn = draw_number(glyph_bank, "90218", kind)
    resized = cv2.resize(drawn.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    spans = [(left * scale, right * scale) for left, right in drawn.spans]
    assert evidence(DrawnNumber(resized, spans)) is not None


def test_paper_that_is_not_even_hides_no_whole_units(glyph_bank, rng):
    """Grain is no mark."""
    drawn = draw_number(glyph_bank, "90218")
    grain = rng.normal(0, 5, drawn.image.shape)
    noisy = np.clip(drawn.image + grain, 0, 255).astype(np.uint8)
    assert evidence(DrawnNumber(noisy, drawn.spans)) is None
