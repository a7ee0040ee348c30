"""Render images of lines of words as they are cut out of cheques and slips: small scans, photographs, print around."""

import cv2
import numpy as np

from payment_ml.synthesis import glyphs, handwriting, pages, photographs, typefaces
from payment_ml.synthesis.handwriting import WordHand
from payment_ml.synthesis.word_texts import random_words
from payment_ml.synthesis.written_lines import WrittenLine
from payment_ml.text.word_alphabet import normalize_words

_BARE_SHARE = 0.03  # of the images, without any words
_TYPED_SHARE = 0.06  # of the others
_SMALL_SHARE = 0.5  # of the images, with capitals of 8 to 16 pixels
_HEIGHTS = ((8.0, 16.0), (14.0, 36.0))  # pixels of a capital in small images, and in the others
_BINARIZED_SHARE = 0.6  # of the small images
_STACKED_SHARE = 0.5  # of the fractions, whose numerator stands higher than the denominator
_CLOSING_SHARE = 0.25  # of the images, with a stroke behind the words so that nobody can add any
_PRINTED_SHARE = 0.3  # of the images, with a printed word before the writing
_FOREIGN_SHARE = 0.3  # of the images, into which parts of other lines reach from above or below
_SMALL_PRINT_SHARE = 0.2  # of the images, with small print above or below the words
_PRINTED_BEFORE = (
    "RUPEES", "Rupees", "DOLLARS", "The sum of", "Euros", "Somme", "Betrag", "Amount", "EUR", "Rs.", "La somme de",
)  # fmt: skip
_SMALL_PRINT = (
    "Somme en toutes lettres", "in words", "DOLLARS", "amount in words", "Betrag in Worten", "en letras", "or order",
)  # fmt: skip


def render_words(rng: np.random.Generator, held_out: bool = False) -> tuple[np.ndarray, str]:
    """Render an image of a line of words.

    Parameters
    ----------
    held_out : write in the fonts that nothing is trained on

    Returns
    -------
    uint8 [height, width], grey levels; and the text that is written, as `normalize_words` leaves it
    """
    is_small = rng.random() < _SMALL_SHARE
    size = float(np.exp(rng.uniform(*np.log(_HEIGHTS[0 if is_small else 1]))))
    text = "" if rng.random() < _BARE_SHARE else random_words(rng)
    if not text:
        line = np.zeros((round(1.3 * size), round(size * rng.uniform(6, 20))), np.float32)
    elif rng.random() < _TYPED_SHARE:
        line = _type(text, size, rng)
    else:
        hand = _wider(handwriting.random_hand(rng, held_out), rng)
        line = _write(text, hand, size, rng)
    if rng.random() < _CLOSING_SHARE or not text:
        line = _close(line, size, rng)
    if rng.random() < 0.3:
        line = photographs.tilt(line, rng.uniform(-1.5, 1.5))
    printed = _PRINTED_BEFORE[int(rng.integers(len(_PRINTED_BEFORE)))] if rng.random() < _PRINTED_SHARE else ""
    ink, print_ = pages.place_line(WrittenLine(line), size, rng, printed)
    if rng.random() < _FOREIGN_SHARE:
        _reach_in(ink, size, rng, held_out)
    if rng.random() < _SMALL_PRINT_SHARE:
        _print_small(print_, size, rng)
    image = photographs.render_photograph(ink, rng, print_, False, size)
    return (_binarize(image, rng) if is_small and rng.random() < _BINARIZED_SHARE else image), normalize_words(text)


def _wider(hand: WordHand, rng: np.random.Generator) -> WordHand:
    """Return a hand whose letters are as narrow or wide as letters of different people are."""
    return WordHand(**vars(hand) | {"stretch": hand.stretch * float(np.exp(rng.normal(-0.05, 0.15)))})


def _write(text: str, hand: WordHand, size: float, rng: np.random.Generator) -> np.ndarray:
    """Write a text, its fractions often stacked; float32 [height, width]."""
    pieces, words = [], text.split()
    for number, word in enumerate(words):
        if "/100" in word and word[0].isalnum() and rng.random() < _STACKED_SHARE:
            before = " ".join(words[:number])
            pieces = [handwriting.write_words(before, hand, size, rng)] if before else []
            pieces.append(_stack(word, hand, size, rng))
            words = words[number + 1 :]
            break
    if words:
        pieces.append(handwriting.write_words(" ".join(words), hand, size, rng))
    base = max(piece.base for piece in pieces)
    below = max(piece.ink.shape[0] - piece.base for piece in pieces)
    gaps = [round(size * rng.uniform(0.5, 1.3)) for _ in pieces[1:]]
    line = np.zeros((base + below, sum(piece.ink.shape[1] for piece in pieces) + sum(gaps)), np.float32)
    x = 0
    for piece, gap in zip(pieces, [*gaps, 0], strict=True):
        glyphs.composite(line, piece.ink, x, base - piece.base)
        x += piece.ink.shape[1] + gap
    return line


def _stack(fraction: str, hand: WordHand, size: float, rng: np.random.Generator) -> handwriting.WrittenWords:
    """Write a fraction with the numerator above a slash or a bar, and the denominator below it."""
    above, below = fraction.split("/", 1)
    small = size * rng.uniform(0.6, 0.85)
    top, bottom = (handwriting.write_words(part, hand, small, rng).ink for part in (above, below.strip() or "100"))
    has_bar = rng.random() < 0.4
    pen = max(1, round(0.08 * size))
    if has_bar:
        height, width = top.shape[0] + bottom.shape[0] + 2 * pen + 2, max(top.shape[1], bottom.shape[1])
        ink = np.zeros((height, width), np.float32)
        glyphs.composite(ink, top, (width - top.shape[1]) // 2, 0)
        glyphs.composite(ink, bottom, (width - bottom.shape[1]) // 2, height - bottom.shape[0])
        cv2.line(ink, (0, top.shape[0] + pen), (width, top.shape[0] + pen), 1.0, pen)
        return handwriting.WrittenWords(ink, round(0.75 * height))
    drop = round(size * rng.uniform(0.2, 0.6))
    slash = round(size * rng.uniform(0.15, 0.5))
    height = max(top.shape[0], drop + bottom.shape[0])
    ink = np.zeros((height, top.shape[1] + slash + bottom.shape[1]), np.float32)
    glyphs.composite(ink, top, 0, 0)
    glyphs.composite(ink, bottom, top.shape[1] + slash, height - bottom.shape[0])
    begin = top.shape[1] + round(slash * rng.uniform(-0.3, 0.3)), height - 1
    cv2.line(ink, begin, (top.shape[1] + round(slash * rng.uniform(0.7, 1.3)), 0), 1.0, pen, cv2.LINE_AA)
    return handwriting.WrittenWords(ink, height - round(0.2 * size))


def _type(text: str, size: float, rng: np.random.Generator) -> np.ndarray:
    """Type a text, as a machine fills a form; float32 [height, width]."""
    ink = typefaces.print_text(text, typefaces.choose(rng, text), size).ink
    return ink.astype(np.float32) / np.float32(255)


def _close(line: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
    """Return a line with a straight or wavy stroke behind its words."""
    height, width = line.shape
    gap, length = round(size * rng.uniform(0.2, 1.5)), round(size * rng.uniform(1.5, 10))
    closed = np.zeros((height, width + gap + length), np.float32)
    closed[:, :width] = line
    x = np.linspace(width + gap, width + gap + length, 40)
    swing = 0.0 if rng.random() < 0.6 else size * rng.uniform(0.05, 0.3)
    y = (
        height * rng.uniform(0.35, 0.8)
        + swing * np.sin(x / (size * rng.uniform(0.1, 0.5)))
        + rng.normal(0, 0.03) * (x - width)
    )
    path = np.round(np.stack([x, np.clip(y, 1, height - 2)], axis=-1) * 8).astype(np.int32)
    drawn = np.zeros(closed.shape, np.uint8)
    cv2.polylines(drawn, [path], False, 255, max(1, round(size * rng.uniform(0.04, 0.1))), cv2.LINE_AA, shift=3)
    return np.maximum(closed, drawn.astype(np.float32) / np.float32(255))


def _reach_in(ink: np.ndarray, size: float, rng: np.random.Generator, held_out: bool) -> None:
    """Draw the feet of letters above, or the tops of letters below, where they reach into the image, in place."""
    height, width = ink.shape
    foreign = handwriting.write_words(random_words(rng), handwriting.random_hand(rng, held_out), size, rng)
    shown = round(size * rng.uniform(0.05, 0.35))
    y = shown - foreign.ink.shape[0] if rng.random() < 0.5 else height - shown
    glyphs.composite(ink, foreign.ink, int(rng.uniform(-0.3, 0.6) * width), y)


def _print_small(print_: np.ndarray, size: float, rng: np.random.Generator) -> None:
    """Print a few small words at the upper or lower edge, in place."""
    height, width = print_.shape
    small = size * rng.uniform(0.3, 0.5)
    base = (
        round(small * rng.uniform(0.3, 1.1)) if rng.random() < 0.4 else height + round(small * rng.uniform(-0.2, 0.6))
    )
    text = _SMALL_PRINT[int(rng.integers(len(_SMALL_PRINT)))]
    photographs.draw_print(print_, rng, int(rng.uniform(-0.1, 0.9) * width), base, small, text)


def _binarize(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a scan in black and white, as some archives keep them, often compressed afterwards."""
    dark, light = np.quantile(image, (0.02, 0.6))
    limit = dark + (light - dark) * rng.uniform(0.35, 0.7)
    black: np.ndarray = np.where(image > limit, 255, 0).astype(np.uint8)
    return cv2.GaussianBlur(black, (0, 0), rng.uniform(0.3, 0.6)) if rng.random() < 0.5 else black
