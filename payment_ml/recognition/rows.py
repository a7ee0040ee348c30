"""Make rows of readings: the columns that every table of readings has, and their lines of csv."""

import csv
import io
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payment_ml.imaging.image_files import NO_FILE, NOT_REGULAR, UNREADABLE

if TYPE_CHECKING:
    from payment_ml.recognition.reader import Reading

COLUMNS = ("file", "text", "digits", "confidence", "decision", "reason", "page", "value", "currency", "note")
NO_MATCH = "no file matches this pattern"
LINK_OUT = "a link out of its folder"
# Kinds of rows for what was given and not reached; they make the exit status 1.
FAILURES = frozenset((NO_FILE, NOT_REGULAR, UNREADABLE, NO_MATCH, LINK_OUT))
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # characters that make a spreadsheet take a cell for a formula
_NUMBERS = ("amount", "value")  # columns in which a minus is a sign

Row = dict[str, Any]  # column -> value, for each of `COLUMNS`


def reading_row(path: Path, reading: "Reading", page: int | None = None, currency: str | None = None) -> Row:
    """Return a reading as a row; without text, `text` and `digits` are empty and `confidence` is None.

    Parameters
    ----------
    page : number of the page, from 1; None for a format without pages
    currency : of the profile; None without one
    """
    return {
        "file": display_name(path),
        "text": reading.text,
        "digits": reading.digits,
        "confidence": round(reading.confidence, 4) if reading.text else None,
        "decision": reading.decision,
        "reason": reading.reason,
        "page": page,
        "value": None if reading.value is None else f"{reading.value:f}",
        "currency": None if reading.value is None else currency,
        "note": reading.note,
    }


def error_row(path: Path, reason: str) -> Row:
    """Return the row of a file that was not opened."""
    texts = {"file": display_name(path), "text": "", "digits": ""}
    return dict.fromkeys(COLUMNS) | texts | {"decision": "review", "reason": reason}


def display_name(path: Path) -> str:
    """Return a path as text that every encoding can write; bytes that are not UTF-8 become escape sequences."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def as_csv(rows: Iterable[Row], columns: tuple[str, ...] = COLUMNS) -> Iterator[str]:
    """Yield the lines of a csv file with the columns as its header; no cell is a formula."""
    for cells in itertools.chain([dict(zip(columns, columns, strict=True))], rows):
        line = io.StringIO()
        # The csv module quotes cells that hold a character of the line terminator; with \n alone, \r is not quoted.
        writer = csv.DictWriter(line, columns, lineterminator="\r\n")
        writer.writerow({column: _escape_formula(column, value) for column, value in cells.items()})
        yield line.getvalue().removesuffix("\r\n") + "\n"


def file_cell(path: Path, format_name: str) -> str:
    """Return the name of a file as the rows of a format give it."""
    name = display_name(path)
    return _escape_formula("file", name) if format_name.endswith("csv") else name


def _escape_formula(column: str, value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: a file gets `./` in front, other text an apostrophe."""
    if not isinstance(value, str) or not value.startswith(_FORMULA_STARTS) or column in _NUMBERS:
        return value
    return f"./{value}" if column == "file" else f"'{value}"
