"""Lay out cheques of the European continent and South America; every position, size and label is drawn anew."""

from payment_ml.synthesis import document_cheques
from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet


def french(sheet: Sheet) -> None:
    """Lay out the words above, the payee below them, and amount, place and date in a column at the right."""
    document_cheques.security(sheet, 0.4)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    head = sheet.between(0.1, 0.16)
    parts.heading(sheet, texts.any("bank"), x(0.04), y(head))
    if sheet.chance(0.5):
        sheet.label(f"{texts.label('number')} {texts.number()}", x(0.6), y(head), kind=FieldKind.NUMBER)
    column, first, step = sheet.between(0.7, 0.77), sheet.between(0.25, 0.31), sheet.between(0.095, 0.12)
    parts.words(sheet, texts.label("words"), x(0.03), x(column - 0.03), y(first), y(step))
    parts.small_print(sheet, x(0.04), y(first + 0.05), x(0.3))
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.03), x(column - 0.05), y(first + 2 * step))
    row = first + step * sheet.between(0.2, 0.9)
    parts.pay_box(sheet, x(column), y(row), x(0.97), framed=True if sheet.chance(0.7) else None)
    _place_and_date(sheet, column, row + sheet.between(0.13, 0.2), step)
    low = first + 2 * step + sheet.between(0.09, 0.13)
    if sheet.chance(0.6):
        sheet.frame(x(0.04), y(low - 0.02), x(0.25), y(low + 0.2))
    parts.block(sheet, parts.address_block(sheet), x(0.05), y(low + 0.04), width=x(0.19))
    if sheet.chance(0.7):
        parts.block(
            sheet, [texts.label("account"), texts.account(), texts.person()], x(sheet.between(0.28, 0.4)), y(low + 0.05)
        )
    parts.signature(sheet, x(sheet.between(0.66, 0.76)), x(0.97), y(sheet.between(0.79, 0.84)))
    parts.code_line(sheet, y(sheet.between(0.93, 0.97)), sheet.chance(0.7))


def german(sheet: Sheet) -> None:
    """Lay out the words above, the amount at the right in a wide frame, payee, place and date below, a code line."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bank"), x(0.05), y(sheet.between(0.1, 0.14)))
    sheet.frame(x(0.03), y(0.18), x(0.97), y(0.8))
    split = sheet.between(0.6, 0.7)
    parts.words(sheet, texts.label("words"), x(0.05), x(split), y(0.29), y(0.11))
    sheet.label(texts.label("amount"), x(split + 0.03), y(0.25))
    parts.pay_box(sheet, x(split + 0.03), y(sheet.between(0.33, 0.38)), x(0.95))
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.05), x(sheet.between(0.6, 0.9)), y(0.52))
    parts.line(sheet, texts.label("place"), texts.any("town"), x(0.05), x(0.35), y(0.64))
    parts.date(sheet, x(0.38), x(0.62), y(0.64))
    parts.signature(sheet, x(0.64), x(0.94), y(0.72))
    sheet.label(texts.label("memo"), x(0.05), y(0.72))
    sheet.write(texts.any("subject"), x(0.22), y(0.74), width=x(0.35))
    sheet.label(texts.any("note"), x(0.5), y(0.85), align=0.5)
    _machine_print(sheet, y(0.94))


def brazilian(sheet: Sheet) -> None:
    """Lay out a row of printed numbers above that ends in the amount; words, payee, town and date, signature."""
    document_cheques.security(sheet, 0.6)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    split = sheet.between(0.6, 0.72)
    column = sheet.x(0.03)
    for count in (3, 3, 4, 6, 6):
        digits = texts.digits(count)
        sheet.label(texts.any("branch"), column, y(0.07), 0.7 * sheet.small)
        box = sheet.label(digits, column, y(0.14), 0.75 * sheet.small * 1.5, kind=FieldKind.NUMBER)
        column = box[2] + sheet.x(0.025)
        if column > x(split - 0.1):
            break
    parts.pay_box(sheet, x(split), y(sheet.between(0.12, 0.17)), x(0.97))
    first, step = sheet.between(0.28, 0.33), sheet.between(0.1, 0.13)
    parts.words(sheet, texts.label("words"), x(0.03), x(0.97), y(first), y(step))
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.03), x(0.85), y(first + 2 * step))
    sheet.label(texts.any("bearer"), x(0.97), y(first + 2 * step), align=1)
    row = first + 3 * step
    parts.line(sheet, "", texts.any("town"), x(sheet.between(0.4, 0.5)), x(0.68), y(row))
    parts.date(sheet, x(0.7), x(0.97), y(row))
    parts.heading(sheet, texts.any("bank"), x(0.04), y(row), 0, x(0.32))
    parts.block(sheet, parts.address_block(sheet), x(0.04), y(row + 0.08), width=x(0.35))
    parts.signature(sheet, x(0.55), x(0.95), y(sheet.between(0.82, 0.86)))
    parts.code_line(sheet, y(0.95), sheet.chance(0.6))


def italian(sheet: Sheet) -> None:
    """Lay out place, date and amount in the first row, words, payee, and a signature below at the right."""
    document_cheques.security(sheet, 0.6)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    row = sheet.between(0.22, 0.27)
    parts.heading(sheet, texts.any("bank"), x(0.04), y(0.12))
    parts.line(sheet, texts.label("place"), texts.any("town"), x(0.04), x(0.3), y(row))
    parts.date(sheet, x(0.33), x(0.6), y(row))
    parts.pay_box(sheet, x(sheet.between(0.64, 0.72)), y(row), x(0.96))
    step = sheet.between(0.12, 0.15)
    parts.words(sheet, texts.label("words"), x(0.04), x(0.96), y(row + step), y(step), 1 + sheet.chance(0.5))
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.04), x(0.8), y(row + 3 * step))
    parts.number_line(sheet, texts.label("number"), texts.number(), x(0.04), x(0.35), y(0.82))
    parts.signature(sheet, x(0.58), x(0.95), y(0.84))
    parts.code_line(sheet, y(0.95))


def postal(sheet: Sheet) -> None:
    """Lay out the amount below at the left in a tinted field, names at the right, and the words across the foot."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.fill(0, 0, sheet.width, y(0.12), sheet.between(0.1, 0.5) if sheet.chance(0.6) else 0)
    sheet.label(texts.any("bank"), x(0.5), y(0.09), align=0.5, bold=True)
    right = sheet.between(0.48, 0.56)
    parts.number_line(sheet, texts.label("account"), texts.account(), x(0.04), x(right - 0.04), y(0.25))
    parts.line(sheet, texts.label("pay"), texts.payee(), x(right), x(0.96), y(0.27))
    parts.line(sheet, texts.label("place"), texts.any("town"), x(right), x(0.96), y(0.4))
    parts.date(sheet, x(0.04), x(right - 0.05), y(0.39))
    sheet.pattern(x(0.03), y(0.43), x(right - 0.02), y(0.6))
    parts.pay_box(sheet, x(0.05), y(sheet.between(0.54, 0.58)), x(right - 0.1), framed=True)
    parts.signature(sheet, x(right + 0.05), x(0.95), y(0.6))
    parts.words(sheet, texts.label("words"), x(0.04), x(0.96), y(0.74), y(0.11))
    _machine_print(sheet, y(0.95))


def _place_and_date(sheet: Sheet, column: float, row: float, step: float) -> None:
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.line(sheet, texts.label("place"), texts.any("town"), x(column), x(0.97), y(row))
    parts.date(sheet, x(column), x(0.97), y(row + 0.9 * step))


def _machine_print(sheet: Sheet, base: float) -> None:
    """Print a line of numbers in a typeface for machines to read."""
    texts = sheet.texts
    text = f"{texts.digits(10)}<  {texts.digits(9)}+  {texts.digits(8)}>  {texts.digits(2)}"
    sheet.label(text, sheet.x(0.1), base, 0.6 * sheet.size, width=sheet.x(0.85), kind=FieldKind.NUMBER)
