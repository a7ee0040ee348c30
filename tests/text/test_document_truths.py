"""Test text.document_truths: a csv says which amount stands on each document, and where."""

from decimal import Decimal

import pytest

from payment_ml.errors import TruthFileError
from payment_ml.text.document_truths import read_document_truths


@pytest.mark.parametrize(
    ("header", "cells", "digits", "value", "box", "words_match"),
    [
        ("file,truth", "a.png,12.50", "1250", "12.50", None, None),
        ("file,value", "a.png,12.50", "", "12.50", None, None),
        ("file,truth,value", "a.png,1250,12.50", "1250", "12.50", None, None),
        (
            "file,layout,truth_digits,truth_value,x,y,w,h,words_match",
            "a.png,k,1250,12.50,10,20,30,8,no",
            "1250", "12.50", (10, 20, 40, 28), False,
        ),
        ("file,truth,x,y,w,h,words_match", "a.png,,,,,,", "", None, None, None),
    ],
    ids=["an amount", "a value alone", "digits with a value", "names of a sample, with a box", "nothing to find"],
)  # fmt: skip
def test_a_row_says_what_stands_on_a_document(tmp_path, header, cells, digits, value, box, words_match):
    """Columns that it does not know are ignored; a box has its right and bottom edge."""
    (tmp_path / "truth.csv").write_text(f"{header}\n{cells}\n")
    (row,) = read_document_truths(tmp_path / "truth.csv")
    assert (row.problem, row.path, row.digits) == (None, tmp_path / "a.png", digits)
    assert row.value == (None if value is None else Decimal(value))
    assert (row.box, row.words_match, row.has_amount) == (box, words_match, value is not None)


def test_a_row_that_cannot_be_used_says_why_and_leaves_the_others(tmp_path):
    """Pages of one file are documents of their own."""
    lines = [
        "file,truth,value,page,x,y,w,h,words_match",
        ",1.00,,,,,,,",
        "a.png,none,,,,,,,",
        "a.png,1.00,one,,,,,,",
        "a.png,1.00,,,5,5,,,",
        "a.png,1.00,,,5,5,0,9,",
        "a.png,1.00,,two,,,,,",
        "a.png,1.00,,,,,,,perhaps",
        "a.pdf,1.00,,1,,,,,YES",
        "a.pdf,1.00,,2,,,,,",
        "a.pdf,1.00,,2,,,,,",
    ]
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    problems = [row.problem or "" for row in read_document_truths(tmp_path / "truth.csv")]
    numbers = "whole numbers as page, x, y, w and h"
    expected = ["no document", "but got 'none'", "but got 'one'", numbers, numbers, numbers, "yes, no or nothing"]
    assert all(part in problem for part, problem in zip(expected, problems[:7], strict=True))
    assert problems[7:] == ["", "", "the csv names this document twice"]


def test_a_csv_without_an_amount_column_is_refused(tmp_path):
    """The message says which names the column may have."""
    (tmp_path / "truth.csv").write_text("file,x\na.png,1\n")
    with pytest.raises(TruthFileError, match="there is no truth or truth_digits or value or truth_value; name"):
        read_document_truths(tmp_path / "truth.csv")
