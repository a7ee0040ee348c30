"""Read csv files that say which amount stands on whole documents, and where, to measure a reader with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from payment_ml.text import amounts, truth_files
from payment_ml.text.profiles import Profile

# Names that a column may have, the first one that a row fills counts.
_TRUTH, _VALUE = ("truth", "truth_digits"), ("value", "truth_value")
_EXPECTED = "the columns file, and truth or value, and optionally page, x, y, w, h and words_match"
_BOX = ("x", "y", "w", "h")
_YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": None}


@dataclass(frozen=True)
class DocumentTruth:
    """Hold which amount stands on one document, or why its row says nothing."""

    file: str  # as the csv names it
    path: Path
    truth: str  # what is written in figures, as it was typed; empty where the row does not say
    digits: str  # of `truth`
    value: Decimal | None  # what it means in money; None where the row does not say
    page: int | None = None  # of the file, from 1; None: it has one
    box: tuple[int, int, int, int] | None = None  # of the figures: left, top, right, bottom in pixels of the picture
    words_match: bool | None = None  # the amount in words is the one in figures; None where the row does not say
    problem: str | None = None  # why the row cannot be used; None if it can

    @property
    def has_amount(self) -> bool:
        """Return whether there is an amount to find."""
        return bool(self.digits) or self.value is not None


def read_document_truths(path: Path, profile: Profile | None = None) -> tuple[DocumentTruth, ...]:
    """Read a csv with the columns `file`, `truth` or `value`, and optionally `page`, `x`, `y`, `w`, `h`, `words_match`.

    `truth` and `value` are those of `truth_files.read_truth_file`, and may be called `truth_digits` and `truth_value`.
    A document without an amount has neither. `x`, `y`, `w` and `h` are the box of the figures, in pixels.

    Parameters
    ----------
    path, profile : as in `read_truth_file`

    Returns
    -------
    a row for each line; one that cannot be used has a problem

    Raises
    ------
    TruthFileError : as `read_truth_file`
    """
    table, _ = truth_files.read_table(path, _EXPECTED, [["file"], [*_TRUTH, *_VALUE]])
    rows: list[DocumentTruth] = []
    seen: set[tuple[Path, int | None]] = set()
    for cells in table:
        row = _row(path.parent, cells, profile)
        if row.problem is None and (row.path, row.page) in seen:
            row = replace(row, problem="the csv names this document twice")
        seen.add((row.path, row.page))
        rows.append(row)
    return tuple(rows)


def _row(folder: Path, cells: Mapping[str, str], profile: Profile | None) -> DocumentTruth:
    file, truth, value_text = (_cell(cells, *names) for names in (("file",), _TRUTH, _VALUE))
    digits = amounts.digits_of(truth)
    row = DocumentTruth(file, folder / file, truth, digits, None)
    if not file or "\0" in file:
        return replace(row, problem="it names no document")
    if truth and not digits:
        return replace(row, problem=f"expected an amount or its digits as truth, or nothing, but got {truth!r}")
    value = truth_files.money_in(value_text, profile) if value_text else None
    if value_text and value is None:
        return replace(row, problem=f"expected one amount of money as value, but got {value_text!r}")
    if value is None and digits:
        value = truth_files.money_written(truth, digits, profile)
    match = _cell(cells, "words_match").casefold()
    if match not in _YES_OR_NO:
        return replace(row, problem=f"expected yes, no or nothing as words_match, but got {match!r}")
    try:
        page = int(_cell(cells, "page") or 0) or None
        box = _box([_cell(cells, side) for side in _BOX])
    except ValueError:
        return replace(row, problem="expected whole numbers as page, x, y, w and h, w and h above 0, or nothing")
    return replace(row, value=value, page=page, box=box, words_match=_YES_OR_NO[match])


def _cell(cells: Mapping[str, str], *names: str) -> str:
    """Return the first of several columns that a row fills; empty if it fills none."""
    return next((text for name in names if (text := (cells.get(name) or "").strip())), "")


def _box(sides: list[str]) -> tuple[int, int, int, int] | None:
    """Return left, top, right and bottom; None where no side is given.

    Raises
    ------
    ValueError : a side is missing or no number, or the box has no pixels
    """
    if not any(sides):
        return None
    left, top, width, height = (round(float(side)) for side in sides)
    if width < 1 or height < 1:
        raise ValueError
    return left, top, left + width, top + height
