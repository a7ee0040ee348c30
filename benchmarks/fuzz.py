"""Feed damaged images of every format to the amount reader: make fuzz.

The benchmark counts readings and refusals, and records the slowest reading and the most memory of a process. It keeps
every image that crashes, hangs or raises in a folder, so that it can be read again.
"""

import faulthandler
import multiprocessing
import queue
import resource
import signal
import time
from pathlib import Path
from typing import Any

import click
import numpy as np
from helpers.corrupt_images import mutate, seeds
from tqdm import tqdm

from payment_ml import paths
from payment_ml.datasets import mnist, splits
from payment_ml.synthesis import glyphs

MAX_SECONDS = 5.0  # of one reading
MAX_MEMORY = 1_500_000  # kilobytes of a process
ROUND = 500  # readings for each report of a worker


def work(
    worker: int,
    digits: tuple[np.ndarray, np.ndarray],
    rounds: int,
    seed: int,
    models_dir: Path,
    folder: Path,
    reports: Any,
) -> None:
    """Read damaged images; report after each round: readings, refused, accepted, slowest, memory, failures."""
    from payment_ml.recognition.readers import load_amount_reader

    faulthandler.enable()
    reader = load_amount_reader(models_dir)
    rng = np.random.default_rng([seed, worker])
    glyph_bank = glyphs.GlyphBank(*digits)
    current = folder / f"worker-{worker}.bin"  # the image being read, in case the process dies of it
    for _ in range(rounds):
        images = seeds(glyph_bank, rng)
        refused = accepted = failures = 0
        slowest = 0.0
        for i in range(ROUND):
            content = mutate(images[i % len(images)], images, rng)
            current.write_bytes(content)
            started = time.perf_counter()
            signal.alarm(60)
            try:
                reading = reader.read(content)
                refused += not reading.text
                accepted += reading.decision == "accept"
            except Exception as error:  # noqa: BLE001  the fuzzer looks for any exception
                failures += 1
                current.replace(folder / f"{type(error).__name__}-{worker}-{rng.integers(10**9)}.bin")
            signal.alarm(0)
            slowest = max(slowest, time.perf_counter() - started)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        reports.put((worker, ROUND, refused, accepted, slowest, memory, failures))
    current.unlink(missing_ok=True)


@click.command()
@click.option("--reads", default=100_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--workers", default=2, show_default=True)
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
@click.option("--folder", type=click.Path(path_type=Path), default=paths.ROOT / "build" / "fuzz", help="For failures.")
def main(reads: int, seed: int, workers: int, models_dir: Path, folder: Path) -> None:
    """Feed damaged images to the champion; exit with status 1 when one crashed it, hung it or took too much memory."""
    folder.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("spawn")
    reports = context.Queue()
    rounds = -(-reads // (ROUND * workers))
    # Unpacking MNIST takes more memory than reading does; the measured workers therefore get only a few digits.
    split = splits.split_digits(mnist.load(paths.ROOT / "data" / "raw"))["train"]
    digits = (split.images[:2000].copy(), split.labels[:2000].copy())
    arguments = (digits, rounds, seed, models_dir, folder, reports)
    processes = [context.Process(target=work, args=(i, *arguments), daemon=True) for i in range(workers)]
    for process in processes:
        process.start()
    total = np.zeros(4, int)  # readings, refused, accepted, failures
    slowest = memory = 0.0
    with tqdm(total=rounds * ROUND * workers, unit="image", mininterval=5) as bar:
        while any(process.is_alive() for process in processes) or not reports.empty():
            try:
                _, count, refused, accepted, slowest_of_round, memory_used, failures = reports.get(timeout=1)
            except queue.Empty:
                continue
            total += (count, refused, accepted, failures)
            slowest, memory = max(slowest, slowest_of_round), max(memory, memory_used)
            bar.update(count)
    crashes = sum(process.exitcode != 0 for process in processes)
    click.echo(f"{total[0]:,} damaged images: {total[1]:,} refused or without an amount, {total[2]:,} accepted")
    click.echo(f"{crashes} crashes, {total[3]} exceptions, slowest {slowest:.2f} s, most memory {memory / 1e3:,.0f} MB")
    if crashes or total[3] or slowest > MAX_SECONDS or memory > MAX_MEMORY:
        raise SystemExit(f"failed; {folder} holds the images that caused it")


if __name__ == "__main__":
    main()
