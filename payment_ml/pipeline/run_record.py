"""Record one run of the notebooks in models/runs/<time>, so that an interrupted run can be resumed."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import atomic_files
from payment_ml.errors import CorruptFileError, RegistryError
from payment_ml.pipeline import executed_notebooks
from payment_ml.pipeline.notebook_runner import PREPARATION, TRAINING
from payment_ml.registry import provenance
from payment_ml.registry.registry import Registry
from payment_ml.tasks import ALL_TASKS

_MAX_FAILED_RUNS = 10  # records that are kept
_MAX_RESUME_AGE = 24 * 3600  # seconds; a network that was trained longer ago misses too many corrections
_MAX_ATTEMPTS = 3  # at the same evaluation; if it died three times, it will die again


class RunRecord:
    """Hold the state of one run, and save every change of it to `state.json` in the folder of the run.

    The folder also receives the executed notebooks and their result files.
    """

    def __init__(self, folder: Path, state: dict[str, Any]):
        self.folder = folder
        self._state = state

    @classmethod
    def begin(cls, registry: Registry, parameters: dict[str, Any]) -> "RunRecord":
        """Create the record of a new run with these notebook parameters."""
        folder = registry.models_dir / "runs" / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        folder.mkdir(parents=True)
        state = {**_run_key(registry, parameters), "done": [], "results": {}, "attempts": 0, "ended": False}
        run = cls(folder, state)
        run._save()
        return run

    @classmethod
    def find_resumable(cls, registry: Registry, parameters: dict[str, Any]) -> "RunRecord | None":
        """Return the newest interrupted run that has trained a network and can be resumed; None if there is none.

        Parameters, code and champions must be the same as when it began, and the trained network undamaged.
        """
        run_key = _run_key(registry, parameters)
        for folder in sorted((registry.models_dir / "runs").glob("*"), reverse=True):
            try:
                state = atomic_files.read_json(folder / "state.json")
                age = abs(time.time() - (folder / "state.json").stat().st_mtime)
                if (
                    any(state[name] != value for name, value in run_key.items())
                    or state["ended"]
                    or age > _MAX_RESUME_AGE
                    or state["attempts"] >= _MAX_ATTEMPTS
                    or TRAINING not in state["done"]
                ):
                    continue
                registry.verify(registry.get(state["results"]["version"]))
            except (OSError, KeyError, TypeError, CorruptFileError, RegistryError):
                continue
            return cls(folder, state)
        return None

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the notebook parameters of the run."""
        return dict(self._state["parameters"])

    @property
    def done(self) -> list[str]:
        """Return the steps that reached their end."""
        return list(self._state["done"])

    @property
    def results(self) -> dict[str, Any]:
        """Return the merged results of the steps that reached their end."""
        return dict(self._state["results"])

    def notebook(self, step: str) -> Path:
        """Return where the executed notebook of a step is saved."""
        return self.folder / f"{step}.ipynb"

    def result_file(self, step: str) -> Path:
        """Return where the notebook of a step writes its result."""
        return self.folder / f"{step}.json"

    def start(self, step: str) -> None:
        """Record that a step begins; attempts at an evaluation are counted."""
        self._state["attempts"] += step not in (PREPARATION, TRAINING)
        self._save()

    def finish(self, step: str, result: dict[str, Any]) -> None:
        """Record that a step reached its end with this result."""
        self._state["results"].update(result)
        self._state["done"].append(step)
        self._save()

    def give_up(self) -> None:
        """Record that a notebook itself failed, so that resuming the run would only repeat the failure."""
        self._state["ended"] = True
        self._save()

    def champions_changed(self, registry: Registry) -> bool:
        """Return True if other versions are champions now than when the run began."""
        return bool(_champion_names(registry) != self._state["champions"])

    def archive(self, folder: Path) -> None:
        """Move the executed notebooks to `folder`, which is made when missing, and remove the record."""
        folder.mkdir(exist_ok=True)
        for path in sorted(self.folder.glob("*.ipynb")):
            notebook = atomic_files.read_json(path)
            atomic_files.write_json(folder / path.name, executed_notebooks.without_machine_paths(notebook))
        shutil.rmtree(self.folder)

    def _save(self) -> None:
        atomic_files.write_json(self.folder / "state.json", self._state)


def prune_records(models_dir: Path) -> None:
    """Remove all but the newest records of failed runs."""
    for folder in sorted((models_dir / "runs").glob("*"))[:-_MAX_FAILED_RUNS]:
        shutil.rmtree(folder, ignore_errors=True)


def _run_key(registry: Registry, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return everything that must be equal for an interrupted run to be resumed."""
    return {"parameters": parameters, "code": provenance.code_version(), "champions": _champion_names(registry)}


def _champion_names(registry: Registry) -> dict[str, str]:
    champions = {task: registry.champion(task) for task in ALL_TASKS}
    return {task: champion.name for task, champion in champions.items() if champion is not None}
