"""Draw clear amounts, and stand in for a network that recognises a given text."""

from collections.abc import Callable, Sequence

import numpy as np

from payment_ml.imaging import line_batches
from payment_ml.synthesis import glyphs, marks
from payment_ml.text import alphabet


def draw_amount(glyph_bank: glyphs.GlyphBank, text: str, gap: int = 14) -> np.ndarray:
    """Draw digits and marks in a steady writer style, dark on white without any corruption; a blank is a wide gap.

    Parameters
    ----------
    glyph_bank : the digits to draw
    text : digits, marks and blanks
    gap : pixels between two characters

    Returns
    -------
    uint8 [90, width]
    """
    rng = np.random.default_rng(3)
    style = glyphs.WriterStyle(size=40, slant=0.05, thickness=2.6, spacing=0.1, unsteadiness=0.2)
    ink, x = np.zeros((90, 1200), np.float32), 30
    for character in text:
        if character == " ":
            x += 160
            continue
        if character.isdigit():
            stroke, lower_edge = glyph_bank.draw(glyph_bank.pick(int(character), style, rng), style, rng), 0.0
        else:
            stroke, lower_edge = marks.draw_mark(character, style, rng)
        glyphs.composite(ink, stroke, x, round(65 - lower_edge * style.size) - stroke.shape[0])
        x += stroke.shape[1] + gap
    return np.round(240 - 200 * ink[:, : x + 30]).astype(np.uint8)


def spell(text: str, probability: float = 1.0, other_text: str = "") -> np.ndarray:
    """Return log_probs that spell a text, each label in a frame of its own between blanks.

    Parameters
    ----------
    text : recognised text
    probability : of each character that differs in `other_text`, which has the rest
    other_text : of the same length; empty is the same text

    Returns
    -------
    float32 [3 * characters + 2, labels + 1]
    """
    labels, other_labels = alphabet.encode(text), alphabet.encode(other_text or text)
    probabilities = np.full((3 * len(labels) + 2, len(alphabet.ALPHABET) + 1), 1e-9)
    probabilities[:, alphabet.BLANK] = 1
    for place, (label, other_label) in enumerate(zip(labels, other_labels, strict=True)):
        row = probabilities[3 * place + 2]
        row[alphabet.BLANK] = 1e-9
        row[other_label] = 1 - probability
        row[label] = 1 if label == other_label else probability
    return np.log(probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)


def stub_network(recognize: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """Return a network that gives each line of a batch its own log_probs, with blanks behind them.

    Parameters
    ----------
    recognize : uint8 [32, width], a padded line image -> float32 [time, labels + 1], at most one frame for 4 pixels
    """
    blank = spell("")[:1]

    def network(batch: np.ndarray) -> np.ndarray:
        frames = line_batches.frame_count(batch.shape[2])
        rows: Sequence[np.ndarray] = [recognize(pixels) for pixels in batch]
        return np.stack([np.vstack([row, *[blank] * (frames - len(row))]) for row in rows])

    return network
