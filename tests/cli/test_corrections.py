"""Test cli.corrections: an archive of keyed amounts becomes corrections, is listed, exported and imported elsewhere."""

import csv
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from helpers.cli import run_cli
from helpers.drawn_amounts import draw_amount
from PIL import Image

from payment_ml import atomic_files
from payment_ml.feedback import curation
from payment_ml.feedback.dataset import QUARANTINE
from payment_ml.feedback.deduplication import HeldOutImages
from payment_ml.feedback.store import FeedbackStore
from payment_ml.synthesis import glyphs

AMOUNTS = ["2,650.00", "1,407.55", "318.00", "96.41", "7,250.10", "43,215.00", "880.36", "5,019.72"]
NOTHING_HELD_OUT = HeldOutImages(np.zeros((0, 28, 28), np.uint8), [])


def digits_of(text: str) -> str:
    """Return the digits of an amount."""
    return "".join(filter(str.isdigit, text))


def write_csv(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    """Write rows of file, truth and value."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "truth", "value"), *rows])
    return path


@pytest.fixture(scope="module")
def archive(splits, tmp_path_factory) -> Path:
    """Return a folder of clear amounts, of which only the digits were keyed."""
    folder = tmp_path_factory.mktemp("archive")
    train = splits["train"]
    bank = glyphs.GlyphBank(train.images[:3000], train.labels[:3000])
    for number, text in enumerate(AMOUNTS):
        Image.fromarray(draw_amount(bank, text)).save(folder / f"{number}.png")
    write_csv(folder / "TRUTH.csv", [(f"{i}.png", digits_of(text), "") for i, text in enumerate(AMOUNTS)])
    return folder


@pytest.fixture(scope="module")
def imported(archive, reader_run, tmp_path_factory) -> tuple[Path, dict]:
    """Return the folder of data that the archive was imported into, and the last line of the import."""
    data_dir = tmp_path_factory.mktemp("imported") / "data"
    done = run_cli(
        "corrections", "import", archive / "TRUTH.csv", "--data", data_dir, "--models", reader_run.models_dir
    )
    assert done.returncode == 0, done.stderr
    return data_dir, json.loads(done.stderr.splitlines()[-1])


def test_an_archive_of_digits_becomes_corrections_with_marks(imported, reader):
    """Nobody keyed a mark, and the network learns those that are written."""
    data_dir, ending = imported
    assert (ending["status"], ending["rows"], ending["failed"], ending["known"]) == (0, 8, 0, 0)
    assert ending["accepted"] + sum(ending["quarantine"].values()) == 8
    assert ending["accepted"] >= 7
    feedback = FeedbackStore(data_dir / "feedback")
    curated = curation.curate(feedback, {"amounts": reader}, NOTHING_HELD_OUT)
    written = {item.digits: item.written for item in curated if item.use != QUARANTINE}
    assert len(written) == ending["accepted"]
    assert all(digits_of(text) == digits for digits, text in written.items())
    expected = {digits_of(text): text for text in AMOUNTS}
    assert np.mean([text == expected[digits] for digits, text in written.items()]) >= 0.7
    assert ending["with_marks"] >= 0.7 * len(written)


def test_importing_the_same_archive_again_adds_nothing(archive, imported, reader_run):
    """Every picture is known, and no record is touched."""
    data_dir, ending = imported
    before = {path: path.stat().st_mtime_ns for path in (data_dir / "feedback").glob("*.*")}
    done = run_cli("corrections", "import", archive, "--data", data_dir, "--models", reader_run.models_dir)
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stderr.splitlines()[-1])
    assert (again["accepted"], again["known"], again["source"]) == (0, 8, ending["source"])
    assert {path: path.stat().st_mtime_ns for path in (data_dir / "feedback").glob("*.*")} == before


def test_an_export_can_be_imported_elsewhere(imported, reader_run, tmp_path):
    """The same labels arrive, and the pictures are the same."""
    data_dir, _ = imported
    done = run_cli("corrections", "export", tmp_path / "out.zip", "--data", data_dir)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["exported"] == 8
    assert "TRUTH.csv" in zipfile.ZipFile(tmp_path / "out.zip").namelist()
    other = tmp_path / "data"
    done = run_cli(
        "corrections", "import", tmp_path / "out.zip", "--data", other, "--models", reader_run.models_dir,
        "--source", "branch-7",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    there, here = FeedbackStore(other / "feedback"), FeedbackStore(data_dir / "feedback")
    assert there.names() == here.names()
    assert all(there.get(name).label == here.get(name).label for name in here.names())
    assert {there.get(name).source for name in there.names()} == {"branch-7"}


def test_bad_rows_are_named_and_stop_nothing(archive, reader_run, tmp_path):
    """A broken picture, a missing one, words, a contradiction, and the amount of another picture."""
    (tmp_path / "broken.png").write_bytes((archive / "0.png").read_bytes()[:200])
    for name in ("0.png", "1.png", "2.png", "3.png"):
        (tmp_path / name).write_bytes((archive / name).read_bytes())
    truth = write_csv(
        tmp_path / "keyed.csv",
        [
            ("broken.png", "100", ""), ("missing.png", "100", ""), ("0.png", "two thousand", ""),
            ("1.png", "140755", "99.00"), ("2.png", "318.00", "318.00"), ("3.png", "74652918", ""),
        ],
    )  # fmt: skip
    data_dir = tmp_path / "data"
    done = run_cli("corrections", "import", truth, "--data", data_dir, "--models", reader_run.models_dir)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    ending = json.loads(lines[-1])
    assert (ending["status"], ending["accepted"], ending["failed"]) == (1, 1, 4)
    assert sum(ending["quarantine"].values()) == 1
    for file in ("broken.png", "missing.png", "0.png", "1.png"):
        assert any(line.startswith(f"payment-ml: {file}: expected") for line in lines), done.stderr
    listed = run_cli("corrections", "list", "--data", data_dir)
    assert listed.returncode == 0, listed.stderr
    assert "74652918" in listed.stdout
    assert "impossible" in listed.stdout
    counts = json.loads(listed.stderr.splitlines()[-1])
    assert (counts["corrections"], counts["waiting"], counts["quarantine"]) == (2, 1, 1)


def test_a_profile_says_what_digits_mean_and_the_quota_takes_a_part(archive, reader_run, tmp_path):
    """Cheques without cents: 265000 are units. Three of the eight pictures are imported, the same every time."""
    arguments = ["import", archive / "TRUTH.csv", "--profile", "integer-cheque", "--quota", "3", "--source", "bank"]
    data_dir = tmp_path / "data"
    for accepted in (True, False):
        done = run_cli("corrections", *arguments, "--data", data_dir, "--models", reader_run.models_dir)
        ending = json.loads(done.stderr.splitlines()[-1])
        assert (ending["beyond_quota"], ending["known"]) == (5, 0 if accepted else 3)
    feedback = FeedbackStore(data_dir / "feedback")
    labels = [feedback.get(name).label for name in feedback.names()]
    assert len(labels) == 3
    assert all(label.text == f"{label.digits}.00" for label in labels)
    assert atomic_files.read_json(data_dir / "feedback" / "batches" / "bank.json")["quota"] == 3
    assert "bank" in run_cli("corrections", "list", "--data", data_dir).stdout


def test_a_zip_names_no_picture_outside_of_it(archive, reader_run, tmp_path):
    """Somebody else may have made it: its absolute path is refused, and its own picture imported."""
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as made:
        made.write(archive / "0.png", "bank/0.png")
        made.writestr("bank/TRUTH.csv", f"file,truth\n0.png,265000\n{archive / '1.png'},140755\n")
    arguments = ["--data", tmp_path / "data", "--models", reader_run.models_dir]
    done = run_cli("corrections", "import", tmp_path / "made.zip", *arguments)
    ending = json.loads(done.stderr.splitlines()[-1])
    assert (done.returncode, ending["accepted"], ending["failed"]) == (1, 1, 1)
    assert "leads out of it" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["import", "nowhere.csv"], "does not exist"),
        (["import", ".", "--source", "../x"], "expected a name of letters"),
        (["import", ".", "--profile", "no-such"], "expected a profile among"),
        (["export", "."], "exists"),
    ],
    ids=["no csv", "source", "profile", "export over a folder"],
)
def test_wrong_usage_is_refused_before_anything_happens(tmp_path, arguments, message):
    """The exit status is 2."""
    done = run_cli("corrections", *arguments, "--data", tmp_path / "data", cwd=tmp_path)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert not (tmp_path / "data").exists()


def test_a_folder_without_a_csv_is_an_error_in_words(tmp_path):
    """The last line is JSON all the same."""
    done = run_cli("corrections", "import", tmp_path, "--data", tmp_path / "data")
    assert done.returncode == 1
    assert json.loads(done.stderr.splitlines()[-1])["reason"].startswith("expected a TRUTH.csv in")
    assert "Traceback" not in done.stderr
