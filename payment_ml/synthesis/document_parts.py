"""Lay out the parts that many documents share: labelled lines, amount boxes, words, dates, print and codes."""

from collections.abc import Sequence

import numpy as np

from payment_ml.synthesis import document_drawings
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_placement import Box
from payment_ml.synthesis.document_sheets import Sheet

_LETTER = 0.52  # width of an average letter in capital heights
_ARABIC = (
    "التاريخ", "المبلغ", "ادفعوا لأمر", "التوقيع", "بنك الجزيرة الوطني", "رقم الحساب", "فقط لا غير",
    "البنك العربي للتجارة", "ادفعوا بموجب هذا الشيك", "الفرع",
)  # fmt: skip


def line(
    sheet: Sheet, label: str, text: str, left: float, right: float, base: float,
    kind: FieldKind = FieldKind.WRITING, ruled: bool | None = None,
) -> None:  # fmt: skip
    """Print a label and a rule from `left` to `right`, and write a text on it; the label stands before or below."""
    below = sheet.chance(0.12)
    start = left
    if below:
        sheet.label(label, left + sheet.between(0, 0.1) * (right - left), base + 1.9 * sheet.small)
    else:
        box = sheet.label(label, left, base, width=0.5 * (right - left))
        start = box[2] + sheet.size * sheet.between(0.2, 0.6)
    if ruled or (ruled is None and sheet.chance(0.8)):
        sheet.rule(start, base + 0.12 * sheet.size, right, base + 0.12 * sheet.size, dotted=sheet.chance(0.25))
    if text:
        room = right - start
        x = start + room * sheet.between(0, 0.15)
        put(sheet, text, x, base, kind, right - x)


def put(
    sheet: Sheet, text: str, x: float, base: float, kind: FieldKind, width: float = np.inf, align: float = 0
) -> Box:
    """Write words, or digits where the kind has digits."""
    is_digits = kind in (FieldKind.DATE, FieldKind.NUMBER, FieldKind.SUM)
    write = sheet.figures if is_digits else sheet.write
    return write(text, x, base, kind=kind, width=width, align=align)


def pay_box(sheet: Sheet, left: float, base: float, right: float, framed: bool | None = None) -> None:
    """Write the amount between `left` and `right`, with its printed currency, in a box, on a rule, or bare.

    A sheet without an amount has the empty box.
    """
    size, sign = sheet.size, sheet.amount.sign if sheet.amount else ""
    gap = size * sheet.between(0.15, 0.7)
    sign_height = size * sheet.between(0.55, 1.1)
    sign_inside = sheet.chance(0.6)
    behind = sign in ("€", "EUR", "DT", "DH", "CHF", "Euro") and sheet.chance(0.35)
    inner_left, inner_right = left + gap, right - gap
    if sign and behind:
        box = sheet.label(
            sign, right - gap if sign_inside else right + gap, base, sign_height, align=float(sign_inside)
        )
        inner_right = min(inner_right, box[0] - gap)
    elif sign:
        box = sheet.label(
            sign, left + gap if sign_inside else left - gap, base, sign_height, align=float(not sign_inside)
        )
        inner_left = max(inner_left, box[2] + gap)
    over, under = size * sheet.between(1.25, 2.0), size * sheet.between(0.2, 0.8)
    form = sheet.rng.random() if framed is None else (0.0 if framed else 0.9)
    if form < 0.65:
        if sheet.chance(0.15):
            sheet.fill(left, base - over, right, base + under, sheet.between(0.04, 0.15))
        sheet.frame(left, base - over, right, base + under)
        if sign and not behind and sign_inside and sheet.chance(0.3):
            sheet.rule(inner_left - 0.5 * gap, base - over, inner_left - 0.5 * gap, base + under)
    elif form < 0.85:
        sheet.rule(inner_left, base + 0.15 * size, right, base + 0.15 * size, dotted=sheet.chance(0.3))
    align = 0 if sheet.chance(0.7) else 0.5 if sheet.chance(0.6) else 1
    slack = 0.25 * (inner_right - inner_left) * sheet.between(0, 1) if align == 0 else 0
    anchor = inner_left + slack + align * (inner_right - inner_left)
    sheet.pay(anchor, base, max(inner_right - inner_left - slack, 0.5 * (right - left)), align)


def words(
    sheet: Sheet, label: str, left: float, right: float, base: float, leading: float, lines: int = 2, after: str = ""
) -> None:
    """Write the amount in words on one or more ruled lines; without words, the lines stay empty.

    Parameters
    ----------
    leading : pixels between two base lines
    after : printed at the end of the last line, such as `DOLLARS`
    """
    height = sheet.size * sheet.between(0.7, 1.05)
    box = sheet.label(label, left, base, width=0.4 * (right - left))
    first = box[2] + sheet.size * 0.4 if label else left
    end = right
    if after:
        end = sheet.label(after, right, base + (lines - 1) * leading, align=1)[0] - 0.4 * sheet.size
    dotted = sheet.chance(0.2)
    for number in range(lines):
        start = first if number == 0 else left
        stop = end if number == lines - 1 else right
        under = base + number * leading + 0.14 * sheet.size
        sheet.rule(start, under, stop, under, dotted=dotted)
    text = sheet.amount.words if sheet.amount else ""
    rows = split_words(sheet, text, (end if lines == 1 else right) - first, height, lines)
    for number, part in enumerate(rows):
        start = first if number == 0 else left + sheet.between(0, 0.1) * (right - left)
        stop = end if number == lines - 1 else right
        row = base + number * leading
        box = sheet.write(part, start + 0.2 * sheet.size, row, height, FieldKind.WORDS, stop - start)
        if number == len(rows) - 1 and sheet.chance(0.3):
            sheet.stroke(box[2] + 0.4 * sheet.size, stop, row - 0.3 * height)


def split_words(sheet: Sheet, text: str, width: float, height: float, lines: int) -> list[str]:
    """Break a text into at most so many lines, the first about as long as `width` pixels allow, or shorter."""
    if not text:
        return []
    stretch = sheet.scribe.words.stretch * (1.25 if text.isupper() else 1)
    room = max(8, width / (_LETTER * height * stretch))
    if sheet.chance(0.15):
        room = min(room, 0.65 * len(text))
    rows: list[str] = [""]
    for word in text.split():
        if rows[-1] and len(rows[-1]) + len(word) >= room and len(rows) < lines:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def date(sheet: Sheet, left: float, right: float, base: float) -> None:
    """Write a date on a line, or in a comb of eight or six cells."""
    label = sheet.texts.label("date")
    if sheet.chance(0.7):
        line(sheet, label, sheet.texts.date(), left, right, base, FieldKind.DATE)
        return
    day, month, year = sheet.texts.day()
    text = f"{day:02d}{month:02d}{year}" if sheet.chance(0.7) else f"{day:02d}{month:02d}{year % 100:02d}"
    marks = "/" if sheet.chance(0.3) else ""
    if marks:
        text = "/".join((text[:2], text[2:4], text[4:]))
    box = sheet.label(label, left, base, width=0.35 * (right - left))
    start = box[2] + 0.4 * sheet.size
    cell = min((right - start) / len(text), 1.3 * sheet.size)
    height = sheet.size * sheet.between(1.0, 1.5)
    sheet.comb(text, start, base - 0.85 * height, cell, FieldKind.DATE, height, marks)
    if sheet.chance(0.4):
        letters = "DDMMYYYY"
        for number in range(min(8, len(text))):
            sheet.label(letters[number], start + (number + 0.5) * cell, base + 0.9 * height, 0.7 * sheet.small, 0.5)


def number_line(sheet: Sheet, label: str, text: str, left: float, right: float, base: float) -> None:
    """Write or print a number beside its label, in a box, on a rule or bare."""
    way = sheet.rng.random()
    box = sheet.label(label, left, base, width=0.45 * (right - left))
    start = box[2] + 0.4 * sheet.size
    if way < 0.4:
        sheet.label(
            text, start, base, sheet.size * sheet.between(0.5, 0.95), width=right - start, kind=FieldKind.NUMBER
        )
    elif way < 0.6:
        bare = text.replace(" ", "").replace("-", "")
        height = sheet.size * sheet.between(1.0, 1.4)
        sheet.comb(bare, start, base - 0.85 * height, (right - start) / len(bare), FieldKind.NUMBER, height)
    else:
        if sheet.chance(0.5):
            sheet.frame(start - 0.2 * sheet.size, base - 1.3 * sheet.size, right, base + 0.35 * sheet.size)
        sheet.figures(text, start, base, FieldKind.NUMBER, width=right - start - 0.2 * sheet.size)


def signature(sheet: Sheet, left: float, right: float, base: float) -> None:
    """Sign above or below a label, most often on a rule."""
    width = (right - left) * sheet.between(0.5, 0.95)
    height = min(sheet.size * sheet.between(1.4, 3.4), 0.25 * sheet.height)
    if sheet.chance(0.7):
        sheet.rule(left, base, right, base, dotted=sheet.chance(0.2))
    above = sheet.chance(0.25)
    sheet.label(sheet.texts.label("signature"), left + sheet.between(0, 0.3) * (right - left),
                base - 1.2 * height if above else base + 2 * sheet.small)  # fmt: skip
    if sheet.chance(0.93):
        sheet.sign(left + sheet.between(0, 0.3) * (right - left), base, width, height)


def heading(sheet: Sheet, text: str, x: float, base: float, align: float = 0, width: float = np.inf) -> Box:
    """Print a title at most so many pixels wide, often with a logo before it; returns the box of the title."""
    left = x
    height = sheet.size * sheet.between(0.75, 1.5)
    if align == 0 and sheet.chance(0.6):
        size = round(height * sheet.between(1.6, 3))
        sheet.draw(document_drawings.logo(size, sheet.rng), x, base - 0.8 * size)
        x += size + 0.5 * height
    return sheet.label(
        text, x, base, height, align, bold=sheet.chance(0.6), width=min(0.55 * sheet.width, width - x + left)
    )


def block(
    sheet: Sheet, texts: Sequence[str], left: float, base: float, align: float = 0, width: float = np.inf
) -> float:
    """Print lines of text below each other; returns the base line after the last."""
    leading = sheet.small * sheet.between(1.6, 2.2)
    for text in texts:
        sheet.label(text, left, base, align=align, width=width)
        base += leading
    return base


def address_block(sheet: Sheet) -> list[str]:
    """Return the lines of a printed address."""
    texts = sheet.texts
    rows = [texts.payee(), texts.address(), texts.town()]
    if sheet.chance(0.5):
        rows.append(f"{texts.label('telephone')} {texts.telephone()}")
    return rows


def code_line(sheet: Sheet, base: float, barred: bool | None = None) -> None:
    """Print the line of magnetic ink at the foot of a cheque."""
    texts, rng = sheet.texts, sheet.rng
    height = max(9.0, sheet.size * sheet.between(0.5, 0.85))
    x, gap = sheet.x(sheet.between(0.05, 0.25)), sheet.x(sheet.between(0.02, 0.09))
    for count in ((6, 9, 6, 2), (6, 9, 12), (9, 10, 4), (7, 12, 12))[int(rng.integers(4))]:
        digits = texts.digits(count)
        if barred or (barred is None and sheet.chance(0.15)):
            ink = document_drawings.barred_ink(digits, height, 1)
        else:
            mark = "ABCD"[int(rng.integers(4))]
            ink = document_drawings.magnetic_ink(f"{mark}{digits}{mark if sheet.chance(0.6) else ''}", height, rng)
        if x + ink.shape[1] > 0.97 * sheet.width:
            return
        x = sheet.code(ink, digits, x, base)[2] + gap


def small_print(sheet: Sheet, x: float, base: float, width: float) -> None:
    """Print a remark."""
    sheet.label(sheet.texts.any("note"), x, base, 0.8 * sheet.small, width=width)


def stamp(sheet: Sheet, x: float, y: float) -> None:
    """Print a rubber stamp around a point."""
    width = round(sheet.size * sheet.between(4, 7))
    word = sheet.texts.any("town").upper()
    sheet.draw(document_drawings.stamp(word, width, sheet.rng), x - width / 2, y - width / 2)


def arabic(sheet: Sheet, x: float, base: float, align: float = 1) -> None:
    """Print a label in Arabic."""
    text = _ARABIC[int(sheet.rng.integers(len(_ARABIC)))]
    sheet.label(text, x, base, sheet.small * 1.2, align)
