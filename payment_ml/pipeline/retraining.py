"""Runs the notebooks that prepare, train and evaluate, in order, through papermill; locked, limited and recorded."""

import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from payment_ml import atomic_files, paths
from payment_ml.errors import LockedError, RegistryError, RetrainingError
from payment_ml.pipeline.notebook_runner import STEPS
from payment_ml.pipeline.run_record import RunRecord, _find_resumable_run, archive_record, prune_records
from payment_ml.registry import mlflow_tracking
from payment_ml.registry.registry import Registry

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetrainingResult:
    """A retraining that ran to its end."""

    version: str
    promoted: bool
    reason: str
    folder: Path
    seconds: float
    restored: tuple[str, ...] = ()  # champions that were found damaged, and what serves instead


@dataclass(frozen=True)
class Limits:
    """What a run may take, and what it leaves behind."""

    seconds: float | None = None  # for the whole run
    cell_seconds: float | None = None  # for any single cell of a notebook
    free_bytes: int = 1_000_000_000  # that the disks of data and models must have free before it begins
    keep: int = 10  # versions of each task, besides the champions and what is pinned


def retrain(
    parameters: dict[str, Any],
    data_dir: Path,
    models_dir: Path,
    limits: Limits = Limits(),
    resume: bool = True,
) -> RetrainingResult:
    """Run notebooks 01, 02 and 03; each gets those of `parameters` that it has.

    Papermill marks every cell as completed even after a time-out or a dead kernel, so a step succeeded when papermill
    raised nothing AND the notebook's last cell wrote its result file. 03 promotes as the last thing that it does:
    whatever fails before leaves the champion as it was. What is under way is told to the logger of this module.

    A run that died in 03, whatever killed it, is taken up again by the next one with the same parameters, code and
    champion: what took long is not done twice.

    Parameters
    ----------
    parameters : name -> value, without those that are set here: version, result_file and the directories
    data_dir, models_dir : where to read and write
    limits : time, disk space, and how many versions to keep
    resume : False begins anew whatever was left

    Raises
    ------
    LockedError : another retraining is under way in this models folder
    RetrainingError : a step failed, or there is too little room on the disk
    """
    started = time.perf_counter()
    with _locked(models_dir), _deadline(limits.seconds):
        registry = Registry(models_dir)
        for name in [*registry.sweep(), *(path.name for path in atomic_files.remove_stale(data_dir / "prepared"))]:
            _log.info("removed %s, which a run that died left half-written", name)
        try:
            restored = tuple(registry.restore())
        except RegistryError as error:
            raise RetrainingError(f"{error}; nothing was trained") from error
        for line in restored:
            _log.error("%s", line)
        _check_room(limits.free_bytes, data_dir, models_dir)
        run = (_find_resumable_run(registry, parameters) if resume else None) or RunRecord.begin(registry, parameters)
        for number, step in enumerate(STEPS, start=1):
            if step in run.done:
                _log.info("step %d of %d: %s was done before the run was interrupted", number, len(STEPS), step)
                continue
            _log.info("step %d of %d: %s", number, len(STEPS), step)
            run.execute(step, data_dir, models_dir, limits.cell_seconds)
        version = run.results["version"]
        folder = models_dir / version
        archive_record(run.record, folder / "notebooks")
        registry.update_card(registry.get(version), run_seconds=round(time.perf_counter() - started, 1))
        for name in registry.prune(limits.keep):
            _log.info("removed %s: it is neither champion nor pinned nor among the newest %d", name, limits.keep)
        prune_records(models_dir / "runs")
    mlflow_tracking.log_version(registry, registry.get(version))
    seconds = time.perf_counter() - started
    return RetrainingResult(version, run.results["promoted"], run.results["reason"], folder, seconds, restored)


def _check_room(least: int, *folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(folder).free) < least:
            raise RetrainingError(
                f"expected {least / 1e6:,.0f} MB free for {paths.display_path(folder.resolve())}, "
                f"but got {free / 1e6:,.0f} MB; "
                "nothing was trained; make room, or lower --least-free"
            )


@contextmanager
def _deadline(seconds: float | None) -> Iterator[None]:
    """Raise TimeoutError in the main thread when time is up; no signal comes to another, and only cells are limited."""
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise TimeoutError(f"the run took longer than the {seconds / 60:g} minutes that it was given")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except TimeoutError as error:
        raise RetrainingError(f"{error}; nothing was promoted") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _locked(models_dir: Path) -> Iterator[None]:
    models_dir.mkdir(parents=True, exist_ok=True)
    holder = models_dir / ".retraining"
    lock = FileLock(models_dir / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        who = holder.read_text(encoding="utf-8").strip() if holder.is_file() else "another process"
        raise LockedError(f"expected to retrain in {models_dir}, but {who} is at it; wait for it to end") from error
    try:
        holder.write_text(
            f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC,\n", encoding="utf-8"
        )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
