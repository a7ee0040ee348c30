"""Run the notebooks that prepare, train and evaluate, in order: one run at a time, within limits, and recorded."""

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
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException, PapermillExecutionError

from payment_ml import atomic_files, paths
from payment_ml.errors import LockedError, RegistryError, RetrainingError
from payment_ml.pipeline import notebook_runner
from payment_ml.pipeline.notebook_runner import DOCUMENTS, EVALUATION, PREPARATION, TRAINING
from payment_ml.pipeline.run_record import RunRecord, prune_records
from payment_ml.registry import mlflow_tracking
from payment_ml.registry.registry import Registry, find_champion
from payment_ml.tasks import DOCUMENT_TASKS, Task

_AMOUNT_ARCHITECTURE = "reader"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetrainingResult:
    """Hold the outcome of a retraining that reached its end.

    `restored` has a sentence for each champion that was damaged: which version it was, and which one serves instead.
    """

    version: str
    promoted: bool
    reason: str
    folder: Path
    seconds: float
    restored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Hold the limits of a run, and how many versions it leaves behind; None sets no limit."""

    seconds: float | None = None  # for the whole run
    cell_seconds: float | None = None  # for each cell of a notebook
    free_bytes: int = 1_000_000_000  # that the disks of data and models must have free before the run begins
    keep: int = 10  # versions of each task, besides champions and pinned versions


def retrain(
    parameters: dict[str, Any],
    data_dir: Path,
    models_dir: Path,
    limits: Limits = Limits(),
    resume: bool = True,
) -> RetrainingResult:
    """Run notebooks 01, 02 and 03, or 07; each gets those of `parameters` that it has.

    Papermill marks every cell as completed even after a time-out or a dead kernel, so a step succeeded only if
    papermill raised nothing AND the notebook's last cell wrote its result file. Notebook 03 promotes as its last act,
    so any earlier failure leaves the champion unchanged. Progress goes to the logger of this module.

    A network of a document reader is evaluated by 07 instead of 03, and promoted there. After the promotion of a reader
    of amounts, which reads documents as well, 07 chooses anew which documents are accepted.

    A run that died in its evaluation, whatever killed it, is resumed by the next one with the same parameters, code and
    champions, which therefore does not train again.

    Parameters
    ----------
    parameters : name -> value, without those that are set here: version, result_file and the directories
    data_dir, models_dir : where to read and write
    limits : time, disk space, and how many versions to keep
    resume : False starts a new run even if an interrupted one could be resumed

    Raises
    ------
    LockedError : another process is retraining in this models folder
    RetrainingError : a step failed, or there is too little room on the disk
    """
    started = time.perf_counter()
    with retraining_lock(models_dir), _deadline(limits.seconds):
        registry = Registry(models_dir)
        restored = _repair(registry, data_dir)
        _check_free_space(limits.free_bytes, data_dir, models_dir)
        run = _begin_or_resume(registry, parameters, resume)
        notebooks = steps(parameters.get("architecture", ""))
        for number, step in enumerate(notebooks, start=1):
            if step in run.done:
                _log.info("step %d of %d: %s was done before the run was interrupted", number, len(notebooks), step)
                continue
            if not _is_needed(step, run, models_dir):
                _log.info("step %d of %d: %s has nothing to do", number, len(notebooks), step)
                continue
            _log.info("step %d of %d: %s", number, len(notebooks), step)
            _run_step(run, step, registry, data_dir, limits.cell_seconds)
        results = run.results
        folder = models_dir / results["version"]
        run.archive(folder / "notebooks")
        registry.update_metadata(registry.get(results["version"]), run_seconds=round(time.perf_counter() - started, 1))
        for name in registry.prune(limits.keep):
            _log.info("removed %s: it is neither champion nor pinned nor among the newest %d", name, limits.keep)
        prune_records(models_dir)
    mlflow_tracking.log_version(registry, registry.get(results["version"]))
    seconds = time.perf_counter() - started
    return RetrainingResult(results["version"], results["promoted"], results["reason"], folder, seconds, restored)


def _is_needed(step: str, run: RunRecord, models_dir: Path) -> bool:
    """Return whether a step has anything to do.

    A new reader of amounts reads the documents, too, so that what is accepted of these has to be chosen anew.
    """
    if step != DOCUMENTS or EVALUATION not in run.done:
        return True
    return bool(run.results["promoted"]) and find_champion(Task.PAGES, models_dir) is not None


def steps(architecture: str) -> tuple[str, ...]:
    """Return the notebooks that train and evaluate a network of this architecture."""
    if architecture in DOCUMENT_TASKS:  # each has one architecture, of its own name
        return PREPARATION, TRAINING, DOCUMENTS
    if architecture == _AMOUNT_ARCHITECTURE:
        return PREPARATION, TRAINING, EVALUATION, DOCUMENTS
    return PREPARATION, TRAINING, EVALUATION


@contextmanager
def retraining_lock(models_dir: Path) -> Iterator[None]:
    """Keep other processes from retraining in a models folder; the lock of a process that died is free.

    Raises
    ------
    LockedError : another process holds the lock; the message names it
    """
    models_dir.mkdir(parents=True, exist_ok=True)
    holder = models_dir / ".retraining"
    lock = FileLock(models_dir / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        held = holder.read_text(encoding="utf-8").strip() if holder.is_file() else "another process has held the lock"
        raise LockedError(
            f"expected to be the only retraining in {paths.display_path(models_dir.resolve())}, but {held}; "
            "wait for it to end"
        ) from error
    try:
        since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
        holder.write_text(f"process {os.getpid()} has held the lock since {since}\n", encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _repair(registry: Registry, data_dir: Path) -> tuple[str, ...]:
    """Remove what dead runs left incomplete, and replace damaged champions; return a sentence for each of these."""
    for name in [*registry.remove_stale(), *(path.name for path in atomic_files.remove_stale(data_dir / "prepared"))]:
        _log.info("removed %s, which an interrupted run left incomplete", name)
    try:
        restored = tuple(registry.restore())
    except RegistryError as error:
        raise RetrainingError(f"{error}; nothing was trained") from error
    for line in restored:
        _log.error("%s", line)
    return restored


def _check_free_space(free_bytes: int, *folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < free_bytes:
            raise RetrainingError(
                f"expected {free_bytes / 1e6:,.0f} MB free for {paths.display_path(folder.resolve())}, "
                f"but got {free / 1e6:,.0f} MB; nothing was trained; make room, or lower --least-free"
            )


def _begin_or_resume(registry: Registry, parameters: dict[str, Any], resume: bool) -> RunRecord:
    run = RunRecord.find_resumable(registry, parameters) if resume else None
    if run is None:
        return RunRecord.begin(registry, parameters)
    _log.info("resuming with %s, which an interrupted run has trained", run.results["version"])
    return run


def _run_step(run: RunRecord, step: str, registry: Registry, data_dir: Path, cell_seconds: float | None) -> None:
    """Run one notebook and record its result.

    Raises
    ------
    RetrainingError : the notebook failed, its kernel died, or its time was up
    """
    values = {
        **run.parameters,
        # Relative where they lie in the home folder: the executed notebooks travel with the version.
        "data_dir": paths.as_parameter(data_dir),
        "models_dir": paths.as_parameter(registry.models_dir),
        "result_file": paths.as_parameter(run.result_file(step)),
    }
    if "version" in run.results:
        values["version"] = run.results["version"]
    known = notebook_runner.parameters_of(step)
    run.start(step)
    try:
        result = notebook_runner.execute_notebook(
            step,
            run.notebook(step),
            {name: value for name, value in values.items() if name in known},
            cell_seconds,
        )
    except PapermillExecutionError as error:
        run.give_up()
        raise RetrainingError(_describe_failure(run, step, registry, error)) from error
    except (PapermillException, CellTimeoutError, DeadKernelError, TimeoutError, RuntimeError, OSError) as error:
        raise RetrainingError(_describe_failure(run, step, registry, error)) from error
    run.finish(step, result)


def _describe_failure(run: RunRecord, step: str, registry: Registry, error: Exception) -> str:
    reason = last_words(error)
    promoted = "it had been promoted already" if run.champions_changed(registry) else "nothing was promoted"
    return f"{step} failed: {reason}; {promoted}; its record is {paths.display_path(run.notebook(step))}"


def last_words(error: Exception) -> str:
    """Return the line of an error that says what happened: of a cell its exception, of others the last one in words."""
    if isinstance(error, PapermillExecutionError):
        return f"{error.ename}: {error.evalue}".strip().splitlines()[0]
    lines = [line for line in str(error).splitlines() if any(map(str.isalnum, line))]
    return lines[-1].strip() if lines else type(error).__name__


@contextmanager
def _deadline(seconds: float | None) -> Iterator[None]:
    """Raise RetrainingError in the block when time is up; only in the main thread, for no other gets the signal."""
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def raise_timeout(*_: object) -> None:
        raise TimeoutError(f"the run took longer than the {seconds / 60:g} minutes that it was given")

    previous_handler = signal.signal(signal.SIGALRM, raise_timeout)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except TimeoutError as error:
        raise RetrainingError(f"{error}; nothing was promoted") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler)
