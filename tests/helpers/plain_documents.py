"""Compose whole documents: an amount that digits of MNIST write, among words in print."""

import cv2
import numpy as np

from helpers.drawn_amounts import draw_amount
from payment_ml.synthesis.glyphs import GlyphBank

PLACE = (560, 200)  # left and top of the amount on the page
_WORDS = (("Pay to the order of", 40, 110), ("Second National Bank", 40, 50), ("signature", 640, 390))


def compose_document(bank: GlyphBank, text: str | None = "1234.50") -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """Return a page, uint8 [420, 1000], with an amount to the right, and the box of its ink; None: words alone."""
    page = np.full((420, 1000), 240, np.uint8)
    for words, x, y in _WORDS:
        cv2.putText(page, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 90, 1, cv2.LINE_AA)
    if text is None:
        return page, (0, 0, 0, 0)
    amount = draw_amount(bank, text, gap=4)
    height, width = amount.shape
    left, top = PLACE
    part = page[top : top + height, left : left + width]
    part[:] = np.minimum(part, amount)
    x, y, wide, high = cv2.boundingRect((amount < 150).astype(np.uint8))
    return page, (left + x, top + y, left + x + wide, top + y + high)
