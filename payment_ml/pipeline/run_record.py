"""TODO module docstring for pipeline.run_record."""

import logging
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException, PapermillExecutionError

from payment_ml import atomic_files, errors, paths
from payment_ml.atomic_files import write_json
from payment_ml.errors import RegistryError, RetrainingError
from payment_ml.pipeline import notebook_runner
from payment_ml.pipeline.notebook_runner import STEPS
from payment_ml.registry import provenance
from payment_ml.registry.registry import Registry
from payment_ml.tasks import TASKS


def write_result(path: str, result: dict[str, Any]) -> None:
    """Write what a notebook came to, for the program that ran it; an empty path writes nothing.

    Papermill calls a notebook completed even when its kernel died, so this file is the proof that it came to its end.
    """
    if path:
        write_json(Path(path), result)


_log = logging.getLogger(__name__)

_MAX_RECORDS = 10  # of runs that failed


_RESUMABLE_SECONDS = 24 * 3600  # seconds; what was trained longer ago has missed too many corrections


_MAX_ATTEMPTS = 3  # at the same evaluation; what kills it three times will kill it again


class RunRecord:
    """One run of the three notebooks, and the folder runs/<time> in which it is recorded until it is done."""

    def __init__(self, record: Path, state: dict[str, Any]):
        self.record = record
        self._state = state

    @classmethod
    def begin(cls, registry: Registry, parameters: dict[str, Any]) -> "RunRecord":
        """A new run."""
        record = registry.models_dir / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        record.mkdir(parents=True)
        run = cls(record, {**_run_key(registry, parameters), "done": [], "results": {}, "attempts": 0, "ended": False})
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
        values = {name: value for name, value in given.items() if name in notebook_runner.parameters_of(step)}
        self._state["attempts"] += step == STEPS[-1]
        self._save()
        try:
            notebook_runner.execute_notebook(step, self.record / f"{step}.ipynb", values, cell_seconds)
        except PapermillExecutionError as error:
            self._state["ended"] = True  # the notebook itself says no; it would say so again
            self._save()
            raise RetrainingError(self._failure(step, error)) from error
        except (PapermillException, CellTimeoutError, DeadKernelError, TimeoutError, RuntimeError, OSError) as error:
            raise RetrainingError(self._failure(step, error)) from error
        self.results.update(atomic_files.read_json(Path(values["result_file"])))
        self.done.append(step)
        self._save()

    def _failure(self, step: str, reason: object) -> str:
        last = str(reason).strip().splitlines()[-1] if str(reason).strip() else type(reason).__name__
        changed = _champions(Registry(self.record.parent.parent)) != self._state["champions"]
        promoted = "it had been promoted already" if changed else "nothing was promoted"
        return f"{step} failed: {last}; {promoted}; its record is {paths.display_path(self.record / f'{step}.ipynb')}"

    def _save(self) -> None:
        atomic_files.write_json(self.record / "state.json", self._state)


def _run_key(registry: Registry, parameters: dict[str, Any]) -> dict[str, Any]:
    """What has to be the same for an interrupted run to be taken up."""
    return {"parameters": parameters, "code": provenance.code_version(), "champions": _champions(registry)}


def _champions(registry: Registry) -> dict[str, str]:
    return {task: each.name for task in TASKS if (each := registry.champion(task)) is not None}


def _find_resumable_run(registry: Registry, parameters: dict[str, Any]) -> RunRecord | None:
    """The newest run that died after its training, if it is worth taking up; None otherwise."""
    situation = _run_key(registry, parameters)
    for record in sorted((registry.models_dir / "runs").glob("*"), reverse=True):
        try:
            state = atomic_files.read_json(record / "state.json")
            age = abs(time.time() - (record / "state.json").stat().st_mtime)
            same = all(state[name] == value for name, value in situation.items())
            if not same or state["ended"] or age > _RESUMABLE_SECONDS or state["attempts"] >= _MAX_ATTEMPTS:
                continue
            if STEPS[1] not in state["done"]:
                continue
            registry.verify(registry.get(state["results"]["version"]))
        except (OSError, KeyError, TypeError, errors.CorruptFileError, RegistryError):
            continue
        _log.info("goes on with %s, which a run that died had trained", state["results"]["version"])
        return RunRecord(record, state)
    return None


def archive_record(record: Path, folder: Path) -> None:
    """Move the executed notebooks into the version that they made: its lab record."""
    folder.mkdir(exist_ok=True)
    for path in sorted(record.glob("*.ipynb")):
        shutil.move(path, folder / path.name)
    shutil.rmtree(record)


def prune_records(runs: Path) -> None:
    """Remove all but the newest records of runs that failed."""
    for record in sorted(runs.glob("*"))[:-_MAX_RECORDS]:
        shutil.rmtree(record, ignore_errors=True)
