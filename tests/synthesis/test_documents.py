"""Tests of whole documents: fields where their ink is, on every layout, turned or not, and without an amount."""

from collections import Counter

import numpy as np
import pytest

from payment_ml.synthesis import documents, glyphs, hands
from payment_ml.synthesis.documents import FieldKind
from payment_ml.text.amounts import digits_of


@pytest.fixture(scope="module")
def hand_bank(splits) -> hands.HandBank:
    """Return hands with the validation digits and twelve simulated writers."""
    bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    return hands.HandBank.sample(bank, np.random.default_rng(3), 12)


@pytest.fixture(scope="module")
def training_documents(hand_bank) -> list[documents.Document]:
    """Return documents of which the training could have such."""
    rng = np.random.default_rng(11)
    return [documents.compose_document(hand_bank, rng) for _ in range(90)]


@pytest.fixture(scope="module")
def held_out_documents(hand_bank) -> list[documents.Document]:
    """Return documents for measuring alone."""
    rng = np.random.default_rng(12)
    return [documents.compose_document(hand_bank, rng, held_out=True) for _ in range(40)]


def _amount(document: documents.Document) -> documents.Field:
    (amount,) = (field for field in document.fields if field.kind is FieldKind.AMOUNT)
    return amount


def test_documents_have_one_amount_whose_digits_are_theirs(training_documents, held_out_documents):
    """The digits are in the order in which they are written."""
    for document in training_documents + held_out_documents:
        assert document.digits == digits_of(_amount(document).text)
        assert document.value > 0
        assert document.currency


def test_boxes_lie_in_the_picture(training_documents, held_out_documents):
    """None is empty."""
    for document in training_documents + held_out_documents:
        height, width = document.image.shape
        for field in document.fields:
            left, top, right, bottom = field.box
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height


def test_amounts_are_large_enough_to_read(training_documents):
    """A digit is at least 10 pixels high, also in pictures that banks reduce to 512 pixels."""
    heights = [_amount(document).box[3] - _amount(document).box[1] for document in training_documents]
    assert min(heights) >= 8
    assert np.median(heights) > 18


def test_kinds_layouts_languages_and_sizes_vary(training_documents):
    """All five kinds occur, bank sizes are frequent, and about half of the documents have the amount in words."""
    kinds = Counter(document.kind for document in training_documents)
    assert set(kinds) == {"cheque", "deposit slip", "donation slip", "bill", "form"}
    assert len({document.layout for document in training_documents}) >= 18
    assert len({document.language for document in training_documents}) == 7
    assert sum(document.image.shape == (256, 512) for document in training_documents) >= 3
    assert 0.35 < np.mean([document.words is not None for document in training_documents]) < 0.75


def test_amounts_stand_in_many_places(training_documents):
    """In every quarter of the picture at least a tenth."""
    quarters = Counter()
    for document in training_documents:
        left, top, right, bottom = _amount(document).box
        height, width = document.image.shape
        quarters[(left + right > width, top + bottom > height)] += 1
    assert min(quarters[(right, low)] for right in (False, True) for low in (False, True)) >= 6


def test_held_out_layouts_are_no_training_layouts(training_documents, held_out_documents):
    """Every kind has at least one of both."""
    for kind in ("cheque", "deposit slip", "donation slip", "bill", "form"):
        trained, held_out = (
            {layout.name for layout in documents.LAYOUTS if layout.kind == kind and layout.held_out is kept}
            for kept in (False, True)
        )
        assert trained
        assert held_out
        assert not trained & held_out
        assert {document.layout for document in training_documents if document.kind == kind} <= trained
        assert {document.layout for document in held_out_documents if document.kind == kind} <= held_out


def test_words_are_the_lines_of_the_amount_in_words(training_documents):
    """They are joined by a blank, in reading order."""
    for document in training_documents:
        lines = [field.text for field in document.fields if field.kind is FieldKind.WORDS]
        assert document.words == (" ".join(lines) or None)


def test_disagreeing_words_say_another_value(hand_bank):
    """Agreeing ones of the same seed say the value of the figures, so that the words differ."""
    pairs = [
        [documents.compose_document(hand_bank, np.random.default_rng(seed), disagreeing=share) for share in (0.0, 1.0)]
        for seed in range(12)
    ]
    same_value = [(agreeing, other) for agreeing, other in pairs if agreeing.words and other.words]
    assert len(same_value) >= 4
    assert all(agreeing.value == other.value for agreeing, other in same_value)
    assert all(agreeing.words.lower() != other.words.lower() for agreeing, other in same_value)


def test_turned_pictures_are_upright_once_turned_as_they_say(hand_bank):
    """The amount is wider than high then, as it was written, for nearly all amounts of three digits and more."""
    rng = np.random.default_rng(5)
    turned = [documents.compose_document(hand_bank, rng, turned=1.0) for _ in range(30)]
    assert {document.turned for document in turned} == {90, 180, 270}
    sideways = [document for document in turned if document.turned != 180 and len(document.digits) >= 3]
    boxes = [_amount(document).box for document in sideways]
    assert np.mean([bottom - top > right - left for left, top, right, bottom in boxes]) > 0.9


def test_a_seed_gives_the_same_document(hand_bank):
    """Generated documents can be generated again."""
    first, second = (documents.compose_document(hand_bank, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first.image, second.image)
    assert first.fields == second.fields


def test_pictures_without_an_amount_have_none(hand_bank):
    """They have dates, numbers, writing and print, and all four kinds occur."""
    rng = np.random.default_rng(6)
    composed = [documents.compose_without_amount(rng, hand_bank) for _ in range(60)]
    assert {document.kind for document in composed} == {"letter", "envelope", "blank form", "photograph"}
    kinds = {field.kind for document in composed for field in document.fields}
    assert kinds >= {FieldKind.DATE, FieldKind.NUMBER, FieldKind.WRITING, FieldKind.PRINT}
    assert not kinds & {FieldKind.AMOUNT, FieldKind.WORDS}
    assert all(document.value is None and document.digits == "" for document in composed)


def test_held_out_forms_without_an_amount_are_no_training_forms(hand_bank):
    """So that false alarms can be measured on forms that are new."""
    layouts = []
    for held_out in (False, True):
        rng = np.random.default_rng(7)
        composed = [documents.compose_without_amount(rng, hand_bank, held_out) for _ in range(30)]
        layouts.append({document.layout for document in composed if document.kind == "blank form"})
    assert all(layouts)
    assert not layouts[0] & layouts[1]
