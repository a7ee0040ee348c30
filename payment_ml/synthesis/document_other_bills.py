"""Lay out bills whose total stands elsewhere than below the last column of one table."""

from decimal import Decimal
from itertools import cycle, pairwise

from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis import document_tables as tables
from payment_ml.synthesis.document_amounts import random_sum
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet


def estimate(sheet: Sheet) -> None:
    """Lay out two or three tables below each other, each with the sum of its own, and the total below them all."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("firm"), x(0.06), y(0.07))
    parts.line(sheet, texts.label("customer"), texts.payee(), x(0.06), x(0.6), y(0.15))
    parts.date(sheet, x(0.64), x(0.94), y(0.15))
    count = 2 + sheet.chance(0.3)
    room = 0.58 / count
    keys = ("item", "sum") if sheet.chance(0.5) else ("item", "quantity", "sum")
    columns = tables.random_columns(sheet, keys)
    for number in range(count):
        top = 0.2 + number * room
        rows = int(sheet.rng.integers(2, 5))
        step = 0.72 * room / (rows + 0.9)
        bottom = tables.table(sheet, columns, top, rows, step, int(sheet.rng.integers(1, rows + 1)))
        base = y(bottom + 0.13 * room)
        _, left, right = columns[-1]
        height = tables.row_height(sheet, step)
        sheet.label(texts.label("subtotal"), x(left - 0.015), base, align=1)
        tables.write_sum(sheet, x(right) - 0.2 * sheet.size, base, x(right - left) - 0.4 * sheet.size, height=height)
    base = y(sheet.between(0.84, 0.88))
    left = sheet.between(0.4, 0.55) if sheet.chance(0.6) else sheet.between(0.05, 0.4)
    box = sheet.label(texts.label("total"), x(left), base, 0.8 * sheet.size, bold=True, width=x(0.25))
    parts.pay_box(sheet, box[2] + 0.5 * sheet.size, base, min(box[2] + 9 * sheet.size, x(0.96)))
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(0.96), 0, 1)
    else:
        parts.signature(sheet, x(0.06), x(0.36), y(0.96))


def panel(sheet: Sheet) -> None:
    """Lay out a table beside a tinted panel, in which sums stand below each other, the total last or first."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bill"), x(0.06), y(0.08))
    parts.block(sheet, parts.address_block(sheet), x(0.06), y(0.13), width=x(0.45))
    parts.number_line(sheet, texts.label("number"), texts.number(), x(0.6), x(0.95), y(0.1))
    parts.date(sheet, x(0.6), x(0.95), y(0.16))
    at_left = sheet.chance(0.4)
    split = sheet.between(0.34, 0.42) if at_left else sheet.between(0.58, 0.66)
    inside, beside = ((0.04, split), (split + 0.02, 0.96)) if at_left else ((split, 0.96), (0.04, split - 0.02))
    rows = int(sheet.rng.integers(4, 9))
    top = sheet.between(0.26, 0.34)
    columns = tables.random_columns(sheet, ("item", "sum"), *beside)
    bottom = tables.table(sheet, columns, top, rows, 0.46 / rows, int(sheet.rng.integers(1, rows + 1)))
    sheet.fill(x(inside[0]), y(top), x(inside[1]), y(bottom), sheet.between(0.04, 0.2))
    sheet.frame(x(inside[0]), y(top), x(inside[1]), y(bottom))
    lines = ["subtotal", "tax", "discount", "number", "date"]
    sheet.rng.shuffle(lines)
    lines = lines[: int(sheet.rng.integers(1, 4))]
    lines.insert(0 if sheet.chance(0.25) else len(lines), "total")
    step = (bottom - top) / len(lines)
    for number, key in enumerate(lines):
        base = y(top + (number + 0.8) * step)
        sheet.label(texts.label(key), x(inside[0] + 0.015), base - 1.6 * sheet.size, bold=key == "total", width=x(0.2))
        edge, room = x(inside[1] - 0.015), x(inside[1] - inside[0] - 0.03)
        if key == "total":
            parts.pay_box(sheet, edge - room, base, edge)
        elif key == "date":
            sheet.figures(texts.date(), edge, base, FieldKind.DATE, width=room, align=1)
        elif key == "number":
            sheet.figures(texts.number(), edge, base, FieldKind.NUMBER, width=room, align=1)
        else:
            tables.write_sum(sheet, edge, base, room)
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(bottom + 0.07), y(0.04), 1 + sheet.chance(0.3))
    parts.signature(sheet, x(0.55), x(0.94), y(0.95))


def order_form(sheet: Sheet) -> None:
    """Lay out a printed list of goods with their prices, written counts and sums, and the total in its last row."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.label(texts.any("form"), x(0.5), y(0.06), sheet.size * sheet.between(0.9, 1.3), 0.5, True, x(0.8))
    names_below = sheet.chance(0.4)
    top = sheet.between(0.1, 0.13) if names_below else sheet.between(0.24, 0.28)
    for number, key in enumerate(("name", "telephone")):
        base = y(0.9 if names_below else 0.14) + number * 2.2 * sheet.size
        text = texts.person() if key == "name" else texts.telephone()
        kind = FieldKind.WRITING if key == "name" else FieldKind.NUMBER
        parts.line(sheet, texts.label(key), text, x(0.06), x(0.8), min(base, y(0.97)), kind)
    rows = int(sheet.rng.integers(6, 13))
    step = 0.56 / rows
    edges = (0.05, sheet.between(0.42, 0.5), 0.62, 0.7, 0.95)
    ordered = set(sheet.rng.permutation(rows)[: int(sheet.rng.integers(1, rows))].tolist())
    values = cycle(tables.split_value(sheet, len(ordered)))  # a small amount has fewer parts than rows
    for row in range(rows):
        base = y(top + (row + 0.75) * step)
        sheet.label(texts.any("goods"), x(edges[0] + 0.01), base, width=x(0.9 * (edges[1] - edges[0])))
        price = random_sum(texts, sheet.rng, Decimal(int(sheet.rng.integers(100, 9000))).scaleb(-2))
        sheet.label(price, x(edges[2] - 0.01), base, align=1, width=x(0.1), kind=FieldKind.SUM)
        if row in ordered:
            height = tables.row_height(sheet, step, 0.75)
            quantity = str(sheet.rng.integers(1, 20))
            sheet.figures(quantity, x(0.66), base, FieldKind.NUMBER, height, x(0.06), 0.5)
            tables.write_sum(sheet, x(edges[4] - 0.015), base, x(0.2), next(values), height)
    bottom = top + rows * step
    ruled = sheet.chance(0.7)
    for row in range(rows + 1):
        if ruled or row in (0, rows):
            sheet.rule(x(edges[0]), y(top + row * step), x(edges[-1]), y(top + row * step))
    for edge in edges:
        sheet.rule(x(edge), y(top), x(edge), y(bottom))
    foot = y(bottom) + 1.7 * sheet.size
    sheet.label(texts.label("total"), x(edges[3] - 0.02), foot, align=1, bold=True, width=x(0.3))
    if sheet.chance(0.7):
        sheet.frame(x(edges[3]), y(bottom), x(edges[4]), foot + 0.5 * sheet.size)
    sheet.pay(x(edges[4] - 0.015), foot, x(0.23), 1)


def utility_bill(sheet: Sheet) -> None:
    """Lay out a band of numbers, the goods with their sums below it, and the amount due on a slip to tear off."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("firm"), x(0.05), y(0.07))
    parts.block(sheet, parts.address_block(sheet), x(sheet.between(0.05, 0.55)), y(0.15), width=x(0.4))
    band = sheet.between(0.3, 0.36)
    count = int(sheet.rng.integers(3, 6))
    for number in range(count):
        left, right = 0.05 + 0.9 * number / count, 0.05 + 0.9 * (number + 1) / count
        sheet.frame(x(left), y(band), x(right), y(band + 0.1))
        key = ("date", "number", "account", "subtotal", "discount")[number]
        sheet.label(texts.label(key), x(left + 0.01), y(band) + 1.5 * sheet.small, width=x(right - left - 0.02))
        base, room = y(band + 0.085), x(right - left - 0.03)
        if key == "date":
            sheet.figures(texts.date(), x(left + 0.015), base, FieldKind.DATE, width=room)
        elif key in ("number", "account"):
            sheet.figures(texts.number(), x(left + 0.015), base, FieldKind.NUMBER, width=room)
        else:
            tables.write_sum(sheet, x(right - 0.015), base, room)
    for number in range(int(sheet.rng.integers(2, 6))):
        base = y(band + 0.16 + number * 0.053)
        sheet.label(texts.any("goods"), x(0.06), base, width=x(0.4))
        tables.write_sum(sheet, x(0.94), base, x(0.22))
    tear = sheet.between(0.78, 0.82)
    sheet.rule(0, y(tear), sheet.width, y(tear), dotted=True)
    sheet.label(texts.label("account"), x(0.06), y(tear + 0.06))
    sheet.figures(texts.digits(8), x(0.06), y(tear + 0.12), FieldKind.NUMBER, width=x(0.3))
    place = sheet.between(0.42, 0.6)
    sheet.label(texts.label("total"), x(place), y(tear + 0.05), bold=True, width=x(0.35))
    parts.pay_box(sheet, x(place), y(tear + 0.12), x(sheet.between(0.9, 0.96)))


def guest_check(sheet: Sheet) -> None:
    """Lay out the bill of a table: writing on narrow lines, sums at the right, and several sums before the total."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.label(texts.any("firm"), x(0.5), y(0.07), sheet.size, 0.5, True, x(0.9))
    for left, right in pairwise((0.05, 0.35, 0.65, 0.95)):
        sheet.frame(x(left), y(0.1), x(right), y(0.18))
        kind = FieldKind.DATE if left < 0.1 else FieldKind.NUMBER
        text = texts.date() if left < 0.1 else str(sheet.rng.integers(1, 90))
        sheet.figures(text, x(left + 0.02), y(0.165), kind, 0.9 * sheet.size, x(0.26))
    rows = int(sheet.rng.integers(8, 13))
    step = 0.74 / rows
    split = sheet.between(0.64, 0.74)
    last = [key for key in ("subtotal", "tax", "discount") if sheet.chance(0.6)]
    values = tables.split_value(sheet, int(sheet.rng.integers(1, rows - len(last) - 1)))
    height = tables.row_height(sheet, step, 0.8)
    base = y(0.2)
    for value in values:
        base += y(step)
        sheet.write(texts.any("goods"), x(sheet.between(0.06, 0.15)), base, height, width=x(split - 0.18))
        tables.write_sum(sheet, x(0.94), base, x(0.92 - split), value, height)
    if sheet.chance(0.6):
        base = y(0.2 + (rows - len(last) - 1) * step)
    for key in last:
        base += y(step)
        sheet.label(texts.label(key), x(split - 0.02), base, align=1, width=x(0.4))
        tables.write_sum(sheet, x(0.94), base, x(0.92 - split), height=height)
    base += y(step)
    sheet.label(texts.label("total"), x(split - 0.02), base, align=1, bold=True, width=x(0.4))
    sheet.pay(x(0.94), base, x(0.92 - split), 1)
    for row in range(rows + 1):
        sheet.rule(x(0.05), y(0.2 + (row + 0.15) * step), x(0.95), y(0.2 + (row + 0.15) * step))
    sheet.rule(x(split), y(0.2), x(split), y(0.95))
