"""Test cli.batch: rows for every file, in order, and a batch that is resumed after a kill."""

import csv
import io
import json
import os
import random
import re
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
from payment_ml.cli import batch, input_files
from payment_ml.cli.row_reader import RowReader
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.readers import load_amount_reader
from payment_ml.recognition.rows import reading_row
from payment_ml.synthesis import amount_images, glyphs

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture(scope="module")
def slips(splits, tmp_path_factory) -> Path:
    """Return a folder of three hundred amounts; every tenth file is truncated."""
    folder = tmp_path_factory.mktemp("slips")
    train, rng = splits["train"], np.random.default_rng(0)
    bank = glyphs.GlyphBank(train.images[:2000], train.labels[:2000])
    for i in range(300):
        path = folder / f"{i:03}.png"
        Image.fromarray(amount_images.render_amount(bank, rng).image).save(path)
        if i % 10 == 3:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return folder


def test_truncated_files_get_rows_and_leave_the_others_as_they_are(slips, reader_run):
    """A row for each in order: 270 that are read as if alone, 30 with a reason."""
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, slips)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [Path(row["file"]).name for row in rows] == [f"{i:03}.png" for i in range(300)]
    truncated = [row for i, row in enumerate(rows) if i % 10 == 3]
    assert all("truncated or damaged" in row["reason"] and row["text"] == "" for row in truncated)
    reader = load_amount_reader(reader_run.models_dir)
    for i in (0, 64, 131, 299):
        alone = reading_row(slips / f"{i:03}.png", reader.read(slips / f"{i:03}.png"))
        assert (rows[i]["text"], rows[i]["decision"]) == (alone["text"], alone["decision"])


def test_file_names_of_every_kind_get_their_row(reader_run, tmp_path):
    """Newlines, 200 characters, HTML, a formula, and bytes that are not UTF-8."""
    names = ["=cmd().png", "a\nb.png", "<b>x.png", "x" * 200 + ".png", os.fsdecode(b"\xff.png")]
    for name in names:
        shutil.copy(SAMPLES / "amount-01.png", tmp_path / name)
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, ".", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == len(names)
    assert len({(row["text"], row["confidence"]) for row in rows}) == 1
    assert "./=cmd().png" in [row["file"] for row in rows]
    for format_name in ("table", "jsonl"):
        done = run_cli("read", "--format", format_name, "--models", reader_run.models_dir, ".", cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_a_killed_batch_is_resumed_and_writes_the_same_file(slips, reader_run, tmp_path):
    """The output is equal byte for byte, and what was recorded is not read again."""
    pages = [Image.open(slips / f"{i:03}.png") for i in (0, 1, 2)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    command = ["read", "--format", "csv", "--models", str(reader_run.models_dir)]
    command += [str(tmp_path / "pages.tif"), str(slips)]
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
    resumed = re.search(r"resuming after (\d+) pictures", done.stderr)
    before = int(resumed[1]) if resumed else 0  # the kill may have met the write of the first chunk
    assert before >= least // BATCH_SIZE * BATCH_SIZE
    assert before % BATCH_SIZE == 0 or before == 303
    assert killed.read_bytes() == whole.read_bytes()
    assert whole.read_text().count("pages.tif") == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["killed", "pages.tif", "whole"]


def test_a_batch_starts_again_after_a_file_has_changed(slips, reader_run, tmp_path):
    """Rows of another file do not count, even if its name and times are the same; neither does half a line."""
    reader = load_amount_reader(reader_run.models_dir)
    folder = tmp_path / "slips"
    shutil.copytree(slips, folder)
    files = list(input_files.expand([folder]))
    unfinished = batch.ResumableBatch(RowReader(reader), files, tmp_path / "out.csv")
    with unfinished.lock() as done:
        assert done == 0
        for _, _ in zip(range(130), unfinished.read(0), strict=False):
            pass
    with (tmp_path / ".out.csv.unfinished").open("a") as record:
        record.write('{"file": "hal')
    with batch.ResumableBatch(RowReader(reader), files, tmp_path / "out.csv").lock() as done:
        assert done == 130 // BATCH_SIZE * BATCH_SIZE > 0
    state = (folder / "000.png").stat()
    shutil.copy(slips / "001.png", folder / "other.png")
    (folder / "other.png").replace(folder / "000.png")
    os.utime(folder / "000.png", ns=(state.st_atime_ns, state.st_mtime_ns))
    with batch.ResumableBatch(RowReader(reader), files, tmp_path / "out.csv").lock() as done:
        assert done == 0


def test_two_batches_cannot_write_one_file(slips, reader_run, tmp_path):
    """The second raises an error that names the file."""
    reader = load_amount_reader(reader_run.models_dir)
    files = list(input_files.expand([slips]))
    first, second = (batch.ResumableBatch(RowReader(reader), files, tmp_path / "out.csv") for _ in range(2))
    expected = r"expected to be the only process that writes .*out\.csv, but another one does; wait for it to end"
    with first.lock(), pytest.raises(errors.BusyError, match=expected), second.lock():
        pass


@pytest.mark.parametrize("device", ["/dev/null", "/dev/stdout"])
def test_a_device_is_written_to_and_never_replaced(reader_run, device):
    """A device has no place beside it for a record."""
    done = run_cli("read", "--models", reader_run.models_dir, "--output", device, SAMPLES / "amount-01.png")
    assert done.returncode == 0, done.stderr
    assert ("amount-01.png" in done.stdout) == (device == "/dev/stdout")
    assert Path("/dev/null").is_char_device()


@pytest.fixture
def odd_files(tmp_path) -> Path:
    """Return a folder of odd files, each named for what is odd."""
    folder, outside = tmp_path / "odd", tmp_path / "outside"
    (folder / "folder").mkdir(parents=True)
    outside.mkdir()
    first, *others = pages = [Image.open(SAMPLES / f"amount-0{i}.png").convert("L") for i in (1, 2, 3)]
    first.save(folder / "pages.tif", save_all=True, append_images=others)
    first.save(folder / "moving.gif", save_all=True, append_images=others)
    first.save(folder / "phone.jpg", "MPO", save_all=True, append_images=[others[0].convert("RGB")])
    first.save(folder / "no ending", "PNG")
    first.save(folder / "a.jfif", "JPEG")
    first.save(folder / "picture.avif")
    first.save(folder / "document.pdf")
    first.save(folder / "folder" / "inside.png")
    first.save(outside / "secret.png")
    (folder / "linked out").symlink_to(outside)
    (folder / "linked in").symlink_to("folder")
    (folder / "folder" / "loop").symlink_to("..")
    (folder / "empty.png").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "locked.png").write_bytes((SAMPLES / "amount-01.png").read_bytes())
    (folder / "locked.png").chmod(0)
    os.mkfifo(folder / "pipe.png")
    assert len(pages) == 3
    return folder


def test_a_folder_of_odd_files_gives_a_row_for_each_file_and_page(odd_files, reader_run):
    """Name on stderr what could not be reached, and exit with status 1; nothing stops the others."""
    missing, long_name = odd_files / "missing.png", "x" * 300 + ".png"
    given = [odd_files, missing, long_name, odd_files / "*.xyz"]
    done = run_cli("read", "--format", "jsonl", "--models", reader_run.models_dir, *given)
    assert done.returncode == 1
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    by_name = {(Path(row["file"]).name, row["page"]): row for row in rows}
    assert len(by_name) == len(rows)
    locked = os.geteuid() != 0  # root may read every file
    read = {("pages.tif", 1), ("pages.tif", 2), ("pages.tif", 3), ("document.pdf", 1)} | {
        (name, None) for name in ("phone.jpg", "no ending", "a.jfif", "picture.avif", "inside.png")
    }
    unread = {
        "moving.gif": "a moving picture; it has 3 frames: save the one with the amount as PNG",
        "empty.png": "empty",
        ".DS_Store": "settings of the macOS Finder",
    }
    failed = {
        "linked out": "a link out of its folder",
        "pipe.png": "not a regular file; a pipe",
        "missing.png": "no such file",
        long_name: "cannot be opened; File name too long",
        "*.xyz": "no file matches this pattern",
    }
    if locked:
        failed["locked.png"] = "cannot be opened; Permission denied"
    else:
        read.add(("locked.png", None))
    assert set(by_name) == read | {(name, None) for name in (*unread, *failed)}
    assert all(by_name[key]["text"] for key in read)
    for name, reason in (unread | failed).items():
        assert (by_name[name, None]["reason"], by_name[name, None]["decision"]) == (f"not read: {reason}", "review")
    *named, last = done.stderr.splitlines()
    assert sorted(line.rpartition(": not read: ")[2] for line in named) == sorted(failed.values())
    ending = json.loads(last)
    assert (ending["status"], ending["failed"], ending["pages"]) == (1, len(failed), len(rows))
    assert ending["files"] == len(rows) - 2
    assert ending["not_read"] == {reason.partition("; ")[0]: 1 for reason in unread.values()}
    assert ending["accepted"] + ending["review"] == len(read)
    assert ending["version"] == reader_run.version


def test_names_on_standard_input_are_read(reader_run):
    """As `find -print0` writes them."""
    names = f"{SAMPLES / 'amount-01.png'}\0{SAMPLES / 'amount-02.png'}\0"
    done = run_cli("read", "--format", "csv", "--models", reader_run.models_dir, "-", input=names)
    assert done.returncode == 0, done.stderr
    assert [row["page"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["", ""]


def test_documents_and_pdf_pages_get_a_row_each(slips, reader_run, tmp_path):
    """The amount is found on the page, and a person checks it."""
    picture = Image.open(sorted(slips.iterdir())[0]).convert("L")
    page = Image.new("L", (900, 500), 240)
    page.paste(picture.resize((300, 300 * picture.height // picture.width)), (540, 200))
    page.save(tmp_path / "post.pdf", "PDF", save_all=True, append_images=[page], resolution=100)
    page.save(tmp_path / "slip.png")
    (tmp_path / "zz.pdf").write_bytes(b"%PDF-1.7 nothing else")
    done = run_cli("read", "--as", "document", "--format", "csv", "--models", reader_run.models_dir, tmp_path)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(Path(row["file"]).name, row["page"]) for row in rows] == [
        ("post.pdf", "1"), ("post.pdf", "2"), ("slip.png", ""), ("zz.pdf", "1"),
    ]  # fmt: skip
    assert {row["decision"] for row in rows} == {"review"}
    assert rows[0]["text"] == rows[1]["text"]
    assert "is damaged" in rows[3]["reason"]
