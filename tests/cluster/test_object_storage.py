"""Test cluster.reading from and to an object storage: moto's S3 server, as a process of this machine."""

import io
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import BotoCoreError
from helpers.cli import run_cli
from helpers.dask_clusters import SECONDS, DaskCluster
from helpers.slip_folders import SAMPLES
from pyarrow import parquet


@pytest.fixture(scope="module")
def storage() -> Iterator[dict[str, str]]:
    """Return the environment in which S3 is a server of this machine, with the bucket `slips`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            _create_bucket()
            yield environment
    finally:
        process.kill()
        process.wait()


def _create_bucket() -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            boto3.client("s3").create_bucket(Bucket="slips")
            return
        except BotoCoreError:
            assert time.monotonic() < deadline, "expected moto's server to answer"
            time.sleep(0.2)


def test_pictures_are_read_from_s3_to_s3_and_a_changed_one_with_its_partition_again(storage, reader_run, tmp_path):
    """Parquet parts in the order of folder and manifest; a missing object fails and stops nothing."""
    s3 = boto3.client("s3")
    for i, path in enumerate(SAMPLES[:8]):
        s3.put_object(Bucket="slips", Key=f"in/{i}.png", Body=path.read_bytes())
    manifest = tmp_path / "names.txt"
    manifest.write_text(f"s3://slips/in/missing.png\n{SAMPLES[9]}\n")
    command = ["read", "s3://slips/in", "--manifest", manifest, "--output", "s3://slips/out", "--format", "parquet"]
    command += ["--partition-size", 4, "--models", reader_run.models_dir]
    with DaskCluster(tmp_path / "dask") as cluster:
        cluster.start_worker()
        command += ["--cluster", cluster.address]
        first = run_cli(*command)
        s3.put_object(Bucket="slips", Key="in/1.png", Body=SAMPLES[10].read_bytes())
        again = run_cli(*command)
    counts, repeated = (json.loads(done.stderr.splitlines()[-1]) for done in (first, again))
    assert (counts["status"], counts["files"], counts["failed"], counts["partitions_done"]) == (1, 10, 1, 0), first
    assert (repeated["partitions"], repeated["partitions_done"]) == (3, 2)
    objects = {entry["Key"] for entry in s3.list_objects_v2(Bucket="slips", Prefix="out/")["Contents"]}
    index = s3.get_object(Bucket="slips", Key="out/_parts.txt")["Body"].read().decode().split()
    assert objects == {f"out/{name}" for name in [*index, "_batch.json", "_parts.txt"]}
    rows = [
        row
        for name in index
        for row in parquet.read_table(
            io.BytesIO(s3.get_object(Bucket="slips", Key=f"out/{name}")["Body"].read())
        ).to_pylist()
    ]
    names = [f"s3://slips/in/{i}.png" for i in range(8)] + ["s3://slips/in/missing.png", str(SAMPLES[9])]
    assert [row["file"] for row in rows] == names
    assert rows[8]["reason"] == "not read: no such file"
    here = run_cli("read", SAMPLES[10], "--models", reader_run.models_dir, "--format", "jsonl")
    assert rows[1] | {"file": ""} == json.loads(here.stdout) | {"file": ""}
    assert os.environ["AWS_ENDPOINT_URL"] == storage["AWS_ENDPOINT_URL"]
