"""Tests of sheets: writing and print stand where they should, within their width, and blank sheets stay blank."""

import numpy as np
import pytest

from payment_ml.synthesis import document_amounts, glyphs, handwriting
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Scribe, Sheet
from payment_ml.synthesis.document_texts import Texts


@pytest.fixture
def sheet(splits, rng) -> Sheet:
    """Return a sheet of 600 by 300 pixels with an amount in words."""
    bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    texts = Texts("fr", rng)
    amount = document_amounts.random_document_amount(texts, rng, True)
    scribe = Scribe(bank, bank.style(rng, 24), handwriting.random_hand(rng), None)
    return Sheet(600, 300, 24.0, texts, scribe, amount, rng)


def test_a_label_starts_or_ends_where_it_should(sheet):
    """Aligned to the left, to the middle or to the right."""
    boxes = [sheet.label("Montant dû", 300, 100, 14, align) for align in (0, 0.5, 1)]
    assert boxes[0][0] == pytest.approx(300, abs=1)
    assert (boxes[1][0] + boxes[1][2]) / 2 == pytest.approx(300, abs=1)
    assert boxes[2][2] == pytest.approx(300, abs=1)


@pytest.mark.parametrize("method", ["label", "write"])
def test_a_text_is_reduced_to_its_width(sheet, method):
    """However long it is."""
    left, _, right, _ = getattr(sheet, method)("Cent quatre-vingt-dix-neuf mille", 20, 100, 24, width=120)
    assert right - left <= 120


def test_an_amount_is_not_reduced_until_nobody_can_read_it(sheet):
    """It leaves its box instead."""
    _, top, _, bottom = sheet.pay(20, 100, width=10)
    assert bottom - top >= 0.7 * 24 * 0.75


def test_a_comb_is_one_field_with_its_digits(sheet):
    """Its cells are printed around them."""
    sheet.comb("06052022", 50, 100, 30, FieldKind.DATE, 30)
    (field,) = sheet.filled().fields
    assert (field.kind, field.text) == (FieldKind.DATE, "06052022")
    assert field.box[2] - field.box[0] == pytest.approx(8 * 30, abs=30)
    assert sheet.print_[100:130, 50:290].max() > 0.3


def test_a_blank_sheet_has_print_alone(sheet):
    """Nobody wrote on it or signed it."""
    sheet.is_blank = True
    sheet.label("Signature", 50, 50)
    sheet.write("Claire", 50, 100)
    sheet.sign(50, 200, 150, 60)
    sheet.pay(300, 100)
    filled = sheet.filled()
    assert {field.kind for field in filled.fields} == {FieldKind.PRINT}
    assert not filled.ink.any()


def test_digits_are_written_by_the_hand_and_months_in_words(sheet, rng):
    """A date with a month has letters, which only the words' hand has."""
    sheet.figures("12/07/2024", 50, 100, FieldKind.DATE)
    sheet.figures("12 juillet 2024", 50, 200, FieldKind.DATE)
    assert [field.text for field in sheet.filled().fields] == ["12/07/2024", "12 juillet 2024"]
    assert np.isfinite(sheet.filled().ink).all()
