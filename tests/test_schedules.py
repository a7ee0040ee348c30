"""Test schedules/: the files that users copy are complete, and the tools that they are for accept them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from payment_ml import paths

SCHEDULES = paths.ROOT / "schedules"
HOME = "/srv/payment-ml"  # where they expect the project


def test_nightly_retrains_both_readers_and_passes_its_options_on():
    """With --help the real command runs twice without training."""
    done = subprocess.run(
        [SCHEDULES / "nightly.sh", "--help"], capture_output=True, text=True, cwd="/", timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Prepare, train and evaluate") == 2


def test_nightly_fails_when_a_retraining_fails():
    """Its exit status is the higher one of the two."""
    done = subprocess.run(
        [SCHEDULES / "nightly.sh", "-p", "epochs", "many"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("expected int or None for parameter epochs") == 2


def test_the_crontab_names_a_time_and_an_existing_command():
    """A line has five fields that cron knows, then a command of this project."""
    lines = (SCHEDULES / "crontab").read_text().splitlines()
    (line,) = [line for line in lines if re.match(r"[\d*]", line)]
    *fields, command = line.split(maxsplit=5)
    assert all(re.fullmatch(r"\*|\d+(-\d+)?(/\d+)?", field) for field in fields)
    assert "%" not in command  # cron ends the command there
    program = command.split()[0].replace(HOME, str(paths.ROOT))
    assert shutil.which(program) == program


def test_cron_accepts_the_crontab():
    """Only some versions of cron can check a file without installing it."""
    help_command = ["crontab", "-h"] if shutil.which("crontab") else ["true"]
    if "dry run" not in subprocess.run(help_command, capture_output=True, text=True, timeout=60, check=False).stderr:
        pytest.skip("no crontab that checks syntax alone on this machine")
    check_command = ["crontab", "-n", str(SCHEDULES / "crontab")]
    done = subprocess.run(check_command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_systemd_accepts_the_service_and_the_timer(tmp_path):
    """`systemd-analyze verify` runs with this checkout as the project's home."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this machine")
    for path in SCHEDULES.glob("payment-ml-retrain.*"):
        (tmp_path / path.name).write_text(path.read_text().replace(HOME, str(paths.ROOT)))
    units = sorted(map(str, tmp_path.iterdir()))
    assert len(units) == 2
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, timeout=60, check=False
    )
    # It also reports problems of the machine's own units.
    assert [line for line in done.stderr.splitlines() if "payment-ml" in line] == []


@pytest.mark.parametrize("name", ["airflow_dag.py", "github_actions.yml", "crontab", "payment-ml-retrain.service"])
def test_all_expect_the_project_in_the_same_folder(name):
    """A user has one path to change."""
    assert HOME in Path(SCHEDULES / name).read_text()


def test_the_readme_names_every_file():
    """A unit may be named by its suffix alone."""
    text = (SCHEDULES / "README.md").read_text()
    files = [path for path in SCHEDULES.iterdir() if path.is_file() and path.name != "README.md"]
    assert [path.name for path in files if path.name not in text and path.suffix not in text] == []
