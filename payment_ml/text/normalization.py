"""Replace the variants of a character in a written amount, such as curly apostrophes and long dashes, by one."""

_VARIANTS = {
    "'": "’‘`´ʼ′",
    "-": "‐‑‒–—―−﹣－~_",
    " ": "\u00a0\u2007\u2009\u200a\u202f",
    "¥": "￥",
    "": "\u200e\u200f\u061c\u202a\u202b\u202c\ufeff",  # marks of the writing direction, which CLDR puts around amounts
}
_TABLE = {ord(variant): character for character, variants in _VARIANTS.items() for variant in variants}


def normalize(text: str) -> str:
    """Return a text with one apostrophe, one dash, single spaces, and no marks of the writing direction."""
    return " ".join(text.translate(_TABLE).split())
