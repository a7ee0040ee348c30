"""Write the table of checked amounts as an Excel workbook."""

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

_NUMBERS = ("amount", "confidence")  # columns that are numbers in the workbook
_FORMATS = {"amount": "#,##0.00", "confidence": "0.0%"}
_WIDTHS = {"file": 28, "amount": 16, "reason": 60}  # characters; other columns have Excel's own


def workbook(rows: Sequence[Sequence[str | None]]) -> bytes:
    """Return an .xlsx file with one sheet.

    Parameters
    ----------
    rows : the first is the header; amounts and confidences have a decimal point, whatever the reader's language
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("amounts")
    sheet.freeze_panes = "A2"
    header = [str(name) for name in rows[0]]
    for index, name in enumerate(header):
        if name in _WIDTHS:
            sheet.column_dimensions[chr(ord("A") + index)].width = _WIDTHS[name]
    heading = []
    for name in header:
        cell = WriteOnlyCell(sheet, value=name)
        cell.font = Font(bold=True)
        heading.append(cell)
    sheet.append(heading)
    for row in rows[1:]:
        sheet.append([_cell(sheet, name, value) for name, value in zip(header, row, strict=True)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: object, column: str, value: str | None) -> WriteOnlyCell:
    """Return a cell; a text that begins like a formula stays a text."""
    if column in _NUMBERS and value:
        cell = WriteOnlyCell(sheet, value=float(value))
        cell.number_format = _FORMATS[column]
        return cell
    cell = WriteOnlyCell(sheet, value=value or None)
    if value:
        cell.data_type = "s"
    return cell
