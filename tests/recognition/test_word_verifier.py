"""Tests of `payment_ml.recognition.word_verifier`, with a network that says what the test lets it say."""

from decimal import Decimal

import cv2
import numpy as np
import pytest

from payment_ml.recognition import word_verifier
from payment_ml.recognition.word_verifier import WordsReading, WordVerifier
from payment_ml.text.word_alphabet import CHARACTERS, encode_words


def scores_of(text: str, rng: np.random.Generator, sure: float) -> np.ndarray:
    """Return the output of a network that reads a text, float32 [frames, labels + 1], logarithms."""
    labels = [0]
    for label in encode_words(text):
        labels += [label, label, 0]
    scores = rng.normal(0, 1, (len(labels), len(CHARACTERS) + 1))
    scores[np.arange(len(labels)), labels] += sure
    return np.asarray(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True), np.float32)


def read(
    lines: list[str],
    candidates: list[str] | dict[str, float],
    languages: tuple[str, ...] = ("en",),
    sure: float = 9.0,
) -> WordsReading:
    """Read pictures of lines, which the network takes for the given texts; a list of candidates are equally likely."""
    rng = np.random.default_rng(0)
    given = candidates if isinstance(candidates, dict) else dict.fromkeys(candidates, 1.0)
    likely = {Decimal(value): share for value, share in given.items()}
    said = iter(lines)
    picture = np.full((40, 900), 255, np.uint8)
    cv2.putText(picture, "words " * 8, (5, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    verifier = WordVerifier(lambda images: scores_of(next(said), rng, sure)[None])
    reading = verifier.read([picture] * len(lines), likely, languages)
    assert reading is not None
    return reading


def test_words_that_say_the_value_agree_and_say_no_other_candidate():
    """On two lines, with a misspelling."""
    reading = read(["six thousand five hundred", "and fourty seven"], ["6547", "6541", "6647"])
    assert reading.value == Decimal(6547)
    assert reading.verdict(Decimal(6547)) == "agree"
    assert reading.verdict(Decimal(6541)) == "disagree"
    assert reading.transcription == "six thousand five hundred and fourty seven"


def test_what_the_figures_say_counts_a_hundred_times():
    """Weigh 30% of the likelihood of all amounts by 100, 10% by 1, and the remaining 60% by 1."""
    found = word_verifier._posterior(np.log([0.3, 0.1]), np.array([100.0, 1.0]))
    assert found == pytest.approx([30 / 30.7, 0.1 / 30.7])


def test_a_reading_says_which_lines_the_amount_stands_in_and_whether_in_figures_too():
    """Names above and below are none of them."""
    reading = read(["mr oberon quayle", "six thousand", "and 45/100", "quince lumber"], ["6000.45"])
    assert (reading.lines, reading.has_figures) == ((1, 2), True)
    assert not read(["six thousand"], ["6000"]).has_figures


def test_words_that_say_an_amount_that_is_no_candidate_disagree_and_name_it():
    """No candidate is near, so the best of them must not pass for what the words say."""
    reading = read(["two hundred and twelve and 45/100"], ["6547", "9.99"])
    assert reading.verdict(Decimal(6547)) == "disagree"
    assert reading.value == Decimal("212.45")
    assert reading.probabilities[Decimal("212.45")] > 0.9


def test_a_candidate_with_other_cents_disagrees():
    """Words without cents say that there are none."""
    reading = read(["two hundred dollars and 0/100"], ["200.50", "200"])
    assert reading.verdict(Decimal("200.50")) == "disagree"
    assert reading.verdict(Decimal(200)) == "agree"


def test_words_that_are_no_amount_are_unclear():
    """A name or a scribble neither supports a value nor contradicts it."""
    reading = read(["marie josephine dupont de nemours"], ["6547", "200"])
    assert not reading.legible
    assert reading.verdict(Decimal(6547)) == "unclear"


def test_doubtful_letters_between_two_amounts_are_unclear():
    """One letter is missing of sixty, or one too many of six."""
    reading = read(["two hundred sixt"], ["206", "260"], sure=7.0)
    assert {reading.verdict(Decimal(206)), reading.verdict(Decimal(260))} == {"unclear"}


@pytest.mark.parametrize(("likelier", "other"), [("206", "260"), ("260", "206")])
def test_what_the_figures_hardly_say_needs_clearer_words(likelier, other):
    """Letters that fit two amounts nearly as well say the one that the figures say too."""
    reading = read(["two hundred sixt"], {likelier: 1.0, other: 0.02}, sure=7.0)
    assert reading.verdict(Decimal(likelier)) == "agree"
    assert reading.verdict(Decimal(other)) != "agree"


def test_what_the_figures_all_but_exclude_agrees_where_the_words_clearly_say_it():
    """Expect the value of the figures, and one that neither says, to disagree."""
    reading = read(["two hundred and sixty"], {"206": 1.0, "260": 0.002, "26": 0.002})
    verdicts = {value: reading.verdict(Decimal(value)) for value in ("206", "260", "26")}
    assert verdicts == {"206": "disagree", "260": "agree", "26": "disagree"}


@pytest.mark.parametrize(
    ("languages", "text", "value"),
    [
        (("fr", "en"), "mille quatre vingts euros", "1080"),
        (("de",), "zweitausendfunfhundert", "2500"),
        (("en_IN",), "one lakh two thousand rupees only", "102000"),
    ],
)
def test_words_are_read_in_the_languages_of_the_form(languages, text, value):
    """Of several languages each is possible."""
    assert read([text], [value], languages).verdict(Decimal(value)) == "agree"


def test_cut_outs_without_ink_give_no_reading():
    """There is nothing to verify with."""
    verifier = WordVerifier(lambda images: np.zeros((1, 1, len(CHARACTERS) + 1), np.float32))
    assert verifier.read([np.full((30, 200), 255, np.uint8)], {Decimal(5): 1.0}) is None


def test_words_in_a_language_without_spellings_give_no_reading():
    """A form's locale may be any; its words are then left alone."""
    picture = np.full((40, 300), 255, np.uint8)
    cv2.putText(picture, "words", (5, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    scores = scores_of("twelve", np.random.default_rng(0), 9.0)
    verifier = WordVerifier(lambda images: scores[None])
    assert verifier.read([picture], {Decimal(12): 1.0}, ("nl_NL",)) is None
    assert verifier.read([picture], {Decimal(12): 1.0}, ("en_GB",)) is not None
