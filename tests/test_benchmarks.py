"""Test that benchmarks of which documents quote figures run as a user runs them."""

import importlib.util
import subprocess
import sys

from helpers.plain_documents import compose_document
from helpers.truth_folders import AMOUNTS, draw_truth_folder
from PIL import Image

from payment_ml import paths
from payment_ml.synthesis import glyphs


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


def test_document_readers_are_compared_on_own_and_composed_documents(reader_run, splits, tmp_path):
    """A row for each set of documents; what cannot be used is named, and a page without an amount is not accepted."""
    page, box = compose_document(glyphs.GlyphBank(splits["test"].images, splits["test"].labels))
    Image.fromarray(page).save(tmp_path / "page.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    left, top, right, bottom = box
    truth = tmp_path / "truth.csv"
    rows = (
        f"page.png,123450,{left},{top},{right - left},{bottom - top}",
        "broken.png,1,0,0,9,9",
        "absent.png,1,0,0,9,9",
    )
    truth.write_text("\n".join(("file,truth,x,y,w,h", *rows)))
    options = ["--generated", "2", "--without", "1", "--models", str(reader_run.models_dir)]
    command = [sys.executable, "benchmarks/documents.py", str(truth), *options]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    header, _, *table = done.stdout.splitlines()
    assert header.startswith("| documents | reader | found | digits right | value right | accepted | wrong of these |")
    own = [row.split(" | ") for row in table if row.split(" | ")[1] == "this reader"]
    assert [row[0] for row in own] == ["| truth, 1", "| composed, 2", "| no amount, 1"]
    assert own[0][2:4] == ["100.0%", "100.0%"]
    assert own[2][5:7] == ["0.0%", "0"]
    assert all(f"{name} is left out: " in done.stderr for name in ("broken.png", "absent.png"))
    assert ("payment-ml[compare]" in done.stderr) == (importlib.util.find_spec("rapidocr") is None)
