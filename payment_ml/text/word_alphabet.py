"""Define the characters with which amounts in words are transcribed, and their CTC labels.

Lower-case letters without accents, digits, the slash of `45/100`, `&` and the blank: commas, points, hyphens and
apostrophes, which people set or leave out as they like, are not transcribed.
"""

import unicodedata
from collections.abc import Sequence

CHARACTERS = " abcdefghijklmnopqrstuvwxyz0123456789/&"
LABELS = {character: i + 1 for i, character in enumerate(CHARACTERS)}  # 0 is the blank of CTC: no character
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_OMITTED = str.maketrans("", "", ",.;:")


def normalize_words(text: str) -> str:
    """Return a text in lower case without accents, and without the marks that are not transcribed.

    A hyphen, an apostrophe and whatever else is not among `CHARACTERS` becomes a blank; blanks are single, and none
    stands at either end.
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)).translate(_OMITTED)
    letters = (character for character in plain if not unicodedata.combining(character))
    return " ".join("".join(character if character in LABELS else " " for character in letters).split())


def encode_words(text: str) -> list[int]:
    """Return the CTC labels of a text, 1 to `len(CHARACTERS)`.

    Raises
    ------
    ValueError : a character is not among `CHARACTERS`; `normalize_words` leaves none
    """
    unknown = set(text) - set(CHARACTERS)
    if unknown:
        raise ValueError(
            f"expected a text of {CHARACTERS!r}, but got {''.join(sorted(unknown))!r} in it; call normalize_words first"
        )
    return [LABELS[character] for character in text]


def decode_words(labels: Sequence[int]) -> str:
    """Return the text that labels spell, with single blanks."""
    return " ".join("".join(CHARACTERS[label - 1] for label in labels).split())
