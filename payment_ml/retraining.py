"""Runs the notebooks that prepare, train and evaluate, in order, through papermill; locked and recorded."""

import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import papermill
from filelock import FileLock, Timeout
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException
from traitlets.config import Config

from payment_ml import files, project

STEPS = ("01-prepare-data", "02-train", "03-evaluate")


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


def parameters_of(step: str) -> dict[str, dict[str, Any]]:
    """The parameters of a step's notebook as papermill sees them: name -> type, default, help."""
    return papermill.inspect_notebook(str(notebook_path(step)))


def parse(values: dict[str, str]) -> dict[str, Any]:
    """Values typed at a shell, as the types that the notebooks' parameters have.

    Raises
    ------
    ValueError : a parameter that no step has, or a value that is not of its type
    """
    known = {name: each for step in STEPS for name, each in parameters_of(step).items()}
    parsed = {}
    for name, text in values.items():
        if name in _SET_HERE:
            raise ValueError(f"expected {_SET_HERE[name]} instead of parameter {name}")
        if name not in known:
            raise ValueError(f"expected a parameter among {', '.join(sorted(known))}, but got {name!r}")
        kind = known[name]["inferred_type_name"]
        try:
            parsed[name] = _PARSERS.get(kind, str)(text)
        except (ValueError, KeyError) as error:
            raise ValueError(f"expected {kind} for parameter {name}, but got {text!r}") from error
    return parsed


_SET_HERE = {
    "data_dir": "--data",
    "models_dir": "--models",
    "version": "the version that 02 trains",
    "result_file": "the record of the run",
}
_PARSERS = {"int": int, "float": float, "bool": lambda text: {"true": True, "false": False}[text.lower()]}


def notebook_path(step: str) -> Path:
    """The source notebook of a step."""
    return project.ROOT / "notebooks" / f"{step}.ipynb"


def retrain(
    parameters: dict[str, Any],
    data_dir: Path,
    models_dir: Path,
    report: Callable[[str], None] = print,
) -> Retrained:
    """Run notebooks 01, 02 and 03; each gets those of `parameters` that it has.

    Papermill marks every cell as completed even after a time-out or a dead kernel, so a step succeeded when papermill
    raised nothing AND the notebook's last cell wrote its result file. 03 promotes as the last thing that it does:
    whatever fails before leaves the champion as it was.

    Parameters
    ----------
    parameters : name -> value, without those that are set here: version, result_file and the directories
    data_dir, models_dir : where to read and write
    report : takes lines for the person who waits

    Raises
    ------
    LockedError : another retraining is under way in this models folder
    RetrainingError : a step failed
    """
    known = {step: parameters_of(step) for step in STEPS}
    given = {**parameters, "data_dir": str(data_dir.resolve()), "models_dir": str(models_dir.resolve())}
    started = time.perf_counter()
    with _locked(models_dir):
        record = models_dir / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        record.mkdir(parents=True)
        results: dict[str, Any] = {}
        for number, step in enumerate(STEPS, start=1):
            report(f"step {number} of {len(STEPS)}: {step}")
            if "version" in results:
                given["version"] = results["version"]
            result_file = record / f"{step}.json"
            values = {name: value for name, value in given.items() if name in known[step]}
            _execute(step, record / f"{step}.ipynb", {**values, "result_file": str(result_file)})
            results |= files.read_json(result_file)
        folder = models_dir / results["version"]
        _file_record(record, folder / "notebooks")
    return Retrained(results["version"], results["promoted"], results["reason"], folder, time.perf_counter() - started)


@contextmanager
def _locked(models_dir: Path):
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


def _execute(step: str, executed: Path, parameters: dict[str, Any]) -> None:
    """Run one notebook; its result file is the proof that it came to its end."""
    result_file = Path(parameters["result_file"])
    with tempfile.TemporaryDirectory(prefix="payment-ml-") as sockets:
        # Kernels of parallel runs race for TCP ports; a socket file in a folder of its own cannot be raced for.
        config = Config({"KernelManager": {"transport": "ipc", "ip": str(Path(sockets) / "kernel")}})
        try:
            papermill.execute_notebook(
                str(notebook_path(step)),
                str(executed),
                parameters,
                kernel_name="python3",
                cwd=str(project.ROOT),
                progress_bar=False,
                log_output=True,
                config=config,
                extra_arguments=["--IPKernelApp.log_level=50"],  # or each kernel's orderly end is logged as an error
            )
        except (PapermillException, CellTimeoutError, DeadKernelError, RuntimeError, OSError) as error:
            raise RetrainingError(_failure(step, executed, error)) from error
    if not result_file.is_file():
        raise RetrainingError(_failure(step, executed, "it ended without writing its result file"))


def _failure(step: str, executed: Path, reason: object) -> str:
    last = str(reason).strip().splitlines()[-1] if str(reason).strip() else type(reason).__name__
    return f"{step} failed: {last}; nothing was promoted; its record is {project.shown(executed)}"


def _file_record(record: Path, folder: Path) -> None:
    """Move the executed notebooks into the version that they made: its lab record."""
    folder.mkdir(exist_ok=True)
    for path in sorted(record.glob("*.ipynb")):
        shutil.move(path, folder / path.name)
    shutil.rmtree(record)
