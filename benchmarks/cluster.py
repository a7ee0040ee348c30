"""Measure what reading and sweeping on a Dask cluster of this machine costs and gains.

Each measurement prints one line, and can be left out with its option set to 0. The workers are processes of one thread,
started as a user starts them.

Run: .venv/bin/python benchmarks/cluster.py
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np
from distributed import Client
from PIL import Image

from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import test_sets

BIN = Path(sys.executable).parent
_MEMORY_PROGRAM = """
import resource, sys
from payment_ml.cluster.reading import read_many
manifest, output, address, size = sys.argv[1:]
result = read_many([], output, address, manifest=manifest, partition_size=int(size))
print(result.files, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Start a scheduler and workers, and yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-dashboard", "--nworkers", "1", "--nthreads", "1", "--local-directory", folder]
        commands = [["scheduler", "--no-dashboard", "--host", "127.0.0.1", "--port", str(port)]]
        commands += [["worker", address, *options]] * workers
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        processes = [subprocess.Popen([BIN / "dask", *words], start_new_session=True, **quiet) for words in commands]
        try:
            with Client(address, timeout=60, set_as_default=False) as client:
                client.wait_for_workers(workers, timeout=120)
            yield address
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()


def run(*arguments: object) -> float:
    """Run payment-ml, and return the seconds that it took."""
    started = time.perf_counter()
    done = subprocess.run([BIN / "payment-ml", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise click.ClickException(done.stderr)
    return time.perf_counter() - started


def read(folder: Path, output: Path, address: str) -> float:
    """Read a folder on a cluster into an empty output, and return the seconds that it took."""
    shutil.rmtree(output, ignore_errors=True)
    return run("read", folder, "--cluster", address, "--output", output)


def joined(output: Path) -> str:
    """Return the parts of an output as one csv."""
    texts = [(output / name).read_text() for name in (output / "_parts.txt").read_text().split()]
    return texts[0] + "".join(text.split("\n", 1)[1] for text in texts[1:])


def compare_processes(folder: Path, work: Path, count: int) -> None:
    """Read the same folder with one process, two, one worker and two, in turns."""
    work.mkdir()
    one, two = (run("read", folder, "--jobs", jobs, "--output", work / f"{jobs}.csv") for jobs in (1, 2))
    with cluster(1) as address:
        read(folder, work / "warm", address)
        alone = read(folder, work / "alone", address)
    with cluster(2) as address:
        read(folder, work / "warm", address)
        both = read(folder, work / "both", address)
    texts = {(work / f"{jobs}.csv").read_text() for jobs in (1, 2)} | {joined(work / "alone"), joined(work / "both")}
    click.echo(
        f"{count:,} pictures: --jobs 1 {one:.1f} s, --jobs 2 {two:.1f} s, one worker {alone:.1f} s, two {both:.1f} s"
    )
    click.echo(
        f"two workers are {alone / both:.2f} times as fast as one, and {one / both:.2f} times as fast as one process; "
        f"Dask costs {both / two - 1:+.1%} beside --jobs 2; {'the same bytes' if len(texts) == 1 else 'OTHER BYTES'}"
    )


def compare_sizes(pictures: Path, work: Path, counts: tuple[int, ...]) -> None:
    """Read more and more pictures, which are links to the same files, on two workers."""
    work.mkdir()
    sources = sorted(pictures.iterdir())
    with cluster(2) as address:
        read(pictures, work / "warm", address)
        for count in counts:
            folder = work / str(count)
            folder.mkdir()
            for i in range(count):
                os.link(sources[i % len(sources)], folder / f"{i:07}.png")
            seconds = read(folder, work / "out", address)
            click.echo(f"{count:,} pictures on two workers: {1000 * seconds / count:.2f} ms a picture, {seconds:.1f} s")


def measure_memory(work: Path, names: int) -> None:
    """Give the client a manifest of names, none of which exists, and take its memory."""
    work.mkdir()
    manifest = work / "manifest.txt"
    with manifest.open("w") as file:
        for i in range(names):
            file.write(f"/nowhere/archive/2026/11/{i % 365:03}/slip-{i:09}.png\n")
    with cluster(2) as address:
        started = time.perf_counter()
        command = [sys.executable, "-c", _MEMORY_PROGRAM, str(manifest), str(work / "out"), address, "4800"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    files, megabytes = done.stdout.split()
    seconds = time.perf_counter() - started
    click.echo(f"manifest of {int(files):,} names: the client takes {megabytes} MB at most, {seconds:.0f} s")


def compare_sweeps(work: Path, data_dir: Path, runs: int) -> None:
    """Run quick trainings one after another and on two workers."""
    command = [
        "sweep",
        paths.resource("notebooks") / "02-train.ipynb",
        "-p",
        "quick",
        "True",
        "-p",
        "architecture",
        "mlp",
    ]
    command += ["-p", "seed", f"1..{runs}", "--data", data_dir, "--output"]
    single = run(*command, work / "single")
    with cluster(2) as address:
        both = run(*command, work / "both", "--cluster", address)
    click.echo(
        f"sweep of {runs} quick trainings: one after another {single:.0f} s, two workers {both:.0f} s, "
        f"{single / both:.2f} times as fast"
    )


@click.command(context_settings={"show_default": True})
@click.option("--count", default=5000, help="Pictures that one and two processes read; 0 leaves this out.")
@click.option("--sizes", default="1000,50000", help="Numbers of pictures, to compare the time of each; 0: none.")
@click.option("--names", default=1_000_000, help="Names in a manifest, for the client's memory; 0 leaves this out.")
@click.option("--runs", default=8, help="Trainings of a sweep; 0 leaves this out.")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), default=paths.ROOT / "data")
def main(count: int, sizes: str, names: int, runs: int, data_dir: Path) -> None:
    """Measure reading and sweeping on a cluster of this machine."""
    counts = tuple(int(size) for size in sizes.split(",") if int(size))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        if count or counts:
            pictures = work / "pictures"
            pictures.mkdir()
            split = splits.read_split(data_dir / "prepared", "validation")
            number = count or min(1000, *counts)
            samples = test_sets.generate_samples("amounts", split, number, np.random.default_rng(0), colour=False)
            for i, sample in enumerate(samples):
                Image.fromarray(sample.image).save(pictures / f"{i:05}.png")
        if count:
            compare_processes(pictures, work / "processes", count)
        if counts:
            compare_sizes(pictures, work / "sizes", counts)
        if names:
            measure_memory(work / "memory", names)
        if runs:
            compare_sweeps(work / "sweeps", data_dir, runs)


if __name__ == "__main__":
    main()
