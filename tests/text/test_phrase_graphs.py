"""Tests of `payment_ml.text.phrase_graphs`."""

from decimal import Decimal

import pytest

from payment_ml.text.number_words import LANGUAGES
from payment_ml.text.phrase_graphs import ROOT, PhraseGraph, PhraseParser, build_graph
from payment_ml.text.phrases import Piece, join, maybe, one_of, texts
from payment_ml.text.spelled_amounts import amount_phrase, misspelled
from payment_ml.text.word_alphabet import CHARACTERS, normalize_words


def as_is(text: str) -> list[str]:
    """Return a text without any variants."""
    return [text]


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request) -> str:
    """Each language; its parser is built once."""
    return str(request.param)


@pytest.fixture(scope="module")
def parser(language) -> PhraseParser:
    """Understand all amounts of the language."""
    return PhraseParser(amount_phrase(language), misspelled)


def paths(graph: PhraseGraph, node: int = ROOT) -> set[tuple[str, int]]:
    """Return each text of a graph with the number of its phrase."""
    found = {("", number) for number, ends in enumerate(graph.ends) if node in ends}
    for target in graph.targets[graph.sources == node].tolist():
        found |= {(CHARACTERS[graph.labels[target] - 1] + text, number) for text, number in paths(graph, target)}
    return found


def test_paths_of_a_graph_are_the_texts_of_its_phrases():
    """Blanks at the beginning are left out, several are one, and those that may be left out make two texts."""
    first = join(Piece(" "), one_of(Piece(" ab"), Piece("~cb")), maybe(Piece("-d")))
    second = Piece(" ab")
    expected = {("ab", 0), ("cb", 0), ("ab d", 0), ("abd", 0), ("cb d", 0), ("cbd", 0), ("ab", 1)}
    assert paths(build_graph([first, second], as_is)) == expected


def test_amounts_of_a_language_share_beginnings_and_ends():
    """Hundreds of millions of texts are a graph that is walked through in a moment."""
    graph = build_graph([amount_phrase("en")], as_is)
    assert len(graph.labels) < 1500


@pytest.mark.parametrize("value", ["0.45", "108", "6547", "21000.07", "1080300"])
def test_every_spelling_of_an_amount_is_worth_it_among_all_amounts(language, parser, value):
    """The phrase of all amounts has each amount's texts, and gives them their sum alone."""
    spelled = [text for text, _ in texts(amount_phrase(language, Decimal(value)))]
    for text in spelled[:: 1 + len(spelled) // 30]:
        assert parser.sums(normalize_words(text.replace("~", ""))) == {int(Decimal(value) * 100)}


def test_a_misspelled_amount_is_worth_the_same_and_another_text_nothing():
    """Common misspellings are part of the phrase; mistakes that nobody makes are not."""
    parser = PhraseParser(amount_phrase("en"), misspelled)
    assert parser.sums("fourty thousand and ninty") == {4_009_000}
    assert parser.sums("forty five thousand hundred") == set()
