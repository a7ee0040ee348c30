"""Tests of the layouts of documents: the figures keep clear of everything else, and words and sums are there."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from payment_ml.synthesis import document_layouts, glyphs, hands
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet


@pytest.fixture(scope="module")
def hand_bank(splits) -> hands.HandBank:
    """Return hands with the validation digits and twelve simulated writers."""
    bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    return hands.HandBank.sample(bank, np.random.default_rng(3), 12)


@pytest.mark.parametrize("layout", document_layouts.LAYOUTS, ids=lambda layout: layout.name)
def test_the_amount_keeps_clear_of_all_other_fields(layout, hand_bank):
    """No other field's box meets that of the figures; an amount in words is written wherever there is one."""
    rng = np.random.default_rng(8)
    for _ in range(6):
        sheet, filled = document_layouts.fill(layout, hand_bank, rng)
        ((left, top, right, bottom),) = (field.box for field in filled.fields if field.kind is FieldKind.AMOUNT)
        others = [field.box for field in filled.fields if field.kind is not FieldKind.AMOUNT]
        assert not any(left < box[2] and box[0] < right and top < box[3] and box[1] < bottom for box in others)
        words = " ".join(field.text for field in filled.fields if field.kind is FieldKind.WORDS)
        assert words == sheet.amount.words


@pytest.mark.parametrize("layout", document_layouts.LAYOUTS, ids=lambda layout: layout.name)
def test_boxes_are_those_of_the_ink(layout, hand_bank):
    """The figures' ink touches all four sides of its box."""
    rng = np.random.default_rng(4)
    _, filled = document_layouts.fill(layout, hand_bank, rng)
    (box,) = (field.box for field in filled.fields if field.kind is FieldKind.AMOUNT)
    left, top, right, bottom = box
    ink = filled.ink[top:bottom, left:right]
    assert min(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) > 0.2


@pytest.mark.parametrize("layout", document_layouts.LAYOUTS, ids=lambda layout: layout.name)
def test_the_smallest_amount_fills_every_table(layout, hand_bank):
    """One unit cannot be divided among the rows of a table; whatever is drawn, the sheet is filled in."""
    rng = np.random.default_rng(6)
    sheet, _ = document_layouts.fill(layout, hand_bank, rng)
    smallest = replace(sheet.amount, written=WrittenAmount(Decimal(1), "1"), words="")
    for _ in range(5):
        again = Sheet(sheet.width, sheet.height, sheet.size, sheet.texts, sheet.scribe, smallest, rng)
        layout.draw(again)
        assert [field.text for field in again.filled().fields if field.kind is FieldKind.AMOUNT] == ["1"]


def test_a_sheet_without_an_amount_has_neither_figures_nor_words(hand_bank):
    """Some have writing, and some nothing but print."""
    rng = np.random.default_rng(2)
    layout = next(layout for layout in document_layouts.LAYOUTS if layout.name == "indian")
    sheets = [document_layouts.fill_without_amount(layout, hand_bank, rng)[1] for _ in range(12)]
    kinds = [{field.kind for field in sheet.fields} for sheet in sheets]
    assert not any(found & {FieldKind.AMOUNT, FieldKind.WORDS} for found in kinds)
    assert {FieldKind.WRITING in found for found in kinds} == {True, False}
