"""Tests of the texts of documents: every language has every key, and numbers and dates have their forms."""

import re

import numpy as np
import pytest

from payment_ml.synthesis.document_texts import LANGUAGES, Texts

_KEYS = (
    "pay", "bearer", "words", "amount", "date", "place", "signature", "memo", "account", "number", "bank",
    "note", "deposit", "cash", "coins", "cheques", "branch", "teller", "donation", "donor", "purpose", "thanks",
    "gift", "bill", "item", "quantity", "price", "sum", "subtotal", "tax", "discount", "total", "customer",
    "telephone", "name", "address", "city", "reason", "form", "request", "department", "approved", "email",
    "first", "last", "firm", "street", "town", "subject", "goods", "month", "letter", "only",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text(language):
    """And twelve months."""
    texts = Texts(language, np.random.default_rng(0))
    assert all(isinstance(texts.any(key), str) for key in _KEYS)
    assert len({texts.any("month") for _ in range(300)}) == 12


def test_a_document_says_the_same_thing_with_the_same_words():
    """A label is drawn once; another document has another one."""
    texts = Texts("en", np.random.default_rng(0))
    assert len({texts.label("pay") for _ in range(20)}) == 1
    assert len({Texts("en", np.random.default_rng(seed)).label("pay") for seed in range(20)}) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_are_in_digits_or_with_a_month(language):
    """Some in each form."""
    texts = Texts(language, np.random.default_rng(0))
    dates = [texts.date() for _ in range(200)]
    in_digits = [date for date in dates if re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\1(\d{2}|\d{4})", date)]
    with_month = [date for date in dates if any(letter.isalpha() for letter in date)]
    assert len(in_digits) > 100
    assert len(with_month) > 15
    assert len(in_digits) + len(with_month) == 200
