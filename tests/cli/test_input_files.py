"""Test cli.input_files: which files the arguments of `payment-ml read` mean, and that none of them is lost."""

import io
import os
import shutil
import socket
from pathlib import Path

import pytest
from PIL import Image

from payment_ml import paths
from payment_ml.cli import input_files
from payment_ml.imaging.image_loading import SourcePage
from payment_ml.recognition.rows import FAILURES

SAMPLES = paths.ROOT / "data" / "samples"


def names(files) -> list[str]:
    """Return the path of each input."""
    return [str(file.path) for file in files]


def test_folders_patterns_and_names_are_expanded_in_order(tmp_path, monkeypatch):
    """Files of a folder and its subfolders are sorted by name, whatever their ending; a named file need not exist."""
    for name in ("b.png", "a.JPG", "c", "deep/.hidden", "other/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    files = list(input_files.expand([Path(), "*/*.txt", "none.png"]))
    assert names(files) == ["a.JPG", "b.png", "c", "deep/.hidden", "other/d.txt", "other/d.txt", "none.png"]
    assert [file.error for file in files if file.error] == ["not read: no such file"]


def test_a_folder_that_a_pattern_matches_is_listed_and_each_file_counts_once(tmp_path, monkeypatch):
    """As a shell would pass them; ** matches a folder, and the folders in it again."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.png").write_bytes(b"")
    (tmp_path / "a" / "d.png").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert names(input_files.expand(["a*"])) == ["a/b/c.png", "a/d.png"]
    assert names(input_files.expand(["**"])) == ["a/b/c.png", "a/d.png"]


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("none.png", "not read: no such file"),
        ("*.xyz", "not read: no file matches this pattern"),
        ("x" * 300 + ".png", "not read: cannot be opened; File name too long"),
        ("", "not read: no such file; its name is empty"),
        ("a.png/b.png", "not read: no such file"),
        ("nul\0.png", "not read: cannot be opened; embedded null byte"),
        ("fifo", "not read: not a regular file; a pipe"),
        ("socket", "not read: not a regular file; a socket"),
        ("broken", "not read: no such file; it is a broken link"),
        ("loop", "not read: cannot be opened; Too many levels of symbolic links"),
    ],
    ids=[
        "missing",
        "pattern",
        "too long",
        "empty",
        "below a file",
        "NUL",
        "pipe",
        "socket",
        "broken link",
        "link loop",
    ],
)
def test_what_cannot_be_reached_is_an_input_with_a_reason_and_stops_nothing(tmp_path, monkeypatch, argument, reason):
    """It is one of the kinds that count as failures."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(SAMPLES / "digit-01.png", "a.png")
    os.mkfifo("fifo")
    Path("broken").symlink_to("nothing")
    Path("loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        files = list(input_files.expand([argument, "a.png"]))
    assert [file.error for file in files] == [reason, None]
    assert reason.removeprefix("not read: ").partition("; ")[0] in FAILURES


def test_each_page_is_a_source(tmp_path):
    """A TIFF or PDF has pages even if it is one, or damaged; other formats have none."""
    pages = [Image.new("L", (40, 20), level) for level in (10, 20, 30)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    pages[0].save(tmp_path / "b.png", format="TIFF")
    pages[0].save(tmp_path / "c.png")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.7")
    sources = {file.path.name: file.sources for file in input_files.expand([tmp_path])}
    assert [page.number for page in sources["a.tif"]] == [1, 2, 3]
    assert sources["b.png"] == (SourcePage(tmp_path / "b.png", 1, 1),)
    assert sources["c.png"] == (tmp_path / "c.png",)
    assert sources["d.pdf"] == (SourcePage(tmp_path / "d.pdf", 1, 1),)


def test_a_link_out_of_a_folder_is_refused_and_one_inside_is_read(tmp_path):
    """A person who may put files into a folder must not choose what else is read."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    shutil.copy(SAMPLES / "digit-01.png", outside / "secret.png")
    shutil.copy(SAMPLES / "digit-01.png", inside / "a.png")
    (inside / "b.png").symlink_to(inside / "a.png")
    (inside / "c.png").symlink_to(outside / "secret.png")
    (inside / "d.png").symlink_to(inside / "nothing.png")
    (inside / "e").symlink_to(outside)
    assert {file.path.name: file.error for file in input_files.expand([inside])} == {
        "a.png": None,
        "b.png": None,
        "c.png": "not read: a link out of its folder",
        "d.png": "not read: no such file; it is a broken link",
        "e": "not read: a link out of its folder",
    }


def test_a_linked_folder_is_listed_once_and_loops_end(tmp_path):
    """Its files have the name of the real folder."""
    (tmp_path / "z").mkdir()
    shutil.copy(SAMPLES / "digit-01.png", tmp_path / "z" / "a.png")
    (tmp_path / "b").symlink_to(tmp_path / "z")
    (tmp_path / "z" / "loop").symlink_to(tmp_path)
    assert names(input_files.expand([tmp_path])) == [str(tmp_path / "z" / "a.png")]


def test_a_link_that_is_named_is_read(tmp_path):
    """Its author is the person who starts the command."""
    (tmp_path / "link.png").symlink_to(SAMPLES / "digit-01.png")
    (tmp_path / "folder").symlink_to(SAMPLES)
    files = list(input_files.expand([tmp_path / "link.png", tmp_path / "folder"]))
    assert {file.error for file in files} == {None}
    assert len(files) == 1 + len(list(SAMPLES.iterdir()))


def test_the_output_of_the_batch_is_no_input(tmp_path):
    """Otherwise a batch into its own folder would never be the same twice."""
    for name in ("a.png", "out.csv", ".out.csv.lock"):
        (tmp_path / name).write_bytes(b"")
    excluded = [tmp_path / "out.csv", tmp_path / ".out.csv.lock"]
    assert names(input_files.expand([tmp_path], excluded)) == [str(tmp_path / "a.png")]


@pytest.mark.parametrize(
    "content", [b"a b.png\n[1].png\n\nsub\n", b"a b.png\r\n[1].png\r\nsub", b"a b.png\0[1].png\0sub\0"],
    ids=["lines", "lines of Windows", "NULs"],
)  # fmt: skip
def test_names_come_from_standard_input(tmp_path, monkeypatch, content):
    """They are files and folders, and never patterns."""
    monkeypatch.chdir(tmp_path)
    Path("sub").mkdir()
    for name in ("a b.png", "1.png", "sub/c.png"):
        Path(name).write_bytes(b"")
    files = list(input_files.expand(["-"], stdin=io.BytesIO(content)))
    assert names(files) == ["a b.png", "[1].png", "sub/c.png"]
    assert files[1].error == "not read: no such file"
