"""Describe how languages count: their number words, how these are joined, and what stands beside them on cheques.

The number words are num2words', which needs the extra `documents`; how they are joined is said here.
"""

from dataclasses import dataclass
from functools import cache

from num2words import num2words

from payment_ml.text.word_alphabet import normalize_words

# Words as some people write them; the right one stands first.
MISSPELLINGS = (
    ("forty", "fourty"),
    ("ninety", "ninty"),
    ("fifty", "fivty"),
    ("fourteen", "forteen"),
    ("eight", "eigth"),
    ("hundred", "hundered"),
    ("thousand", "thousands"),
    ("thousand", "thousend"),
    ("lakh", "lac"),
    ("lakh", "lakhs"),
    ("crore", "crores"),
    ("million", "millions"),
    ("dreissig", "dreisig"),
    ("funf", "fuenf"),
    ("zwolf", "zwoelf"),
)


@dataclass(frozen=True)
class Group:
    """Describe a power of ten that is counted, such as the thousands."""

    scale: int
    word: str  # behind a count
    single: tuple[str, ...]  # one of it, in full
    most: int = 999  # of it


@dataclass(frozen=True)
class Language:
    """Describe how a language joins number words; `~` is a blank that may be left out.

    An ending is a pair: how a number ends alone, and how it ends there.
    """

    codes: tuple[str, ...]  # of num2words
    groups: tuple[Group, ...]  # the largest first
    in_hundreds: tuple[str, ...]  # between the hundreds and what follows
    in_groups: tuple[str, ...]  # between the groups
    before_cents: tuple[str, ...]  # between the units and the cents
    currencies: tuple[str, ...]
    cents: tuple[str, ...]  # names of the hundredth part
    endings: tuple[str, ...] = ()
    single_hundred: tuple[str, ...] = ()  # ways to write one hundred, beside num2words'
    joint: tuple[str, str] | None = None  # of words below a hundred that may be written together: num2words', and ours
    bound: tuple[str, str] | None = None  # ending of hundreds before another number
    elided: tuple[str, str] | None = None  # ending of hundreds before an o
    counting: tuple[str, str] | None = None  # ending of numbers before a group's word
    has_large_hundreds: bool = False  # fifteen hundred
    has_short_fractions: bool = False  # /45


_ENGLISH = Language(
    codes=("en",),
    groups=(
        Group(1_000_000, " million", (" one million", " a million")),
        Group(1_000, " thousand", (" one thousand", " a thousand")),
    ),
    joint=(" ", "-"),
    in_hundreds=(" and", ""),
    in_groups=("", " and"),
    before_cents=(" and", " &", ""),
    currencies=("dollars", "rupees", "euros", "pounds", "dollar", "rs", "riyals", "dirhams", "ringgit", "francs"),
    cents=("cents", "paise", "pence", "paisa", "centimes", "sen"),
    endings=("only", "exactly"),
    single_hundred=("a hundred",),
    has_large_hundreds=True,
)
_LANGUAGES = {
    "en": _ENGLISH,
    "en_IN": Language(
        **vars(_ENGLISH)
        | {
            "groups": (
                Group(10_000_000, " crore", (" one crore", " a crore"), most=99),
                Group(100_000, " lakh", (" one lakh", " a lakh"), most=99),
                Group(1_000, " thousand", (" one thousand", " a thousand"), most=99),
            ),
            "currencies": ("rupees", "rs", "rupee", "inr"),
            "cents": ("paise", "paisa"),
        }
    ),
    "fr": Language(
        codes=("fr", "fr_CH", "fr_BE"),
        groups=(Group(1_000_000, " millions", (" un million",)), Group(1_000, " mille", (" mille",))),
        in_hundreds=("",),
        in_groups=("",),
        before_cents=("", " et"),
        currencies=("euros", "euro", "francs", "d euros", "dollars", "dirhams", "dinars"),
        cents=("centimes", "centime"),  # not cents, which are hundreds
        endings=("seulement",),
        bound=("cents", "cent"),
    ),
    "de": Language(
        codes=("de",),
        groups=(
            Group(1_000_000, " millionen ", (" eine million ",)),
            Group(1_000, "~tausend", ("~ein~tausend", "~tausend")),
        ),
        joint=("und", "~und~"),
        in_hundreds=("~", "~und~"),
        in_groups=("~", "~und~"),
        before_cents=("", " und"),
        currencies=("euro", "franken", "eur", "euros", "chf"),
        cents=("cent", "rappen", "cents"),
        single_hundred=("hundert",),
        counting=("eins", "ein"),
    ),
    "es": Language(
        codes=("es",),
        groups=(Group(1_000_000, " millones", (" un millon",)), Group(1_000, " mil", (" mil", " un mil"))),
        in_hundreds=("",),
        in_groups=("",),
        before_cents=(" con", " y", ""),
        currencies=("euros", "pesos", "dolares", "soles", "de pesos", "de euros"),
        cents=("centimos", "centavos", "cts"),
        endings=("mn", "m n"),  # moneda nacional
        bound=("cien", "ciento"),
        counting=("uno", "un"),
    ),
    "pt": Language(
        codes=("pt", "pt_BR"),
        groups=(Group(1_000_000, " milhoes", (" um milhao",)), Group(1_000, " mil", (" mil", " um mil"))),
        in_hundreds=(" e",),
        in_groups=("", " e"),
        before_cents=(" e", ""),
        currencies=("reais", "euros", "real", "euro", "de reais"),
        cents=("centavos", "centimos", "cents"),
        bound=("cem", "cento"),
    ),
    "it": Language(
        codes=("it",),
        groups=(Group(1_000_000, " milioni ", (" un milione ",)), Group(1_000, "~mila", ("~mille",))),
        in_hundreds=("~",),
        in_groups=("~", " e "),
        before_cents=("", " e"),
        currencies=("euro", "franchi"),
        cents=("centesimi", "cent"),
        elided=("cento", "cent"),
        has_short_fractions=True,
    ),
}  # fmt: skip
LANGUAGES = tuple(_LANGUAGES)


def can_spell(language: str) -> bool:
    """Return whether amounts can be spelled in a language, or that of a locale such as `de_CH`."""
    return _find(language) is not None


def _find(language: str) -> Language | None:
    return _LANGUAGES.get(language) or _LANGUAGES.get(language.split("_")[0])


def find_language(language: str) -> Language:
    """Return how a language, or that of a locale such as `de_CH`, counts.

    Raises
    ------
    ValueError : the language is unknown
    """
    found = _find(language)
    if found is None:
        raise ValueError(f"expected a language among {', '.join(LANGUAGES)}, but got {language!r}")
    return found


@cache
def number_words(code: str, number: int) -> str:
    """Return num2words' text of a number, normalised."""
    return normalize_words(num2words(number, lang=code))
