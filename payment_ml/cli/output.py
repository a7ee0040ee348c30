"""Format readings as csv, as JSON lines or as a table for people, each row as soon as it is read."""

import csv
import io
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payment_ml import paths
from payment_ml.errors import NOT_READ

if TYPE_CHECKING:
    from payment_ml.recognition.reader import Reading

COLUMNS = ("file", "text", "digits", "confidence", "decision", "reason", "page", "value", "currency", "note")
REVIEW_COLUMNS = ("file", "amount", "checked", "status", *COLUMNS[1:])  # the page's table has the same
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # characters that make a spreadsheet take a cell for a formula
_NUMBERS = ("amount", "value")  # columns in which a minus is a sign
_ROWS_TO_MEASURE = 100  # for the widths of columns; later rows may be wider

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


def as_review_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a csv file for people who check amounts, with the header `REVIEW_COLUMNS`.

    `amount` is empty unless the reading was accepted; nobody has checked it yet.
    """
    return as_csv((row | _review_cells(row) for row in rows), REVIEW_COLUMNS)


def _review_cells(row: Row) -> Row:
    accepted = row["decision"] == "accept"
    not_read = (row["reason"] or "").startswith(NOT_READ)
    status = "accepted" if accepted else "not read" if not_read else "to check"
    return {"amount": row["value"] or row["text"] if accepted else "", "checked": "no", "status": status}


def as_jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a line with a JSON object for each row."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def as_table(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a table for people."""
    cells = (
        [
            _printable(
                paths.display_path(Path(row["file"]).absolute()) + (f", page {row['page']}" if row["page"] else "")
            ),
            row["text"] or "-",
            "-" if row["confidence"] is None else f"{row['confidence']:.1%}",
            row["decision"],
            _printable("; ".join(text for text in (row["reason"], row["note"]) if text)),
        ]
        for row in rows
    )
    yield from align_columns(["file", "text", "confidence", "decision", "reason"], cells)


def align_columns(header: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield lines with aligned columns; only the first rows set the widths, so that output starts before the end."""
    remaining = iter(rows)
    first = list(itertools.islice(remaining, _ROWS_TO_MEASURE))
    widths = [max(len(row[i]) for row in [header, *first]) for i in range(len(header))]
    for row in itertools.chain([header, ["-" * width for width in widths]], first, remaining):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"


FORMATS: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {
    "table": as_table, "csv": as_csv, "jsonl": as_jsonl, "review-csv": as_review_csv,
}  # fmt: skip


def format_for(output: Path | None, format_name: str | None) -> str:
    """Return the format that was asked for, by name or by the suffix of the output; else a table.

    Parameters
    ----------
    format_name : a key of `FORMATS`; None leaves it to the suffix
    """
    suffix = "" if output is None else output.suffix.lower().removeprefix(".")
    return format_name or (suffix if suffix in FORMATS else "table")


def _escape_formula(column: str, value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: a file gets `./` in front, other text an apostrophe."""
    if not isinstance(value, str) or not value.startswith(_FORMULA_STARTS) or column in _NUMBERS:
        return value
    return f"./{value}" if column == "file" else f"'{value}"


def file_cell(path: Path, format_name: str) -> str:
    """Return the name of a file as the rows of a format give it."""
    name = display_name(path)
    return _escape_formula("file", name) if format_name.endswith("csv") else name


def _printable(text: str) -> str:
    """Escape characters that move a terminal's cursor or change its colour; file names may hold any."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
