"""Kills retrainings at random moments, and counts how often the champion was lost or broken: make kills.

Each retraining is the real command with the quick recipe of the dense baseline. At a random moment of it, SIGKILL goes
to the command (which is papermill's process too), to the notebook's kernel, or to everything at once. The next one
starts in the folder that the killed one left.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import psutil
from helpers.processes import session
from tqdm import tqdm

from payment_ml import paths
from payment_ml.errors import RegistryError
from payment_ml.registry.registry import Registry

COMMAND = Path(sys.executable).with_name("payment-ml")
VICTIMS = ("command", "kernel", "everything")


def retraining(folder: Path, seed: int) -> subprocess.Popen:
    """A quick retraining in a session of its own."""
    values = ("-p", "architecture", "mlp", "-p", "seed", str(seed))
    folders = ("--data", str(folder / "data"), "--models", str(folder / "models"), "--keep", "3")
    command = [str(COMMAND), "retrain", "--quick", *values, *folders]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def kill(process: subprocess.Popen, victim: str) -> None:
    """SIGKILL to one or all of a retraining's processes."""
    for each in session(process.pid):
        kernel = "ipykernel_launcher" in " ".join(each.cmdline())
        if victim == "everything" or kernel == (victim == "kernel"):
            try:
                each.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue


def serving(models_dir: Path) -> tuple[str, bytes]:
    """Name and network of the champion; raises RegistryError when it is not what it should be."""
    registry = Registry(models_dir)
    champion = registry.champion("digits")
    if champion is None:
        raise RegistryError("there is no champion")
    registry.verify(champion)
    for version in registry.versions():
        registry.verify(version)
    if registry.damaged():
        raise RegistryError(f"damaged: {registry.damaged()}")
    return champion.name, champion.network_path.read_bytes()


def torture(folder: Path, kills: int, seed: int, bar: tqdm) -> Counter:
    """Kill retrainings in a folder; what came of each. One that ends before its kill is counted, but is no kill."""
    rng = random.Random(seed)
    models_dir = folder / "models"
    started = time.monotonic()
    assert retraining(folder, seed).wait() == 0
    usual = time.monotonic() - started
    counts: Counter = Counter()
    killed = 0
    while killed < kills:
        name, network = serving(models_dir)
        process = retraining(folder, seed + 1000 * (killed + counts["ended before its kill"]))
        victim = rng.choice(VICTIMS)
        try:
            process.wait(rng.uniform(0, 1.1 * usual))
            counts["ended before its kill"] += 1
        except subprocess.TimeoutExpired:
            log = (models_dir / "retraining.log").read_text(encoding="utf-8").splitlines()
            steps = [line.split("step ")[1].split(":")[0] for line in log if " step " in line and " of 3: " in line]
            counts[f"killed {victim} in step {steps[-1] if steps else '0'} or before the next"] += 1
            kill(process, victim)
            process.wait(300)
            killed += 1
            bar.update()
        deadline = time.monotonic() + 60
        while session(process.pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        counts["orphans"] += len(session(process.pid))
        try:
            now, now_network = serving(models_dir)
            verdict = Registry(models_dir).get(now).metadata.get("verdict", {})
            counts["promoted" if now != name else "champion stayed"] += 1
            counts["CHAMPION BROKEN"] += (now == name and now_network != network) or not verdict.get("promoted")
        except RegistryError as error:
            counts["CHAMPION LOST"] += 1
            bar.write(str(error))
    return counts


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Folders in which retrainings are killed side by side.")
@click.option("--seed", default=0, show_default=True)
def main(kills: int, workers: int, seed: int) -> None:
    """Kill retrainings; exit status 1 when a champion was lost or broken."""
    with tempfile.TemporaryDirectory(prefix="payment-ml-kills-") as temporary, tqdm(total=kills, unit="kill") as bar:
        folders = [Path(temporary, str(i)) for i in range(workers)]
        for folder in folders:
            (folder / "data").mkdir(parents=True)
            shutil.copytree(paths.ROOT / "data" / "raw", folder / "data" / "raw")
        with ThreadPoolExecutor(workers) as pool:
            share = [kills // workers + (i < kills % workers) for i in range(workers)]
            found = pool.map(torture, folders, share, range(seed, seed + workers), [bar] * workers)
            counts = sum(found, Counter())
    print(json.dumps(dict(sorted(counts.items())), indent=2))
    if counts["CHAMPION LOST"] or counts["CHAMPION BROKEN"]:
        raise SystemExit("a champion was lost or broken")
    print(f"{kills} kills, no champion lost or broken")


if __name__ == "__main__":
    main()
