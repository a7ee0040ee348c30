"""Tests of `payment_ml.recognition.phrase_search`, against the sum over every single text."""

from decimal import Decimal

import numpy as np
import pytest

from payment_ml.recognition import ctc, phrase_search
from payment_ml.text.phrase_graphs import build_graph
from payment_ml.text.phrases import Piece, join, maybe, one_of
from payment_ml.text.spelled_amounts import amount_phrase, misspelled
from payment_ml.text.word_alphabet import CHARACTERS, encode_words


def as_is(text: str) -> list[str]:
    """Return a text without any variants."""
    return [text]


def output(text: str, rng: np.random.Generator, sure: float = 9.0) -> np.ndarray:
    """Return what a network says that reads a text with some doubt: logarithms, float32 [frames, labels + 1]."""
    labels = [0]
    for label in encode_words(text):
        labels += [label, label, 0]
    scores = rng.normal(0, 1, (len(labels), len(CHARACTERS) + 1))
    scores[np.arange(len(labels)), labels] += sure
    return (scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def no_clutter(monkeypatch) -> None:
    """Allow nothing beside the texts, so that their probabilities are those of CTC."""
    monkeypatch.setattr(phrase_search, "_CLUTTER", 0.0)
    monkeypatch.setattr(phrase_search, "_OTHER_LETTER", np.inf)


@pytest.mark.usefixtures("no_clutter")
def test_probability_of_a_phrase_is_the_sum_over_its_texts(rng):
    """The exact probability of each text comes from another implementation."""
    phrase = join(one_of(Piece("two"), Piece("too"), Piece("one")), maybe(Piece(" ten")))
    other = Piece("ten")
    lines = phrase_search.join_lines([output("two ten", rng, sure=2.0)])
    found = phrase_search.log_likelihoods(lines, build_graph([phrase, other], as_is))
    texts = ["two", "too", "one", "two ten", "too ten", "one ten"]
    each = ctc.ctc_log_likelihood(np.log(lines.probabilities), [encode_words(text) for text in [*texts, "ten"]])
    assert found == pytest.approx([np.logaddexp.reduce(each[:-1]), each[-1]])


def test_an_amount_on_two_lines_is_as_likely_as_on_one(rng):
    """It may break at any blank, and the lines are not cut in the middle of a word."""
    graph = build_graph([amount_phrase("en", Decimal(6547)), amount_phrase("en", Decimal(6548))], misspelled)
    for lines in (
        ["six thousand five hundred and forty seven"],
        ["six thousand five hundred", "and forty seven"],
        ["six", "thousand five hundred forty seven"],
    ):
        right, wrong = phrase_search.log_likelihoods(
            phrase_search.join_lines([output(line, rng) for line in lines]), graph
        )
        assert right > wrong + 10
        assert right > -15


def test_best_text_is_the_amount_that_is_written_clutter_left_out(rng):
    """A print before the words, and a remnant behind them."""
    graph = build_graph([amount_phrase("en")], misspelled)
    written = "xq two hundred and thirteen dollars zz"
    best = phrase_search.best_text(phrase_search.join_lines([output(written, rng)]), graph)
    assert best.text == "two hundred and thirteen dollars"
    assert -10 < best.log_probability < 0
    assert not best.is_text[:6].all()
    assert not best.is_text[-6:].all()
    assert best.is_text[20:-20].any()


def test_best_text_is_at_most_as_likely_as_all_texts(rng):
    """One path of one text is a part of the sum."""
    graph = build_graph([amount_phrase("fr")], misspelled)
    probabilities = phrase_search.join_lines([output("deux cent quatre vingts", rng, sure=5.0)])
    best = phrase_search.best_text(probabilities, graph)
    text, log_probability = best.text, best.log_probability
    (every,) = phrase_search.log_likelihoods(probabilities, graph)
    assert text == "deux cent quatre vingts"
    assert every - 10 < log_probability <= every


NAME, AMOUNT, REST = "pay marie josephine dupont", "six thousand five hundred", "and forty seven"


@pytest.mark.parametrize(
    ("lines", "text", "read"),
    [
        ([NAME, AMOUNT, REST], f"{AMOUNT} {REST}", (1, 2)),
        ([AMOUNT, NAME, REST], f"{AMOUNT} {REST}", (0, 2)),
        ([AMOUNT, REST, NAME], f"{AMOUNT} {REST}", (0, 1)),
        ([AMOUNT, NAME, NAME], AMOUNT, (0,)),
        ([NAME, NAME, AMOUNT], AMOUNT, (2,)),
    ],
)
def test_lines_of_something_else_are_left_out(rng, lines, text, read):
    """Names and print stand above, below and between the lines of an amount."""
    joined = phrase_search.join_lines([output(line, rng) for line in lines])
    best = phrase_search.best_text(joined, build_graph([amount_phrase("en")], misspelled))
    assert (best.text, best.lines) == (text, read)
    assert -10 < best.log_probability < 0


def test_a_line_left_out_costs_the_same_for_every_amount(rng):
    """So it says nothing about which of them is written."""
    graph = build_graph([amount_phrase("en", Decimal(6500)), amount_phrase("en", Decimal(6800))], misspelled)
    outputs = [output(AMOUNT, rng), output(NAME, rng)]
    alone, beside = (phrase_search.join_lines(lines) for lines in (outputs[:1], outputs))
    costs = phrase_search.log_likelihoods(beside, graph) - phrase_search.log_likelihoods(alone, graph)
    assert costs == pytest.approx([beside.others[1]] * 2, abs=0.01)
