"""Test that benchmarks of which documents quote figures run as a user runs them."""

import importlib.util
import subprocess
import sys

from helpers.truth_folders import AMOUNTS, draw_truth_folder

from payment_ml import paths


def test_readers_are_compared_on_own_pictures(reader_run, splits, tmp_path):
    """Two pictures, one of which is missing, give a table; without RapidOCR a message says how to install it."""
    truth = draw_truth_folder(tmp_path, splits["validation"], AMOUNTS[:2])
    with truth.open("a") as file:
        file.write("absent.png,1.00\n")
    command = [sys.executable, "benchmarks/real.py", str(truth), "--models", str(reader_run.models_dir)]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    header, _, first, *others = done.stdout.splitlines()
    assert header.startswith("| pictures | reader | digits right | value right | accepted | wrong of these | ms")
    assert first.startswith("| truth, 2 | this reader | ")
    is_installed = importlib.util.find_spec("rapidocr") is not None
    assert [line.split(" | ")[1] for line in others] == ["RapidOCR"] * is_installed
    assert ("payment-ml[compare]" in done.stderr) == (not is_installed)


def test_known_forms_are_compared_with_the_search_of_a_page(reader_run, splits):
    """Three pages give the places of their forms, and a row for each kind of profile."""
    command = [sys.executable, "benchmarks/known_form.py", "--pages", "3", "--models", str(reader_run.models_dir)]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    places, _, header, _, *rows = done.stdout.splitlines()
    assert places.startswith("form found on 3 of 3 pages, its region at an overlap of at least 0.8 on 3")
    assert "another form found on 0 of 6" in places
    assert header.startswith("| profile with | amount right | accepted | wrong of these |")
    names = ["picture of the form", "region alone", "search of the page"]
    assert [row.split(" | ")[0] for row in rows] == [f"| {name}" for name in names]


def test_document_readers_are_compared_on_composed_documents(reader_run, splits):
    """Documents and pages without an amount give a row each; nothing is accepted wrongly on the latter."""
    folders = ["--models", str(reader_run.models_dir)]
    command = [sys.executable, "benchmarks/documents.py", "--generated", "2", "--without", "1", *folders]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    header, _, *rows = done.stdout.splitlines()
    assert header.startswith("| documents | reader | found | digits right | value right | accepted | wrong of these |")
    own = [row.split(" | ") for row in rows if row.split(" | ")[1] == "this reader"]
    assert [row[0] for row in own] == ["| composed, 2", "| no amount, 1"]
    assert own[1][5:7] == ["0.0%", "0"]
    assert ("payment-ml[compare]" in done.stderr) == (importlib.util.find_spec("rapidocr") is None)
