"""Compose whole documents: print, and amounts that are written with MNIST's test digits."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from helpers.drawn_amounts import draw_amount
from payment_ml.datasets.splits import Split
from payment_ml.synthesis import glyphs

AMOUNT_PLACE, OTHER_PLACE = (640, 150), (640, 10)  # left and top of the written amounts
_PRINT = (
    ("Second National Bank", (40, 50)),
    ("Pay to the order of   J. Miller", (40, 130)),
    ("one thousand two hundred", (40, 300)),
    ("signature", (760, 420)),
)


def digits_to_write(splits: Mapping[str, Split]) -> glyphs.GlyphBank:
    """Return MNIST's test digits, to write amounts with."""
    return glyphs.GlyphBank(splits["test"].images, splits["test"].labels)


def compose_cheque(bank: glyphs.GlyphBank, amount: str, other: str) -> Image.Image:
    """Return a cheque, mode L, 1100 x 460 pixels, with an amount in its middle and another one at its top."""
    page = Image.new("L", (1100, 460), 240)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(24)
    for text, place in _PRINT:
        draw.text(place, text, fill=90, font=font)
    for text, place in ((amount, AMOUNT_PLACE), (other, OTHER_PLACE)):
        page.paste(Image.fromarray(draw_amount(bank, text, gap=4)), place)
    return page


def turned(page: Image.Image) -> Image.Image:
    """Return a page as a scanner delivers it that was fed sideways: it must be turned by 270 degrees to be upright."""
    return Image.fromarray(np.rot90(np.asarray(page), -1))
