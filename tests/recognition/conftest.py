"""Provide the samples and images that tests of recognition share."""

from collections.abc import Callable

import numpy as np
import pytest
from helpers.drawn_amounts import draw_amount

from payment_ml.evaluation import test_sets
from payment_ml.imaging import line_images
from payment_ml.imaging.line_images import LineImage
from payment_ml.synthesis import glyphs
from payment_ml.synthesis.amount_images import Sample


@pytest.fixture(scope="session")
def glyph_bank(splits) -> glyphs.GlyphBank:
    """Return the validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


@pytest.fixture(scope="session")
def samples(splits) -> list[Sample]:
    """Return two hundred rendered amounts of validation digits."""
    return list(test_sets.generate_samples("amounts", splits["validation"], 200, np.random.default_rng(8)))


@pytest.fixture(scope="session")
def draw(glyph_bank) -> Callable[[str], np.ndarray]:
    """Return a function that draws a clear amount."""
    return lambda text: draw_amount(glyph_bank, text)


@pytest.fixture(scope="session")
def clear_line(draw) -> LineImage:
    """Return the line of a clear amount, which has no alternative crops."""
    line = line_images.extract_line(draw("1234.56"))
    assert line is not None
    return line


@pytest.fixture(scope="session")
def full_image_line() -> LineImage:
    """Return a full image as a line, in which no text was detected."""
    page = np.full((40, 90), 240, np.uint8)
    page[10:30, 20:24] = page[10:30, 50:54] = 20
    line = line_images.full_image_line(page)
    assert line is not None
    return line
