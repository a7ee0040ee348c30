"""Lay out bills: tables of items with prices, subtotals and tax, whose total is the amount to pay."""

from decimal import Decimal

import numpy as np

from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis import document_tables as tables
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet


def invoice(sheet: Sheet) -> None:
    """Lay out sender and customer above, a ruled table, and subtotal, tax and total below its last column."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    _head(sheet, 0.07)
    top = sheet.between(0.28, 0.34)
    rows = int(sheet.rng.integers(3, 9))
    step = sheet.between(0.036, 0.05)
    columns = tables.random_columns(sheet, ("item", "quantity", "price", "sum"))
    bottom = tables.table(sheet, columns, top, rows, step, int(sheet.rng.integers(1, rows + 1)))
    tables.totals(sheet, columns, bottom, step * sheet.between(1.1, 1.5))
    foot = min(0.93, bottom + 6 * step)
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.06), x(0.94), y(foot), y(step * 1.2))
    parts.small_print(sheet, x(0.06), y(0.97), x(0.6))
    if sheet.chance(0.6):
        parts.signature(sheet, x(0.06), x(0.36), y(min(0.94, bottom + 0.12)))


def cash_memo(sheet: Sheet) -> None:
    """Lay out a narrow bill whose columns run down to a total at the foot, whole units and cents in columns."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.label(texts.any("firm"), x(0.5), y(0.07), 1.3 * sheet.size, 0.5, True, x(0.9))
    parts.block(sheet, [texts.address(), f"{texts.label('telephone')} {texts.telephone()}"], x(0.5), y(0.105), 0.5)
    parts.number_line(sheet, texts.label("number"), texts.number(), x(0.05), x(0.4), y(0.19))
    parts.date(sheet, x(0.55), x(0.95), y(0.19))
    parts.line(sheet, texts.label("customer"), texts.payee(), x(0.05), x(0.95), y(0.25))
    order = ("quantity", "item", "price", "sum") if sheet.chance(0.5) else ("item", "sum")
    columns = tables.random_columns(sheet, order)
    rows = int(sheet.rng.integers(5, 11))
    step = 0.5 / rows
    bottom = tables.table(sheet, columns, 0.29, rows, step, int(sheet.rng.integers(1, rows)), lines=sheet.chance(0.4))
    last = columns[-1]
    base = y(bottom + 0.055)
    sheet.label(texts.label("total"), x(last[1] - 0.02), base, 0.8 * sheet.size, 1, True, x(0.3))
    height = 2.2 * sheet.size
    sheet.frame(x(last[1]), y(bottom), x(last[2]), max(y(bottom) + height, base + 0.5 * sheet.size))
    sheet.pay(x(last[2]) - 0.4 * sheet.size, base, x(last[2] - last[1]) - 0.6 * sheet.size, 1)
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(0.925), 0, 1)
    sheet.label(texts.any("thanks"), x(0.05), y(0.97), width=x(0.4))
    parts.signature(sheet, x(0.6), x(0.93), y(0.96))


def till_receipt(sheet: Sheet) -> None:
    """Lay out a narrow receipt without rules: items with sums at the right edge, a total, and numbers below."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    base, leading = y(0.06), sheet.size * sheet.between(1.5, 2)
    for text in (texts.any("firm"), texts.address(), f"{texts.label('telephone')} {texts.telephone()}"):
        sheet.label(text, x(0.5), base, 0.75 * sheet.size, 0.5, width=x(0.9))
        base += leading
    sheet.figures(texts.date(), x(0.06), base, FieldKind.DATE)
    sheet.label(texts.number(), x(0.94), base, 0.7 * sheet.size, 1, kind=FieldKind.NUMBER)
    base += 1.3 * leading
    values = tables.split_value(sheet, int(sheet.rng.integers(2, 7)))
    for value in values:
        sheet.write(texts.any("goods"), x(0.06), base, 0.85 * sheet.size, width=x(0.55))
        tables.write_sum(sheet, x(0.94), base, x(0.3), value)
        base += leading
    sheet.rule(x(0.5), base - 0.6 * leading, x(0.95), base - 0.6 * leading, dotted=sheet.chance(0.5))
    base += 0.4 * leading
    if sheet.chance(0.5):
        sheet.label(texts.label("tax"), x(0.06), base, 0.7 * sheet.size)
        tables.write_sum(sheet, x(0.94), base, x(0.3), sum(values) * Decimal("0.1"))
        base += leading
    sheet.label(texts.label("total"), x(0.06), base, sheet.size, bold=True, width=x(0.45))
    sheet.pay(x(0.94), base, x(0.45), 1)
    base += 1.6 * leading
    for text in (texts.account(), texts.any("thanks")):
        sheet.label(text, x(0.5), base, 0.65 * sheet.size, 0.5, width=x(0.9),
                    kind=FieldKind.NUMBER if text[0].isdigit() else FieldKind.PRINT)  # fmt: skip
        base += leading


def note(sheet: Sheet) -> None:
    """Lay out a bill that is all written by hand: a heading, a few items with prices, a stroke, and the total."""
    texts, x = sheet.texts, sheet.x
    leading = sheet.size * sheet.between(1.9, 2.6)
    if sheet.chance(0.5):
        for row in np.arange(leading, sheet.height, leading):
            sheet.rule(0, row, sheet.width, row, 1)
    base = leading * 2 - 0.15 * sheet.size
    sheet.write(texts.payee(), x(sheet.between(0.08, 0.2)), base, 1.2 * sheet.size, width=x(0.38))
    sheet.figures(texts.date(), x(0.94), base, FieldKind.DATE, align=1, width=x(0.35))
    rows = max(2, min(int(sheet.rng.integers(2, 7)), int(sheet.height / leading) - 5))
    edge = x(sheet.between(0.6, 0.94))
    for value in tables.split_value(sheet, rows):
        base += leading
        sheet.write(texts.any("goods"), x(0.08), base, width=0.5 * edge)
        tables.write_sum(sheet, edge, base, 0.35 * edge, value, 0.95 * sheet.size)
    sheet.rule(edge - 6 * sheet.size, base + 0.4 * sheet.size, edge, base + 0.4 * sheet.size)
    base += 1.1 * leading
    if sheet.chance(0.6):
        sheet.write(texts.any("total"), edge - 7 * sheet.size, base, align=1)
    sheet.pay(edge, base, align=1)
    if sheet.chance(0.6):
        parts.signature(sheet, x(0.1), x(0.45), min(base + 2 * leading, 0.95 * sheet.height))


def statement(sheet: Sheet) -> None:
    """Lay out a letterhead, a box of numbers at the right, a short table, and the amount due in a large box."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("firm"), x(0.06), y(0.09))
    sheet.frame(x(0.6), y(0.05), x(0.95), y(0.22))
    base = 0.09
    for key, text, kind in (
        ("number", texts.number(), FieldKind.NUMBER), ("date", texts.date(), FieldKind.DATE),
        ("account", texts.account(), FieldKind.NUMBER),
    ):  # fmt: skip
        parts.line(sheet, texts.label(key), text, x(0.62), x(0.94), y(base), kind, ruled=False)
        base += 0.045
    parts.block(sheet, parts.address_block(sheet), x(0.08), y(0.17))
    columns = tables.random_columns(sheet, ("date", "item", "sum"))
    rows = int(sheet.rng.integers(2, 6))
    above = sheet.chance(0.35)
    due = 0.33 if above else 0.84
    tables.table(sheet, columns, 0.42 if above else 0.3, rows, 0.05, rows)
    left = sheet.between(0.06, 0.55)
    sheet.label(texts.label("total"), x(left), y(due - 0.045), 0.8 * sheet.size, bold=True)
    parts.pay_box(sheet, x(left), y(due), x(left + 0.38), framed=True)
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.06), x(0.95), y(0.92), y(0.035), 1)


def work_order(sheet: Sheet) -> None:
    """Lay out two tables side by side, work and parts, and the total in a bar across the foot."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.label(texts.any("bill"), x(0.95), y(0.08), 1.3 * sheet.size, 1, True)
    parts.block(sheet, parts.address_block(sheet), x(0.05), y(0.07))
    parts.line(sheet, texts.label("customer"), texts.payee(), x(0.05), x(0.6), y(0.23))
    parts.date(sheet, x(0.64), x(0.95), y(0.23))
    middle = sheet.between(0.48, 0.55)
    rows = int(sheet.rng.integers(4, 8))
    for left, right in ((0.04, middle - 0.01), (middle + 0.01, 0.96)):
        split = left + 0.6 * (right - left)
        tables.table(
            sheet,
            [("item", left, split), ("sum", split, right)],
            0.3,
            rows,
            0.4 / rows,
            int(sheet.rng.integers(1, rows)),
        )
    sheet.frame(x(0.04), y(0.8), x(0.96), y(0.9))
    sheet.label(texts.label("total"), x(0.07), y(0.865), sheet.size, bold=True, width=x(0.3))
    place = sheet.between(0.4, 0.7)
    sheet.pay(x(place), y(0.87), x(0.95 - place))
    parts.signature(sheet, x(0.6), x(0.95), y(0.96))


def _head(sheet: Sheet, base: float) -> None:
    """Print the sender, the kind of bill, its number and date, and write the customer."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    title_first = sheet.chance(0.4)
    parts.heading(sheet, texts.any("bill" if title_first else "firm"), x(0.06), y(base))
    parts.block(sheet, parts.address_block(sheet), x(0.06), y(base + 0.05), width=x(0.4))
    if not title_first:
        sheet.label(texts.any("bill"), x(0.94), y(base), 1.2 * sheet.size, 1, sheet.chance(0.5))
    parts.number_line(sheet, texts.label("number"), texts.number(), x(0.58), x(0.94), y(base + 0.06))
    parts.date(sheet, x(0.58), x(0.94), y(base + 0.11))
    parts.line(sheet, texts.label("customer"), texts.payee(), x(0.06), x(0.75), y(base + 0.18))
