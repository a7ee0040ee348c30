"""Test cli.progress, and the log and the metrics of a batch."""

import json
import shutil

import pytest
from helpers.cli import run_cli
from prometheus_client.parser import text_string_to_metric_families

from payment_ml import paths
from payment_ml.cli import progress

SAMPLES = paths.ROOT / "data" / "samples"
ROWS = [
    {"decision": "accept", "reason": None},
    {"decision": "review", "reason": "not read: a PDF"},
    {"decision": "review", "reason": "too faint"},
    {"decision": "accept", "reason": None},
]


def test_off_a_terminal_lines_tell_how_far_it_is():
    """Tell how many of all, how fast, what share was accepted, how many were not read, and how long it still takes."""
    told: list[str] = []
    assert list(progress.follow(ROWS, 10, told.append, initial=2, bar=False, seconds=0)) == ROWS
    assert len(told) == 4
    assert told[1].startswith("4 of 10 pictures, ")
    assert ", 50% accepted, 1 not read, 00:0" in told[3]


def test_lines_come_no_more_often_than_asked_for():
    """A batch of seconds tells nothing."""
    told: list[str] = []
    list(progress.follow(ROWS, 4, told.append, bar=False))
    assert told == []


def test_on_a_terminal_a_bar_shows_the_counts(capsys):
    """And no lines."""
    told: list[str] = []
    list(progress.follow(ROWS, 4, told.append, bar=True, seconds=0))
    assert told == []
    bar = capsys.readouterr().err
    assert "reading" in bar
    assert "4/4" in bar


@pytest.fixture
def folder(tmp_path):
    """Return a folder of two pictures and a file that is none."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in (1, 2):
        shutil.copy(SAMPLES / f"amount-0{number}.png", folder)
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_a_log_for_programs_has_an_object_a_line(folder, tmp_path):
    """Log what was not read, and how the batch ended, with the same counts as the last line."""
    done = run_cli("read", folder, "--log", tmp_path / "logs" / "read.log", "--log-format", "json")
    lines = [json.loads(line) for line in (tmp_path / "logs" / "read.log").read_text().splitlines()]
    assert [line["level"] for line in lines] == ["INFO", "INFO"]
    assert lines[0]["message"].endswith("notes.txt: not read: text")
    ending = json.loads(done.stderr.splitlines()[-1])
    assert {name: lines[-1][name] for name in ending} == ending
    assert all(line["time"].startswith("20") for line in lines)


def test_a_log_for_people_has_a_line_with_the_time_for_each_event(folder, tmp_path):
    """It is continued by the next batch."""
    for _ in range(2):
        assert run_cli("read", folder, "--log", tmp_path / "read.log").returncode == 0
    lines = (tmp_path / "read.log").read_text().splitlines()
    assert len(lines) == 4
    assert " INFO    read ended: status 0, files 3, pages 3" in lines[-1]


def test_metrics_are_in_the_format_of_prometheus(folder, tmp_path):
    """Counts by outcome, the time, and the version."""
    done = run_cli("read", folder, tmp_path / "missing.png", "--metrics", tmp_path / "read.prom")
    assert done.returncode == 1
    ending = json.loads(done.stderr.splitlines()[-1])
    families = text_string_to_metric_families((tmp_path / "read.prom").read_text())
    samples = {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}
    for outcome in ("accepted", "review", "failed"):
        assert samples["payment_ml_read_pages", outcome] == ending[outcome]
    assert samples["payment_ml_read_pages", "not_read"] == 1
    assert samples["payment_ml_read_status",] == 1
    assert samples["payment_ml_read_version_info", ending["version"]] == 1
    assert samples["payment_ml_read_ended_timestamp_seconds",] > 1.7e9


def test_metrics_that_cannot_be_written_make_the_batch_fail(folder, tmp_path):
    """The rows are there all the same, and the last line says why the status is 1."""
    done = run_cli("read", folder, "--format", "csv", "--metrics", tmp_path / "no folder" / "read.prom")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 4
    ending = json.loads(done.stderr.splitlines()[-1])
    assert ending["status"] == 1
    assert "no folder" in ending["reason"]
