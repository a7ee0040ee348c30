"""Test cli.last_line: a command ends with a line of JSON, whatever happens."""

import json
import logging
import os
import signal
from pathlib import Path

import pytest

from payment_ml.cli.last_line import BatchSummary, end_retraining, ends_with_json
from payment_ml.errors import LockedError, RetrainingError, unread_kind


def row(reason: str | None, decision: str = "review") -> dict:
    """Return a row with what the summary counts."""
    return {"file": "slip.png", "decision": decision, "reason": reason}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (None, None),
        ("confidence 80% is below 99%", None),
        ("not read: a PDF", "a PDF"),
        ("not read: HEIC; pip install 'payment-ml[heif]'", "HEIC"),
    ],
)
def test_the_kind_of_a_row_is_in_its_reason(reason, kind):
    """It is what stands between `not read: ` and the advice."""
    assert unread_kind(reason) == kind


def test_every_row_is_counted_once(capsys):
    """The counts add up to the pages; what failed is named before the last line, and sets the exit status."""
    rows = [
        row(None, "accept"), row("too faint"), row("not read: a PDF"), row("not read: a PDF"),
        row("not read: text"), row("not read: no such file"),
    ]  # fmt: skip
    summary = BatchSummary(["no such file"])
    summary.files, summary.version = 5, "v"
    with pytest.raises(SystemExit) as ended, summary.last_line():
        assert list(summary.count(rows)) == rows
    *others, last = capsys.readouterr().err.splitlines()
    assert others == ["payment-ml: slip.png: not read: no such file"]
    ending = json.loads(last)
    assert ending.pop("seconds") >= 0
    assert ending == {
        "status": 1, "files": 5, "pages": 6, "accepted": 1, "review": 1, "not_read": {"a PDF": 2, "text": 1},
        "failed": 1, "version": "v",
    }  # fmt: skip
    assert ended.value.code == 1


def test_a_batch_without_failures_ends_with_0(capsys):
    """Pictures that could not be read are no failures: their rows say so."""
    summary = BatchSummary(["no such file"])
    with pytest.raises(SystemExit) as ended, summary.last_line():
        list(summary.count([row("not read: a PDF")]))
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().err)["status"] == 0


def stop() -> None:
    """Stop this process as a service manager does."""
    os.kill(os.getpid(), signal.SIGTERM)


def fail(error: Exception) -> None:
    """Raise an exception."""
    raise error


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (lambda: fail(OSError("disk full")), "disk full"),
        (lambda: fail(ZeroDivisionError("by zero")), "unexpected ZeroDivisionError: by zero"),
        (stop, "stopped by SIGTERM"),
    ],
    ids=["a failure", "a fault of ours", "SIGTERM"],
)
def test_whatever_ends_a_batch_the_last_line_is_json(capsys, act, reason):
    """The exit status is 1; a traceback is shown only for a fault of ours."""
    with pytest.raises(SystemExit) as ended, BatchSummary().last_line():
        act()
    lines = capsys.readouterr().err.splitlines()
    assert json.loads(lines[-1])["reason"] == reason
    assert ended.value.code == 1
    assert any("Traceback" in line for line in lines) == reason.startswith("unexpected")


@pytest.mark.parametrize(
    ("act", "status", "outcome", "reason"),
    [
        (lambda: fail(LockedError("held")), 3, "locked", "held"),
        (lambda: fail(RetrainingError("02-train failed")), 1, "failed", "02-train failed"),
        (lambda: fail(KeyError("x")), 1, "failed", "unexpected KeyError: 'x'"),
        (stop, 1, "interrupted", "stopped by SIGTERM"),
    ],
    ids=["another run", "a failed step", "a fault of ours", "SIGTERM"],
)
def test_whatever_ends_a_retraining_the_last_line_is_json(tmp_path, capsys, caplog, act, status, outcome, reason):
    """The log ends with the reason, and with the traceback of a fault of ours."""

    @ends_with_json
    def command(log_file: Path, models_dir: Path) -> None:
        act()

    with caplog.at_level(logging.ERROR), pytest.raises(SystemExit) as ended:
        command(log_file=None, models_dir=tmp_path)
    assert ended.value.code == status
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "status": status, "outcome": outcome, "reason": reason, "log": str(tmp_path / "retraining.log"),
    }  # fmt: skip
    assert f"{outcome}: {reason}" in caplog.text
    assert ("Traceback" in caplog.text) == reason.startswith("unexpected")


def test_a_retraining_that_ended_is_not_reported_twice(tmp_path, capsys):
    """The exit of the command itself passes."""

    @ends_with_json
    def command(log_file: Path, models_dir: Path) -> None:
        end_retraining(0, "promoted", log_file, "better", version="v")

    with pytest.raises(SystemExit) as ended:
        command(log_file=tmp_path / "x.log", models_dir=tmp_path)
    assert ended.value.code == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["version"] == "v"
