"""Tests of pages: a line of writing keeps its ink wherever it is placed, with print around it."""

from decimal import Decimal

import cv2
import numpy as np
import pytest

from payment_ml.synthesis import glyphs, pages
from payment_ml.synthesis.amount_forms import CentsLayout, WrittenAmount
from payment_ml.synthesis.written_lines import WrittenLine, write_line

STYLE = glyphs.WriterStyle(size=40, slant=0.0, thickness=2.4, spacing=0.12, unsteadiness=0.2)


@pytest.fixture
def lines(splits) -> dict[CentsLayout, WrittenLine]:
    """Return a line for each layout."""
    bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    rng = np.random.default_rng(5)
    return {layout: write_line(WrittenAmount(Decimal(0), "123|45", layout), bank, STYLE, rng) for layout in CentsLayout}


def test_ink_and_print_have_the_same_shape_and_most_ink_stays(lines, rng):
    """Few crops cut into the strokes; the print is apart from the ink."""
    kept = []
    for _ in range(100):
        ink, print_ = pages.place_line(lines[CentsLayout.PLAIN], 40, rng)
        assert ink.shape == print_.shape
        assert 0 <= print_.min() <= print_.max() <= 1
        kept.append(ink.sum() / lines[CentsLayout.PLAIN].ink.sum())
    assert np.median(kept) > 0.97
    assert min(kept) > 0.6


@pytest.mark.parametrize("layout", [CentsLayout.RULE, CentsLayout.COMB], ids=lambda layout: layout.value)
def test_rules_and_cells_are_printed(lines, layout, rng):
    """In every page, not only in those that have a form."""
    assert all(pages.place_line(lines[layout], 40, rng)[1].max() > 0.3 for _ in range(30))


def test_a_printed_currency_stands_clear_of_the_first_digit(lines, rng):
    """It ends at the writing or before it: where ink is, its print is not."""
    line = WrittenLine(np.ones((40, 60), np.float32))
    covered = []
    for _ in range(60):
        ink, print_ = pages.place_line(line, 40, rng, printed_before="EUR")
        covered.append(float((print_[ink > 0.9] > 0.65).mean()))
    assert np.median(covered) < 0.03


def test_some_pages_have_a_few_specks_of_dust_and_some_of_these_a_hair(rng):
    """No speck is larger than the smallest decimal points, and a hair is thinner than a stroke."""
    line = WrittenLine(np.ones((40, 12), np.float32))
    dusty = hairy = 0
    for _ in range(300):
        ink, _ = pages.place_line(line, 40, rng)
        count, _, boxes, _ = cv2.connectedComponentsWithStats((ink > 0.3).astype(np.uint8))
        marks = boxes[1:][boxes[1:, cv2.CC_STAT_AREA] < 100]
        is_speck = (marks[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] <= 6).all(axis=1)
        dusty, hairy = dusty + (len(marks) > 0), hairy + (not is_speck.all())
        assert count <= 8
        assert (~is_speck).sum() <= 2, "a hair and one more that a line cuts"
    assert 8 < dusty < 60
    assert 2 < hairy < dusty
