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
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException, PapermillExecutionError

from payment_ml import cards, files, project, steps, tracking
from payment_ml.registry import TASKS, Registry, RegistryError
from payment_ml.steps import STEPS

_KEPT_RECORDS = 10  # of runs that failed
_RESUMABLE = 24 * 3600  # seconds; what was trained longer ago has missed too many corrections
_ATTEMPTS = 3  # at the same evaluation; what kills it three times will kill it again

_log = logging.getLogger(__name__)


class RetrainingError(RuntimeError):
    """A step failed; the champion is what it was. The message says which step, why, and where its record is."""


class LockedError(RuntimeError):
    """Another retraining holds the lock of the models folder; the message names it."""


@dataclass(frozen=True)
class Retrained:
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
) -> Retrained:
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
        for name in [*registry.sweep(), *(path.name for path in files.sweep(data_dir / "prepared"))]:
            _log.info("removed %s, which a run that died left half-written", name)
        try:
            restored = tuple(registry.restore())
        except RegistryError as error:
            raise RetrainingError(f"{error}; nothing was trained") from error
        for line in restored:
            _log.error("%s", line)
        _check_room(limits.free_bytes, data_dir, models_dir)
        run = (_interrupted(registry, parameters) if resume else None) or _Run.begin(registry, parameters)
        for number, step in enumerate(STEPS, start=1):
            if step in run.done:
                _log.info("step %d of %d: %s was done before the run was interrupted", number, len(STEPS), step)
                continue
            _log.info("step %d of %d: %s", number, len(STEPS), step)
            run.execute(step, data_dir, models_dir, limits.cell_seconds)
        version = run.results["version"]
        folder = models_dir / version
        _file_record(run.record, folder / "notebooks")
        registry.update_card(registry.get(version), run_seconds=round(time.perf_counter() - started, 1))
        for name in registry.prune(limits.keep):
            _log.info("removed %s: it is neither champion nor pinned nor among the newest %d", name, limits.keep)
        _drop_records(models_dir / "runs")
    tracking.tell(registry, registry.get(version))
    seconds = time.perf_counter() - started
    return Retrained(version, run.results["promoted"], run.results["reason"], folder, seconds, restored)


class _Run:
    """One run of the three notebooks, and the folder runs/<time> in which it is recorded until it is done."""

    def __init__(self, record: Path, state: dict[str, Any]):
        self.record = record
        self._state = state

    @classmethod
    def begin(cls, registry: Registry, parameters: dict[str, Any]) -> "_Run":
        """A new run."""
        record = registry.models_dir / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        record.mkdir(parents=True)
        run = cls(
            record, {**_situation(registry, parameters), "done": [], "results": {}, "attempts": 0, "ended": False}
        )
        run._save()
        return run

    @property
    def done(self) -> list[str]:
        """Steps that came to their end."""
        return self._state["done"]

    @property
    def results(self) -> dict[str, Any]:
        """What the steps wrote of themselves."""
        return self._state["results"]

    def execute(self, step: str, data_dir: Path, models_dir: Path, cell_seconds: float | None) -> None:
        """Run one notebook."""
        given = {
            **self._state["parameters"],
            "data_dir": str(data_dir.resolve()),
            "models_dir": str(models_dir.resolve()),
            "result_file": str(self.record / f"{step}.json"),
        }
        if "version" in self.results:
            given["version"] = self.results["version"]
        values = {name: value for name, value in given.items() if name in steps.parameters_of(step)}
        self._state["attempts"] += step == STEPS[-1]
        self._save()
        try:
            steps.execute(step, self.record / f"{step}.ipynb", values, cell_seconds)
        except PapermillExecutionError as error:
            self._state["ended"] = True  # the notebook itself says no; it would say so again
            self._save()
            raise RetrainingError(self._failure(step, error)) from error
        except (PapermillException, CellTimeoutError, DeadKernelError, TimeoutError, RuntimeError, OSError) as error:
            raise RetrainingError(self._failure(step, error)) from error
        self.results.update(files.read_json(Path(values["result_file"])))
        self.done.append(step)
        self._save()

    def _failure(self, step: str, reason: object) -> str:
        last = str(reason).strip().splitlines()[-1] if str(reason).strip() else type(reason).__name__
        changed = _champions(Registry(self.record.parent.parent)) != self._state["champions"]
        promoted = "it had been promoted already" if changed else "nothing was promoted"
        return f"{step} failed: {last}; {promoted}; its record is {project.shown(self.record / f'{step}.ipynb')}"

    def _save(self) -> None:
        files.write_json(self.record / "state.json", self._state)


def _situation(registry: Registry, parameters: dict[str, Any]) -> dict[str, Any]:
    """What has to be the same for an interrupted run to be taken up."""
    return {"parameters": parameters, "code": cards.code_version(), "champions": _champions(registry)}


def _champions(registry: Registry) -> dict[str, str]:
    return {task: each.name for task in TASKS if (each := registry.champion(task)) is not None}


def _interrupted(registry: Registry, parameters: dict[str, Any]) -> _Run | None:
    """The newest run that died after its training, if it is worth taking up; None otherwise."""
    situation = _situation(registry, parameters)
    for record in sorted((registry.models_dir / "runs").glob("*"), reverse=True):
        try:
            state = files.read_json(record / "state.json")
            age = abs(time.time() - (record / "state.json").stat().st_mtime)
            same = all(state[name] == value for name, value in situation.items())
            if not same or state["ended"] or age > _RESUMABLE or state["attempts"] >= _ATTEMPTS:
                continue
            if STEPS[1] not in state["done"]:
                continue
            registry.verify(registry.get(state["results"]["version"]))
        except (OSError, KeyError, TypeError, files.DamagedError, RegistryError):
            continue
        _log.info("goes on with %s, which a run that died had trained", state["results"]["version"])
        return _Run(record, state)
    return None


def _check_room(least: int, *folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(folder).free) < least:
            raise RetrainingError(
                f"expected {least / 1e6:,.0f} MB free for {project.shown(folder.resolve())}, "
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


def _file_record(record: Path, folder: Path) -> None:
    """Move the executed notebooks into the version that they made: its lab record."""
    folder.mkdir(exist_ok=True)
    for path in sorted(record.glob("*.ipynb")):
        shutil.move(path, folder / path.name)
    shutil.rmtree(record)


def _drop_records(runs: Path) -> None:
    """Remove all but the newest records of runs that failed."""
    for record in sorted(runs.glob("*"))[:-_KEPT_RECORDS]:
        shutil.rmtree(record, ignore_errors=True)
