"""Tests of `payment_ml.recognition.cross_check`: figures and words agree, disagree, or settle each other's doubts."""

import dataclasses
import math
from decimal import Decimal

import pytest

from payment_ml.recognition import cross_check
from payment_ml.recognition.amount_candidates import Candidate, found_amount
from payment_ml.recognition.readings import Alternative, AmountReading, Character
from payment_ml.recognition.word_verifier import WordsReading

BOX = (0, 0, 90, 20)
DOUBT = "'79|88' is ambiguous"


def weigh(said: str, text: str = "7988", value: str | None = "7988", legible: bool = True) -> cross_check.WeighedAmount:
    """Weigh figures that may say 7,933 too against words that surely say an amount."""
    characters = tuple(Character(character, 0.95, 0.0, 1.0, ()) for character in text)
    others = (Alternative("7933", Decimal(7933), 0.06), Alternative("1988", Decimal(1988), 0.001))
    reading = AmountReading(
        text,
        None if value is None else Decimal(value),
        "".join(filter(str.isdigit, text)),
        0.0 if value is None else 0.9,
        "review" if value is None else "accept",
        DOUBT if value is None else None,
        characters,
        others,
    )
    candidate = Candidate(reading, BOX, BOX, 0.0)
    values = dict.fromkeys([*cross_check.meanings([candidate]), Decimal(said)], 0.0) | {Decimal(said): 0.99}
    words = WordsReading("", "", Decimal(said), values, legible)
    return cross_check.weigh(candidate, found_amount(candidate, None), 0.8, words)


def test_the_figures_say_how_likely_each_of_their_values_is():
    """Against the likeliest one; an ambiguous text has several that are equally likely; places differ."""
    sure = AmountReading("89", Decimal(89), "89", 0.8, "accept", None, (), (Alternative("39", Decimal(39), 0.2),))
    ambiguous = dataclasses.replace(sure, text="1|89", value=None, confidence=0.0, alternatives=())
    date = dataclasses.replace(sure, text="2014", value=Decimal(2014), alternatives=())
    scores = ((sure, 0.0), (ambiguous, 0.0), (date, -math.log(10)))
    candidates = [Candidate(reading, BOX, BOX, score) for reading, score in scores]
    assert cross_check.meanings(candidates) == pytest.approx({
        Decimal(39): 0.25, Decimal(89): 1.0, Decimal("1.89"): 1.0, Decimal(189): 1.0, Decimal(2014): 0.1,
    })  # fmt: skip
    assert cross_check.meanings([]) == {}


def test_words_that_agree_make_the_amount_surer():
    """Both would have to be wrong in the same way."""
    weighed = weigh("7988")
    assert weighed.amount.value == Decimal(7988)
    assert weighed.amount.reason is None
    assert 1 - weighed.evidence < 0.1 * (1 - 0.9 * 0.8)  # than the figures alone
    assert weighed.preference > weigh("1234").preference


def test_words_settle_which_value_an_ambiguous_text_has():
    """A mark that may be a decimal point is none where the words say thousands."""
    amount = weigh("7988", "79|88", None).amount
    assert (amount.value, amount.text, amount.reason) == (Decimal(7988), "7988.00", None)


def test_words_that_settle_an_ambiguity_stand_nearly_alone():
    """The figures say each of two values as much, so that an error of the words is one of the amount."""
    ambiguous, clear = weigh("7988", "79|88", None), weigh("7988")
    assert ambiguous.amount.confidence < 0.5
    assert 0.95 < ambiguous.evidence < clear.evidence


@pytest.mark.parametrize(
    ("text", "value", "doubt"), [("7988", "7988", "the figures say 7,988.00"), ("79|88", None, DOUBT)]
)
def test_words_choose_among_what_the_figures_may_say_and_a_person_looks(text, value, doubt):
    """A digit that is hard to read is settled, but not promised."""
    amount = weigh("7933", text, value).amount
    assert (amount.value, amount.digits, amount.confidence) == (Decimal(7933), "7933", 0.06)
    assert amount.reason == f"{doubt}, but the words 7,933.00"


def test_what_the_figures_hardly_say_is_not_chosen():
    """Words of another document would choose among unlikely digits too."""
    amount = weigh("1988").amount
    assert amount.value == Decimal(7988)


def test_words_that_cannot_be_read_change_nothing():
    """Keep the figures' own value and evidence, whatever the words seem to say."""
    weighed = weigh("7933", legible=False)
    assert weighed.amount.value == Decimal(7988)
    assert weighed.evidence == pytest.approx(0.9 * 0.8)
