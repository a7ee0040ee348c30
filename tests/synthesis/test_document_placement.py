"""Tests of placed ink: boxes are those of visible pixels, and nothing comes between a reader and the amount."""

import numpy as np
import pytest

from payment_ml.synthesis import document_placement
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_placement import Item


def _block(kind: FieldKind, x: int, y: int, width: int = 30, height: int = 10, printed: bool = False) -> Item:
    return Item(kind, kind.value, np.ones((height, width), np.float32), x, y, printed)


def _assemble(*items: Item) -> document_placement.FilledSheet | None:
    return document_placement.assemble(items, np.zeros((100, 200), np.float32))


def test_a_box_is_that_of_visible_ink():
    """Faint pixels around it do not count."""
    item = _block(FieldKind.AMOUNT, 50, 20)
    item.ink[:, :5] = 0.1
    (field,) = _assemble(item).fields
    assert field.box == (55, 20, 80, 30)


def test_a_field_may_be_a_part_of_its_ink():
    """The box of an amount leaves out its sign and the dashes behind it, which are writing that nothing may touch."""
    ink = np.ones((10, 60), np.float32)
    fields = _assemble(
        Item(FieldKind.AMOUNT, "$5,-", ink, 50, 20, False, (10, 40)), _block(FieldKind.DATE, 105, 22)
    ).fields
    assert [(field.kind, field.box) for field in fields] == [
        (FieldKind.AMOUNT, (60, 20, 90, 30)),
        (FieldKind.WRITING, (50, 20, 60, 30)),
        (FieldKind.WRITING, (90, 20, 110, 30)),
    ]


@pytest.mark.parametrize("kind", [FieldKind.PRINT, FieldKind.DATE, FieldKind.SIGNATURE])
def test_a_field_that_touches_the_figures_is_left_out(kind):
    """Its ink as well."""
    sheet = _assemble(_block(kind, 70, 25), _block(FieldKind.AMOUNT, 50, 20), _block(kind, 120, 25))
    assert [field.kind for field in sheet.fields] == [FieldKind.AMOUNT, kind]
    assert not sheet.ink[31:36].any(where=np.arange(200) < 110)


def test_words_that_touch_the_figures_ask_for_another_layout():
    """They cannot be left out."""
    assert _assemble(_block(FieldKind.AMOUNT, 50, 20), _block(FieldKind.WORDS, 70, 25)) is None
    assert _assemble(_block(FieldKind.AMOUNT, 50, 20), _block(FieldKind.WORDS, 120, 25)) is not None


def test_writing_across_the_words_is_left_out_but_print_stays():
    """A label beneath writing is usual."""
    words = _block(FieldKind.WORDS, 20, 50, 90)
    sheet = _assemble(words, _block(FieldKind.DATE, 40, 52), _block(FieldKind.PRINT, 60, 52, printed=True))
    assert [field.kind for field in sheet.fields] == [FieldKind.WORDS, FieldKind.PRINT]
    assert sheet.print_[55, 70] == 1
