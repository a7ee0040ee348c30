"""Lay out sheets that ask for no payment: letters and envelopes, with dates, telephone numbers and postal codes."""

import numpy as np

from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet


def letter(sheet: Sheet) -> None:
    """Lay out place and date, an address, lines of writing or print, and a signature."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    leading = sheet.size * sheet.between(1.7, 2.4)
    if sheet.chance(0.4):
        for row in np.arange(0.1 * sheet.height, sheet.height, leading):
            sheet.rule(0, row, sheet.width, row, 1)
    if sheet.chance(0.5):
        parts.heading(sheet, texts.any("firm"), x(sheet.between(0.06, 0.4)), y(0.07))
        parts.block(sheet, parts.address_block(sheet), x(sheet.between(0.55, 0.7)), y(0.11), width=x(0.3))
    base = y(sheet.between(0.2, 0.27))
    sheet.write(texts.any("town"), x(0.45), base, width=x(0.2))
    sheet.figures(texts.date(), x(0.68), base, FieldKind.DATE, width=x(0.26))
    printed = sheet.chance(0.3)
    if sheet.chance(0.6):
        for text in (texts.payee(), texts.address(), texts.town()):
            sheet.write(text, x(0.08), base, width=x(0.33))
            base += leading
    base += leading
    for _ in range(int(sheet.rng.integers(5, 14))):
        if base > y(0.82):
            break
        write = sheet.label if printed else sheet.write
        write(texts.any("letter"), x(0.08), base, 0.85 * sheet.size, width=x(0.86))
        base += leading
    if sheet.chance(0.5):
        sheet.write(texts.label("telephone"), x(0.08), base, width=x(0.2))
        sheet.figures(texts.telephone(), x(0.3), base, FieldKind.NUMBER, width=x(0.5))
    sheet.sign(x(sheet.between(0.1, 0.6)), y(0.92), x(0.3), 3 * sheet.size)


def envelope(sheet: Sheet) -> None:
    """Lay out an address, a sender, a postage stamp with its value, and a postmark."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    base, left, leading = y(sheet.between(0.45, 0.6)), x(sheet.between(0.3, 0.5)), sheet.size * sheet.between(1.6, 2.2)
    written = sheet.chance(0.75)
    for text, kind in (
        (texts.payee(), FieldKind.WRITING), (texts.address(), FieldKind.WRITING), (texts.digits(5), FieldKind.NUMBER),
        (texts.any("town"), FieldKind.WRITING),
    ):  # fmt: skip
        if written:
            parts.put(sheet, text, left, base, kind, x(0.98) - left)
        else:
            sheet.label(text, left, base, 0.8 * sheet.size, width=x(0.98) - left,
                        kind=kind if kind is FieldKind.NUMBER else FieldKind.PRINT)  # fmt: skip
        base += leading
    parts.block(sheet, parts.address_block(sheet), x(0.04), y(0.12), width=x(0.35))
    size = 3.2 * sheet.size
    right = x(0.96)
    sheet.pattern(right - size, y(0.06), right, y(0.06) + 1.2 * size)
    sheet.frame(right - size, y(0.06), right, y(0.06) + 1.2 * size)
    sheet.label(
        str(int(sheet.rng.integers(1, 150))), right - 0.3 * sheet.size, y(0.06) + 1.1 * size, 0.6 * sheet.size, 1
    )
    parts.stamp(sheet, right - size * sheet.between(0.8, 1.6), y(0.2))
