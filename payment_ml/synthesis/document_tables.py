"""Lay out the tables of bills: items with prices and sums, and subtotal, tax and total below them."""

from decimal import Decimal

import numpy as np

from payment_ml.synthesis.document_amounts import random_sum
from payment_ml.synthesis.document_fields import FieldKind
from payment_ml.synthesis.document_sheets import Sheet

_CENT = Decimal("0.01")


def split_value(sheet: Sheet, count: int) -> list[Decimal]:
    """Return so many positive values that add up to the amount of a sheet, or to some sum where it has none."""
    value = sheet.amount.value if sheet.amount else Decimal(int(sheet.rng.integers(20, 900)))
    unit = Decimal(1) if value == int(value) else _CENT
    shares = sheet.rng.dirichlet(np.full(count, 2.0))
    values = [max(unit, (value * Decimal(float(share)) / unit).to_integral_value() * unit) for share in shares[1:]]
    rest = value - sum(values, Decimal(0))
    return [rest, *values] if rest > 0 else [value]


def row_height(sheet: Sheet, step: float, share: float = 0.7) -> float:
    """Return the height in pixels of a digit in a row, which takes at most this share of it.

    `step` is the distance between two rows as a share of the height of the sheet.
    """
    return min(0.95 * sheet.size, sheet.y(share * step))


def write_sum(
    sheet: Sheet, right: float, base: float, width: float, value: Decimal | None = None, height: float | None = None
) -> None:
    """Write a sum that is not the amount.

    Parameters
    ----------
    right, base, width : pixels; where it ends, its base line, and how wide it may be
    value : None draws one
    height : of a digit in pixels; None draws it around that of the amount
    """
    drawn = Decimal(int(sheet.rng.integers(100, 90000))).scaleb(-2) if value is None else value
    sheet.figures(random_sum(sheet.texts, sheet.rng, drawn), right, base, FieldKind.SUM, height, width, 1)


def random_columns(
    sheet: Sheet, keys: tuple[str, ...], left: float = 0.05, right: float = 0.95
) -> list[tuple[str, float, float]]:
    """Return columns with their left and right edges as shares of the width; items are the widest."""
    widths = [
        {"item": sheet.between(2.2, 3.5), "sum": sheet.between(1.5, 2), "date": 1.4}.get(key, 1.0) for key in keys
    ]
    edges = (left + np.concatenate([[0], np.cumsum(widths)]) / sum(widths) * (right - left)).tolist()
    return list(zip(keys, edges[:-1], edges[1:], strict=True))


def table(
    sheet: Sheet, columns: list[tuple[str, float, float]], top: float, rows: int, step: float, filled: int,
    lines: bool = True,
) -> float:  # fmt: skip
    """Print a table with its head, write items into its first rows, and return the lower edge as a share."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    head, bottom = top + step * 0.9, top + step * 0.9 + rows * step
    if sheet.chance(0.3):
        sheet.fill(x(columns[0][1]), y(top), x(columns[-1][2]), y(head), sheet.between(0.1, 0.35))
    upright = sheet.chance(0.8)
    for key, left, right in columns:
        sheet.label(
            texts.label(key), x((left + right) / 2), y(top + 0.65 * step), align=0.5, width=x(0.95 * (right - left))
        )
        if upright:
            sheet.rule(x(left), y(top), x(left), y(bottom))
    if upright:
        sheet.rule(x(columns[-1][2]), y(top), x(columns[-1][2]), y(bottom))
    for edge in (top, head, bottom, *(head + row * step for row in range(1, rows) if lines)):
        sheet.rule(x(columns[0][1]), y(edge), x(columns[-1][2]), y(edge))
    height = row_height(sheet, step)
    for row, value in enumerate(split_value(sheet, filled)):
        base = y(head + (row + 0.72) * step)
        count = int(sheet.rng.integers(1, 20))
        for key, left, right in columns:
            room = x(right - left) - 0.4 * sheet.size
            if key == "item":
                sheet.write(texts.any("goods"), x(left) + 0.2 * sheet.size, base, height, width=room)
            elif key == "date":
                sheet.figures(texts.date(), x(left) + 0.2 * sheet.size, base, FieldKind.DATE, height, room)
            elif key == "quantity":
                sheet.figures(str(count), x((left + right) / 2), base, FieldKind.NUMBER, height, room, 0.5)
            else:
                shown = value if key == "sum" else (value / count).quantize(_CENT)
                write_sum(sheet, x(right) - 0.2 * sheet.size, base, room, shown, height)
    return bottom


def totals(sheet: Sheet, columns: list[tuple[str, float, float]], top: float, step: float) -> None:
    """Write subtotal, tax or discount, and the total, below the last column of a table."""
    texts, x, y = sheet.texts, sheet.x, sheet.y
    _, left, right = columns[-1]
    left = min(left, right - 0.2)
    rows = [row for row in ("subtotal", "tax", "discount") if sheet.chance(0.5)]
    framed = sheet.chance(0.7)
    for number, row in enumerate([*rows, "total"]):
        base = y(top + (number + 0.72) * step)
        sheet.label(texts.label(row), x(left - 0.015), base, align=1, bold=row == "total", width=x(0.3))
        if framed:
            sheet.frame(x(left), y(top + number * step), x(right), y(top + (number + 1) * step))
        room, edge = x(right - left) - 0.4 * sheet.size, x(right) - 0.2 * sheet.size
        if row == "total":
            sheet.pay(edge, base, room, 1)
        else:
            write_sum(sheet, edge, base, room, height=row_height(sheet, step))
