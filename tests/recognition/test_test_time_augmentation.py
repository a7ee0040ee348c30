"""hearing: looks and cuts are put together, and texts that mean one amount count together."""

import dataclasses
import math
from decimal import Decimal

import numpy as np
import pytest

from payment_ml.imaging import line_images
from payment_ml.recognition import ctc, test_time_augmentation
from payment_ml.text import alphabet

_PAGE = np.full((40, 90), 240, np.uint8)
_PAGE[10:30, 20:24] = _PAGE[10:30, 50:54] = 20
FOUND, UNCUT = line_images.extract_line(_PAGE), line_images.full_image_line(_PAGE)


def candidates(**shares: float) -> list[ctc.Hypothesis]:
    """Texts with their probabilities, the likeliest first."""
    return [ctc.Hypothesis(text, math.log(share)) for text, share in shares.items()]


def test_ways_of_writing_one_value_add_up():
    """12.00 and 12 together are likelier than 72, though 72 is the likeliest text."""
    first, second = test_time_augmentation.group_by_value(candidates(**{"72": 0.4, "12.00": 0.35, "12": 0.15}))
    assert (first.amount.value, first.written) == (Decimal("12"), "12.00")
    assert first.probability == pytest.approx(0.5)
    assert (second.amount.value, second.probability) == (Decimal("72"), pytest.approx(0.4))


def test_what_is_ambiguous_or_no_amount_stands_for_itself():
    """1.234 may be two amounts, and is neither's; the sign for no amount means none."""
    meanings = {
        each.written: each
        for each in test_time_augmentation.group_by_value(candidates(**{"1.234": 0.5, "1234": 0.3, "?": 0.1}))
    }
    assert meanings["1.234"].amount.value is None
    assert meanings["1234"].probability == pytest.approx(0.3)
    assert [text for text, each in meanings.items() if each.is_no_amount] == ["?"]


def test_what_is_hopelessly_unlikely_is_no_meaning():
    """A millionth of the likeliest."""
    assert len(test_time_augmentation.group_by_value(candidates(**{"5": 0.9, "6": 9e-7}))) == 1


def test_of_two_cuts_the_one_that_lost_a_digit_must_be_much_surer():
    """39.00 at 98% does not beat 1615.39 at 87%; a guess at 1% beats nothing."""

    def weight(text: str, share: float) -> float:
        return test_time_augmentation.LineRecognition(FOUND, np.zeros((0, 0)), candidates(**{text: share})).score

    assert weight("1615.39", 0.87) > weight("39.00", 0.98)
    assert weight("1615.39", 0.01) < weight("39.00", 0.98)


def say(text: str, sure: float) -> np.ndarray:
    """Frames that spell a text, each symbol and the blank before it with this probability, as the blank at the end."""
    symbols = [each for symbol in alphabet.encode(text) for each in (alphabet.BLANK, symbol)] + [alphabet.BLANK]
    shares = np.full((len(symbols), len(alphabet.ALPHABET) + 1), (1 - sure) / len(alphabet.ALPHABET))
    shares[np.arange(len(symbols)), symbols] = sure
    return np.log(shares)


def hear(text: str, sure: float) -> test_time_augmentation.LineRecognition:
    """What would be heard of such frames."""
    frames = say(text, sure)
    return test_time_augmentation.LineRecognition(FOUND, frames, ctc.beam_search(frames))


def shares(heard: test_time_augmentation.LineRecognition) -> dict[str, float]:
    """The probability of each text."""
    return {each.text: math.exp(each.log_probability) for each in heard.hypotheses}


def test_how_sure_the_network_is_tells_what_is_done_next():
    """Nothing, other looks, other cuts, and the whole picture; other cuts always where no writing was found."""
    for share, sure, doubtful, lost in ((0.999, True, False, False), (0.97, False, False, False),
                                        (0.6, False, True, False), (0.4, False, True, True)):  # fmt: skip
        heard = test_time_augmentation.LineRecognition(FOUND, np.zeros((0, 0)), candidates(**{"12": share}))
        assert (heard.is_confident, heard.needs_other_crops, heard.needs_full_image) == (sure, doubtful, lost)
        where_none_was_found = dataclasses.replace(heard, line=UNCUT)
        assert (where_none_was_found.is_confident, where_none_was_found.needs_other_crops) == (False, True)


def test_a_look_that_objects_takes_more_confidence_where_all_must_agree():
    """A geometric mean falls further than an arithmetic one, and still adds up to 1; agreement leaves it high."""
    first = hear("12", 0.99)
    objected = shares(test_time_augmentation.logarithmic_opinion_pool(first, [say("12", 0.99), say("72", 0.99)]))
    confirmed = shares(test_time_augmentation.logarithmic_opinion_pool(first, [say("12", 0.99)] * 2))
    assert sum(objected.values()) == pytest.approx(1, abs=1e-6)
    assert objected["12"] > 0.5 > objected["72"]
    assert confirmed["12"] > 0.99 > objected["12"]
    assert list(objected.values()) == sorted(objected.values(), reverse=True)


def test_a_cut_that_lost_the_amount_has_no_say():
    """One that shows it counts as if it were alone; by hand for two that show the same."""
    good, bad = hear("1615.39", 0.98), hear("", 0.6)
    heard = test_time_augmentation.linear_opinion_pool([bad, good], [])
    assert heard.hypotheses[0].text == "1615.39"
    assert heard.log_probs is good.log_probs
    assert shares(heard)["1615.39"] == pytest.approx(shares(good)["1615.39"], rel=0.02)
    one, other = hear("12", 0.9), hear("12", 0.8)
    mine, its = shares(one)["12"], shares(other)["12"]
    pooled = shares(test_time_augmentation.linear_opinion_pool([one, other], []))["12"]
    assert pooled == pytest.approx((mine * mine + its * its) / (mine + its), rel=1e-3)


def test_looks_at_a_cut_can_overrule_it():
    """Two looks that are sure of a seven against one that is unsure of a one; the frames stay the cut's."""
    unsure = hear("12", 0.7)
    heard = test_time_augmentation.linear_opinion_pool([unsure], [say("72", 0.97)] * 2)
    assert heard.hypotheses[0].text == "72"
    assert heard.log_probs is unsure.log_probs
    assert all(
        len(each.text) <= 4
        for each in test_time_augmentation.linear_opinion_pool([unsure], [say("123456", 0.97)]).hypotheses
    )
