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
from helpers.cli import COMMAND, run_cli
from PIL import Image

from payment_ml import errors, paths
from payment_ml.cli import batch, output
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.readers import load_amount_reader
from payment_ml.synthesis import amount_images, glyphs

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def slips(splits, tmp_path_factory) -> Path:
    """Three hundred amounts; every tenth file is cut off."""
    folder = tmp_path_factory.mktemp("slips")
    train, rng = splits["train"], np.random.default_rng(0)
    alphabet = glyphs.GlyphBank(train.images[:2000], train.labels[:2000])
    for i in range(300):
        path = folder / f"{i:03}.png"
        Image.fromarray(amount_images.render_amount(alphabet, rng).image).save(path)
        if i % 10 == 3:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return folder


def test_folders_patterns_and_names_are_expanded_in_order(tmp_path, monkeypatch):
    """Pictures of a folder and of those below it by name; what is named stays as it is."""
    for name in ("b.png", "a.JPG", "c.txt", "deep/d.gif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    found = [str(each.path) for each in batch.expand([Path(), Path("*.txt"), Path("none.png")])]
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
    refusals = [each.refusal for each in batch.expand([inside])]
    assert refusals[:2] == [None, None]
    assert "a link out of it" in refusals[2]
    assert [each.refusal for each in batch.expand([inside / "c.png"])] == [None]  # somebody named it


def test_broken_pictures_cost_the_others_nothing(slips, reader_run):
    """A row for each in order: 270 that are read as they are alone, 30 with a reason."""
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, slips)
    assert done.returncode == 0, done.stderr
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [Path(each["file"]).name for each in found] == [f"{i:03}.png" for i in range(300)]
    broken = [each for i, each in enumerate(found) if i % 10 == 3]
    assert all("truncated or damaged" in each["reason"] and each["text"] == "" for each in broken)
    reader = load_amount_reader(reader_run.models_dir)
    for i in (0, 64, 131, 299):
        alone = output.reading_row(slips / f"{i:03}.png", reader.read(slips / f"{i:03}.png"))
        assert (found[i]["text"], found[i]["decision"]) == (alone["text"], alone["decision"])


def test_names_of_every_kind_get_their_row(reader_run, tmp_path):
    """Newlines, 200 characters, HTML, a formula, no text at all."""
    names = ["=cmd().png", "a\nb.png", "<b>x.png", "x" * 200 + ".png", os.fsdecode(b"\xff.png")]
    for name in names:
        shutil.copy(SAMPLES / "amount-01.png", tmp_path / name)
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, ".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(found) == len(names)
    assert len({(each["text"], each["confidence"]) for each in found}) == 1
    assert "./=cmd().png" in [each["file"] for each in found]
    for form in ("table", "jsonl"):
        done = run_cli("read", "--format", form, "--models", reader_run.models_dir, ".", cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_killed_batch_goes_on_and_gives_the_same_file(slips, reader_run, tmp_path):
    """Byte for byte, and what was read before is not read again."""
    command = ["read", "--format", "csv", "--models", str(reader_run.models_dir), str(slips)]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run_cli(*command, "--output", whole).returncode == 0
    record = tmp_path / ".killed.unfinished"
    process = subprocess.Popen([str(COMMAND), *command, "--output", str(killed)], stderr=subprocess.DEVNULL)
    least = random.Random().choice([1, BATCH_SIZE, 2 * BATCH_SIZE])
    deadline = time.monotonic() + 60
    while not record.is_file() or len(record.read_bytes().splitlines()) <= least:
        assert time.monotonic() < deadline
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not killed.exists()
    done = run_cli(*command, "--output", killed)
    assert done.returncode == 0, done.stderr
    before = int(done.stderr.split("goes on after ")[1].split()[0])
    assert before >= least // BATCH_SIZE * BATCH_SIZE
    assert before % BATCH_SIZE == 0 or before == 300
    assert killed.read_bytes() == whole.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "whole"]


def test_a_batch_begins_anew_when_a_picture_was_changed(slips, reader_run, tmp_path):
    """What was read of another picture does not count; neither does half a line."""
    reader = load_amount_reader(reader_run.models_dir)
    folder = tmp_path / "slips"
    shutil.copytree(slips, folder)
    items = list(batch.expand([folder]))
    unfinished = batch.ResumableBatch(reader, items, tmp_path / "out.csv")
    with unfinished.held() as done:
        assert done == 0
        for _, _ in zip(range(130), unfinished.read(0), strict=False):
            pass
    with (tmp_path / ".out.csv.unfinished").open("a") as record:
        record.write('{"file": "hal')
    with batch.ResumableBatch(reader, items, tmp_path / "out.csv").held() as done:
        assert done == 130 // BATCH_SIZE * BATCH_SIZE > 0
    os.utime(folder / "000.png", (1, 1))
    with batch.ResumableBatch(reader, items, tmp_path / "out.csv").held() as done:
        assert done == 0


def test_two_batches_cannot_write_one_file(slips, reader_run, tmp_path):
    """The second says so."""
    reader = load_amount_reader(reader_run.models_dir)
    items = list(batch.expand([slips]))
    with (
        batch.ResumableBatch(reader, items, tmp_path / "out.csv").held(),
        pytest.raises(errors.BusyError, match="another process does"),
        batch.ResumableBatch(reader, items, tmp_path / "out.csv").held(),
    ):
        pass


def test_a_device_is_written_to_and_never_replaced(reader_run):
    """--output /dev/null, /dev/stdout and the like."""
    for device in ("/dev/null", "/dev/stdout"):
        done = run_cli("read", "--models", reader_run.models_dir, "--output", device, SAMPLES / "amount-01.png")
        assert done.returncode == 0, done.stderr
    assert "amount-01.png" in done.stdout
    assert Path("/dev/null").is_char_device()
