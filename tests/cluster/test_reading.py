"""Test cluster.reading with a scheduler and workers of this machine: every picture has its row, whatever dies."""

import csv
import io
import json
import resource
import shutil
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest
from helpers.cli import COMMAND, run_cli
from helpers.dask_clusters import DaskCluster, kill_worker, wait_for
from helpers.slip_folders import SAMPLES, fill
from PIL import Image

from payment_ml import cluster as public
from payment_ml.cluster import isolation
from payment_ml.cluster.reading import BatchResult, read_many
from payment_ml.errors import ClusterError
from payment_ml.registry.registry import Registry


def joined(output: Path) -> str:
    """Return the parts of an output as one csv, in the order of its index."""
    texts = [(output / name).read_text(encoding="utf-8") for name in (output / "_parts.txt").read_text().split()]
    return texts[0] + "".join(text.split("\n", 1)[1] for text in texts[1:])


def rows_of(output: Path) -> dict[str, dict[str, str]]:
    """Return the row of each picture by the name of its file; every picture has one."""
    rows = list(csv.DictReader(io.StringIO(joined(output), newline="")))
    names = Counter(Path(row["file"]).name for row in rows)
    assert set(names.values()) == {1}, f"expected one row for each picture, but got {names}"
    return {Path(row["file"]).name: row for row in rows}


def in_background(function, *arguments, **options) -> tuple[threading.Thread, list]:
    """Call a function in a thread; the list gets its result or its exception."""
    outcome: list = []

    def run() -> None:
        try:
            outcome.append(function(*arguments, **options))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread, outcome


def test_a_cluster_writes_the_rows_of_one_process_and_reads_nothing_twice(cluster, slips, reader_run, tmp_path):
    """The parts joined are the csv of `payment-ml read`, byte for byte; given again, every part is done."""
    (slips / "truncated.png").write_bytes(SAMPLES[0].read_bytes()[:300])
    pages = [Image.open(path) for path in SAMPLES[:2]]
    pages[0].save(slips / "two pages.tif", save_all=True, append_images=pages[1:])
    (slips / "out.png").symlink_to("/etc/hostname")
    (slips / "broken.png").symlink_to("nowhere.png")
    there, here = tmp_path / "there", tmp_path / "here.csv"
    arguments = [slips, "none*.png", "missing.png", "--models", reader_run.models_dir]
    alone = run_cli("read", *arguments, "--jobs", 1, "--output", here)
    command = ["read", *arguments, "--cluster", cluster.address, "--output", there, "--partition-size", 6]
    first, again = run_cli(*command), run_cli(*command)
    assert joined(there) == here.read_text(encoding="utf-8")
    expected, counts, repeated = (json.loads(done.stderr.splitlines()[-1]) for done in (alone, first, again))
    assert {name: counts[name] for name in expected if name != "seconds"} == {
        name: value for name, value in expected.items() if name != "seconds"
    }
    assert (counts["status"], counts["failed"], counts["pages"]) == (1, 4, 19)
    assert (counts["partitions"], counts["partitions_done"], repeated["partitions_done"]) == (3, 0, 3)
    assert sum(line.startswith("payment-ml: ") for line in first.stderr.splitlines()) == 4


def test_poison_and_pictures_that_take_forever_get_rows_of_their_own(cluster, reader_run, tmp_path):
    """The process that reads dies or is ended; the eight others of the same partition are read."""
    names = [f"{i}.png" for i in range(8)] + ["3-poison.png", "5-forever.png", "6-poison.png", "7-changing.png"]
    folder = fill(tmp_path / "slips", sorted(names))
    result = read_many([folder], tmp_path / "out", cluster.address, models_dir=reader_run.models_dir, picture_seconds=4)
    rows = rows_of(tmp_path / "out")
    reasons = {name: row["reason"].partition(";")[0] for name, row in rows.items() if "not read" in row["reason"]}
    assert reasons == {
        "3-poison.png": f"not read: {isolation.CRASHED}",
        "5-forever.png": f"not read: {isolation.STALLED}",
        "6-poison.png": f"not read: {isolation.CRASHED}",
        "7-changing.png": "not read: changed while it was read",
    }
    assert sorted(rows) == sorted(names)
    assert result.counts.not_read == Counter(reason.removeprefix("not read: ") for reason in reasons.values())


def test_a_worker_that_is_killed_twice_costs_its_partition_in_flight(reader_run, tmp_path):
    """Its nanny starts it again, and the partition is read again."""
    folder = fill(tmp_path / "slips", [f"{i:02}-slow.png" for i in range(32)])
    output = tmp_path / "out"
    with DaskCluster(tmp_path / "dask") as own:
        mortal = own.start_worker()
        options = {"models_dir": reader_run.models_dir, "partition_size": 4}
        thread, outcome = in_background(read_many, [folder], output, own.address, **options)
        for _ in range(2):
            kill_worker(mortal)
        assert outcome == []
        thread.join(120)
    (result,) = outcome
    assert isinstance(result, BatchResult), result
    assert (result.files, result.counts.rows, result.counts.failed) == (32, 32, [])
    assert len(rows_of(output)) == 32


def test_a_killed_client_is_repeated_to_the_same_bytes(cluster, reader_run, tmp_path):
    """What was written before the kill is not read again."""
    folder = fill(tmp_path / "slips", [f"{i:02}-slow.png" for i in range(32)])
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    command = ["read", str(folder), "--models", str(reader_run.models_dir), "--cluster", cluster.address]
    command += ["--partition-size", "4", "--output"]
    process = subprocess.Popen([str(COMMAND), *command, str(killed)], stderr=subprocess.DEVNULL)
    wait_for(lambda: len(list(killed.glob("part-*"))) >= 2, "two parts")
    process.kill()
    process.wait()
    assert not (killed / "_parts.txt").exists()
    again, complete = run_cli(*command, killed), run_cli(*command, whole)
    assert (again.returncode, complete.returncode) == (0, 0), again.stderr + complete.stderr
    assert json.loads(again.stderr.splitlines()[-1])["partitions_done"] >= 2
    assert joined(killed) == joined(whole)
    assert sorted(path.name for path in killed.iterdir()) == sorted(path.name for path in whole.iterdir())


def test_a_dead_scheduler_ends_the_batch_and_the_same_call_goes_on(reader_run, tmp_path):
    """The client says so instead of waiting; the workers find the next scheduler at the same address."""
    folder = fill(tmp_path / "slips", [f"{i:02}-slow.png" for i in range(40)])
    output = tmp_path / "out"
    with DaskCluster(tmp_path / "dask") as own:
        own.start_worker()
        options = {"models_dir": reader_run.models_dir, "partition_size": 4}
        thread, outcome = in_background(read_many, [folder], output, own.address, **options)
        wait_for(lambda: len(list(output.glob("part-*"))) >= 2, "two parts")
        own.kill_scheduler()
        thread.join(60)
        assert isinstance(outcome[0], ClusterError), outcome
        assert "give the same command again" in str(outcome[0])
        own.start_scheduler()
        own.start_worker()
        result = read_many([folder], output, own.address, **options)
    assert result.partitions_done >= 2
    assert (result.files, len(rows_of(output))) == (40, 40)


def test_a_worker_with_a_full_disk_or_a_stale_model_leaves_the_work_to_others(reader_run, tmp_path, monkeypatch):
    """Each is refused with the reason; without a worker that fits, the batch ends with it."""
    folder = fill(tmp_path / "slips", [f"{i:02}.png" for i in range(24)])
    current, stale = tmp_path / "current", tmp_path / "stale"
    shutil.copytree(reader_run.models_dir, current / "models")
    shutil.copytree(reader_run.models_dir, stale / "models")
    registry = Registry(stale / "models")
    registry.promote(registry.update_metadata(registry.champion("amounts"), calibration=[1.0, 0.5]))
    monkeypatch.setenv("PAYMENT_ML_HOME", str(current))

    with DaskCluster(tmp_path / "dask") as own:
        own.start_worker({"PAYMENT_ML_HOME": str(stale)})
        full = own.start_worker({"PAYMENT_ML_HOME": str(current)})
        resource.prlimit(full.pid, resource.RLIMIT_FSIZE, (300, 300))  # bytes of a file; its processes inherit it
        own.wait_for_workers(2)
        with pytest.raises(ClusterError, match="none of 2 can"):
            read_many([folder], tmp_path / "out", own.address, partition_size=4)
        own.start_worker({"PAYMENT_ML_HOME": str(current)})
        own.wait_for_workers(3)
        result = read_many([folder], tmp_path / "out", own.address, partition_size=4)
    reasons = "\n".join(result.refused.values())
    assert "expected the client's network, calibration and release of payment_ml" in reasons
    assert len(rows_of(tmp_path / "out")) == result.files == 24


def test_a_picture_over_which_workers_die_is_found_by_halving(reader_run, tmp_path):
    """It is not opened any more and has a row with the reason; the other one of its partition is read."""
    folder = fill(tmp_path / "slips", ["0.png", "1-assassin.png"])
    with DaskCluster(tmp_path / "dask", allowed_failures=0) as own:
        own.start_worker()
        result = read_many([folder], tmp_path / "out", own.address, models_dir=reader_run.models_dir)
    rows = rows_of(tmp_path / "out")
    assert rows["1-assassin.png"]["reason"].startswith("not read: its worker died again and again over it")
    assert rows["0.png"]["text"]
    assert (result.files, result.counts.rows) == (2, 2)


def test_an_output_holds_one_batch(cluster, slips, reader_run, tmp_path):
    """Another reader, other inputs or another format would mix with it."""
    options = {"models_dir": reader_run.models_dir}
    read_many([slips], tmp_path / "out", cluster.address, **options)
    with pytest.raises(ClusterError, match=r"a batch with another inputs; name another folder"):
        read_many([slips / "01.png"], tmp_path / "out", cluster.address, **options)


def test_a_missing_scheduler_is_one_line(slips, reader_run, tmp_path, monkeypatch):
    """The message says how to start one."""
    monkeypatch.setattr("payment_ml.cluster.client._CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match="start one with dask scheduler"):
        public.read_many([slips], tmp_path / "out", "tcp://127.0.0.1:1", models_dir=reader_run.models_dir)
    assert not list((tmp_path / "out").glob("part-*"))
