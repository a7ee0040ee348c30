"""Draw texts of words to write: amounts in words, parts of them, and other words.

A network that saw number words alone, in their usual order, would see them everywhere; so a part of the texts are
names, made-up words, and number words in any order.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from payment_ml.text.number_words import LANGUAGES
from payment_ml.text.spelled_amounts import random_spelling
from payment_ml.text.word_alphabet import normalize_words

_ENGLISH_SHARE, _INDIAN_SHARE = 0.6, 0.25  # of the amounts; and of the English ones
_PART_SHARE = 0.4  # of the amounts, which show only what stands on one of two lines
_ACCENTED_SHARE = 0.7  # of the texts in which words have their accents
_HYPHENATED_SHARE = 0.3  # of the English texts with tens and ones
_WHOLE_SHARE = 0.6  # of the amounts, without cents
# Words with accents, as `normalize_words` leaves them on the right.
_ACCENTED = {
    normalize_words(word): word
    for word in (
        "dieciséis", "veintidós", "veintitrés", "veintiséis", "millón", "céntimos", "dólares", "três", "milhão",
        "milhões", "cêntimos", "fünf", "zwölf", "dreißig", "fünfzig", "fünfzehn",
    )
}  # fmt: skip
_GERMAN_PARTS = {"funf": "fünf", "zwolf": "zwölf", "dreissig": "dreißig"}
_SYLLABLES = (
    "a", "an", "ar", "be", "ber", "bra", "ca", "ch", "chel", "da", "den", "di", "e", "el", "en", "er", "fa", "fer",
    "for", "ga", "gh", "gra", "gu", "ha", "hen", "hi", "i", "in", "is", "ja", "jo", "ka", "ke", "kov", "la", "le",
    "li", "ll", "lo", "ma", "mar", "me", "mi", "na", "ne", "ni", "no", "o", "on", "or", "pa", "per", "ph", "pi", "qu",
    "que", "ra", "re", "ri", "ro", "sa", "sch", "se", "sh", "si", "son", "ss", "st", "ta", "te", "th", "ti", "to",
    "tr", "tz", "u", "un", "va", "ve", "vi", "wa", "we", "wi", "wy", "xa", "xi", "y", "ya", "za", "zi", "zo",
)  # fmt: skip
_WORDS = (
    "pay", "to", "the", "order", "of", "bearer", "self", "cash", "bank", "limited", "company", "and", "sons", "mr",
    "mrs", "dr", "rent", "for", "may", "june", "school", "fees", "account", "water", "tax", "gas", "david", "maria",
    "anna", "john", "peter", "singh", "kumar", "patel", "sharma", "smith", "garcia", "rossi", "muller", "dupont",
    "silva", "exactly", "sum", "total", "balance", "due", "date", "city", "street", "office",
)  # fmt: skip


def random_words(rng: np.random.Generator) -> str:
    """Draw a text of words, in the case and with the accents in which it is written."""
    kind = rng.random()
    draw = _amount if kind < 0.68 else _shuffled if kind < 0.82 else _other
    return _in_case(draw(rng), rng)


def random_value(rng: np.random.Generator) -> Decimal:
    """Draw an amount; all magnitudes up to ten millions are about equally likely, round amounts more so than others."""
    digits = int(rng.integers(1, 8))
    whole = int(rng.integers(1, 10**digits))
    if rng.random() < 0.25:
        whole = max(1, round(whole, -int(rng.integers(1, digits + 1))))
    cents = 0 if rng.random() < _WHOLE_SHARE else int(rng.integers(1, 100))
    return Decimal(whole) + Decimal(cents) / 100


def _amount(rng: np.random.Generator) -> str:
    language = "en" if rng.random() < _ENGLISH_SHARE else LANGUAGES[int(rng.integers(2, len(LANGUAGES)))]
    if language == "en" and rng.random() < _INDIAN_SHARE:
        language = "en_IN"
    text = random_spelling(random_value(rng), language, rng)
    if rng.random() < _ACCENTED_SHARE:
        text = _with_accents(text, language)
    words = text.split()
    if len(words) > 2 and rng.random() < _PART_SHARE:
        split = int(rng.integers(1, len(words)))
        words = words[:split] if rng.random() < 0.5 else words[split:]
    text = " ".join(words)
    if language.startswith("en"):
        if rng.random() < _HYPHENATED_SHARE:
            text = re.sub(r"(\w+ty) (one|two|three|four|five|six|seven|eight|nine)\b", r"\1-\2", text)
        if rng.random() < 0.15:
            text = re.sub(r"\b(thousand|million|lakh)\b(?= )", r"\1,", text)
        if rng.random() < 0.1:
            text += "."
    return text


def _with_accents(text: str, language: str) -> str:
    if language == "de":
        for plain, accented in _GERMAN_PARTS.items():
            text = text.replace(plain, accented)
        return text
    return " ".join(_ACCENTED.get(word, word) for word in text.split())


def _shuffled(rng: np.random.Generator) -> str:
    """Return words of several amounts in any order, and fractions and numbers among them."""
    words = " ".join(_amount(rng) for _ in range(2)).split()
    words += [f"{rng.integers(100):02}/100", str(rng.integers(1, 10 ** int(rng.integers(1, 5))))]
    return _join_some(words, rng)


def _other(rng: np.random.Generator) -> str:
    """Return words of other things, and words that nobody has heard of."""
    made_up = ["".join(rng.choice(_SYLLABLES, int(rng.integers(2, 5)))) for _ in range(3)]
    return _join_some([*made_up, *rng.choice(_WORDS, 2)], rng)


def _join_some(words: Sequence[str], rng: np.random.Generator) -> str:
    count = int(rng.integers(1, min(6, len(words)) + 1))
    return " ".join(words[i] for i in rng.permutation(len(words))[:count])


def _in_case(text: str, rng: np.random.Generator) -> str:
    """Return a text in one of the cases in which people write; most often each word has a capital."""
    cases: tuple[Callable[[str], str], ...] = (_capitalized, _capitalized_but_and, str.lower, str.upper, str.capitalize)
    return cases[int(rng.choice(len(cases), p=(0.3, 0.25, 0.17, 0.13, 0.15)))](text)


def _capitalized(text: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in text.split())


def _capitalized_but_and(text: str) -> str:
    return _capitalized(text).replace(" And ", " and ")
