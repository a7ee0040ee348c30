"""Tests of the amounts of documents: figures and words of a country that say the same, or do not where asked."""

from decimal import Decimal

import numpy as np
import pytest
from num2words import num2words

from payment_ml.synthesis import document_amounts
from payment_ml.synthesis.document_texts import LANGUAGES, Texts
from payment_ml.text.amounts import digits_of


def _amounts(language: str, count: int, **options) -> list[document_amounts.DocumentAmount]:
    rng = np.random.default_rng(1)
    texts = Texts(language, rng)
    return [document_amounts.random_document_amount(texts, rng, True, **options) for _ in range(count)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_say_the_value(language):
    """With cents or without, their digits are those of the value."""
    for amount in _amounts(language, 100):
        assert digits_of(amount.written.text) in (f"{int(amount.value)}", f"{int(amount.value * 100)}")
        assert amount.value >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_spell_the_units_of_the_value(language):
    """All words of the spelled number are there, however they are joined and capitalised."""
    for amount in _amounts(language, 60):
        spelled = num2words(int(amount.value), lang=language).lower().replace("ß", "ss")
        said = amount.words.lower().replace("ß", "ss")
        for word in spelled.replace(",", "").replace("-", " ").split():
            assert word in said or word == "and"


def test_disagreeing_words_spell_another_value():
    """As after a slip of the pen."""
    for amount in _amounts("de", 60, disagreeing=True):
        whole = num2words(int(amount.value), lang="de").lower()
        cents = round(amount.value % 1 * 100)
        behind = amount.words.lower().removeprefix(whole)
        says_cents = (f"{cents:02d}/100" in behind) or (num2words(cents, lang="de") in behind) or not cents
        assert not (amount.words.lower().startswith(whole + " ") and says_cents and cents)


def test_indian_figures_have_lakh_groups():
    """1,25,000, not 125,000."""
    texts = [amount.written.text for amount in _amounts("en_IN", 400) if amount.value >= 100_000]
    grouped = [text for text in texts if "," in text]
    assert grouped
    assert all(text.split(",")[-2].lstrip("₹*=#").isdigit() and len(text.split(",")[-2]) <= 2 for text in grouped)


def test_values_are_mostly_of_two_to_five_digits():
    """And many are round."""
    rng = np.random.default_rng(2)
    values = [document_amounts.random_value(rng) for _ in range(500)]
    assert min(values) >= 1
    assert max(values) < Decimal(10_000_000)
    assert np.mean([10 <= value < 100_000 for value in values]) > 0.8
