"""batches: which files, in what order, and on again after a kill."""

import csv
import io
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import COMMAND, payment_ml
from PIL import Image

from payment_ml import batches, handwriting, pens, project, rows
from payment_ml.amount_reading import CHUNK
from payment_ml.reading import load_amount_reader

SAMPLES = project.ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def slips(splits, tmp_path_factory) -> Path:
    """Three hundred amounts; every tenth file is cut off."""
    folder = tmp_path_factory.mktemp("slips")
    train, rng = splits["train"], np.random.default_rng(0)
    alphabet = pens.Alphabet(train.images[:2000], train.labels[:2000])
    for i in range(300):
        path = folder / f"{i:03}.png"
        Image.fromarray(handwriting.amount_picture(alphabet, rng).picture).save(path)
        if i % 10 == 3:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return folder


def test_folders_patterns_and_names_are_expanded_in_order(tmp_path, monkeypatch):
    """Pictures of a folder and of those below it by name; what is named stays as it is."""
    for name in ("b.png", "a.JPG", "c.txt", "deep/d.gif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    found = [str(each.path) for each in batches.expand([Path(), Path("*.txt"), Path("none.png")])]
    assert found == ["a.JPG", "b.png", "deep/d.gif", "c.txt", "none.png"]


def test_a_link_out_of_a_folder_is_refused_and_one_inside_is_read(tmp_path):
    """Whoever may put files into a folder must not choose what else is read."""
    inside, outside = tmp_path / "inside", tmp_path / "secret.png"
    inside.mkdir()
    shutil.copy(SAMPLES / "digit-01.png", outside)
    shutil.copy(SAMPLES / "digit-01.png", inside / "a.png")
    (inside / "b.png").symlink_to(inside / "a.png")
    (inside / "c.png").symlink_to(outside)
    (inside / "d.png").symlink_to(inside / "nothing.png")
    refusals = [each.refusal for each in batches.expand([inside])]
    assert refusals[:2] == [None, None]
    assert "a link out of it" in refusals[2]
    assert [each.refusal for each in batches.expand([inside / "c.png"])] == [None]  # somebody named it


def test_broken_pictures_cost_the_others_nothing(slips, reader_run):
    """A row for each in order: 270 that are read as they are alone, 30 with a reason."""
    done = payment_ml("read", "--format", "csv", "--models", reader_run.models_dir, slips)
    assert done.returncode == 0, done.stderr
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [Path(each["file"]).name for each in found] == [f"{i:03}.png" for i in range(300)]
    broken = [each for i, each in enumerate(found) if i % 10 == 3]
    assert all("truncated or damaged" in each["reason"] and each["text"] == "" for each in broken)
    reader = load_amount_reader(reader_run.models_dir)
    for i in (0, 64, 131, 299):
        alone = rows.row(slips / f"{i:03}.png", reader.read(slips / f"{i:03}.png"))
        assert (found[i]["text"], found[i]["decision"]) == (alone["text"], alone["decision"])


def test_names_of_every_kind_get_their_row(reader_run, tmp_path):
    """Newlines, 200 characters, HTML, a formula, no text at all."""
    names = ["=cmd().png", "a\nb.png", "<b>x.png", "x" * 200 + ".png", os.fsdecode(b"\xff.png")]
    for name in names:
        shutil.copy(SAMPLES / "amount-01.png", tmp_path / name)
    done = payment_ml("read", "--format", "csv", "--models", reader_run.models_dir, ".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(found) == len(names)
    assert len({(each["text"], each["confidence"]) for each in found}) == 1
    assert "./=cmd().png" in [each["file"] for each in found]
    for output in ("table", "jsonl"):
        done = payment_ml("read", "--format", output, "--models", reader_run.models_dir, ".", cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_killed_batch_goes_on_and_gives_the_same_file(slips, reader_run, tmp_path):
    """Byte for byte, and what was read before is not read again."""
    command = ["read", "--format", "csv", "--models", str(reader_run.models_dir), str(slips)]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert payment_ml(*command, "--output", whole).returncode == 0
    record = tmp_path / ".killed.unfinished"
    process = subprocess.Popen([str(COMMAND), *command, "--output", str(killed)], stderr=subprocess.DEVNULL)
    least = random.Random().choice([1, CHUNK, 2 * CHUNK])
    deadline = time.monotonic() + 60
    while not record.is_file() or len(record.read_bytes().splitlines()) <= least:
        assert time.monotonic() < deadline
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not killed.exists()
    done = payment_ml(*command, "--output", killed)
    assert done.returncode == 0, done.stderr
    before = int(done.stderr.split("goes on after ")[1].split()[0])
    assert before >= least // CHUNK * CHUNK
    assert before % CHUNK == 0 or before == 300
    assert killed.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "whole"]


def test_a_batch_begins_anew_when_a_picture_was_changed(slips, reader_run, tmp_path):
    """What was read of another picture does not count; neither does half a line."""
    reader = load_amount_reader(reader_run.models_dir)
    folder = tmp_path / "slips"
    shutil.copytree(slips, folder)
    items = list(batches.expand([folder]))
    unfinished = batches.Unfinished(reader, items, tmp_path / "out.csv")
    with unfinished.held() as done:
        assert done == 0
        for _, _ in zip(range(130), unfinished.read(0), strict=False):
            pass
    with (tmp_path / ".out.csv.unfinished").open("a") as record:
        record.write('{"file": "hal')
    with batches.Unfinished(reader, items, tmp_path / "out.csv").held() as done:
        assert done == 130 // CHUNK * CHUNK > 0
    os.utime(folder / "000.png", (1, 1))
    with batches.Unfinished(reader, items, tmp_path / "out.csv").held() as done:
        assert done == 0


def test_two_batches_cannot_write_one_file(slips, reader_run, tmp_path):
    """The second says so."""
    reader = load_amount_reader(reader_run.models_dir)
    items = list(batches.expand([slips]))
    with (
        batches.Unfinished(reader, items, tmp_path / "out.csv").held(),
        pytest.raises(batches.BusyError, match="another process does"),
        batches.Unfinished(reader, items, tmp_path / "out.csv").held(),
    ):
        pass


def test_a_device_is_written_to_and_never_replaced(reader_run):
    """--output /dev/null, /dev/stdout and the like."""
    for device in ("/dev/null", "/dev/stdout"):
        done = payment_ml("read", "--models", reader_run.models_dir, "--output", device, SAMPLES / "amount-01.png")
        assert done.returncode == 0, done.stderr
    assert "amount-01.png" in done.stdout
    assert Path("/dev/null").is_char_device()
