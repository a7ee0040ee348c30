"""Readings as rows: csv, jsonl, or a table for people, each line as soon as its reading is there."""

import csv
import io
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from payment_ml import paths

COLUMNS = ("file", "text", "digits", "confidence", "decision", "reason")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula

Row = dict[str, Any]  # of `COLUMNS`


def reading_row(path: Path, reading: Any) -> Row:
    """A reading as a row; of what could not be read `text` and `digits` are empty and `confidence` is None."""
    return {
        "file": display_name(path),
        "text": reading.text,
        "digits": reading.digits,
        "confidence": round(reading.confidence, 4) if reading.text else None,
        "decision": reading.decision,
        "reason": reading.reason,
    }


def error_row(path: Path, reason: str) -> Row:
    """The row of a file that nobody tried to read."""
    return {
        "file": display_name(path),
        "text": "",
        "digits": "",
        "confidence": None,
        "decision": "review",
        "reason": reason,
    }


def display_name(path: Path) -> str:
    """A path as text that every encoding takes: bytes that are no text are spelled out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def as_csv(rows: Iterable[Row]) -> Iterator[str]:
    """Lines of a csv file with `COLUMNS`, none of whose cells is a formula."""
    for cells in itertools.chain([dict(zip(COLUMNS, COLUMNS, strict=True))], rows):
        line = io.StringIO()
        # With this end of line, cells that hold either of its characters are put in quotes; with \n alone, \r is not.
        writer = csv.DictWriter(line, COLUMNS, lineterminator="\r\n")
        writer.writerow({column: _escape_formula(column, value) for column, value in cells.items()})
        yield line.getvalue().removesuffix("\r\n") + "\n"


def _escape_formula(column: str, value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: the same file by another path, other text after an apostrophe."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    return f"./{value}" if column == "file" else f"'{value}"


def as_jsonl(rows: Iterable[Row]) -> Iterator[str]:
    """A JSON object a line."""
    for each in rows:
        yield json.dumps(each, ensure_ascii=False) + "\n"


def as_table(rows: Iterable[Row]) -> Iterator[str]:
    """Lines of a table for people."""
    shown = (
        [
            _printable(paths.display_path(Path(each["file"]).absolute())),
            each["text"] or "-",
            "-" if each["confidence"] is None else f"{each['confidence']:.1%}",
            each["decision"],
            _printable(each["reason"] or ""),
        ]
        for each in rows
    )
    yield from columns(["file", "text", "confidence", "decision", "reason"], shown)


def _printable(text: str) -> str:
    """Text without characters that move a terminal's cursor or colour it; file names may hold any."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def columns(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Columns as wide as the first hundred rows need, so that the first need not wait for the last."""
    remaining = iter(rows)
    first = list(itertools.islice(remaining, 100))
    widths = [max(len(line[i]) for line in [head, *first]) for i in range(len(head))]
    for line in itertools.chain([head, ["-" * width for width in widths]], first, remaining):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"


FORMATS: dict[str, Callable[[Iterable[Row]], Iterator[str]]] = {"table": as_table, "csv": as_csv, "jsonl": as_jsonl}
