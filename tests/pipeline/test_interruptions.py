"""Test retraining under faults, with real processes: kills, a full disk, poisoned corrections, a damaged champion."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
from helpers.cli import COMMAND, run_cli
from helpers.processes import kill_session, processes_in_session
from helpers.retrainings import Run
from PIL import Image

from payment_ml import paths
from payment_ml.datasets.splits import Split
from payment_ml.feedback.store import FeedbackStore
from payment_ml.registry.registry import Registry
from payment_ml.synthesis import amount_images

QUICK = ("retrain", "--quick", "-p", "architecture", "mlp")


def serving(models_dir: Path) -> tuple[bytes, bytes]:
    """Return the bytes of champions.json and of the digit champion's network, which is verified."""
    registry = Registry(models_dir)
    champion = registry.champion("digits")
    registry.verify(champion)
    return (models_dir / "champions.json").read_bytes(), champion.network_path.read_bytes()


def last_line(output: str) -> dict:
    """Return the JSON that a retraining prints for programs."""
    return json.loads(output.strip().splitlines()[-1])


def test_a_kill_at_any_file_event_leaves_a_champion_and_no_half_version(tmp_path):
    """Before, within and after each write of a new version, its metadata, the promotion, pruning and rollback."""
    done = subprocess.run(
        [sys.executable, "-m", "helpers.killed_registry", str(tmp_path / "base"), str(tmp_path / "work")],
        capture_output=True, text=True, timeout=300, check=False, cwd=paths.ROOT / "tests",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    states = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(states) > 40
    assert not states[-1]["died"]
    assert all("error" not in state and state["damaged"] == [] and state["left"] == [] for state in states), states
    champions = {state["champion"] for state in states}
    assert states[0]["served"] in champions
    assert len(champions) == 2  # the previous champion or the new one, never anything else


@contextmanager
def retraining_until(run: Run, arguments: tuple, moment: Callable[[Path, str], bool]) -> Iterator[subprocess.Popen]:
    """Yield a real retraining in its own session, once `moment` returns True for its models folder and its log."""
    command = [str(COMMAND), *arguments, "--data", str(run.data_dir), "--models", str(run.models_dir)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    log = run.models_dir / "retraining.log"
    start = log.stat().st_size if log.is_file() else 0
    deadline = time.monotonic() + 300
    try:
        while not moment(run.models_dir, log.read_text()[start:] if log.is_file() else ""):
            assert process.poll() is None, process.stderr.read()[-2000:]
            assert time.monotonic() < deadline, "it never came to the moment"
            time.sleep(0.02)
        yield process
    finally:
        kill_session(process.pid)
        process.wait()


def kernel_of(process: subprocess.Popen) -> psutil.Process:
    """Return the kernel that papermill started inside of a retraining."""
    children = psutil.Process(process.pid).children(recursive=True)
    return next(child for child in children if "ipykernel_launcher" in " ".join(child.cmdline()))


def test_a_killed_kernel_fails_its_step(run_copy):
    """Papermill alone would wait, or call the notebook completed."""
    before = serving(run_copy.models_dir)
    with retraining_until(run_copy, QUICK, lambda _, log: "begins with random weights" in log) as process:
        kernel_of(process).kill()
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    summary = last_line(output)
    assert summary["outcome"] == "failed"
    assert "02-train failed" in summary["reason"]
    assert "nothing was promoted" in summary["reason"]
    assert "02-train failed" in errors
    assert serving(run_copy.models_dir) == before


def test_a_run_killed_in_its_evaluation_is_resumed_without_training_and_a_tie_changes_nothing(run_copy):
    """The same command again only evaluates, and files one version; the lock of the dead process is free.

    The champion's own recipe and seed give an equal network: no promotion, exit status 0.
    """
    before = serving(run_copy.models_dir)
    command = ("retrain", "--quick")
    with retraining_until(run_copy, command, lambda _, log: "step 3 of 3" in log) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert serving(run_copy.models_dir) == before
        trained = Registry(run_copy.models_dir).latest()
        deadline = time.monotonic() + 30
        while any("ipykernel" in " ".join(member.cmdline()) for member in processes_in_session(process.pid)):
            assert time.monotonic() < deadline, "the kernel outlived its run"
            time.sleep(0.2)
    done = run_cli(*command, "--data", run_copy.data_dir, "--models", run_copy.models_dir)
    assert done.returncode == 0, done.stderr[-2000:]
    summary = last_line(done.stdout)
    assert summary["version"] == trained.name
    assert f"resuming with {trained.name}" in done.stderr
    assert "step 2 of 3: 02-train was done" in done.stderr
    assert len(Registry(run_copy.models_dir).versions()) == 2
    assert list((run_copy.models_dir / "runs").iterdir()) == []
    assert summary["outcome"] == "kept the champion"
    assert "as many as" in summary["reason"]
    assert serving(run_copy.models_dir) == before


@pytest.mark.parametrize(
    ("option", "message"),
    [("--timeout", "took longer than the 0.05 minutes"), ("--cell-timeout", "01-prepare-data failed: ")],
    ids=["the whole run", "a cell"],
)
def test_a_run_that_exceeds_its_time_promotes_nothing(run_copy, option, message):
    """No kernel is left behind."""
    before = serving(run_copy.models_dir)
    folders = ("--data", run_copy.data_dir, "--models", run_copy.models_dir)
    done = run_cli(*QUICK, option, "0.05" if option == "--timeout" else "0.001", *folders)
    assert done.returncode == 1, done.stdout
    summary = last_line(done.stdout)
    assert summary["outcome"] == "failed"
    assert message in summary["reason"]
    assert serving(run_copy.models_dir) == before
    commands = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not [command for command in commands if str(run_copy.models_dir) in command]


@pytest.fixture
def small_disk(run_copy, tmp_path) -> Iterator[Run]:
    """Yield the quick run with its models on a disk that has less room left than a run takes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    used = sum(path.stat().st_size for path in run_copy.models_dir.rglob("*") if path.is_file())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={used + 300_000}", "tmpfs", str(disk)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here: {mounted.stderr.strip()}")
    try:
        subprocess.run(["cp", "-a", run_copy.models_dir, disk / "models"], check=True)
        yield Run(run_copy.data_dir, disk / "models", run_copy.version, run_copy.output)
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_full_disk_fails_the_run_and_keeps_the_champion(small_disk):
    """With a limit it fails before the first step; without one, in the step that fills the disk."""
    before = serving(small_disk.models_dir)
    folders = ("--data", small_disk.data_dir, "--models", small_disk.models_dir)
    done = run_cli(*QUICK, *folders)
    assert done.returncode == 1
    assert "expected 1,000 MB free" in last_line(done.stdout)["reason"]
    assert "step 1" not in done.stderr
    done = run_cli(*QUICK, "--least-free", "0", *folders)
    assert done.returncode == 1
    assert "No space left on device" in last_line(done.stdout)["reason"]
    assert serving(small_disk.models_dir) == before
    assert len(Registry(small_disk.models_dir).versions()) == 1
    assert Registry(small_disk.models_dir).damaged() == []


def test_a_champion_with_a_flipped_byte_gives_way_to_the_previous_one(run_copy):
    """`read` refuses it by name; the next retraining rolls back, trains, and still exits with 1."""
    registry = Registry(run_copy.models_dir)
    first = registry.get(run_copy.version)
    second = registry.register(lambda path: path.write_bytes(first.network_path.read_bytes()), dict(first.metadata))
    registry.promote(second)
    content = bytearray(second.network_path.read_bytes())
    content[len(content) // 2] ^= 1
    second.network_path.write_bytes(content)
    image = run_copy.models_dir.parent / "one.png"
    Image.new("L", (40, 40), 255).save(image)
    done = run_cli("read", "--as", "digit", "--models", run_copy.models_dir, image)
    assert done.returncode == 1
    assert second.name in done.stderr
    done = run_cli(*QUICK, "--data", run_copy.data_dir, "--models", run_copy.models_dir)
    assert done.returncode == 1
    summary = last_line(done.stdout)
    assert f"{first.name}, the champion before it, serves digits again" in summary["reason"]
    assert summary["version"]  # it retrained all the same
    assert registry.champion("digits").name == first.name
    assert run_cli("read", "--as", "digit", "--models", run_copy.models_dir, image).returncode == 0


def data_with_corrections(folder: Path, run: Run, train: Split, label_of: Callable[[int, int], int]) -> Path:
    """Return a folder of data with 120 corrections of digits, each labelled by what it shows and its number."""
    data_dir = folder / "data"
    data_dir.mkdir()
    (data_dir / "raw").symlink_to((run.data_dir / "raw").resolve())
    store, rng = FeedbackStore(data_dir / "feedback"), np.random.default_rng(1)
    chosen = rng.choice(len(train.labels), 120, replace=False)
    for place, (image, digit) in enumerate(
        amount_images.render_digits(train.images[chosen], train.labels[chosen], 120, rng)
    ):
        store.save(Image.fromarray(image), "digits", str(label_of(digit, place)), {}, "a program")
    return data_dir


def curated(data_dir: Path) -> dict:
    """Return what notebook 01 made of the corrections."""
    corrections = json.loads((data_dir / "prepared" / "manifest.json").read_text())["corrections"]
    assert corrections["came_in"] == 120
    return corrections


def test_wrong_corrections_do_not_make_the_champion_worse(run_copy, splits, tmp_path):
    """30% have a wrong label: the challenger that learned them is promoted only if it reads no fewer digits.

    A quick champion is never confident enough to contradict a label; test_curation has that case.
    """
    data_dir = data_with_corrections(
        tmp_path, run_copy, splits["train"], lambda digit, place: (digit + 1) % 10 if place % 10 < 3 else digit
    )
    before = serving(run_copy.models_dir)
    warm = ("retrain", "--quick", "-p", "warm_start", "True", "-p", "epochs", "1")
    done = run_cli(*warm, "--data", data_dir, "--models", run_copy.models_dir)
    assert done.returncode == 0, done.stderr[-3000:]
    curated(data_dir)
    decision = Registry(run_copy.models_dir).get(last_line(done.stdout)["version"]).metadata["verdict"]
    if decision["promoted"]:
        assert decision["challenger_wrong"] <= decision["champion_wrong"]
    else:
        assert serving(run_copy.models_dir) == before


def test_corrections_that_all_say_seven_are_quarantined(run_copy, splits, tmp_path):
    """Run notebook 01 on 120 corrections with one label: at most 30 are learned."""
    data_dir = data_with_corrections(tmp_path, run_copy, splits["train"], lambda digit, place: 7)
    values = ("-p", "data_dir", str(data_dir), "-p", "models_dir", str(run_copy.models_dir))
    done = subprocess.run(
        [sys.executable, "-m", "papermill", "notebooks/01-prepare-data.ipynb", str(tmp_path / "01.ipynb"), *values],
        capture_output=True, text=True, timeout=300, check=False, cwd=paths.ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert curated(data_dir)["set_aside"]["too many of one label"] >= 90
