"""Test text.truth_files: a csv says what is written on each picture, or why it does not."""

from decimal import Decimal

import pytest

from payment_ml.errors import TruthFileError
from payment_ml.text.profiles import load_profile
from payment_ml.text.truth_files import read_truth_file


@pytest.mark.parametrize(
    ("truth", "value", "profile", "digits", "expected"),
    [
        ("1,234.56", "", None, "123456", "1234.56"),
        ("123456", "1234.56", None, "123456", "1234.56"),
        ("123456", "", None, "123456", None),
        ("2650", "", "integer-cheque", "2650", "2650"),
        ("2.650.-", "", "integer-cheque", "2650", "2650"),
        ("3,22,000/-", "", "indian-cheque", "322000", "322000"),
        ("1.234", "", None, "1234", None),
        ("12", "12", None, "12", "12"),
        ("7 50", '"1.234,50"', None, "750", "1234.50"),
    ],
    ids=[
        "an amount",
        "digits with a value",
        "digits alone",
        "digits on a form of whole units",
        "an amount on a form of whole units",
        "lakhs",
        "an ambiguous amount",
        "a value in whole units",
        "a value in another spelling",
    ],
)
def test_a_row_has_the_digits_that_are_written_and_their_value_where_it_is_known(
    tmp_path, truth, value, profile, digits, expected
):
    """Digits alone mean 1234.56 or 123456, and only a value or a profile tells which."""
    quoted = f'"{truth}"' if "," in truth else truth
    (tmp_path / "truth.csv").write_text(f"file,truth,value\na.png,{quoted},{value}\n")
    (row,) = read_truth_file(tmp_path / "truth.csv", load_profile(profile)).rows
    assert (row.problem, row.digits, row.path) == (None, digits, tmp_path / "a.png")
    assert row.value == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    "content",
    [
        b"file,truth\na.png,12.50\n",
        b"\xef\xbb\xbffile;truth\r\na.png;12.50\r\n",
        b"Truth\tnote\tFile\n12.50\tx\ta.png\n",
    ],
    ids=["commas", "as a spreadsheet writes it", "tabs, in another order and with another column"],
)
def test_usual_ways_to_write_a_csv_are_understood(tmp_path, content):
    """Spreadsheets of many countries separate columns by semicolons."""
    (tmp_path / "truth.csv").write_bytes(content)
    (row,) = read_truth_file(tmp_path / "truth.csv").rows
    assert (row.file, row.value) == ("a.png", Decimal("12.50"))


def test_a_row_that_cannot_be_used_says_why_and_leaves_the_others(tmp_path):
    """No truth, no name, a value that is no money, a picture that is named twice, and a line that is too short."""
    lines = [
        "file,truth,value",
        "a.png,,",
        ",12.50,",
        "b.png,12.50,twelve",
        "c.png,12.50,12.50",
        "c.png,1.00,",
        "d.png",
    ]
    (tmp_path / "truth.csv").write_text("\n".join(lines))
    problems = [row.problem or "" for row in read_truth_file(tmp_path / "truth.csv").rows]
    expected = ["but got ''", "names no picture", "but got 'twelve'", "", "twice", "but got ''"]
    assert all(part in problem for part, problem in zip(expected, problems, strict=True))
    assert [not problem for problem in problems] == [False, False, False, True, False, False]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is no file and no truth"),
        (b"file,text\na.png,1\n", "there is no truth"),
        (b"file,truth\n", "there is none"),
        (b"file,truth\na.png,\xff\n", "in UTF-8"),
        (None, "No such file"),
    ],
    ids=["empty", "another column", "no row", "another encoding", "missing"],
)
def test_a_file_that_is_no_such_csv_is_refused(tmp_path, content, message):
    """The message says what it lacks."""
    path = tmp_path / "truth.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TruthFileError, match=message):
        read_truth_file(path)
