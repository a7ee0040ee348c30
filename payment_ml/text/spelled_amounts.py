"""Spell amounts in words, in the ways in which people write them on cheques and slips.

`amount_phrase` describes the spellings of one amount, or of every amount below a thousand millions, as a phrase of
`text.phrases`; `spellings` lists those of one amount. `text.number_words` says how each language counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import numpy as np

from payment_ml.text.number_words import MISSPELLINGS, Group, Language, find_language, number_words
from payment_ml.text.phrases import NOTHING, Phrase, Piece, join, maybe, one_of, random_text, texts
from payment_ml.text.word_alphabet import normalize_words

LARGEST = Decimal("999999999.99")
_MISSPELT_SHARE = 0.05  # of the texts of `random_spelling`


@dataclass(frozen=True)
class _Counts:
    """Hold the numbers that are described: every combination of hundreds and remainders."""

    hundreds: Sequence[int]  # 0 to 9
    remainders: Sequence[int]  # 0 to 99

    @property
    def can_be_zero(self) -> bool:
        """Return whether 0 is among the numbers."""
        return 0 in self.hundreds and 0 in self.remainders

    @property
    def can_be_more(self) -> bool:
        """Return whether a number from 1 is among the numbers."""
        return any(self.hundreds) or any(self.remainders)


def spellings(value: Decimal, language: str) -> list[str]:
    """Return the usual ways in which people write an amount in words.

    Common misspellings are among them, one a text. What may stand beside the words, such as the name of the currency,
    and words that only some people write together, such as `fortyfive`, are not: `amount_phrase` has them all.

    Parameters
    ----------
    value : at least 0, at most `LARGEST`, with at most two decimals
    language : one of `LANGUAGES`, or a locale such as `de_CH`, whose language counts

    Returns
    -------
    texts as `word_alphabet.normalize_words` leaves them, the plainest first, each once

    Raises
    ------
    ValueError : the value cannot be spelled, or the language is unknown
    """
    words = find_language(language)
    counts, cents = _split(words, value)
    phrase = join(_without_currency(words, counts, cents), _ending(words))
    proper = dict.fromkeys(_plain(text) for text, _ in texts(phrase))
    misspelt = (
        text.replace(right, wrong) for text in proper for right, wrong in MISSPELLINGS if _is_part(right, text, words)
    )
    return list(dict.fromkeys([*proper, *misspelt]))


def random_spelling(value: Decimal, language: str, rng: np.random.Generator) -> str:
    """Draw one of all ways to write an amount in words, most often without a mistake.

    Parameters, result and exceptions are those of `spellings`; the name of the currency may stand beside the words.
    """
    text = _plain(random_text(amount_phrase(language, value), rng))
    fitting = [pair for pair in MISSPELLINGS if _is_part(pair[0], text, find_language(language))]
    if fitting and rng.random() < _MISSPELT_SHARE:
        text = text.replace(*fitting[int(rng.integers(len(fitting)))])
    return text


@cache
def misspelled(text: str) -> tuple[str, ...]:
    """Return the text of a piece of `amount_phrase`, first as it is, then with each misspelling of one of its words."""
    words = re.split("[ ~-]", text)
    return (text, *(text.replace(right, wrong) for right, wrong in MISSPELLINGS if right in words))


def amount_phrase(language: str, value: Decimal | None = None) -> Phrase:
    """Describe the spellings of an amount, or of all amounts up to `LARGEST`.

    Parameters
    ----------
    language : as of `spellings`
    value : as of `spellings`; None: any

    Returns
    -------
    a phrase whose texts are worth the value each

    Raises
    ------
    ValueError : as of `spellings`
    """
    words = find_language(language)
    counts, cents = _every(words) if value is None else _split(words, value)
    currency = one_of(*(Piece(f" {name}") for name in words.currencies))
    whole = _whole(words, counts)
    return join(
        one_of(
            _without_currency(words, counts, cents),
            join(currency, Piece(" "), _without_currency(words, counts, cents)),
            join(whole, currency, _cents_behind_units(words, cents, words.before_cents)),
            join(whole, _hundredths(words, cents), currency),
        ),
        _ending(words),
    )


def _every(words: Language) -> tuple[list[_Counts], Sequence[int]]:
    """Return the counts of all amounts."""
    groups = [_Counts(range(group.most // 100 + 1), range(100)) for group in words.groups]
    return [*groups, _Counts(range(10), range(100))], range(100)


def _split(words: Language, value: Decimal) -> tuple[list[_Counts], Sequence[int]]:
    """Return the counts of one amount: of its groups and, last, its units; and its cents."""
    if not 0 <= value <= LARGEST or value != round(value, 2):
        raise ValueError(f"expected an amount from 0 to {LARGEST} with at most two decimals, but got {value}")
    units, cents = divmod(int(value * 100), 100)
    counts = []
    for group in words.groups:
        count, units = divmod(units, group.scale)
        counts.append(_Counts((count // 100,), (count % 100,)))
    return [*counts, _Counts((units // 100,), (units % 100,))], (cents,)


def _ending(words: Language) -> Phrase:
    return one_of(NOTHING, *(Piece(f" {text}") for text in words.endings))


def _without_currency(words: Language, counts: Sequence[_Counts], cents: Sequence[int]) -> Phrase:
    """Describe amounts without the name of the currency.

    A word that stands in no number must separate units from cents with their name: forty five cents are no forty units,
    and neither are cuarenta y cinco centimos.
    """
    numbers = [number_words(code, number) for code in words.codes for number in range(21, 100)]
    joints = [text for text in words.before_cents if text and not any(text.strip() in number for number in numbers)]
    amount = join(_whole(words, counts), _cents_behind_units(words, cents, joints))
    lone = [_hundredths(words, cents), *_named_cents(words, cents, ("", *joints))]
    return one_of(amount, *(lone if all(count.can_be_zero for count in counts) else ()))


def _cents_behind_units(words: Language, cents: Sequence[int], before_name: Sequence[str]) -> Phrase:
    """Describe cents behind the units, where none may be nothing; `before_name` stands before cents with their name."""
    nothing = [NOTHING] if 0 in cents else []
    return one_of(*nothing, _hundredths(words, cents), *_named_cents(words, cents, before_name))


def _hundredths(words: Language, cents: Sequence[int]) -> Phrase:
    """Describe cents as a fraction, such as `and 45/100`."""
    fractions = [Piece(f" {number:02}/100", number) for number in cents]
    if 0 in cents:
        fractions += [Piece(f" {nought}/100") for nought in ("0", "no", "xx")]
    joints = one_of(*map(Piece, words.before_cents))
    short = (Piece(f"~/{number:02}", number) for number in cents if words.has_short_fractions)
    return one_of(join(joints, one_of(*fractions)), *short)


def _named_cents(words: Language, cents: Sequence[int], before: Sequence[str]) -> list[Phrase]:
    """Return the ways to write cents with their name, such as `and 45 cents`, in figures or in words."""
    some = [number for number in cents if number]
    if not some or not before:
        return []
    name = one_of(*(Piece(f" {text}") for text in words.cents))
    numbers = one_of(
        *(Piece(f" {number}", number) for number in some),
        *(Piece(" " + form, number) for number in some for form in _forms(words, number)),
    )
    joints = one_of(*map(Piece, before))
    return [join(joints, one_of(join(numbers, name), join(name, numbers)))]


def _whole(words: Language, counts: Sequence[_Counts]) -> Phrase:
    """Describe whole numbers; what joins groups, such as `and`, stands between two of them alone."""
    options: list[Phrase] = []
    begins = True  # all groups so far may be left out
    for group, count in zip((*words.groups, None), counts, strict=True):
        if not count.can_be_more:
            continue
        part = _units(words, count) if group is None else _group(words, group, count)
        further = join(one_of(*map(Piece, words.in_groups)), part)
        larger = [join(one_of(*options), maybe(further) if count.can_be_zero else further)] if options else []
        options = [*larger, *([part] if begins else [])]
        begins = begins and count.can_be_zero
    if all(count.can_be_zero for count in counts):
        options.append(Piece(f" {number_words(words.codes[0], 0)}"))
    if words.has_large_hundreds and all(count.can_be_zero for count in counts[:-2]):
        options += _large_hundreds(words, *counts[-2:])
    return one_of(*options)


def _group(words: Language, group: Group, count: _Counts) -> Phrase:
    """Describe a group that is counted."""
    options: list[Phrase] = []
    if 0 in count.hundreds and 1 in count.remainders:
        options += [Piece(text, 100 * group.scale) for text in group.single]
    counted = _below_thousand(words, count, group.scale, least=2)
    return one_of(*options, *(join(number, Piece(group.word)) for number in counted))


def _units(words: Language, count: _Counts) -> Phrase:
    return one_of(*_below_thousand(words, count, 1, least=1))


def _below_thousand(words: Language, count: _Counts, scale: int, least: int) -> list[Phrase]:
    """Return the ways to write numbers from `least`, 1 or 2, to 999, each worth `scale` units.

    Before the word of a group, where `scale` is more than 1, some numbers end in another way than alone.
    """
    options: list[Phrase] = []
    hundreds = [number for number in count.hundreds if number]
    remainders = [
        Piece(("~" if "~" in words.in_hundreds else " ") + form, 100 * scale * number)
        for number in count.remainders
        if number
        for form in _forms(words, number, counts=scale > 1)
    ]
    if 0 in count.hundreds:
        options += [piece for piece in remainders if piece.cents >= least * 100 * scale]
    if hundreds and 0 in count.remainders:
        options += _hundreds(words, hundreds, scale)
    if hundreds and remainders:
        joint = one_of(*map(Piece, words.in_hundreds))
        bound = _hundreds(words, hundreds, scale, words.bound)
        options.append(join(one_of(*bound), joint, one_of(*remainders)))
        if elided := [piece for piece in remainders if piece.text.startswith("~o") and words.elided]:
            cut = _hundreds(words, hundreds, scale, words.elided)
            options.append(join(one_of(*cut), one_of(*elided)))
    return options


def _hundreds(words: Language, numbers: Sequence[int], scale: int, end: tuple[str, str] | None = None) -> list[Piece]:
    """Return the ways to write hundreds; `end` is their ending alone and the one instead of it."""
    before = "~" if "~" in words.in_hundreds else " "
    pieces = []
    for number in numbers:
        for form in (number_words(words.codes[0], 100 * number), *(words.single_hundred if number == 1 else ())):
            pieces.append(Piece(before + _end_otherwise(form, end), 10_000 * number * scale))
    return pieces


def _large_hundreds(words: Language, thousands: _Counts, units: _Counts) -> list[Phrase]:
    """Return the ways to write numbers such as 1,500 as fifteen hundred."""
    numbers = [
        10 * thousand + hundred
        for thousand in thousands.remainders
        for hundred in units.hundreds
        if 0 < thousand < 10 and hundred and 0 in thousands.hundreds
    ]
    if not numbers:
        return []
    hundreds = one_of(*(Piece(f" {form}", 10_000 * number) for number in numbers for form in _forms(words, number)))
    remainders = _below_thousand(words, _Counts((0,), units.remainders), 1, least=1)
    ends = [join(one_of(*map(Piece, words.in_hundreds)), one_of(*remainders))] if remainders else []
    return [join(hundreds, Piece(" hundred"), one_of(*([NOTHING] if 0 in units.remainders else []), *ends))]


def _forms(words: Language, number: int, counts: bool = False) -> list[str]:
    """Return the ways to write a number from 1 to 99, alone or, if it `counts`, before the word of a group."""
    forms = [number_words(code, number) for code in words.codes]
    forms += [form[:-1] for form in forms if number == 80 and form.endswith("vingts")]
    if counts:
        forms = [_end_otherwise(form, words.counting) for form in forms]
    if words.joint and number > 20:
        forms = [form.replace(*words.joint) for form in forms]
    return list(dict.fromkeys(forms))


def _end_otherwise(form: str, end: tuple[str, str] | None) -> str:
    return form.removesuffix(end[0]) + end[1] if end and form.endswith(end[0]) else form


def _plain(text: str) -> str:
    """Return a text of a phrase as most people write it."""
    return normalize_words(text.replace("~", ""))


def _is_part(word: str, text: str, words: Language) -> bool:
    """Return whether a word stands in a text by itself, or anywhere in a language that writes numbers in one word."""
    return word in text if "~" in words.in_hundreds else word in text.split()
