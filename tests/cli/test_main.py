"""Test cli.main: the command payment-ml as a user types it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.cli import COMMAND, run_cli

from payment_ml import paths
from payment_ml.recognition.rows import COLUMNS

SAMPLES = paths.ROOT / "data" / "samples"


def test_help_names_every_command():
    """It is what a user sees first."""
    done = run_cli("--help")
    assert done.returncode == 0
    for command in ("read", "evaluate", "retrain", "demo", "models"):
        assert f"\n  {command}" in done.stdout


def test_python_dash_m_runs_the_same_command():
    """For an environment whose scripts are not on the path."""
    command = [sys.executable, "-m", "payment_ml", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.replace("python -m payment_ml", "payment-ml") == run_cli("--help").stdout


def test_the_command_itself_imports_nothing_heavy():
    """Numpy, papermill and the readers are imported by the commands that need them."""
    script = "import sys; import payment_ml.cli.main; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    imported = {name.partition(".")[0] for name in done.stdout.split()}
    assert imported.isdisjoint(
        {"numpy", "papermill", "onnxruntime", "tensorflow", "cv2", "PIL", "tqdm", "filelock", "distributed"}
    )
    assert not [name for name in done.stdout.split() if name.startswith("payment_ml.recognition")]


def test_reading_prints_a_table(quick_run):
    """A row for each picture, and nothing but the table on the console."""
    done = run_cli("read", "--as", "digit", "--models", quick_run.models_dir, SAMPLES)
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stderr)["files"] == len(list(SAMPLES.iterdir()))
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["file", "text", "confidence", "decision", "reason"]
    assert len(lines) == 2 + len(list(SAMPLES.iterdir()))


def test_amounts_are_read_by_default(reader_run):
    """A pattern in quotes, in the order of the files, with the documented columns."""
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, f"{SAMPLES}/amount-*.png")
    assert (done.returncode, json.loads(done.stderr)["status"]) == (0, 0)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["file"] for row in rows] == sorted(str(path) for path in SAMPLES.glob("amount-*.png"))
    for row in rows:
        assert row["decision"] in ("accept", "review")
        assert bool(row["reason"]) == (row["decision"] == "review")
        assert set(row["digits"]) <= set("0123456789")


def test_a_broken_picture_among_amounts_leaves_the_others(reader_run, tmp_path):
    """It gets a row with empty fields and the reason, and the exit status is 0."""
    (tmp_path / "a.png").write_bytes((SAMPLES / "amount-01.png").read_bytes())
    (tmp_path / "b.png").write_bytes((SAMPLES / "amount-02.png").read_bytes()[:300])
    (tmp_path / "c.png").write_bytes((SAMPLES / "amount-03.png").read_bytes())
    done = run_cli("read", "--format", "jsonl", "--models", reader_run.models_dir, tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["file"]).name for row in rows] == ["a.png", "b.png", "c.png"]
    assert (rows[1]["text"], rows[1]["digits"], rows[1]["confidence"]) == ("", "", None)
    assert "truncated or damaged" in rows[1]["reason"]


def test_a_profile_settles_what_pictures_mean(reader_run, tmp_path):
    """Whole units only: what is read with cents goes to a person with that reason."""
    (tmp_path / "slip.toml").write_text('locale = "en_US"\ncents = "never"')
    arguments = ("read", "--format", "jsonl", "--models", reader_run.models_dir, SAMPLES)
    plain, profiled = (run_cli(*arguments, *more) for more in ((), ("--profile", tmp_path / "slip.toml")))
    assert (plain.returncode, profiled.returncode) == (0, 0), profiled.stderr
    reasons = [[json.loads(line)["reason"] or "" for line in done.stdout.splitlines()] for done in (plain, profiled)]
    assert [sum("whole units only" in reason for reason in of_one) > 0 for of_one in reasons] == [False, True]


def test_a_terminal_shows_the_progress(reader_run, tmp_path):
    """The rows go to a file."""
    read = f"{COMMAND} read --format csv --output {tmp_path}/x.csv --models {reader_run.models_dir} {SAMPLES}"
    command = f"stty cols 100 rows 30; {read}"  # tqdm shows nothing on a terminal without rows
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0
    assert f"{len(list(SAMPLES.iterdir()))}/" in done.stdout
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 1 + len(list(SAMPLES.iterdir()))


def test_csv_has_the_documented_columns_and_a_row_for_each_file(quick_run, tmp_path):
    """A broken or absent file gets a row too; the absent one makes the exit status 1."""
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    files = [SAMPLES / "digit-01.png", tmp_path / "broken.png", tmp_path / "absent.png", SAMPLES / "digit-02.png"]
    done = run_cli("read", "--as", "digit", "--format", "csv", "--models", quick_run.models_dir, *files)
    assert done.returncode == 1
    assert f"payment-ml: {tmp_path}/absent.png: not read: no such file\n" in done.stderr
    assert done.stdout.splitlines()[0] == "file,text,digits,confidence,decision,reason,page,value,currency,note"
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["file"] for row in rows] == [str(file) for file in files]
    assert all(rows[i]["text"] and 0 < float(rows[i]["confidence"]) <= 1 for i in (0, 3))
    for i, reason in ((1, "damaged"), (2, "no such file")):
        assert (rows[i]["text"], rows[i]["digits"], rows[i]["confidence"]) == ("", "", "")
        assert rows[i]["decision"] == "review"
        assert reason in rows[i]["reason"]


def test_jsonl_holds_the_same_as_csv(quick_run, tmp_path):
    """It has an object in each line, here of a file, whose suffix gives the format."""
    output = tmp_path / "readings.jsonl"
    done = run_cli("read", "--as", "digit", "--output", output, "--models", quick_run.models_dir, SAMPLES)
    assert (done.returncode, done.stdout) == (0, "")
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(rows) == len(list(SAMPLES.iterdir()))
    assert tuple(rows[0]) == COLUMNS


@pytest.mark.parametrize(
    "arguments",
    [
        ["read"],
        ["read", "--as", "poem", "x.png"],
        ["read", "--format", "xml", "x.png"],
        ["read", "--profile", "no-such-form", str(SAMPLES)],
        ["read", "--as", "digit", "--profile", "us-cheque", str(SAMPLES)],
        ["paint"],
        ["models", "show", "a", "b"],
    ],
    ids=[
        "no picture",
        "unknown kind",
        "unknown format",
        "unknown profile",
        "profile of a digit",
        "unknown command",
        "too many arguments",
    ],
)
def test_wrong_usage_exits_with_2(arguments):
    """The message shows the right usage."""
    done = run_cli(*arguments)
    assert done.returncode == 2
    assert "Usage: " in done.stderr


def test_an_empty_folder_is_wrong_usage(tmp_path):
    """The message comes before a network is loaded."""
    done = run_cli("read", tmp_path)
    assert done.returncode == 2
    assert f"expected pictures, but there are none in {tmp_path}" in " ".join(done.stderr.split())


def test_no_model_is_one_line_and_exit_status_1(tmp_path):
    """There is no traceback; the last line is JSON, as always."""
    done = run_cli("read", "--as", "digit", "--models", tmp_path, SAMPLES / "digit-01.png")
    assert done.returncode == 1
    message, last = done.stderr.splitlines()
    assert "run make train" in message
    assert json.loads(last)["status"] == 1


def test_an_interrupted_pipe_is_quiet(quick_run):
    """`payment-ml read ... | head -n 1` prints no error, only the last line."""
    command = f"{COMMAND} read --as digit --models {quick_run.models_dir} {SAMPLES} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.startswith("file")
    assert done.stderr.count("\n") == 1
    assert json.loads(done.stderr)["version"] == quick_run.version


def test_a_retraining_that_finds_a_damaged_version_ends_with_a_line_of_json(tmp_path):
    """A program that started it reads the outcome there, whatever failed."""
    script = f"""
import sys
from payment_ml import errors
from payment_ml.cli.main import main
from payment_ml.pipeline import retraining
def fail(*arguments, **options):
    raise errors.RegistryError("expected a version, but it is damaged")
retraining.retrain = fail
sys.argv = ["payment-ml", "retrain", "--models", {str(tmp_path)!r}]
main()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert (outcome["status"], outcome["outcome"]) == (1, "failed")
    assert outcome["reason"] == "expected a version, but it is damaged"
