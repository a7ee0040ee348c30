"""Kill retrainings at random moments, and count how often the champion was lost or broken: make kills.

Each retraining is the real command with the quick recipe of the dense baseline. At a random moment, SIGKILL goes to the
command (papermill runs in the same process), to the notebook's kernel, or to all processes at once. The next retraining
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
from helpers.processes import processes_in_session
from tqdm import tqdm

from payment_ml import paths
from payment_ml.errors import RegistryError
from payment_ml.registry.registry import Registry

COMMAND = Path(sys.executable).with_name("payment-ml")
VICTIMS = ("command", "kernel", "everything")


def start_retraining(folder: Path, seed: int) -> subprocess.Popen[bytes]:
    """Start a quick retraining in a session of its own."""
    values = ("-p", "architecture", "mlp", "-p", "seed", str(seed))
    folders = ("--data", str(folder / "data"), "--models", str(folder / "models"), "--keep", "3")
    command = [str(COMMAND), "retrain", "--quick", *values, *folders]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def kill(process: subprocess.Popen[bytes], victim: str) -> None:
    """Send SIGKILL to one or all of a retraining's processes."""
    for member in processes_in_session(process.pid):
        is_kernel = "ipykernel_launcher" in " ".join(member.cmdline())
        if victim == "everything" or is_kernel == (victim == "kernel"):
            try:
                member.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue


def read_champion(models_dir: Path) -> tuple[str, bytes]:
    """Return the name of the champion and the bytes of its network, after checking every version.

    Raises
    ------
    RegistryError : there is no champion, or a version is damaged
    """
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


def kill_retrainings(folder: Path, kills: int, seed: int, bar: tqdm) -> Counter[str]:
    """Kill retrainings in a folder and count the outcomes.

    A retraining that ends before its kill is counted separately, and not as a kill.
    """
    rng = random.Random(seed)
    models_dir = folder / "models"
    started = time.monotonic()
    if start_retraining(folder, seed).wait() != 0:
        raise SystemExit(f"expected a quick retraining in {folder} to succeed, but it failed")
    duration = time.monotonic() - started
    counts: Counter[str] = Counter()
    killed = 0
    while killed < kills:
        name, network = read_champion(models_dir)
        process = start_retraining(folder, seed + 1000 * (killed + counts["ended before its kill"]))
        victim = rng.choice(VICTIMS)
        try:
            process.wait(rng.uniform(0, 1.1 * duration))
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
        while processes_in_session(process.pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        counts["orphans"] += len(processes_in_session(process.pid))
        try:
            name_after, network_after = read_champion(models_dir)
            decision = Registry(models_dir).get(name_after).metadata.get("verdict", {})
            counts["promoted" if name_after != name else "champion stayed"] += 1
            changed = name_after == name and network_after != network
            counts["CHAMPION BROKEN"] += changed or not decision.get("promoted")
        except RegistryError as error:
            counts["CHAMPION LOST"] += 1
            bar.write(str(error))
    return counts


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Folders in which retrainings are killed side by side.")
@click.option("--seed", default=0, show_default=True)
def main(kills: int, workers: int, seed: int) -> None:
    """Kill retrainings; exit with status 1 when a champion was lost or broken."""
    with tempfile.TemporaryDirectory(prefix="payment-ml-kills-") as temporary, tqdm(total=kills, unit="kill") as bar:
        folders = [Path(temporary, str(i)) for i in range(workers)]
        for folder in folders:
            (folder / "data").mkdir(parents=True)
            shutil.copytree(paths.ROOT / "data" / "raw", folder / "data" / "raw")
        with ThreadPoolExecutor(workers) as pool:
            shares = [kills // workers + (i < kills % workers) for i in range(workers)]
            outcomes = pool.map(kill_retrainings, folders, shares, range(seed, seed + workers), [bar] * workers)
            counts = sum(outcomes, Counter[str]())
    click.echo(json.dumps(dict(sorted(counts.items())), indent=2))
    if counts["CHAMPION LOST"] or counts["CHAMPION BROKEN"]:
        raise SystemExit("a champion was lost or broken")
    click.echo(f"{kills} kills, no champion lost or broken")


if __name__ == "__main__":
    main()
