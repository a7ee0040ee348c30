"""Lay out cash deposit slips and donation slips; every position, size and label is drawn anew."""

from decimal import Decimal
from itertools import pairwise

from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis.document_amounts import random_sum
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet

_NOTES = (500, 200, 100, 50, 20, 10, 5, 2, 1)
_GIFTS = (10, 20, 25, 30, 50, 75, 100, 150, 200, 250, 500)


def cash_slip(sheet: Sheet) -> None:
    """Lay out a title in a dark bar, names on dotted lines, words, the total at the right, and a row of boxes below."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    left = sheet.between(0.4, 0.6)
    parts.heading(sheet, texts.any("bank"), x(0.04), y(0.13))
    sheet.frame(x(left), y(0.05), x(0.97), y(0.17))
    sheet.label(texts.any("deposit"), x((left + 0.97) / 2), y(0.13), 0.7 * sheet.size, 0.5, True, x(0.9 - left))
    sheet.label(texts.number(), x(sheet.between(0.3, 0.6)), y(0.24), sheet.size, kind=FieldKind.NUMBER)
    first, step, split = sheet.between(0.32, 0.36), sheet.between(0.09, 0.11), sheet.between(0.6, 0.7)
    for number, (label, text) in enumerate(
        (("name", texts.person()), ("customer", texts.payee()), ("branch", texts.any("town")))
    ):
        parts.line(sheet, texts.label(label), text, x(0.03), x(split - 0.02), y(first + number * step))
    parts.number_line(sheet, texts.label("account"), texts.account(), x(split), x(0.97), y(first))
    row = first + 3 * step
    parts.words(sheet, texts.label("words"), x(0.03), x(split - 0.03), y(row), y(step))
    sheet.label(texts.label("total"), x(split + 0.02), y(row - 0.06))
    parts.pay_box(sheet, x(split + 0.02), y(row + sheet.between(0.02, 0.08)), x(0.95))
    low, edges = row + 2 * step, [0.03, sheet.between(0.25, 0.35), sheet.between(0.5, 0.62), 0.97]
    for begin, end in pairwise(edges):
        sheet.frame(x(begin), y(low), x(end), y(0.97))
    sheet.label(texts.label("date"), x(0.04), y(low + 0.06))
    sheet.figures(texts.date(), x(0.05), y(low + 0.17), FieldKind.DATE, width=x(edges[1] - 0.07))
    parts.signature(sheet, x(edges[1] + 0.01), x(edges[2] - 0.01), y(0.88))
    sheet.label(texts.label("teller"), x(edges[2] + 0.02), y(low + 0.06), width=x(0.3))
    if sheet.chance(0.5):
        parts.stamp(sheet, x((edges[2] + 0.97) / 2), y((low + 1) / 2))


def denominations(sheet: Sheet) -> None:
    """Lay out a table of notes with their numbers and sums, and the total below it; account and name beside it."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bank"), x(0.04), y(0.1), 0, x(0.5))
    sheet.label(texts.any("deposit"), x(0.96), y(0.1), 0.8 * sheet.size, 1, True, x(0.38))
    on_left = sheet.chance(0.5)
    table, others = ((0.04, 0.46), (0.52, 0.96)) if on_left else ((0.54, 0.96), (0.04, 0.5))
    rows = int(sheet.rng.integers(4, 7))
    top, step = sheet.between(0.2, 0.25), 0.62 / (rows + 1)
    columns = [table[0], table[0] + 0.11, table[0] + 0.22, table[1]]
    for column in columns:
        sheet.rule(x(column), y(top), x(column), y(top + rows * step))
    notes = sorted(sheet.rng.permutation(_NOTES)[:rows].tolist(), reverse=True)
    for number, note in enumerate(notes):
        sheet.rule(x(table[0]), y(top + number * step), x(table[1]), y(top + number * step))
        base = y(top + (number + 0.75) * step)
        sheet.label(f"{note} x", x(columns[1]) - 4, base, min(sheet.size * 0.7, y(0.5 * step)), 1)
        if sheet.chance(0.65):
            count = int(sheet.rng.integers(1, 60))
            height = min(0.9 * sheet.size, y(0.65 * step))
            sheet.figures(str(count), x(columns[1] + 0.02), base, FieldKind.NUMBER, height, x(0.08))
            sheet.figures(str(count * note), x(columns[3] - 0.02), base, FieldKind.SUM, height, x(0.15), 1)
    base = y(top + (rows + 0.9) * step)
    sheet.label(texts.label("total"), x(table[0]), base, bold=True, width=x(0.16))
    parts.pay_box(sheet, x(table[0] + 0.17), base, x(table[1]), framed=True if sheet.chance(0.7) else None)
    base = sheet.between(0.26, 0.32)
    for label, text, kind in (
        ("account", texts.account(), FieldKind.NUMBER), ("name", texts.person(), FieldKind.WRITING),
        ("branch", texts.any("town"), FieldKind.WRITING), ("telephone", texts.telephone(), FieldKind.NUMBER),
    ):  # fmt: skip
        if kind is FieldKind.NUMBER and sheet.chance(0.6):
            parts.number_line(sheet, texts.label(label), text, x(others[0]), x(others[1]), y(base))
        else:
            parts.line(sheet, texts.label(label), text, x(others[0]), x(others[1]), y(base), kind)
        base += sheet.between(0.1, 0.12)
    parts.date(sheet, x(others[0]), x(others[1]), y(base))
    parts.signature(sheet, x(others[0]), x(others[1]), y(0.88))


def credit_slip(sheet: Sheet) -> None:
    """Lay out notes, coins and cheques as lines of a column at the right that ends in the total; names at the left."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    if sheet.chance(0.5):
        sheet.pattern(0, 0, sheet.width, sheet.height)
    split = sheet.between(0.56, 0.66)
    sheet.label(texts.any("deposit"), x(0.04), y(0.12), sheet.size, bold=True)
    parts.date(sheet, x(0.04), x(0.42), y(0.27))
    parts.heading(sheet, texts.any("bank"), x(0.04), y(0.42))
    parts.line(sheet, texts.label("name"), texts.payee(), x(0.04), x(split - 0.04), y(0.56))
    parts.number_line(sheet, texts.label("account"), texts.account(), x(0.04), x(split - 0.04), y(0.69))
    parts.signature(sheet, x(0.04), x(split - 0.1), y(0.83))
    rows = ["cash", "coins", "cheques", "subtotal"][: int(sheet.rng.integers(2, 5))]
    step = 0.72 / (len(rows) + 1)
    at_top = sheet.chance(0.2)
    order = ["total", *rows] if at_top else [*rows, "total"]
    for number, row in enumerate(order):
        base = y(0.14 + (number + 0.4) * step)
        sheet.label(texts.label(row), x(split + 0.13), base, align=1, bold=row == "total", width=x(0.13))
        if row == "total":
            parts.pay_box(sheet, x(split + 0.14), base, x(0.97), framed=True)
            continue
        sheet.frame(x(split + 0.14), base - 1.4 * sheet.size, x(0.97), base + 0.4 * sheet.size)
        if sheet.chance(0.6):
            sheet.figures(_sum(sheet), x(0.95), base, FieldKind.SUM, width=x(0.2), align=1)
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, "", x(0.04), x(0.96), y(0.93), 0, 1)
    else:
        parts.code_line(sheet, y(0.96))


def comb_slip(sheet: Sheet) -> None:
    """Lay out rows of cells for account, name and date, and the amount in a wide field in one of the rows."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bank"), x(0.05), y(0.12))
    sheet.label(texts.any("deposit"), x(0.95), y(0.12), 0.8 * sheet.size, 1)
    rows = ["account", "name", "date", "amount", "number"]
    sheet.rng.shuffle(rows)
    base, step = sheet.between(0.26, 0.3), sheet.between(0.105, 0.12)
    for row in rows:
        height = 1.5 * sheet.size
        sheet.label(texts.label(row), x(0.05), y(base), width=x(0.25))
        left = x(sheet.between(0.3, 0.34))
        if row == "amount":
            parts.pay_box(
                sheet, left, y(base), left + x(sheet.between(0.25, 0.45)), framed=True if sheet.chance(0.8) else None
            )
        elif row == "date":
            day, month, year = texts.day()
            sheet.comb(
                f"{day:02d}{month:02d}{year}", left, y(base) - 0.8 * height, 1.2 * sheet.size, FieldKind.DATE, height
            )
        elif row == "name":
            name = texts.any("last").upper()
            sheet.comb(
                name.ljust(14)[:14],
                left,
                y(base) - 0.8 * height,
                min(1.3 * sheet.size, x(0.045)),
                FieldKind.WRITING,
                height,
            )
        else:
            digits = texts.digits(10 if row == "account" else 6)
            sheet.comb(digits, left, y(base) - 0.8 * height, min(1.3 * sheet.size, x(0.055)), FieldKind.NUMBER, height)
        base += step
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(base), 0, 1)
    parts.signature(sheet, x(0.6), x(0.94), y(0.92))


def teller_slip(sheet: Sheet) -> None:
    """Lay out two halves, the bank's and the customer's; the amount stands in the middle of the larger one."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    tear = sheet.between(0.64, 0.72)
    sheet.rule(x(tear), 0, x(tear), sheet.height, dotted=False)
    sheet.label(texts.any("bank"), x(tear / 2), y(0.1), 0.9 * sheet.size, 0.5, True)
    sheet.label(texts.any("deposit"), x(tear / 2), y(0.19), align=0.5)
    parts.line(sheet, texts.label("name"), texts.person(), x(0.03), x(tear - 0.03), y(0.32))
    parts.pay_box(sheet, x(0.15), y(sheet.between(0.46, 0.5)), x(tear - 0.15), framed=True)
    parts.words(sheet, texts.label("words"), x(0.03), x(tear - 0.03), y(0.62), y(0.1))
    parts.date(sheet, x(0.03), x(0.3), y(0.87))
    parts.signature(sheet, x(0.36), x(tear - 0.03), y(0.87))
    parts.number_line(sheet, texts.label("account"), texts.account(), x(tear + 0.02), x(0.98), y(0.2))
    parts.line(sheet, texts.label("branch"), texts.any("town"), x(tear + 0.02), x(0.98), y(0.34))
    parts.stamp(sheet, x((tear + 1) / 2), y(0.65))


def gift_card(sheet: Sheet) -> None:
    """Lay out a title, name and address on lines, and the gift on a line of its own in the middle or below."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    if sheet.chance(0.3):
        sheet.pattern(0, 0, sheet.width, y(0.2))
    parts.heading(sheet, texts.any("donation"), x(0.06), y(0.12))
    sheet.label(texts.any("firm"), x(0.06), y(0.2))
    rows = ["donor", "address", "city", "gift", "purpose", "date"]
    if sheet.chance(0.5):
        sheet.rng.shuffle(rows)
    has_words = bool(sheet.amount and sheet.amount.words)
    step = 0.6 / (len(rows) + 2 * has_words)
    base = 0.22 + step
    for row in rows:
        right = sheet.between(0.65, 0.94)
        if row == "gift":
            box = sheet.label(texts.label("gift"), x(0.06), y(base), bold=sheet.chance(0.4))
            left = box[2] + sheet.size
            parts.pay_box(sheet, left, y(base), left + sheet.size * sheet.between(6, 9))
            if has_words:
                base += step
                parts.words(sheet, texts.label("words"), x(0.06), x(0.94), y(base), y(step))
                base += step
        else:
            _row(sheet, row, 0.06, right, base)
        base += step
    sheet.label(texts.any("thanks"), x(sheet.between(0.06, 0.3)), y(0.95))
    parts.signature(sheet, x(0.6), x(0.94), y(0.92))


def reply_slip(sheet: Sheet) -> None:
    """Lay out suggested gifts with boxes to tick, and a line for another amount, which is the one that is written."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    side = sheet.chance(0.5)
    sheet.label(texts.any("donation"), x(0.05), y(0.13), 1.1 * sheet.size, bold=True, width=x(0.6))
    sheet.label(texts.any("thanks"), x(0.05), y(0.22))
    gifts = sorted(sheet.rng.permutation(_GIFTS)[:4].tolist())
    sign = sheet.amount.sign if sheet.amount else "$"
    tick = sheet.small * 1.3
    for number, gift in enumerate(gifts):
        left, base = (x(0.05), y(0.33 + 0.09 * number)) if side else (x(0.05 + 0.13 * number), y(0.35))
        sheet.frame(left, base - tick, left + tick, base)
        sheet.label(f"{sign}{gift}", left + 1.4 * tick, base, 0.8 * sheet.size)
    base = y(0.33 + 0.09 * 4 + 0.03) if side else y(0.5)
    sheet.frame(x(0.05), base - tick, x(0.05) + tick, base)
    box = sheet.label(texts.label("gift"), x(0.05) + 1.5 * tick, base)
    parts.pay_box(sheet, box[2] + sheet.size, base, box[2] + sheet.size * sheet.between(7, 9), framed=sheet.chance(0.3))
    left = 0.5 if side else 0.05
    has_words = bool(sheet.amount and sheet.amount.words)
    rows = ("donor", "address", "city", "date", "telephone")[: int(sheet.rng.integers(2, 4 if has_words else 6))]
    first, step = (0.33, 0.1) if side else (0.6, 0.085)
    for number, row in enumerate(rows):
        _row(sheet, row, left, 0.95, first + number * step)
    if has_words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(0.93), 0, 1)


def offering(sheet: Sheet) -> None:
    """Lay out an envelope for gifts: large print in the middle, lines for name, date and the amount around it."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.label(texts.any("donation"), x(0.5), y(0.3), 1.5 * sheet.size, 0.5, True, x(0.9))
    sheet.label(texts.any("firm"), x(0.5), y(0.42), align=0.5)
    corner = sheet.rng.random()
    left, base = (0.06, 0.15) if corner < 0.3 else (0.55, 0.15) if corner < 0.6 else (0.3, 0.58)
    box = sheet.label(texts.label("amount"), x(left), y(base), width=x(0.2))
    parts.pay_box(sheet, box[2] + 0.6 * sheet.size, y(base), min(box[2] + 7 * sheet.size, x(0.97)))
    parts.line(sheet, texts.label("donor"), texts.person(), x(0.06), x(0.7), y(0.74))
    parts.date(sheet, x(0.06) if left > 0.2 else x(0.6), x(0.4) if left > 0.2 else x(0.95), y(0.15))
    parts.line(sheet, texts.label("purpose"), texts.any("subject"), x(0.06), x(0.85), y(0.88))


def pledge(sheet: Sheet) -> None:
    """Lay out a sentence in the middle that names the giver and the amount, with frames around both."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.frame(x(0.03), y(0.05), x(0.97), y(0.95), 2)
    sheet.label(texts.any("firm"), x(0.94), y(0.16), sheet.size, 1, True)
    sheet.label(texts.any("donation"), x(0.06), y(0.16))
    box = sheet.label(texts.label("donor"), x(0.06), y(0.34))
    put = parts.put(sheet, texts.person(), box[2] + sheet.size, y(0.34), FieldKind.WRITING, x(0.35))
    sheet.label(texts.label("gift"), put[2] + sheet.size, y(0.34))
    parts.words(sheet, texts.label("words"), x(0.06), x(0.94), y(0.6), y(0.12))
    parts.pay_box(sheet, x(0.1), y(0.47), x(0.1) + 8 * sheet.size)
    parts.date(sheet, x(0.06), x(0.4), y(0.87))
    parts.signature(sheet, x(0.55), x(0.92), y(0.87))


def _row(sheet: Sheet, key: str, left: float, right: float, base: float) -> None:
    """Write one row of a slip: a date, a telephone number, or words."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    if key == "date":
        parts.date(sheet, x(left), x(right), y(base))
        return
    if key == "telephone":
        parts.line(sheet, texts.label(key), texts.telephone(), x(left), x(right), y(base), FieldKind.NUMBER)
        return
    contents = {"donor": texts.person, "name": texts.person, "address": texts.address, "city": texts.town}
    text = contents[key]() if key in contents else texts.any("subject")
    parts.line(sheet, texts.label(key), text, x(left), x(right), y(base))


def _sum(sheet: Sheet) -> str:
    """Return figures of a sum that is not the amount."""
    return random_sum(sheet.texts, sheet.rng, Decimal(int(sheet.rng.integers(100, 99999))).scaleb(-2))
