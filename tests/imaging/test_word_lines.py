"""Tests of `payment_ml.imaging.word_lines`."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import word_lines
from payment_ml.imaging.line_images import INK_LEVEL


def cut_out(text: str, scale: float = 0.6, rule: bool = False, neighbour: bool = False) -> np.ndarray:
    """Draw a cut-out of a line of words, uint8 [60, width]; a printed rule below, and the feet of a line above."""
    grey = np.full((60, 40 + 13 * len(text)), 235, np.uint8)
    cv2.putText(grey, text, (12, 40), cv2.FONT_HERSHEY_DUPLEX, scale, 30, 1, cv2.LINE_AA)
    if rule:
        grey[45:47] = 120
    if neighbour:
        cv2.putText(grey, "g p y", (20, 2), cv2.FONT_HERSHEY_DUPLEX, scale, 30, 1, cv2.LINE_AA)
    return grey


def letter_rows(grey: np.ndarray) -> int:
    """Return how many rows of the line image hold the letters of its first half."""
    line = word_lines.extract_words(grey)
    assert line is not None
    inked = (line.pixels[:, : line.pixels.shape[1] // 2] > INK_LEVEL).mean(axis=1)
    return int(((inked > 0.02) & (inked < 0.9)).sum())


@pytest.mark.parametrize("scale", [0.4, 0.6, 0.9])
def test_letters_are_equally_high_whatever_their_size_in_the_picture(scale):
    """From the tops of the capitals to the feet of the letters they fill most of the line."""
    assert 17 <= letter_rows(cut_out("Six Thousand and Forty", scale)) <= 30


def test_a_text_with_and_without_descenders_is_equally_large():
    """A line of digits would be measured from the top of its tallest character to its foot."""
    without, with_them = (word_lines.extract_words(cut_out(text)) for text in ("nineteen men", "nineteen yyy"))
    assert without is not None
    assert with_them is not None
    assert abs(without.pixels.shape[1] / with_them.pixels.shape[1] - 1) < 0.35


@pytest.mark.parametrize("disturbed", [{"rule": True}, {"neighbour": True}], ids=["rule", "neighbour"])
def test_a_rule_or_another_line_changes_the_size_little(disturbed):
    """What stands beside the line is not taken for its letters."""
    alone = word_lines.extract_words(cut_out("Two Hundred and Ten"))
    beside = word_lines.extract_words(cut_out("Two Hundred and Ten", **disturbed))
    assert alone is not None
    assert beside is not None
    assert 0.75 < beside.transform[1, 1] / alone.transform[1, 1] < 1.35


def test_bare_paper_shows_no_words():
    """There is nothing to read."""
    assert word_lines.extract_words(np.full((40, 200), 230, np.uint8)) is None
