"""Tests of the alphabet: characters and CTC labels map to each other."""

import pytest

from payment_ml.text import alphabet


def test_encode_numbers_characters_by_their_position_in_the_alphabet():
    """Label 0 is the blank, so the digit 0 has label 1 and the decimal point label 11."""
    assert alphabet.encode("90.5") == [10, 1, 11, 6]
    assert alphabet.encode(alphabet.NO_AMOUNT) == [21]


def test_encode_leaves_spaces_out():
    """A space has no label."""
    assert alphabet.encode("1 234") == alphabet.encode("1234") == [2, 3, 4, 5]


def test_encode_refuses_characters_outside_of_the_alphabet():
    """The message lists the known characters and the unknown ones."""
    with pytest.raises(ValueError, match=r"expected characters among 0123456789\.,.* but got 'AB'"):
        alphabet.encode("1AB2")


def test_the_alphabet_has_one_label_for_each_character():
    """No label is the blank. The first 21 are those of networks that were trained before the others were added."""
    assert alphabet.ALPHABET.startswith("0123456789.,-/'$€£*=?")
    assert len(set(alphabet.ALPHABET)) == len(alphabet.ALPHABET)
    assert sorted(alphabet.LABELS.values()) == list(range(1, len(alphabet.ALPHABET) + 1))
    assert alphabet.BLANK == 0


@pytest.mark.parametrize(
    ("frame_labels", "labels"),
    [
        ([], []),
        ([0, 0, 0], []),
        ([3, 3, 3], [3]),
        ([0, 3, 3, 0, 3, 5], [3, 3, 5]),
        ([7, 0, 7, 7, 8, 8, 0], [7, 7, 8]),
    ],
    ids=["empty", "blanks", "repetition", "repetition across a blank", "mixed"],
)
def test_collapse_merges_repetitions_and_drops_blanks(frame_labels, labels):
    """Equal neighbours are one label unless a blank separates them."""
    assert alphabet.collapse(frame_labels) == labels


@pytest.mark.parametrize(("text", "frames"), [("", 0), ("7", 1), ("17", 2), ("77", 3), ("100.00", 8)], ids=str)
def test_frames_needed_adds_a_blank_between_equal_neighbours(text, frames):
    """Six characters with two equal pairs need eight frames."""
    assert alphabet.frames_needed(alphabet.encode(text)) == frames
