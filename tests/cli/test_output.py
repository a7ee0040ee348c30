"""Test cli.output: readings as csv, JSON lines and tables, whatever a file is called."""

import csv
import io
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_ml.cli import output
from payment_ml.recognition.readings import AmountReading
from payment_ml.recognition.rows import COLUMNS, Row, as_csv, display_name, error_row, reading_row

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
texts = st.text(st.characters(exclude_characters="\0"), max_size=30)


def row(file: str, text: str = "12.00") -> Row:
    """Return the row of a reading."""
    return reading_row(Path(file), AmountReading(text, None, "1200", 0.5, "review", "some reason"))


@given(st.lists(st.tuples(texts.filter(bool), texts), max_size=5))
def test_csv_is_read_back_and_holds_no_formula(cells):
    """Commas, quotes, newlines, and characters of any script."""
    rows = [{**row("x", text), "file": name} for name, text in cells]
    # The csv module asks for newline="" when it opens files; a lone \r in a cell must survive too.
    read_back = list(csv.DictReader(io.StringIO("".join(as_csv(rows)), newline="")))
    assert len(read_back) == len(rows)
    for after, before in zip(read_back, rows, strict=True):
        assert not after["file"].startswith(FORMULA_STARTS)
        assert not after["text"].startswith(FORMULA_STARTS)
        assert after["file"].removeprefix("./") == before["file"].removeprefix("./")
        assert after["text"].removeprefix("'") == before["text"].removeprefix("'")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.png", "+1.png", "-1.png", "@SUM(A1).png"])
def test_a_file_named_like_a_formula_gets_an_equal_path(name):
    """No spreadsheet calculates it, and a program still finds the file."""
    (read_back,) = csv.DictReader(io.StringIO("".join(as_csv([row(name)]))))
    assert read_back["file"] == f"./{name}"
    assert Path(read_back["file"]) == Path(name)


def test_a_name_that_is_not_utf_8_is_escaped():
    """A name may hold any bytes but / and NUL; a row that cannot be written would stop a batch."""
    path = Path(os.fsdecode(b"slip-\xff.png"))
    assert display_name(path) == r"slip-\xff.png"
    unread = reading_row(path, AmountReading("", None, "", 0.0, "review", "x"))
    assert json.loads("".join(output.as_jsonl([unread])))["file"] == r"slip-\xff.png"


def test_a_row_without_text_has_no_confidence():
    """Neither does the row of a file that was not opened."""
    unread = reading_row(Path("a.png"), AmountReading("", None, "", 0.0, "review", "no amount"))
    assert unread == error_row(Path("a.png"), "no amount")
    assert unread["confidence"] is None


def test_value_currency_and_note_have_columns():
    """A value is decimal text, and has a currency only with a profile; a page is numbered from 1."""
    reading = AmountReading("1234.50", Decimal("1234.50"), "123450", 0.99, "accept", None, note="a note")
    read = reading_row(Path("a.tif"), reading, page=2, currency="USD")
    assert [read[column] for column in ("page", "value", "currency", "note")] == [2, "1234.50", "USD", "a note"]
    assert [row("a.png")[column] for column in ("page", "value", "currency", "note")] == [None] * 4
    assert tuple(read) == tuple(error_row(Path("a.tif"), "x")) == COLUMNS
    assert "a.tif, page 2" in "".join(output.as_table([read]))


@pytest.mark.parametrize(
    ("name", "asked", "expected"),
    [
        ("x.csv", None, "csv"), ("x.JSONL", None, "jsonl"), ("x.csv", "table", "table"), ("x.txt", None, "table"),
        (None, None, "table"), (None, "csv", "csv"),
    ],
)  # fmt: skip
def test_the_suffix_of_the_output_gives_the_format_unless_one_is_asked_for(name, asked, expected):
    """An output called x.csv is a csv file."""
    assert output.format_for(None if name is None else Path(name), asked) == expected


def test_a_table_lets_no_name_move_the_cursor():
    """Escape sequences and newlines are escaped."""
    lines = list(output.as_table([row("a\x1b[2Jb\nc.png")]))
    assert len(lines) == 3
    assert r"a\x1b[2Jb\nc.png" in lines[2]


def test_columns_are_as_wide_as_their_widest_cell():
    """Lines have no trailing spaces."""
    lines = list(output.align_columns(["a", "long"], [["xyz", "1"], ["", "22"]]))
    assert lines == ["a    long\n", "---  ----\n", "xyz  1\n", "     22\n"]


def test_review_csv_has_what_to_enter_first():
    """An amount that nobody has to check, then those to check, and what was not read; a minus is a sign."""
    accepted = AmountReading("-12.00", Decimal("-12.00"), "1200", 0.999, "accept", None)
    rows = [
        reading_row(Path("a.png"), accepted, currency="EUR"),
        row("b.png"),
        error_row(Path("c.png"), "not read: damaged"),
    ]
    lines = list(csv.DictReader(io.StringIO("".join(output.as_review_csv(rows)))))
    assert tuple(lines[0]) == ("file", "amount", "checked", "status", *COLUMNS[1:])
    assert [(line["amount"], line["checked"], line["status"]) for line in lines] == [
        ("-12.00", "no", "accepted"), ("", "no", "to check"), ("", "no", "not read"),
    ]  # fmt: skip
    assert (lines[0]["text"], lines[0]["value"], lines[0]["currency"]) == ("'-12.00", "-12.00", "EUR")
