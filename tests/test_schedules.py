"""schedules/: what is to be copied is whole, and its own tools take it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from payment_ml import paths

SCHEDULES = paths.ROOT / "schedules"
HOME = "/srv/payment-ml"  # where they expect the project


def test_nightly_runs_both_readers_and_hands_its_options_on():
    """The help of retrain, asked twice: the real command, without an hour of training."""
    done = subprocess.run([SCHEDULES / "nightly.sh", "--help"], capture_output=True, text=True, cwd="/", timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Prepare, train and evaluate") == 2


def test_nightly_fails_when_a_reader_fails():
    """The worse exit status of the two."""
    done = subprocess.run(
        [SCHEDULES / "nightly.sh", "-p", "epochs", "many"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert done.stderr.count("expected int for parameter epochs") == 2


def test_the_crontab_names_a_time_and_a_command_that_is_there():
    """Five fields that cron knows, then a command of this project."""
    lines = (SCHEDULES / "crontab").read_text().splitlines()
    (line,) = [each for each in lines if re.match(r"[\d*]", each)]
    *fields, command = line.split(maxsplit=5)
    assert all(re.fullmatch(r"\*|\d+(-\d+)?(/\d+)?", field) for field in fields)
    assert "%" not in command  # cron would end the line there
    program = command.split()[0].replace(HOME, str(paths.ROOT))
    assert shutil.which(program) == program


def test_cron_takes_the_crontab():
    """Its own parser, where this machine's cron has one to ask."""
    helped = ["crontab", "-h"] if shutil.which("crontab") else ["true"]
    if "dry run" not in subprocess.run(helped, capture_output=True, text=True, timeout=60).stderr:
        pytest.skip("no crontab that checks syntax alone on this machine")
    asked = ["crontab", "-n", str(SCHEDULES / "crontab")]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_systemd_takes_the_service_and_the_timer(tmp_path):
    """systemd-analyze verify, with this checkout as the project's home."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    for path in SCHEDULES.glob("payment-ml-retrain.*"):
        (tmp_path / path.name).write_text(path.read_text().replace(HOME, str(paths.ROOT)))
    units = sorted(map(str, tmp_path.iterdir()))
    assert len(units) == 2
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60)
    # It also complains of units of the machine itself, which are none of our business.
    ours = [line for line in done.stderr.splitlines() if "payment-ml" in line]
    assert ours == []


@pytest.mark.parametrize("name", ["airflow_dag.py", "github_actions.yml", "crontab", "payment-ml-retrain.service"])
def test_all_expect_the_project_in_one_place(name):
    """One path to change."""
    assert HOME in Path(SCHEDULES / name).read_text()


def test_the_readme_names_every_file():
    """And nothing that is not there."""
    text = (SCHEDULES / "README.md").read_text()
    for path in SCHEDULES.iterdir():
        assert path.name == "README.md" or path.name in text or path.suffix in text, path.name
