"""Tests of `payment_ml.text.word_alphabet`."""

import pytest

from payment_ml.text.word_alphabet import CHARACTERS, decode_words, encode_words, normalize_words


@pytest.mark.parametrize(
    ("text", "normalized"),
    [
        ("Six Thousand, Five-Hundred & 45/100", "six thousand five hundred & 45/100"),
        ("fünfhundertdreißig", "funfhundertdreissig"),
        ("Quatre-vingts  euros et n°1", "quatre vingts euros et n 1"),
        ("três mil d'euros.", "tres mil d euros"),
    ],
)
def test_normalizing_keeps_letters_digits_and_the_marks_of_fractions(text, normalized):
    """Accents, cases and marks that people leave out make no difference."""
    assert normalize_words(text) == normalized


def test_labels_spell_the_text_again():
    """Every character has a label of its own, and none is the blank of CTC."""
    assert decode_words(encode_words(CHARACTERS.strip())) == CHARACTERS.strip()
    assert 0 not in encode_words(CHARACTERS)


def test_a_text_that_was_not_normalized_is_refused_with_the_characters():
    """The message names the function that helps."""
    with pytest.raises(ValueError, match="but got 'É' in it; call normalize_words first"):
        encode_words("cafÉ")
