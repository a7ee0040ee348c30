"""Format rows as csv, as JSON lines or as a table for people, each row as soon as it is read."""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from payment_ml import paths
from payment_ml.errors import NOT_READ
from payment_ml.recognition.rows import COLUMNS, Row, as_csv

REVIEW_COLUMNS = ("file", "amount", "checked", "status", *COLUMNS[1:])  # the page's table has the same
_ROWS_TO_MEASURE = 100  # for the widths of columns; later rows may be wider


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


def _printable(text: str) -> str:
    """Escape characters that move a terminal's cursor or change its colour; file names may hold any."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
