"""Tests of written lines: the cents stand where their layout says, and marks are seen."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.synthesis import glyphs
from payment_ml.synthesis.amount_forms import CentsLayout, WrittenAmount
from payment_ml.synthesis.written_lines import WrittenLine, with_tick, write_line

STYLE = glyphs.WriterStyle(size=60, slant=0.0, thickness=2.4, spacing=0.12, unsteadiness=0.0)


@pytest.fixture(scope="module")
def bank(splits) -> glyphs.GlyphBank:
    """Return the validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


def write(bank: glyphs.GlyphBank, text: str, layout: CentsLayout = CentsLayout.PLAIN, seed: int = 1) -> WrittenLine:
    """Write a text in a steady style."""
    return write_line(WrittenAmount(Decimal(0), text, layout), bank, STYLE, np.random.default_rng(seed))


def gaps(line: WrittenLine) -> list[int]:
    """Return the widths in pixels of the bare columns between the strokes."""
    inked = np.flatnonzero((line.ink > 0.3).any(axis=0))
    return [int(step) - 1 for step in np.diff(inked) if step > 1]


def heights(line: WrittenLine) -> list[tuple[int, int]]:
    """Return the highest and the lowest inked row of the left and the right third."""
    third = line.ink.shape[1] // 3
    parts = line.ink[:, :third], line.ink[:, -third:]
    return [(int(rows[0]), int(rows[-1])) for rows in (np.flatnonzero((part > 0.3).any(axis=1)) for part in parts)]


def test_plain_cents_are_as_tall_as_the_units(bank):
    """Nothing is printed between the characters."""
    line = write(bank, "88.88")
    (top, bottom), (cents_top, cents_bottom) = heights(line)
    assert bottom - top == pytest.approx(cents_bottom - cents_top, rel=0.2)
    assert (line.rules, line.cells) == ([], [])


@pytest.mark.parametrize("text", ["8888|88", "8888.88"], ids=["without a mark", "behind a point"])
def test_raised_cents_are_small_and_stand_high(bank, text):
    """Their foot is above the middle of the units."""
    line = write(bank, text, CentsLayout.RAISED)
    cents = line.ink[:, -int(0.5 * STYLE.size) :]
    rows = np.flatnonzero((cents > 0.3).any(axis=1))
    assert rows[-1] - rows[0] < 0.8 * STYLE.size
    assert rows[-1] < 0.85 * line.ink.shape[0]


@pytest.mark.parametrize(
    "layout",
    [CentsLayout.UNDERLINED, CentsLayout.DOUBLE_UNDERLINED, CentsLayout.STACKED],
    ids=lambda layout: layout.value,
)
def test_underlined_cents_have_more_ink_than_raised_ones(bank, layout):
    """A line, two lines, or a line with a small 100 below it."""
    plain, marked = (
        np.sum([write(bank, "11|11", kind, seed).ink.sum() for seed in range(8)])
        for kind in (CentsLayout.RAISED, layout)
    )
    assert marked > 1.1 * plain


def test_a_gap_is_wider_than_the_spaces_between_digits(bank):
    """At least 0.4 digit heights."""
    assert max(gaps(write(bank, "88|88", CentsLayout.GAP))) >= 0.35 * STYLE.size


def test_a_rule_stands_between_units_and_cents(bank):
    """Its position is within the gap."""
    line = write(bank, "88|88", CentsLayout.RULE)
    (rule,) = line.rules
    column = int(rule)
    assert not (line.ink[:, column] > 0.3).any()
    assert (line.ink[:, :column] > 0.3).any()
    assert (line.ink[:, column:] > 0.3).any()


def test_a_comb_has_a_cell_for_each_digit(bank):
    """Cells are equally wide, from left to right."""
    line = write(bank, "123|45", CentsLayout.COMB)
    assert len(line.cells) == 5
    widths = [end - begin for begin, end in line.cells]
    assert widths == pytest.approx([widths[0]] * 5)
    assert [begin for begin, _ in line.cells] == sorted(begin for begin, _ in line.cells)


def test_a_point_is_never_hidden(bank):
    """A bare column stands between the digit before the point and the point."""
    for seed in range(20):
        assert len(gaps(write(bank, "8.8", seed=seed))) >= 1


def test_the_same_generator_writes_the_same_line(bank):
    """Pixels depend on the generator alone."""
    first, second = (write(bank, "-1,234.50/-", seed=9) for _ in range(2))
    assert np.array_equal(first.ink, second.ink)


def test_a_character_without_a_drawing_is_refused(bank):
    """The message names it."""
    with pytest.raises(ValueError, match="but got '%'"):
        write(bank, "12%")


def test_a_tick_stands_beside_the_writing_and_leaves_it_as_it_is(bank, rng):
    """Before it more often than behind; it is no part of the text."""
    line = write(bank, "88.88")
    height, width = line.ink.shape
    before = 0
    for _ in range(60):
        ticked = with_tick(line, STYLE, rng).ink
        is_before = np.array_equal(ticked[-height:, -width:], line.ink)
        assert is_before or np.array_equal(ticked[-height:, :width], line.ink)
        tick = ticked[:, :-width] if is_before else ticked[:, width:]
        assert tick.shape[1] > 0.3 * STYLE.size
        assert (tick > 0.5).any()
        before += is_before
    assert 30 < before < 55


@pytest.mark.parametrize("text", ["€880.08/-", "#1,200#", "88"])
def test_the_figures_reach_from_the_first_digit_to_the_last_one(bank, text):
    """Signs and dashes stand beside them."""
    line = write(bank, text)
    left, right = line.figures
    digits = text.strip("€/-#")
    alone = write(bank, digits).ink.shape[1]
    assert right - left == pytest.approx(alone, rel=0.15)
    assert (left > 5) == (text[0] != digits[0])
    assert (right < line.ink.shape[1] - 5) == (text[-1] != digits[-1])
