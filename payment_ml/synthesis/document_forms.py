"""Lay out forms: rows of labels and writing in many arrangements, one of which asks for an amount."""

from itertools import pairwise

from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis import document_tables
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet

_ROWS = (
    "name", "address", "city", "telephone", "date", "account", "reason", "department", "number", "email", "memo",
    "place",
)  # fmt: skip


def single_column(sheet: Sheet) -> None:
    """Lay out one row below the other, the amount in any of them."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    _title(sheet)
    rows = _rows(sheet, int(sheet.rng.integers(5, 10)))
    step = 0.68 / len(rows)
    left = sheet.between(0.05, 0.1)
    for number, row in enumerate(rows):
        _fill(sheet, row, left, sheet.between(0.7, 0.94), 0.17 + (number + 0.7) * step, step)
    parts.signature(sheet, x(sheet.between(0.1, 0.55)), x(0.94), y(0.94))
    parts.small_print(sheet, x(left), y(0.985), x(0.8))
    if sheet.chance(0.2):
        sheet.label(texts.any("approved"), x(left), y(0.93))


def two_columns(sheet: Sheet) -> None:
    """Lay out rows in two columns, the words over the whole width below them."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    _title(sheet)
    rows = _rows(sheet, 2 * int(sheet.rng.integers(3, 6)), with_words=False)
    half = len(rows) // 2
    has_words = bool(sheet.amount and sheet.amount.words)
    step = (0.58 if has_words else 0.68) / half
    middle = sheet.between(0.45, 0.56)
    for number, row in enumerate(rows):
        left, right = (0.05, middle - 0.03) if number < half else (middle, 0.95)
        _fill(sheet, row, left, right, 0.17 + (number % half + 0.7) * step, step)
    if has_words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(0.8), y(0.06))
    parts.signature(sheet, x(0.55), x(0.94), y(0.94))


def cells(sheet: Sheet) -> None:
    """Lay out a grid of framed cells, each with its small label in the upper left corner."""
    x, y = sheet.x, sheet.y
    _title(sheet)
    lines = int(sheet.rng.integers(4, 8))
    words_line = int(sheet.rng.integers(lines)) if sheet.amount and sheet.amount.words else -1
    grid = [
        [0.05, 0.95] if number == words_line or sheet.chance(0.3) else [0.05, sheet.between(0.3, 0.65), 0.95]
        for number in range(lines)
    ]
    rows = iter(_rows(sheet, sum(len(edges) - 1 for edges in grid) - (words_line >= 0), with_words=False))
    top, step = 0.16, 0.74 / lines
    for number, edges in enumerate(grid):
        base = y(top + (number + 0.82) * step)
        for left, right in pairwise(edges):
            sheet.frame(x(left), y(top + number * step), x(right), y(top + (number + 1) * step))
            if number == words_line:
                parts.words(sheet, "", x(left + 0.02), x(right - 0.02), base, 0, 1)
            else:
                _cell(sheet, next(rows), left + 0.01, right - 0.01, y(top + number * step), base)
    parts.signature(sheet, x(0.5), x(0.94), y(0.96))


def voucher(sheet: Sheet) -> None:
    """Lay out a receipt in sentences: number and date, received from, the sum in words, for, and the amount."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    if sheet.chance(0.3):
        sheet.pattern(0, 0, sheet.width, sheet.height)
    sheet.label(texts.any("form"), x(0.5), y(0.14), 1.2 * sheet.size, 0.5, True, x(0.5))
    above = sheet.chance(0.4)
    if above:
        place = 0.04 if sheet.chance(0.7) else 0.6
        parts.pay_box(sheet, x(place), y(0.27), x(place + sheet.between(0.26, 0.35)))
        parts.date(sheet, x(0.5 if place < 0.5 else 0.04), x(0.96 if place < 0.5 else 0.5), y(0.27))
    else:
        parts.number_line(sheet, texts.label("number"), texts.number(), x(0.04), x(0.3), y(0.27))
        parts.date(sheet, x(0.58), x(0.96), y(0.27))
    parts.line(sheet, texts.label("customer"), texts.payee(), x(0.04), x(0.96), y(0.41))
    parts.words(sheet, texts.label("words"), x(0.04), x(0.96), y(0.54), y(0.12), 1 + sheet.chance(0.4))
    parts.line(sheet, texts.label("memo"), texts.any("subject"), x(0.04), x(0.96), y(0.75))
    at_left = sheet.chance(0.6)
    left = 0.05 if at_left else 0.6
    if not above:
        parts.pay_box(sheet, x(left), y(0.9), x(left + sheet.between(0.26, 0.35)))
    parts.signature(sheet, x(0.6 if at_left else 0.06), x(0.95 if at_left else 0.45), y(0.89))


def transfer(sheet: Sheet) -> None:
    """Lay out a bank transfer: cells for names and accounts, the amount in a row of its own with cells or without."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    tint = sheet.between(0.05, 0.25) if sheet.chance(0.6) else 0.0
    sheet.fill(0, 0, sheet.width, sheet.height, tint)
    parts.heading(sheet, texts.any("form"), x(0.04), y(0.12))
    rows = [
        ("pay", "name"),
        ("account", "number"),
        ("amount", ""),
        ("memo", "words"),
        ("name", "name"),
        ("account", "number"),
    ]
    if sheet.chance(0.5):
        rows = [*rows[:1], rows[2], rows[1], *rows[3:]]
    step = 0.13
    for number, (key, content) in enumerate(rows):
        base = y(0.26 + number * step)
        sheet.label(texts.label(key), x(0.04), base - 1.5 * sheet.size, 0.8 * sheet.small)
        height, cell = 1.5 * sheet.size, min(1.25 * sheet.size, x(0.033))
        if key == "amount":
            left = sheet.between(0.04, 0.55)
            parts.pay_box(sheet, x(left), base, x(left + 0.4), framed=True)
        elif content == "number":
            sheet.comb(
                texts.digits(int(sheet.rng.integers(8, 20))),
                x(0.04),
                base - 0.85 * height,
                cell,
                FieldKind.NUMBER,
                height,
            )
        else:
            text = texts.payee() if content == "name" else texts.any("subject")
            sheet.rule(x(0.04), base + 0.2 * sheet.size, x(0.9), base + 0.2 * sheet.size)
            sheet.write(text, x(0.05), base, width=x(0.8))
    parts.date(sheet, x(0.04), x(0.4), y(0.96))
    parts.signature(sheet, x(0.55), x(0.95), y(0.93))


def claim(sheet: Sheet) -> None:
    """Lay out a claim of expenses: names above, a table of dates, reasons and sums, and the total claimed."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    _title(sheet)
    for number, row in enumerate(("name", "department")):
        _fill(sheet, row, 0.05 + 0.47 * number, 0.48 + 0.47 * number, 0.2, 0.06)
    lines = int(sheet.rng.integers(3, 8))
    step = 0.48 / (lines + 2)
    split = sheet.between(0.68, 0.76)
    for number, value in enumerate(document_tables.split_value(sheet, int(sheet.rng.integers(1, lines + 1)))):
        base = y(0.28 + (number + 0.75) * step)
        height = document_tables.row_height(sheet, step)
        sheet.figures(texts.date(), x(0.06), base, FieldKind.DATE, height, x(0.18))
        sheet.write(texts.any("subject"), x(0.27), base, height, width=x(split - 0.29))
        document_tables.write_sum(sheet, x(0.94), base, x(0.92 - split), value, height)
    for number in range(lines + 1):
        sheet.rule(x(0.05), y(0.28 + number * step), x(0.95), y(0.28 + number * step))
    for edge in (0.05, 0.255, split, 0.95):
        sheet.rule(x(edge), y(0.28), x(edge), y(0.28 + lines * step))
    foot = 0.28 + (lines + 1) * step
    sheet.label(texts.label("request"), x(split - 0.02), y(foot), align=1, bold=True)
    parts.pay_box(sheet, x(split), y(foot), x(0.95))
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, texts.label("words"), x(0.05), x(0.95), y(foot + 0.09), y(0.05), 1)
    parts.signature(sheet, x(0.05), x(0.4), y(0.94))
    sheet.label(texts.label("approved"), x(0.5), y(0.94))


def side_labels(sheet: Sheet) -> None:
    """Lay out labels in a tinted column at the left or right, and the writing beside it between rules."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    sheet.label(texts.any("form"), x(0.5), y(0.1), 1.2 * sheet.size, 0.5, True)
    rows = _rows(sheet, int(sheet.rng.integers(6, 9)))
    step, split = 0.72 / len(rows), sheet.between(0.26, 0.36)
    at_right = sheet.chance(0.3)
    tinted = (1 - split, 0.97) if at_right else (0.03, split)
    sheet.fill(x(tinted[0]), y(0.15), x(tinted[1]), y(0.15 + len(rows) * step), sheet.between(0.06, 0.2))
    for number, row in enumerate(rows):
        base = 0.15 + (number + 0.7) * step
        sheet.rule(x(0.03), y(0.15 + number * step), x(0.97), y(0.15 + number * step))
        sheet.label(texts.label(_LABELS.get(row, row)), x(tinted[0] + 0.01), y(base), width=x(split - 0.05))
        left, right = (0.05, 1 - split - 0.02) if at_right else (split + 0.02, 0.96)
        _content(sheet, row, left, right, base)
    parts.signature(sheet, x(0.5), x(0.95), y(0.95))


def receipt_stub(sheet: Sheet) -> None:
    """Lay out a sheet in three bands: print above, a dark bar with the amount, and rows below."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.block(sheet, [texts.any("firm"), texts.address(), texts.any("note")], x(0.5), y(0.08), 0.5)
    sheet.fill(x(0.04), y(0.3), x(0.96), y(0.42), sheet.between(0.05, 0.2))
    sheet.label(texts.label("request"), x(0.07), y(0.38), width=x(0.35))
    parts.pay_box(sheet, x(0.45), y(0.38), x(0.93), framed=False)
    if sheet.amount and sheet.amount.words:
        parts.words(sheet, "", x(0.05), x(0.95), y(0.5), 0, 1)
    for number, row in enumerate(("name", "date", "account", "memo")):
        _fill(sheet, row, 0.05, 0.95, 0.59 + 0.09 * number, 0.09)
    parts.signature(sheet, x(0.05), x(0.4), y(0.96))


_LABELS = {"amount": "request"}


def _title(sheet: Sheet) -> None:
    """Print the title of a form, at the left, in the middle or at the right, often with a number."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    align = float(sheet.rng.integers(3)) / 2
    parts.heading(sheet, texts.any("form"), x(0.06 + 0.88 * align), y(sheet.between(0.07, 0.1)), align)
    if align < 1 and sheet.chance(0.5):
        sheet.label(texts.number(), x(0.94), y(0.05), 0.8 * sheet.size, 1, kind=FieldKind.NUMBER)


def _rows(sheet: Sheet, count: int, with_words: bool = True) -> list[str]:
    """Return the keys of so many rows in any order: one the amount, and one the words where the sheet has them."""
    rounds = range(1 + count // len(_ROWS))
    rows = [str(row) for _ in rounds for row in sheet.rng.permutation(_ROWS)][: count - 1]
    rows.insert(int(sheet.rng.integers(len(rows) + 1)), "amount")
    if with_words and sheet.amount and sheet.amount.words:
        rows.insert(rows.index("amount") + 1 if sheet.chance(0.6) else int(sheet.rng.integers(len(rows))), "words")
    return rows


def _fill(sheet: Sheet, row: str, left: float, right: float, base: float, step: float) -> None:
    """Print the label of a row and write its content; all numbers are shares of the width or height."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    if row == "amount":
        box = sheet.label(
            texts.label("request"), x(left), y(base), bold=sheet.chance(0.3), width=x(0.5 * (right - left))
        )
        start = box[2] + 0.8 * sheet.size
        parts.pay_box(sheet, start, y(base), min(x(right), start + sheet.size * sheet.between(6, 9)))
    elif row == "words":
        parts.words(sheet, texts.label("words"), x(left), x(right), y(base), y(0.5 * step), 1)
    elif row == "date":
        parts.date(sheet, x(left), x(right), y(base))
    elif row in ("telephone", "account", "number"):
        _number(sheet, row, left, right, base)
    else:
        parts.line(sheet, texts.label(row), _text(sheet, row), x(left), x(right), y(base))


def _number(sheet: Sheet, row: str, left: float, right: float, base: float) -> None:
    texts, x, y = sheet.texts, sheet.x, sheet.y
    text = {"telephone": texts.telephone, "account": texts.account, "number": texts.number}[row]()
    if sheet.chance(0.5):
        parts.line(sheet, texts.label(row), text, x(left), x(right), y(base), FieldKind.NUMBER)
    else:
        parts.number_line(sheet, texts.label(row), text, x(left), x(right), y(base))


def _cell(sheet: Sheet, row: str, left: float, right: float, top: float, base: float) -> None:
    """Print a small label into the upper corner of a cell, and write its content below; top and base are pixels."""
    sheet.label(sheet.texts.label(_LABELS.get(row, row)), sheet.x(left), top + 1.4 * sheet.small, 0.8 * sheet.small,
                width=sheet.x(right - left))  # fmt: skip
    _content(sheet, row, left + 0.01, right, base / sheet.height)


def _content(sheet: Sheet, row: str, left: float, right: float, base: float) -> None:
    """Write the content of a row without its label; all numbers are shares."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    room = x(right - left)
    if row == "amount":
        parts.pay_box(sheet, x(left), y(base), x(left) + min(room, sheet.size * sheet.between(6, 9)), framed=False)
    elif row == "words":
        parts.words(sheet, "", x(left), x(right), y(base), 0, 1)
    elif row == "date":
        sheet.figures(texts.date(), x(left), y(base), FieldKind.DATE, width=room)
    elif row in ("telephone", "account", "number"):
        text = {"telephone": texts.telephone, "account": texts.account, "number": texts.number}[row]()
        sheet.figures(text, x(left), y(base), FieldKind.NUMBER, width=room)
    else:
        sheet.write(_text(sheet, row), x(left), y(base), width=room)


def _text(sheet: Sheet, row: str) -> str:
    """Return what people write into a row."""
    texts = sheet.texts
    contents = {"name": texts.person, "address": texts.address, "city": texts.town, "department": texts.number}
    if row in contents:
        return contents[row]()
    return texts.any("town") if row in ("place", "email") else texts.any("subject")
