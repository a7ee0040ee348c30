"""Test cli.row_reader: several processes give the rows that one gives, and a process that dies stops no picture."""

import csv
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest
from helpers.cli import COMMAND, run_cli
from helpers.crashing_reader import POISON, open_crashing_reader
from PIL import Image

from payment_ml import errors, paths
from payment_ml.cli.row_reader import CRASHED, RowReader, available_cores, identity
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.readers import load_amount_reader

SAMPLES = sorted((paths.ROOT / "data" / "samples").glob("amount-*.png"))


def workers_of(command: int) -> list[psutil.Process]:
    """Return the processes that a command has started to read."""
    return [child for child in psutil.Process(command).children() if "spawn_main" in " ".join(child.cmdline())]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Return a folder of three chunks and a half of pictures, and a file that is none."""
    folder = tmp_path_factory.mktemp("many")
    for i in range(3 * BATCH_SIZE + BATCH_SIZE // 2):
        shutil.copy(SAMPLES[i % len(SAMPLES)], folder / f"{i:04}.png")
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_two_processes_write_the_same_bytes_as_one(folder, reader_run, tmp_path):
    """So does one process for each core, which is the default."""
    outputs = [tmp_path / name for name in ("one.csv", "two.csv", "all.csv")]
    for output, jobs in zip(outputs, (["--jobs", "1"], ["--jobs", "2"], []), strict=True):
        done = run_cli("read", folder, "--output", output, "--models", reader_run.models_dir, *jobs)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stderr.splitlines()[-1])["not_read"] == {"text": 1}
    assert outputs[0].read_bytes() == outputs[1].read_bytes() == outputs[2].read_bytes()
    assert len(outputs[0].read_text().splitlines()) == 1 + 3 * BATCH_SIZE + BATCH_SIZE // 2 + 1


def test_a_killed_process_loses_no_picture(folder, reader_run, tmp_path):
    """Whichever pictures it was reading are read by another."""
    output = tmp_path / "amounts.csv"
    command = [COMMAND, "read", folder, "--output", output, "--models", reader_run.models_dir, "--jobs", "2"]
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (workers := workers_of(process.pid)):
        assert time.monotonic() < deadline
        assert process.poll() is None, "it ended before its processes began"
        time.sleep(0.01)
    os.kill(workers[0].pid, signal.SIGKILL)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    alone = tmp_path / "alone.csv"
    assert run_cli("read", folder, "--output", alone, "--models", reader_run.models_dir, "--jobs", "1").returncode == 0
    assert output.read_bytes() == alone.read_bytes()


def test_an_interrupted_batch_ends_its_processes(folder, reader_run, tmp_path):
    """SIGTERM ends the command with status 1 and its last line, and no process stays behind."""
    command = [
        COMMAND,
        "read",
        folder,
        "--output",
        tmp_path / "a.csv",
        "--models",
        reader_run.models_dir,
        "--jobs",
        "2",
    ]
    process = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while len(workers := workers_of(process.pid)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert json.loads(told.splitlines()[-1])["reason"] == "stopped by SIGTERM"
    deadline = time.monotonic() + 20
    while any(worker.is_running() for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_picture_that_kills_its_process_gets_a_row(reader_run, tmp_path):
    """The pictures beside it are read all the same, in order."""
    pages = [(path, path) for path in SAMPLES * (2 * BATCH_SIZE // len(SAMPLES) + 1)]
    poison = tmp_path / f"{POISON}.png"
    shutil.copy(SAMPLES[0], poison)
    pages[BATCH_SIZE + 7] = (poison, poison)
    opener = functools.partial(open_crashing_reader, reader_run.models_dir)
    rows = list(RowReader(opener(), opener, jobs=2).rows(pages))
    assert [row["reason"] for row in rows if CRASHED in (row["reason"] or "")] == [
        f"not read: {CRASHED}; look whether it opens in another program"
    ]
    assert rows[BATCH_SIZE + 7]["file"] == str(poison)
    expected = [row["text"] for row in RowReader(load_amount_reader(reader_run.models_dir)).rows(pages[: len(SAMPLES)])]
    texts = [row["text"] for row in rows]
    texts[BATCH_SIZE + 7] = expected[(BATCH_SIZE + 7) % len(SAMPLES)]
    assert texts == [expected[i % len(SAMPLES)] for i in range(len(pages))]


def test_a_process_with_another_reader_refuses(reader_run):
    """A version that was promoted meanwhile would read a part of the batch."""
    reader = load_amount_reader(reader_run.models_dir)
    opener = functools.partial(load_amount_reader, reader_run.models_dir, profile="us-cheque")
    pages = [(SAMPLES[0], SAMPLES[0])] * (BATCH_SIZE + 1)
    with pytest.raises(errors.RegistryError, match="expected every process to read with the same network"):
        list(RowReader(reader, opener, jobs=2).rows(pages))


def test_documents_are_handed_out_a_few_at_a_time(tmp_path):
    """Two processes share the pages of one PDF, and each page has the row that one process gives it."""
    pages = [Image.open(path).convert("L") for path in SAMPLES]
    pages = [pages[i % len(pages)] for i in range(2 * DocumentReader.batch_size + 1)]
    pages[0].save(tmp_path / "post.pdf", save_all=True, append_images=pages[1:], resolution=150)
    outputs = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for output, jobs in zip(outputs, "12", strict=True):
        done = run_cli("read", tmp_path / "post.pdf", "--as", "document", "--jobs", jobs, "--output", output)
        assert done.returncode == 0, done.stderr
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    with outputs[1].open(encoding="utf-8", newline="") as file:
        assert [row["page"] for row in csv.DictReader(file)] == [str(i + 1) for i in range(len(pages))]


def test_the_identity_names_what_decides(reader):
    """Another profile or calibration is another reader."""
    assert identity(reader) == identity(load_amount_reader(reader.version.folder.parent))
    assert identity(reader) != identity(reader.uncalibrated())
    assert identity(reader) != identity(reader.with_profile(load_amount_reader(profile="us-cheque").profile))


def test_available_cores_are_those_that_this_process_may_use():
    """A job that is bound to one core starts one process."""
    told = subprocess.run(
        ["taskset", "-c", "0", str(COMMAND.with_name("python")), "-c",
         "from payment_ml.cli.row_reader import available_cores; print(available_cores())"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert re.fullmatch(r"1\s*", told.stdout)
    assert available_cores() >= 1
