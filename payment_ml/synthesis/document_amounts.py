"""Draw the amount of a document: its value, its figures as a country writes them, its currency, and its words."""

from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from num2words import num2words

from payment_ml.synthesis.amount_forms import CentsLayout, WrittenAmount, group_units, with_cents
from payment_ml.synthesis.document_texts import Texts

# Currencies of the documents of a language, with the signs that forms print before or behind the figures.
_CURRENCIES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {"USD": ("$", "$", "US$", ""), "GBP": ("£", "£", ""), "SGD": ("S$", "S$ ", ""), "KES": ("KSh", "")},
    "en_IN": {"INR": ("₹", "Rs.", "Rs", "")},
    "fr": {"EUR": ("€", "€", "EUR", ""), "TND": ("DT", "B.P.D.", ""), "MAD": ("DH", "B.P.", "")},
    "de": {"EUR": ("EUR", "€", "Euro", ""), "CHF": ("CHF", "Fr.", "")},
    "es": {"EUR": ("€", "EUR", ""), "MXN": ("$", "$", ""), "PEN": ("S/", "")},
    "pt": {"BRL": ("R$", "R$", ""), "EUR": ("€", "EUR", "")},
    "it": {"EUR": ("€", "Euro", "EUR", "")},
}
_UNIT_NAMES = {
    "USD": "dollars", "GBP": "pounds", "SGD": "Singapore dollars", "KES": "shillings", "INR": "rupees", "EUR": "euros",
    "TND": "dinars", "MAD": "dirhams", "CHF": "Franken", "MXN": "pesos", "PEN": "soles", "BRL": "reais",
    "SAR": "riyals", "QAR": "riyals",
}  # fmt: skip
_WRITTEN_SIGNS = {"USD": "$", "GBP": "£", "INR": "₹", "EUR": "€", "MXN": "$"}
_HUNDREDTH_NAMES = {"en": "cents", "en_IN": "paise", "fr": "centimes", "de": "Cent", "es": "céntimos", "pt": "centavos",
                    "it": "centesimi"}  # fmt: skip
_AND = {"en": "and", "en_IN": "and", "fr": "et", "de": "und", "es": "con", "pt": "e", "it": "e"}
_GROUPS = {"en": ",", "en_IN": "lakh", "fr": " ", "de": ".", "es": ".", "pt": ".", "it": "."}
_GROUPED = {"en": 0.65, "en_IN": 0.6, "fr": 0.35}  # share of the amounts in groups; of other languages a half
_WITH_CENTS = {"en": 0.75, "en_IN": 0.25, "fr": 0.5}  # of other languages six in ten
_ENDINGS = {
    "en_IN": ("/-", "/-", "/-", "", "/=", "-"),
    "en": ("", "", "", "-", "/-", ".-"),
    "de": ("", ",-", ",--", "", "-"),
    "fr": ("", "", "#", ",-", ".-"),
}
_SET_APART = (CentsLayout.RAISED, CentsLayout.UNDERLINED, CentsLayout.GAP, CentsLayout.RULE, CentsLayout.STACKED)


@dataclass(frozen=True)
class DocumentAmount:
    """Hold the amount that a document is about."""

    written: WrittenAmount  # the figures
    currency: str  # ISO 4217
    sign: str  # printed beside the figures; empty for none
    words: str  # empty for a document without the amount in words

    @property
    def value(self) -> Decimal:
        """Return what the figures say."""
        return self.written.value


def random_document_amount(
    texts: Texts, rng: np.random.Generator, with_words: bool, disagreeing: bool = False, currency: str | None = None
) -> DocumentAmount:
    """Draw an amount.

    Parameters
    ----------
    texts : of the document's language
    with_words : whether it is written in words, too
    disagreeing : the words say another value than the figures
    currency : ISO 4217; None draws one of the language's
    """
    currencies = _CURRENCIES[texts.language]
    chosen = currency or list(currencies)[int(min(rng.integers(len(currencies)), rng.integers(len(currencies))))]
    signs = currencies.get(chosen, (chosen, ""))
    sign = signs[int(rng.integers(len(signs)))]
    written = _with_marks(_figures(random_value(rng), texts.language, rng), chosen, sign, rng)
    if not with_words:
        return DocumentAmount(written, chosen, sign, "")
    said = _other_value(written.value, rng) if disagreeing else written.value
    return DocumentAmount(written, chosen, sign, _in_words(said, chosen, texts, rng))


def random_value(rng: np.random.Generator) -> Decimal:
    """Draw a value from 1 to 9,999,999; numbers of 2 to 5 digits are the most frequent, and many are round."""
    digits = int(min(max(round(rng.normal(3.7, 1.2)), 1), 7))
    units = int(10 ** (digits - 1 + rng.random()))
    if digits > 2 and rng.random() < 0.4:
        zeros = 10 ** int(rng.integers(1, digits))
        units = units // zeros * zeros
    cents = int(rng.integers(0, 100)) if rng.random() < 0.7 else 0
    return Decimal(units) + Decimal(cents).scaleb(-2)


def random_sum(texts: Texts, rng: np.random.Generator, value: Decimal) -> str:
    """Return figures of another sum, such as the price of an item, in the manner of the language."""
    return _figures(value, texts.language, rng, plain=True).text


def _figures(value: Decimal, language: str, rng: np.random.Generator, plain: bool = False) -> WrittenAmount:
    """Write a value, whose cents may be dropped, in the manner of a language; `plain`: nothing raised or set apart."""
    groups = _GROUPS[language] if rng.random() < _GROUPED.get(language, 0.5) else ""
    if rng.random() < _WITH_CENTS.get(language, 0.6):
        mark = "." if language in ("en", "en_IN") else ","
        way = rng.random()
        if way < 0.12 and not plain:
            layout = _SET_APART[int(rng.integers(len(_SET_APART)))]
            return WrittenAmount(value, with_cents(value, groups, "|"), layout)
        if way < 0.18:
            mark = "-"
        return WrittenAmount(value, with_cents(value, groups, mark))
    value = Decimal(int(value))
    endings = ("",) if plain else _ENDINGS.get(language, ("", "", ",-"))
    return WrittenAmount(value, group_units(value, groups) + endings[int(rng.integers(len(endings)))])


def _with_marks(amount: WrittenAmount, currency: str, printed_sign: str, rng: np.random.Generator) -> WrittenAmount:
    """Return an amount sometimes between fillers, or behind a currency sign where the form prints none."""
    way = rng.random()
    sign = _WRITTEN_SIGNS.get(currency, "")
    if sign and not printed_sign and way < 0.4:
        return replace(amount, text=f"{sign}{amount.text}")
    if way > 0.97:
        filler = ("*", "=", "#", "**")[int(rng.integers(4))]
        return replace(amount, text=f"{filler}{amount.text}{filler}")
    return amount


def _other_value(value: Decimal, rng: np.random.Generator) -> Decimal:
    """Return another value, as slips of the pen and forgers make it: a digit changed, two swapped, a zero more."""
    digits = list(f"{int(value * 100):03d}")
    first = "123456789"
    while True:
        changed, kind = digits.copy(), rng.random()
        place = int(rng.integers(len(digits) - 2)) if rng.random() < 0.9 else int(rng.integers(len(digits)))
        if kind < 0.5:
            changed[place] = first[int(rng.integers(9))]
        elif kind < 0.75 and len(digits) > 3:
            other = int(rng.integers(len(digits) - 2))
            changed[place], changed[other] = changed[other], changed[place]
        else:
            changed.insert(max(1, min(place, len(digits) - 2)), "0")
        if changed != digits and changed[0] != "0":
            return Decimal(int("".join(changed))).scaleb(-2)


def _in_words(value: Decimal, currency: str, texts: Texts, rng: np.random.Generator) -> str:
    """Write a value in words, with the currency before or behind, an ending, and capitals."""
    options = _spellings(value, texts.language)
    words = options[int(rng.integers(len(options)))]
    unit = _UNIT_NAMES[currency]
    place = rng.random()
    if place < 0.2 and "/100" not in words:
        words = f"{unit} {words}" if texts.language == "en_IN" else f"{words} {unit}"
    ending = texts.any("only") if rng.random() < 0.6 else ""
    case = rng.random()
    if case < 0.4:
        words = words[0].upper() + words[1:]
    elif case < 0.75 and texts.language != "de":
        words = " ".join(
            word if word in ("and", "et", "e", "y", "con") else word.capitalize() for word in words.split()
        )
    elif case < 0.83:
        words, ending = words.upper(), ending.upper()
    return f"{words} {ending}".strip()


def _spellings(value: Decimal, language: str) -> list[str]:
    """Return the ways to spell a value, in lower case.

    They are made apart from `text.spelled_amounts`, or documents would hold nothing but what the reader of words knows.
    """
    units, cents = int(value), round(value % 1 * 100)
    spelled = num2words(units, lang=language).lower()
    ways = [spelled, spelled.replace(",", "")]
    if language.startswith("en"):
        ways += [ways[1].replace("-", " "), ways[1].replace(" and ", " ")]
    if not cents:
        rounded = [f"{ways[1]} {_AND[language]} 00/100"]
        return ways * 3 + rounded + ([f"{ways[1]} and no/100"] if language == "en" else [])
    behind = [f"{_AND[language]} {cents:02d}/100", f"{cents:02d}/100"]
    said = f"{_AND[language]} {num2words(cents, lang=language).lower()} {_HUNDREDTH_NAMES[language].lower()}"
    return [f"{way} {end}" for way in ways for end in (*behind, said)]
