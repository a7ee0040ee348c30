"""Tests of `payment_ml.text.spelled_amounts`."""

from decimal import Decimal

import numpy as np
import pytest
from num2words import num2words

from payment_ml.text.number_words import LANGUAGES, can_spell
from payment_ml.text.phrase_graphs import PhraseParser
from payment_ml.text.phrases import random_text, texts
from payment_ml.text.spelled_amounts import LARGEST, amount_phrase, misspelled, random_spelling, spellings
from payment_ml.text.word_alphabet import CHARACTERS, normalize_words

SAMPLE = [*range(130), 199, 200, 208, 380, 999, 1000, 1001, 1080, 1100, 2047, 6547, 9999, 21000, 80081, 99999]


@pytest.mark.parametrize(
    ("value", "language", "text"),
    [
        ("6547", "en", "six thousand five hundred and forty seven"),
        ("6547", "en", "six thousand five hundred forty seven only"),
        ("200", "en", "two hundred and 0/100"),
        ("100", "en", "a hundred"),
        ("1500.45", "en", "fifteen hundred and 45/100"),
        ("1500.45", "en", "one thousand five hundred & 45/100"),
        ("12.07", "en", "twelve and seven cents"),
        ("40", "en", "fourty"),
        ("1234567", "en_IN", "twelve lakh thirty four thousand five hundred and sixty seven only"),
        ("10200078.50", "en_IN", "one crore two lakh seventy eight and paise fifty only"),
        ("1080.20", "fr", "mille quatre vingts et 20/100"),
        ("98", "fr", "nonante huit"),
        ("2100", "de", "zweitausendeinhundert"),
        ("1005", "de", "tausendundfunf"),
        ("31000", "es", "treinta y un mil"),
        ("101.10", "es", "ciento uno con 10/100"),
        ("1116", "pt", "mil cento e dezasseis"),
        ("1116", "pt", "mil cento e dezesseis"),
        ("1508", "it", "millecinquecentotto/00"),
    ],
)  # fmt: skip
def test_an_amount_is_spelled_in_the_way_that_people_write(value, language, text):
    """Each text is as on cheques of these countries."""
    assert text in spellings(Decimal(value), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_of_num2words_is_among_the_spellings(language):
    """num2words is an independent implementation of what is joined here from its numbers below a hundred."""
    spelled = {number: normalize_words(num2words(number, lang=language)) for number in SAMPLE}
    # num2words' mistakes: people write veintiun mil and centodiciotto.
    written_otherwise = {"es": {21000}, "it": {118}}.get(language, set())
    missing = {number for number, text in spelled.items() if text not in spellings(Decimal(number), language)}
    assert missing == written_otherwise


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", ["0.05", "17", "200", "1800.99", "30415.10", "2071300", "999999999.99"])
def test_every_text_of_a_value_is_worth_the_value(value, language):
    """The pieces of each text add up to the amount, in all languages."""
    assert {cents for _, cents in texts(amount_phrase(language, Decimal(value)))} == {int(Decimal(value) * 100)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_random_spelling_is_lower_case_letters_and_never_empty(language):
    """Whatever is drawn can be encoded with the labels of the network."""
    rng = np.random.default_rng(0)
    for cents in rng.integers(1, 10**9, 200):
        text = random_spelling(Decimal(int(cents)) / 100, language, rng)
        assert text
        assert set(text) <= set(CHARACTERS)
        assert text == normalize_words(text)


def test_two_amounts_never_share_a_spelling():
    """A text that says two amounts would verify a wrong one."""
    owner: dict[str, int] = {}
    for number in range(1000, 1300):
        for text in spellings(Decimal(number), "en"):
            assert owner.setdefault(text, number) == number


@pytest.mark.parametrize("value", ["-1", "0.001", str(LARGEST + 1)])
def test_an_amount_that_cannot_be_spelled_is_refused_with_its_limits(value):
    """The message says which amounts are possible and which one came."""
    with pytest.raises(ValueError, match=f"expected an amount from 0 to {LARGEST}.*but got {value}"):
        spellings(Decimal(value), "en")


def test_a_locale_counts_as_its_language_and_others_are_refused():
    """Profiles have locales; num2words' other languages have no rules here."""
    assert spellings(Decimal(5), "de_CH") == spellings(Decimal(5), "de")
    with pytest.raises(ValueError, match=r"expected a language among en, en_IN.*'fi'"):
        spellings(Decimal(5), "fi")


@pytest.mark.parametrize(("locale", "expected"), [("de_CH", True), ("en_IN", True), ("nl_NL", False)])
def test_amounts_can_be_spelled_in_the_language_of_a_locale(locale, expected):
    """Take the language of a country that has no entry of its own; Dutch has no spellings."""
    assert can_spell(locale) is expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_of_every_amount_is_a_text_of_its_own_amount(language, rng):
    """Find each text of all amounts among those of the amount that it is worth; none begins with `and`."""
    every = amount_phrase(language)
    parser = PhraseParser(every, misspelled)
    for _ in range(200):
        plain = normalize_words(random_text(every, rng).replace("~", ""))
        worth = parser.sums(plain)
        assert worth
        assert plain not in ("", "only", "rupees", "euros")
        for cents in worth:
            own = amount_phrase(language, Decimal(cents) / 100)
            assert PhraseParser(own, misspelled).sums(plain) == {cents}, plain
