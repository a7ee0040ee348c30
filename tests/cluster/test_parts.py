"""Test cluster.parts: parts of every format come back with the same counts, and appear whole or not at all."""

from collections import Counter
from pathlib import Path

import pytest

from payment_ml.cluster.parts import Counts, PartStore
from payment_ml.recognition.rows import COLUMNS, error_row

ACCEPTED = dict.fromkeys(COLUMNS) | {"file": "=a.png", "text": "1", "digits": "1", "confidence": 0.5, "page": 2}
ROWS = [
    ACCEPTED | {"decision": "accept"},
    ACCEPTED | {"decision": "review", "reason": "unsure"},
    error_row(Path("b.png"), "not read: a PDF; print it"),
    error_row(Path("c.png"), "not read: no such file"),
]


@pytest.mark.parametrize("format_name", ["csv", "parquet"])
@pytest.mark.parametrize("where", ["path", "memory"])
def test_a_part_has_the_counts_of_its_rows(tmp_path, format_name, where):
    """What a repeated run counts is what the first one counted."""
    store = PartStore(str(tmp_path / "out") if where == "path" else f"memory://parts-{format_name}")
    name = f"part-0.{format_name}"
    assert (store.count_part(name), store.parts()) == (None, [])
    store.write_part(name, ROWS)
    counts = store.count_part(name)
    assert counts == Counts().count(ROWS)
    assert (counts.accepted, counts.review, counts.not_read) == (1, 1, Counter({"a PDF": 1}))
    assert (counts.failures, counts.failed, counts.rows) == (1, ["c.png: not read: no such file"], 4)
    assert store.parts() == [name]
    store.remove(name)
    store.remove(name)
    assert store.parts() == []


def test_the_first_thousand_failures_are_named_and_all_are_counted():
    """A manifest with a wrong folder in all of its names takes no more memory than another one."""
    total = Counts()
    for _ in range(4):
        total.add(Counts().count([error_row(Path("c.png"), "not read: no such file")] * 600))
    assert (total.failures, total.rows, len(total.failed)) == (2400, 2400, 1000)


def test_a_part_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    """A full disk leaves neither half a part nor an old one in its place."""
    store = PartStore(str(tmp_path))

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        store.write_part("part-0.csv", ROWS)
    assert list(tmp_path.iterdir()) == []
