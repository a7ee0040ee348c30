"""Read csv files that say what is written on pictures, for readers that are measured with them or learn from them."""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from payment_ml.errors import TruthFileError
from payment_ml.text import amounts
from payment_ml.text.profiles import Profile

COLUMNS = ("file", "truth", "value")  # the last one is optional; others are ignored
_PLAIN_VALUE = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class TruthRow:
    """Hold what is written on one picture, or why its row says nothing."""

    file: str  # as the csv names it
    path: Path
    truth: str  # what is written, as it was typed
    digits: str  # of `truth`, in the order in which they are written
    value: Decimal | None  # what it means in money; None where the row does not say
    problem: str | None = None  # why the row cannot be used; None if it can


@dataclass(frozen=True)
class TruthFile:
    """Hold the rows of a csv, in their order."""

    path: Path
    rows: tuple[TruthRow, ...]
    sha256: str  # of the csv


def read_truth_file(path: Path, profile: Profile | None = None) -> TruthFile:
    """Read a csv with the columns `file`, `truth` and, optionally, `value`.

    `truth` is an amount or its digits alone. `value` says what it means. Without it the value is that of `truth`, if
    `truth` has marks and means one amount; digits alone tell no value, since 123456 is written for 1234.56 too, unless
    the profile says that amounts are whole units.

    Parameters
    ----------
    path : of a csv in UTF-8, with commas, semicolons or tabs between the columns
    profile : of the form on which the amounts are written; None: nothing is assumed

    Returns
    -------
    TruthFile with a row for each line; a row that cannot be used has a problem

    Raises
    ------
    TruthFileError : the file cannot be read, is no csv, lacks a column, or has no row
    """
    rows: list[TruthRow] = []
    seen: set[Path] = set()
    table, content = read_table(path, "the columns file and truth, and optionally value", [["file"], ["truth"]])
    for cells in table:
        row = _row(path.parent, cells, profile)
        if row.problem is None and row.path in seen:
            row = _unusable(row, "the csv names this picture twice")
        seen.add(row.path)
        rows.append(row)
    return TruthFile(path, tuple(rows), hashlib.sha256(content).hexdigest())


def read_table(path: Path, expected: str, needed: Sequence[Sequence[str]]) -> tuple[list[dict[str, str]], bytes]:
    """Read a csv whose first line names its columns.

    Parameters
    ----------
    path : as in `read_truth_file`
    expected : the columns in words
    needed : for each column that must be there, the names that it may have

    Returns
    -------
    the cells of each line by column, names in lower case; and the content of the file

    Raises
    ------
    TruthFileError : as `read_truth_file`
    """
    try:
        content = path.read_bytes()
        reader = _open_csv(content.decode("utf-8-sig"))
        names = reader.fieldnames or ()
        missing = [" or ".join(options) for options in needed if not any(option in names for option in options)]
        if missing:
            raise TruthFileError(
                f"expected {expected} in {path}, but there is no {' and no '.join(missing)}; name the columns in its "
                "first line"
            )
        rows = list(reader)
    except OSError as error:
        raise TruthFileError(f"expected a csv in {path}, but got: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise TruthFileError(f"expected a csv in UTF-8 in {path}, but got: {error}; save it again as such") from error
    if not rows:
        raise TruthFileError(f"expected a line for each picture in {path}, but there is none")
    return rows, content


def money_in(value_text: str, profile: Profile | None) -> Decimal | None:
    """Return what a cell of the column `value` means; None if it is no amount of money."""
    if _PLAIN_VALUE.fullmatch(value_text):
        return Decimal(value_text)
    return amounts.parse(value_text, profile).value


def money_written(truth: str, digits: str, profile: Profile | None) -> Decimal | None:
    """Return what a written amount means in money; None where digits alone tell no value, or it has two meanings."""
    is_settled = truth != digits or (profile is not None and profile.cents == "never")
    return amounts.parse(truth, profile).value if is_settled else None


def _open_csv(text: str) -> "csv.DictReader[str]":
    """Return the rows of a csv, whose first line shows what separates the columns."""
    first_line = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    return reader


def _row(folder: Path, cells: dict[str, str], profile: Profile | None) -> TruthRow:
    file, truth, value_text = (cells.get(column, "").strip() for column in COLUMNS)
    row = TruthRow(file, folder / file, truth, amounts.digits_of(truth), None)
    if not file or "\0" in file:
        return _unusable(row, "it names no picture")
    if not row.digits:
        return _unusable(row, f"expected an amount or its digits as truth, but got {truth!r}")
    if value_text:
        value = money_in(value_text, profile)
        if value is None:
            return _unusable(row, f"expected one amount of money as value, but got {value_text!r}")
    else:
        value = money_written(truth, row.digits, profile)
    return TruthRow(file, row.path, truth, row.digits, value)


def _unusable(row: TruthRow, problem: str) -> TruthRow:
    return TruthRow(row.file, row.path, row.truth, row.digits, None, problem)
