"""Test cli.done_rows: with --skip-done only new and changed files are read, and nothing that was read is lost."""

import csv
import json
import os
import shutil
from pathlib import Path

import pytest
from helpers.cli import run_cli

from payment_ml import errors, paths
from payment_ml.cli.done_rows import DoneRows

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of two pictures, one of them named as a formula, and a file that is no picture."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number, name in ((1, "=a.png"), (2, "c.png")):
        shutil.copy(SAMPLES / f"amount-0{number}.png", folder / name)
    (folder / "notes.txt").write_text("no picture")
    return folder


def read(folder: Path, output: Path, *options: str) -> dict:
    """Read a folder, named as in a command that is given there, and return the last line."""
    done = run_cli("read", ".", "--output", output, "--skip-done", *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stderr.splitlines()[-1]) | {"told": done.stderr}


def rows_of(output: Path) -> dict[str, dict]:
    """Return the rows of an output by file."""
    with output.open(newline="") as file:
        rows = list(csv.DictReader(file)) if output.suffix == ".csv" else [json.loads(line) for line in file]
    return {Path(row["file"]).name: row for row in rows}


@pytest.mark.parametrize("name", ["amounts.csv", "amounts.jsonl"])
def test_new_files_read_only_themselves(folder, tmp_path, name):
    """Rows that are there stay as they are, even if a person has edited them; rows come in the order of the files."""
    output = tmp_path / name
    assert "0 of 3 files" in read(folder, output)["told"]
    output.write_text(output.read_text().replace(rows_of(output)["=a.png"]["text"], "77.00"))
    shutil.copy(SAMPLES / "amount-03.png", folder / "b.png")
    ending = read(folder, output)
    assert "3 of 4 files" in ending["told"]
    assert ending["pages"] == 4
    rows = rows_of(output)
    assert list(rows) == ["=a.png", "b.png", "c.png", "notes.txt"]
    assert rows["=a.png"]["text"] == "77.00"
    assert rows["b.png"]["text"]


def test_a_changed_file_is_read_again(folder, tmp_path):
    """Its row is replaced."""
    output = tmp_path / "amounts.csv"
    read(folder, output)
    before = rows_of(output)
    shutil.copy(SAMPLES / "amount-05.png", folder / "c.png")
    later = output.stat().st_mtime + 5
    os.utime(folder / "c.png", (later, later))
    assert "2 of 3 files" in read(folder, output)["told"]
    after = rows_of(output)
    assert after["c.png"]["text"] != before["c.png"]["text"]
    assert after["=a.png"] == before["=a.png"]


def test_files_that_are_gone_keep_their_rows_and_failures_are_tried_again(folder, tmp_path):
    """Keep what was read once, since it is money; try again what could not be opened, since it may be there now."""
    output = tmp_path / "amounts.csv"
    command = ["read", folder / "c.png", folder / "late.png", "--output", output, "--skip-done"]
    assert run_cli(*command).returncode == 1
    assert "no such file" in rows_of(output)["late.png"]["reason"]
    shutil.move(folder / "c.png", folder / "late.png")
    assert run_cli("read", folder / "late.png", "--output", output, "--skip-done").returncode == 0
    rows = rows_of(output)
    assert list(rows) == ["c.png", "late.png"]
    assert rows["late.png"]["text"] == rows["c.png"]["text"]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", "name,amount\nx,1\n"), ("a.jsonl", "[1]\n"), ("a.jsonl", "{"), ("a.csv", b"\xff\xfe")],
    ids=["other columns", "no objects", "no JSON", "no text"],
)
def test_a_file_that_is_no_output_is_left_alone(tmp_path, name, content):
    """It may be somebody's table."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(errors.CorruptFileError, match="to be an output of payment-ml read"):
        DoneRows.load(path, path.suffix[1:])


@pytest.mark.parametrize("options", [[], ["--output", "a.txt"], ["--output", "a.csv", "--format", "table"]])
def test_skip_done_needs_an_output_that_can_be_read_back(options, tmp_path):
    """The message says so."""
    done = run_cli("read", SAMPLES, "--skip-done", *options, cwd=tmp_path)
    assert done.returncode == 2
    assert "expected --skip-done with --output FILE.csv or FILE.jsonl" in done.stderr
