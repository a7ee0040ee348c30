"""Test cli.evaluation: `payment-ml evaluate` as a user types it."""

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from helpers.cli import run_cli
from helpers.plain_documents import compose_document
from helpers.retrainings import Run
from helpers.truth_folders import draw_truth_folder
from PIL import Image

from payment_ml.recognition.readers import load_amount_reader
from payment_ml.synthesis.glyphs import GlyphBank

RISK = 0.3  # which nine readings without an error support, so that few drawings do
HEADINGS = (
    "Beside the model card",
    "What would be accepted at a risk",
    "Risk-coverage curve",
    "By number of digits",
    "By reason for review",
    "Mistakes, accepted and confident ones first",
)


@pytest.fixture(scope="module")
def truth(splits, tmp_path_factory) -> Path:
    """Return the csv of a folder of thirty clear amounts."""
    return draw_truth_folder(tmp_path_factory.mktemp("own"), splits["validation"])


@pytest.fixture
def box(reader_run: Run, tmp_path) -> Run:
    """Return the reader in the box in a models folder of this test."""
    subprocess.run(["cp", "-a", reader_run.models_dir, tmp_path / "models"], check=True)
    return Run(reader_run.data_dir, tmp_path / "models", reader_run.version, "")


def last_line(done: subprocess.CompletedProcess) -> dict:
    """Return the counts at the end of stderr."""
    return json.loads(done.stderr.splitlines()[-1])


def test_it_says_how_good_the_reader_is_on_these_pictures(reader_run, truth):
    """Every table is printed; the last line on stderr has the counts."""
    done = run_cli("evaluate", truth, "--models", reader_run.models_dir)
    assert done.returncode == 0, done.stderr
    assert all(f"\n{heading}\n" in done.stdout for heading in HEADINGS)
    assert "promised: at most 0.5% of the accepted are wrong" in done.stdout
    counts = last_line(done)
    assert (counts["status"], counts["pictures"], counts["not_read"], counts["value_known"]) == (0, 30, 0, 30)
    assert counts["version"] == reader_run.version
    assert counts["digits_right"] > 15
    assert counts["accepted"] <= counts["pictures"]


def test_it_says_how_good_the_reader_is_on_whole_documents(splits, tmp_path):
    """Tables for people, and the counts in the last line on stderr; what is missing makes the exit status 1."""
    page, (left, top, right, bottom) = compose_document(GlyphBank(splits["test"].images, splits["test"].labels))
    Image.fromarray(page).save(tmp_path / "cheque.png")
    lines = [
        "file,truth_digits,truth_value,x,y,w,h,words_match",
        f"cheque.png,123450,1234.50,{left},{top},{right - left},{bottom - top},yes",
    ]
    (tmp_path / "documents.csv").write_text("\n".join([*lines, "absent.png,,,,,,,"]))
    done = run_cli("evaluate", tmp_path / "documents.csv", "--as", "document")
    assert done.returncode == 1
    assert "documents.csv: 2 documents, version " in done.stdout
    for row in ("amount found", "digits right", "value right"):
        assert re.search(rf"^{row} +1 of 1 +100.0%", done.stdout, re.MULTILINE), done.stdout
    assert "payment-ml: absent.png: not read: no such file" in done.stderr
    counts = last_line(done)
    assert (counts["documents"], counts["not_read"], counts["found"], counts["accepted"]) == (2, 1, 1, 0)


def test_what_cannot_be_read_is_counted_and_makes_the_exit_status_1(reader_run, truth, tmp_path):
    """One broken picture and one that is missing stop nothing."""
    good = (truth.parent / "00.png").read_bytes()
    (tmp_path / "good.png").write_bytes(good)
    (tmp_path / "broken.png").write_bytes(good[:150])
    own = tmp_path / "truth.csv"
    own.write_text("file,truth\nbroken.png,1.00\nabsent.png,2.00\ngood.png,112.10\n")
    done = run_cli("evaluate", own, "--models", reader_run.models_dir)
    assert done.returncode == 1
    assert "payment-ml: absent.png: not read: no such file" in done.stderr
    assert "payment-ml: broken.png: not read: " in done.stderr
    counts = last_line(done)
    assert (counts["status"], counts["pictures"], counts["not_read"]) == (1, 3, 2)
    assert "1 of 1" in done.stdout or "0 of 1" in done.stdout


def test_a_recalibration_serves_under_its_profile_until_it_is_removed(box, truth):
    """`read` uses it, `models show` lists it, `models uncalibrate` removes it."""
    models = ("--models", box.models_dir)
    done = run_cli("evaluate", truth, "--profile", "us-cheque", "--risk", RISK, "--recalibrate", *models)
    assert done.returncode == 0, done.stderr
    outcome = last_line(done)["recalibrated"]
    assert outcome["supported"], outcome
    assert (box.models_dir / "calibrations" / box.version / "us-cheque.json").is_file()
    assert "and serves under this profile" in done.stdout

    rows = {
        profile: read_rows(truth.parent, box, *(("--profile", profile) if profile else ()))
        for profile in ("us-cheque", "uk-cheque", "")
    }
    accepted = {profile: sum(row["decision"] == "accept" for row in read) for profile, read in rows.items()}
    right = outcome["accepted"] - outcome["wrong"]  # a wrong one can lie outside of the range of the right ones
    assert right - 1 <= accepted["us-cheque"] <= outcome["accepted"] + 1
    assert accepted["us-cheque"] >= accepted["uk-cheque"]
    assert not any("30.0%" in row["reason"] for row in rows["uk-cheque"] + rows[""])

    again = run_cli("evaluate", truth, "--profile", "us-cheque", *models)
    assert "calibration: the profile's own" in again.stdout
    assert last_line(again)["risk"] == RISK
    assert "| us-cheque |" in run_cli("models", "show", *models).stdout
    removed = run_cli("models", "uncalibrate", "us-cheque", *models)
    assert (removed.returncode, removed.stdout.endswith("us-cheque.json\n")) == (0, True)
    assert load_amount_reader(box.models_dir, profile="us-cheque").own_calibration is None
    assert run_cli("models", "uncalibrate", "us-cheque", *models).returncode == 1


def test_too_few_pictures_file_nothing_and_say_how_many_more_it_takes(box, truth):
    """Thirty cannot support half a percent: that takes 598 without an error."""
    done = run_cli("evaluate", truth, "--profile", "us-cheque", "--recalibrate", "--models", box.models_dir)
    assert done.returncode == 0, done.stderr
    assert "at least 598 accepted readings without an error" in done.stdout
    assert "Nothing was filed" in done.stdout
    outcome = last_line(done)["recalibrated"]
    assert (outcome["supported"], outcome["risk"]) == (False, 0.005)
    assert outcome["needed"] is None or outcome["needed"] >= 568
    assert not (box.models_dir / "calibrations").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing argument"),
        (("absent.csv",), "No such file"),
        (("wrong.csv",), "there is no truth"),
        (("truth.csv", "--risk", "0"), "0<x<1"),
        (("truth.csv", "--recalibrate"), "expected --profile with --recalibrate"),
        (("truth.csv", "--as", "document", "--recalibrate"), "expected --recalibrate with --as amount"),
        (("wrong.csv", "--as", "document"), "there is no truth or truth_digits or value or truth_value"),
        (("truth.csv", "--profile", "no-such-form"), "expected a profile among"),
    ],
    ids=[
        "no csv",
        "missing csv",
        "wrong columns",
        "no risk",
        "no profile",
        "documents",
        "wrong columns of documents",
        "unknown profile",
    ],
)
def test_wrong_usage_exits_with_2(tmp_path, arguments, message):
    """The message says what is missing."""
    (tmp_path / "truth.csv").write_text("file,truth\na.png,1.00\n")
    (tmp_path / "wrong.csv").write_text("file,text\na.png,1.00\n")
    done = run_cli("evaluate", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def read_rows(folder: Path, run: Run, *arguments: object) -> list[dict[str, str]]:
    """Return the rows of `payment-ml read` for the pictures of a folder."""
    pictures = sorted(folder.glob("*.png"))
    done = run_cli("read", "--format", "csv", *arguments, "--models", run.models_dir, *pictures)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))
