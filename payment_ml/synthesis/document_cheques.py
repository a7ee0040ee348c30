"""Lay out cheques as several countries have them; every position, size and label is drawn anew."""

from payment_ml.synthesis import document_drawings
from payment_ml.synthesis import document_parts as parts
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet

_UNITS = {"USD": "DOLLARS", "GBP": "POUNDS", "SGD": "SINGAPORE DOLLARS", "KES": "SHILLINGS"}


def american(sheet: Sheet) -> None:
    """Lay out holder and date above, payee with the amount at its end, words, memo and signature."""
    security(sheet, 0.5)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.block(sheet, parts.address_block(sheet)[:3], x(sheet.between(0.04, 0.12)), y(sheet.between(0.1, 0.15)))
    sheet.label(texts.number(), x(0.95), y(sheet.between(0.1, 0.14)), 0.7 * sheet.size, 1, kind=FieldKind.NUMBER)
    parts.date(sheet, x(sheet.between(0.52, 0.66)), x(sheet.between(0.86, 0.95)), y(sheet.between(0.23, 0.28)))
    row, split = sheet.between(0.39, 0.45), sheet.between(0.68, 0.78)
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.04), x(split - 0.04), y(row), ruled=True)
    parts.pay_box(sheet, x(split), y(row), x(sheet.between(0.92, 0.97)))
    second = row + sheet.between(0.11, 0.15)
    unit = _UNITS[sheet.amount.currency] if sheet.amount else "DOLLARS"
    parts.words(sheet, "", x(0.04), x(0.95), y(second), 0, 1, unit)
    parts.block(sheet, [texts.any("bank"), texts.town()], x(0.05), y(second + 0.11))
    foot = sheet.between(0.77, 0.82)
    parts.line(sheet, texts.label("memo"), texts.any("subject"), x(0.04), x(sheet.between(0.38, 0.48)), y(foot))
    parts.signature(sheet, x(sheet.between(0.54, 0.62)), x(0.95), y(foot))
    parts.code_line(sheet, y(sheet.between(0.92, 0.96)), False)


def indian(sheet: Sheet) -> None:
    """Lay out bank and date comb above, payee and rupees over the whole width, the box of the amount below at right."""
    security(sheet, 0.6)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    head = parts.heading(sheet, texts.any("bank"), x(sheet.between(0.03, 0.1)), y(sheet.between(0.09, 0.14)), 0, x(0.5))
    parts.block(sheet, [texts.address(), f"IFSC {texts.digits(8)}"], head[0], y(0.19))
    if sheet.chance(0.5):
        parts.small_print(sheet, x(0.45), y(0.06), x(0.3))
    parts.date(sheet, x(sheet.between(0.66, 0.74)), x(0.96), y(sheet.between(0.11, 0.16)))
    first, step = sheet.between(0.29, 0.34), sheet.between(0.1, 0.135)
    bearer = sheet.label(texts.any("bearer"), x(0.97), y(first), align=1)
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.03), bearer[0] - sheet.size, y(first))
    left = sheet.between(0.68, 0.76)
    wide = sheet.chance(0.5)
    parts.words(
        sheet, texts.label("words"), x(0.03), x(0.97 if wide else left - 0.03), y(first + step), y(step), 2 - wide
    )
    pay_row = first + step * (2 if wide else sheet.between(1.2, 1.6))
    account_row = first + 2 * step + sheet.between(0.08, 0.11)
    parts.pay_box(sheet, x(left), y(pay_row), x(0.97), framed=True if sheet.chance(0.8) else None)
    parts.number_line(
        sheet, texts.label("account"), texts.account(), x(0.03), x(sheet.between(0.42, 0.55)), y(account_row)
    )
    parts.small_print(sheet, x(sheet.between(0.03, 0.3)), y(0.85), x(0.4))
    parts.signature(sheet, x(sheet.between(0.66, 0.76)), x(0.97), y(sheet.between(0.8, 0.84)))
    parts.code_line(sheet, y(sheet.between(0.93, 0.97)), False)


def british(sheet: Sheet) -> None:
    """Lay out the date above at right, pay and words at the left, the amount beside the words, signature below."""
    security(sheet, 0.5)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bank"), x(sheet.between(0.03, 0.2)), y(sheet.between(0.12, 0.17)))
    parts.date(sheet, x(sheet.between(0.66, 0.74)), x(0.96), y(sheet.between(0.2, 0.27)))
    first, step, split = sheet.between(0.36, 0.42), sheet.between(0.11, 0.15), sheet.between(0.65, 0.74)
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.04), x(sheet.between(split - 0.03, 0.9)), y(first))
    parts.words(sheet, texts.label("words"), x(0.04), x(split - 0.04), y(first + step), y(step))
    parts.pay_box(sheet, x(split), y(first + step * sheet.between(1, 1.7)), x(0.96))
    if sheet.chance(0.4):
        _crossed(sheet)
    parts.signature(sheet, x(sheet.between(0.6, 0.72)), x(0.95), y(sheet.between(0.81, 0.86)))
    parts.number_line(sheet, texts.label("account"), texts.account(), x(0.04), x(0.45), y(sheet.between(0.78, 0.83)))
    parts.code_line(sheet, y(sheet.between(0.93, 0.97)))


def bilingual(sheet: Sheet) -> None:
    """Lay out labels in a Latin script at the left and in Arabic at the right of the same lines."""
    security(sheet, 0.3)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bank"), x(sheet.between(0.03, 0.3)), y(sheet.between(0.1, 0.15)), 0, x(0.32))
    for _ in range(3):
        parts.arabic(sheet, x(sheet.between(0.3, 0.9)), y(sheet.between(0.05, 0.2)))
    parts.date(sheet, x(0.68), x(0.92), y(sheet.between(0.12, 0.17)))
    parts.arabic(sheet, x(0.99), y(0.15))
    amount_first = sheet.chance(0.35)
    rows = [sheet.between(0.3, 0.35) + number * sheet.between(0.11, 0.14) for number in range(4)]
    edge = sheet.between(0.84, 0.92)
    for row in rows[:3]:
        parts.arabic(sheet, x(0.985), y(row))
    parts.line(sheet, texts.label("pay"), texts.payee(), x(0.03), x(edge), y(rows[0]))
    split = sheet.between(0.62, 0.72)
    parts.words(
        sheet, texts.label("words"), x(0.03), x(split if not amount_first else edge), y(rows[1]), y(rows[2] - rows[1])
    )
    if amount_first:
        parts.pay_box(sheet, x(sheet.between(0.05, 0.2)), y(rows[3]), x(sheet.between(0.38, 0.5)))
    else:
        parts.pay_box(sheet, x(split + 0.05), y(sheet.between(rows[1], rows[2])), x(edge))
    left = 0.55 if amount_first else sheet.between(0.04, 0.6)
    parts.signature(sheet, x(left), x(left + 0.33), y(0.84))
    if sheet.chance(0.5):
        parts.number_line(sheet, texts.label("account"), texts.account(), x(0.4), x(0.75), y(rows[3] + 0.02))
    parts.code_line(sheet, y(sheet.between(0.93, 0.97)))


def counterfoil(sheet: Sheet) -> None:
    """Lay out a stub at the left with payee, date and a sum brought forward, and the cheque itself at the right."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    tear = sheet.between(0.2, 0.28)
    sheet.rule(x(tear), 0, x(tear), sheet.height, dotted=False)
    base = 0.14
    for label, text, kind in (
        ("date", texts.date(), FieldKind.DATE), ("customer", texts.any("last"), FieldKind.WRITING),
        ("memo", texts.any("subject"), FieldKind.WRITING), ("subtotal", texts.digits(4), FieldKind.SUM),
    ):  # fmt: skip
        parts.line(sheet, texts.label(label), text, x(0.01), x(tear - 0.02), y(base), kind)
        base += 0.16
    left = tear + 0.03
    with_pattern = sheet.chance(0.5)
    if with_pattern:
        sheet.pattern(x(tear), 0, sheet.width, sheet.height)
    parts.heading(sheet, texts.any("bank"), x(left), y(0.14), 0, x(0.66 - left))
    parts.date(sheet, x(0.7), x(0.96), y(0.14))
    first, step = sheet.between(0.28, 0.34), sheet.between(0.12, 0.15)
    parts.line(sheet, texts.label("pay"), texts.payee(), x(left), x(0.95), y(first))
    parts.words(sheet, texts.label("words"), x(left), x(0.95), y(first + step), y(step))
    place = sheet.between(left, 0.66)
    parts.pay_box(sheet, x(place), y(first + 3 * step), x(place + 0.26))
    if place > 0.5:
        parts.signature(sheet, x(left), x(left + 0.25), y(0.82))
    else:
        parts.signature(sheet, x(0.68), x(0.95), y(0.82))
    parts.code_line(sheet, y(0.95))


def mixed(sheet: Sheet) -> None:
    """Lay out date, payee, words and amount in rows of any order; two of them may share a row, in either order."""
    security(sheet, 0.5)
    texts, x, y = sheet.texts, sheet.x, sheet.y
    parts.heading(sheet, texts.any("bank"), x(sheet.between(0.03, 0.5)), y(sheet.between(0.1, 0.15)), 0, x(0.45))
    pairs = (
        [["amount", "date"], ["payee"], ["words"]] if sheet.chance(0.4) else [["amount", "payee"], ["date"], ["words"]]
    )
    if sheet.chance(0.3):
        pairs = [["amount", "sign"], ["payee", "date"], ["words"]]
    for pair in pairs:
        sheet.rng.shuffle(pair)
    order = [pairs[index] for index in sheet.rng.permutation(len(pairs))]
    base, step = sheet.between(0.28, 0.33), sheet.between(0.12, 0.145)
    is_signed = False
    for row in order:
        split = sheet.between(0.35, 0.65)
        edges = [(0.04, 0.96)] if len(row) == 1 else [(0.04, split - 0.03), (split + 0.02, 0.96)]
        for part, (left, right) in zip(row, edges, strict=True):
            if part == "words":
                parts.words(sheet, texts.label("words"), x(left), x(right), y(base), y(step))
                base += step
            elif part == "payee":
                parts.line(sheet, texts.label("pay"), texts.payee(), x(left), x(right), y(base))
            elif part == "date":
                parts.date(sheet, x(left), x(min(right, left + 0.45)), y(base))
            elif part == "amount":
                box = sheet.label(texts.label("amount"), x(left), y(base)) if sheet.chance(0.5) else None
                start = box[2] + sheet.size if box else x(left) + 2 * sheet.size
                parts.pay_box(sheet, start, y(base), min(x(right), start + sheet.size * sheet.between(6, 9)))
            else:
                is_signed = True
                parts.signature(sheet, x(left + 0.05), x(right), y(base))
        base += step
    if not is_signed:
        left = sheet.between(0.05, 0.62)
        parts.signature(sheet, x(left), x(left + 0.32), y(sheet.between(0.83, 0.87)))
    parts.code_line(sheet, y(sheet.between(0.93, 0.97)))


def security(sheet: Sheet, share: float) -> None:
    """Print a pattern over all of the sheet in a share of the cheques, and sometimes a border or a side bar code."""
    if sheet.chance(share):
        sheet.pattern(0, 0, sheet.width, sheet.height)
    if sheet.chance(0.2):
        inset = sheet.size * sheet.between(0.2, 0.5)
        sheet.frame(inset, inset, sheet.width - inset, sheet.height - inset)
    if sheet.chance(0.15):
        size = round(0.8 * sheet.size), round(sheet.y(0.4))
        sheet.draw(document_drawings.bar_code(size[1], size[0], sheet.rng).T, sheet.x(0.975), sheet.y(0.1))


def _crossed(sheet: Sheet) -> None:
    """Print the two sloping lines of a crossed cheque in the upper left corner."""
    reach = sheet.y(sheet.between(0.25, 0.4))
    for shift in (0, 1.2 * sheet.size):
        sheet.rule(0, reach + shift, reach + shift, 0)
