"""The command payment-ml, as a user types it."""

import csv
import io
import json
import re
import subprocess
from pathlib import Path

import pytest
from helpers.cli import COMMAND, run_cli

from payment_ml import paths

SAMPLES = paths.ROOT / "data" / "samples"


def test_help_names_every_command_and_imports_nothing_heavy():
    """What one sees first."""
    done = run_cli("--help")
    assert done.returncode == 0
    for command in ("read", "retrain", "models"):
        assert f"\n  {command}" in done.stdout


def test_reading_prints_a_table(quick_run):
    """A row a picture, and nothing but the table on the console."""
    done = run_cli("read", "--as", "digit", "--models", quick_run.models_dir, SAMPLES)
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["file", "text", "confidence", "decision", "reason"]
    assert len(lines) == 2 + len(list(SAMPLES.glob("*.png")))


def test_amounts_are_what_is_read_unless_told_otherwise(reader_run):
    """A pattern in quotes, streamed in the order of the files, with the promised columns."""
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, f"{SAMPLES}/amount-*.png")
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["file"] for row in rows] == sorted(str(path) for path in SAMPLES.glob("amount-*.png"))
    for row in rows:
        assert row["decision"] in ("accept", "review")
        assert bool(row["reason"]) == (row["decision"] == "review")
        assert set(row["digits"]) <= set("0123456789")


def test_a_broken_picture_among_amounts_costs_nobody_the_others(reader_run, tmp_path):
    """A row with empty fields, the reason, and exit status 0."""
    (tmp_path / "a.png").write_bytes((SAMPLES / "amount-01.png").read_bytes())
    (tmp_path / "b.png").write_bytes((SAMPLES / "amount-02.png").read_bytes()[:300])
    (tmp_path / "c.png").write_bytes((SAMPLES / "amount-03.png").read_bytes())
    done = run_cli("read", "--format", "jsonl", "--models", reader_run.models_dir, tmp_path)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["file"]).name for row in rows] == ["a.png", "b.png", "c.png"]
    assert (rows[1]["text"], rows[1]["digits"], rows[1]["confidence"]) == ("", "", None)
    assert "truncated or damaged" in rows[1]["reason"]


def test_many_files_show_how_far_it_is(reader_run, tmp_path):
    """On a terminal; a file for the rows."""
    read = f"{COMMAND} read --format csv --output {tmp_path}/x.csv --models {reader_run.models_dir} {SAMPLES}"
    command = f"stty cols 100 rows 30; {read}"  # tqdm shows nothing on a terminal without rows
    done = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0
    assert f"{len(list(SAMPLES.glob('*.png')))}/" in done.stdout
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 1 + len(list(SAMPLES.glob("*.png")))


def test_csv_has_the_promised_columns_and_a_row_for_what_cannot_be_read(quick_run, tmp_path):
    """One broken picture costs nobody the others; the exit status is 0, as every file got a row."""
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n cut off")
    files = [SAMPLES / "digit-01.png", tmp_path / "broken.png", tmp_path / "absent.png", SAMPLES / "digit-02.png"]
    done = run_cli("read", "--as", "digit", "--format", "csv", "--models", quick_run.models_dir, *files)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "file,text,digits,confidence,decision,reason"
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["file"] for row in rows] == [str(file) for file in files]
    assert all(rows[i]["text"] and 0 < float(rows[i]["confidence"]) <= 1 for i in (0, 3))
    for i, reason in ((1, "damaged"), (2, "no such file")):
        assert (rows[i]["text"], rows[i]["digits"], rows[i]["confidence"]) == ("", "", "")
        assert rows[i]["decision"] == "review"
        assert reason in rows[i]["reason"]


def test_jsonl_holds_the_same_as_csv(quick_run, tmp_path):
    """One object a line, into a file."""
    output = tmp_path / "readings.jsonl"
    done = run_cli(
        "read", "--as", "digit", "--format", "jsonl", "--output", output, "--models", quick_run.models_dir, SAMPLES
    )
    assert (done.returncode, done.stdout) == (0, "")
    rows = [json.loads(line) for line in output.read_text().splitlines()]
    assert len(rows) == len(list(SAMPLES.glob("*.png")))
    assert set(rows[0]) == {"file", "text", "digits", "confidence", "decision", "reason"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["read"],
        ["read", "--as", "poem", "x.png"],
        ["read", "--format", "xml", "x.png"],
        ["paint"],
        ["models", "show", "a", "b"],
    ],
    ids=["no picture", "no such kind", "no such format", "no such command", "too many"],
)
def test_wrong_usage_exits_with_2(arguments):
    """And says how it is used."""
    done = run_cli(*arguments)
    assert done.returncode == 2
    assert "Usage: " in done.stderr


def test_an_empty_folder_is_wrong_usage(tmp_path):
    """Nothing to read is said before a model is loaded."""
    done = run_cli("read", tmp_path)
    assert done.returncode == 2
    assert "holds none" in done.stderr


def test_no_model_is_one_line_and_exit_status_1(tmp_path):
    """No traceback for the clerk."""
    done = run_cli("read", "--as", "digit", "--models", tmp_path, SAMPLES / "digit-01.png")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "run make run" in done.stderr


def test_models_list_show_and_verify(quick_run):
    """The version that serves is marked, described, and as trained."""
    listed = run_cli("models", "list", "--models", quick_run.models_dir)
    assert re.search(rf"^\* +{quick_run.version} ", listed.stdout, re.M)
    assert "promoted: nothing served before" in listed.stdout
    shown = run_cli("models", "show", "--models", quick_run.models_dir)
    assert shown.stdout.startswith(f"# {quick_run.version}")
    assert "digits cut beforehand, right" in shown.stdout
    assert run_cli("models", "verify", "--models", quick_run.models_dir).returncode == 0


def test_verify_names_what_is_damaged_and_exits_with_1(run_copy):
    """For a nightly check."""
    with (run_copy.folder / "model.keras").open("ab") as file:
        file.write(b"x")
    done = run_cli("models", "verify", "--models", run_copy.models_dir)
    assert done.returncode == 1
    assert f"{run_copy.version}  DAMAGED" in done.stdout


def test_promote_and_rollback_through_the_command(run_copy):
    """A copy of the version under another name takes over, and goes again."""
    other = run_copy.models_dir / f"20200101T000000Z-cnn-{run_copy.version[-8:]}"
    subprocess.run(["cp", "-a", run_copy.folder, other], check=True)
    models = ["--models", run_copy.models_dir]
    assert run_cli("models", "promote", other.name, *models).returncode == 0
    assert re.search(rf"^\* +{other.name} ", run_cli("models", "list", *models).stdout, re.M)
    done = run_cli("models", "rollback", *models)
    assert done.stdout == f"{run_copy.version} serves digits again\n"
    again = run_cli("models", "rollback", *models)
    assert again.returncode == 1
    assert "none to go back to" in again.stderr


def test_promoting_an_unknown_version_fails(run_copy):
    """With the way to see the known ones."""
    done = run_cli("models", "promote", "nonsense", "--models", run_copy.models_dir)
    assert done.returncode == 1
    assert "see payment-ml models list" in done.stderr


def test_an_interrupted_pipe_is_quiet(quick_run):
    """payment-ml read ... | head -1."""
    command = f"{COMMAND} read --as digit --models {quick_run.models_dir} {SAMPLES} | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120)
    assert done.stdout.startswith("file")
    assert done.stderr == ""
