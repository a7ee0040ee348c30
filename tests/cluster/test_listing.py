"""Test cluster.listing: the same pictures in the same order as `payment-ml read` has them, whatever their number."""

import gzip
import os

import fsspec
import pytest

from payment_ml.cli import input_files
from payment_ml.cluster import listing


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Make a tree with folders, links inside and outside, and names of every kind the current folder."""
    tree = tmp_path / "tree"
    (tree / "a" / "b").mkdir(parents=True)
    for name in ("b.png", "a/z.png", "a/b/y.png", "a.png", "a b.png", os.fsdecode(b"\xff.png"), "a\nb.png"):
        (tree / name).write_bytes(b"x")
    (tree / "loop").symlink_to(tree / "a")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.png").write_bytes(b"x")
    (tree / "out").symlink_to(tmp_path / "outside")
    (tree / "in.png").symlink_to(tree / "a.png")
    monkeypatch.chdir(tree)
    return tree


@pytest.mark.parametrize("in_memory", [100_000, 2], ids=["in memory", "in files"])
@pytest.mark.parametrize("argument", [".", "a", "*", "**/*.png", "a/z.png", "none*", "missing.png"])
def test_pictures_come_as_the_command_lists_them(tree, monkeypatch, argument, in_memory):
    """A reading on a cluster and one on this machine give the same rows."""
    monkeypatch.setattr(listing, "_NAMES_IN_MEMORY", in_memory)
    expected = [str(file.path) for file in input_files.expand([argument])]
    assert [name for name, _ in listing.list_pictures([argument])] == expected
    refused = [str(file.path) for file in input_files.expand([argument]) if file.error and "link" in file.error]
    assert [name for name, reason in listing.list_pictures([argument]) if reason and "link" in reason] == refused


def test_a_pattern_without_a_match_has_a_reason():
    """Nothing that was given is left out."""
    assert list(listing.list_pictures(["none*.png"])) == [("none*.png", "not read: no file matches this pattern")]


def test_the_output_is_no_input(tree):
    """A batch may write into the folder that it reads."""
    names = [name for name, _ in listing.list_pictures(["."], excluded=str(tree / "a"))]
    assert "b.png" in names
    assert not [name for name in names if name.startswith("a/")]


def test_urls_of_any_file_system_are_listed():
    """A folder, a pattern and one file; the names are URLs again."""
    files = fsspec.filesystem("memory")
    for name in ("2.png", "10.png", "deep/1.png"):
        files.pipe_file(f"/listed/{name}", b"x")
    urls = ["memory://listed", "memory://listed/*.png", "memory://listed/2.png"]
    names = [[name.removeprefix("memory://").lstrip("/") for name, _ in listing.list_pictures([url])] for url in urls]
    assert names == [
        ["listed/10.png", "listed/2.png", "listed/deep/1.png"],
        ["listed/10.png", "listed/2.png"],
        ["listed/2.png"],
    ]


@pytest.mark.parametrize("name", ["names.txt", "names.txt.gz"])
def test_a_manifest_names_a_picture_in_each_line(tmp_path, name):
    """Compressed or not, with either kind of line end, and with bytes that are not UTF-8."""
    content = b"b.png\r\na.png\n\n\xff.png"
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    names = [name for name, _ in listing.read_manifest(str(tmp_path / name))]
    assert names == ["b.png", "a.png", os.fsdecode(b"\xff.png")]
