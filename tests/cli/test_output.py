"""rows: readings as csv, jsonl and tables, whatever a file is called."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_ml.cli import output
from payment_ml.recognition.readings import AmountReading

text = st.text(st.characters(exclude_characters="\0"), max_size=30)


def row(file: str, told: str = "12.00") -> output.Row:
    """A reading of a file."""
    return output.reading_row(Path(file), AmountReading(told, None, "1200", 0.5, "review", "some reason"))


@given(st.lists(st.tuples(text.filter(bool), text), max_size=5))
def test_csv_is_read_back_and_holds_no_formula(named):
    """Commas, quotes, newlines, signs of any script."""
    given_rows = [{**row("x", told), "file": name} for name, told in named]
    # newline="" is how the csv module wants files to be opened; a lone \r in a cell must survive too.
    read = list(csv.DictReader(io.StringIO("".join(output.as_csv(given_rows)), newline="")))
    assert len(read) == len(given_rows)
    for back, each in zip(read, given_rows, strict=True):
        assert not back["file"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert not back["text"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert back["file"].removeprefix("./") == each["file"].removeprefix("./")
        assert back["text"].removeprefix("'") == each["text"].removeprefix("'")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.png", "+1.png", "-1.png", "@SUM(A1).png"])
def test_a_file_named_like_a_formula_is_the_same_file_by_another_path(name):
    """No spreadsheet calculates it, and a program still finds it."""
    (read,) = csv.DictReader(io.StringIO("".join(output.as_csv([row(name)]))))
    assert read["file"] == f"./{name}"
    assert Path(read["file"]) == Path(name)


def test_a_name_that_is_no_text_is_spelled_out():
    """Any bytes but / and NUL may stand in a name; a row that cannot be written would stop a batch."""
    path = Path(os.fsdecode(b"slip-\xff.png"))
    assert output.display_name(path) == r"slip-\xff.png"
    assert json.loads(
        "".join(output.as_jsonl([output.reading_row(path, AmountReading("", None, "", 0.0, "review", "x"))]))
    )


def test_a_table_lets_no_name_move_the_cursor():
    """Escape sequences and newlines are spelled out."""
    lines = list(output.as_table([row("a\x1b[2Jb\nc.png")]))
    assert len(lines) == 3
    assert r"a\x1b[2Jb\nc.png" in lines[2]
