"""Test cli.input_files: which files the arguments of `payment-ml read` mean."""

import shutil
from pathlib import Path

from payment_ml import paths
from payment_ml.cli import input_files

SAMPLES = paths.ROOT / "data" / "samples"


def test_folders_patterns_and_names_are_expanded_in_order(tmp_path, monkeypatch):
    """Images of a folder and its subfolders are sorted by name; a named file need not exist."""
    for name in ("b.png", "a.JPG", "c.txt", "deep/d.gif"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    files = input_files.expand([Path(), Path("*.txt"), Path("none.png")])
    assert [str(file.path) for file in files] == ["a.JPG", "b.png", "deep/d.gif", "c.txt", "none.png"]


def test_a_link_out_of_a_folder_is_refused_and_one_inside_is_read(tmp_path):
    """A person who may put files into a folder must not choose what else is read."""
    inside, outside = tmp_path / "inside", tmp_path / "secret.png"
    inside.mkdir()
    shutil.copy(SAMPLES / "digit-01.png", outside)
    shutil.copy(SAMPLES / "digit-01.png", inside / "a.png")
    (inside / "b.png").symlink_to(inside / "a.png")
    (inside / "c.png").symlink_to(outside)
    (inside / "d.png").symlink_to(inside / "nothing.png")
    errors = [file.error for file in input_files.expand([inside])]
    assert errors == [None, None, f"expected a picture in {inside}, but this is a link out of it", None]


def test_a_link_that_is_named_is_read(tmp_path):
    """Its author is the person who starts the command."""
    (tmp_path / "link.png").symlink_to(SAMPLES / "digit-01.png")
    assert [file.error for file in input_files.expand([tmp_path / "link.png"])] == [None]
