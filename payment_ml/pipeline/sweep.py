"""Run a notebook once for each combination of parameter values, and go on where an interrupted sweep stopped."""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from payment_ml import atomic_files, paths
from payment_ml.errors import CorruptFileError, SweepError
from payment_ml.pipeline import notebook_runner, sweep_run
from payment_ml.pipeline.sweep_run import COMBINATION, DONE, FAILED, RECORD
from payment_ml.registry import provenance
from payment_ml.registry.versions import VersionStore

REPORT = "08-sweep"
_OWN = ("data_dir", "models_dir", "result_file")  # parameters that a sweep sets
_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)")
_MAX_NAME = 80  # characters of the values in the name of a folder


@dataclass(frozen=True)
class SweepResult:
    """Hold how the combinations of a sweep ended: their records, in the order of the combinations."""

    folder: Path
    records: list[dict[str, Any]]
    kept: int  # records of an earlier run, which was interrupted

    @property
    def failed(self) -> list[dict[str, Any]]:
        """Return the records of the combinations that failed."""
        return [record for record in self.records if record["status"] != DONE]


def parse_values(text: str) -> list[str]:
    """Return the values that a shell gives to a parameter: a list with commas, in which a..b is a range of integers.

    Raises
    ------
    ValueError : there is none
    """
    values: list[str] = []
    for part in text.split(","):
        if (bounds := _RANGE.fullmatch(part.strip())) is None:
            values.append(part.strip())
        else:
            first, last = int(bounds[1]), int(bounds[2])
            values += map(str, range(first, last + 1) if first <= last else range(first, last - 1, -1))
    if not all(values):
        raise ValueError(f"expected values such as 1e-3,3e-3 or 1..5, but got {text!r}")
    return values


def combinations(notebook: Path, swept: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the values of each combination, the last parameter changing fastest.

    Raises
    ------
    ValueError : the notebook has no such parameter, a value is not of its type, or the sweep sets the parameter itself
    """
    parameters = notebook_runner.parameters_of(notebook)
    if "result_file" not in parameters:
        raise ValueError(
            f"expected a notebook with the parameter result_file, but {notebook.name} has none: without a result file, "
            "papermill cannot tell whether a notebook reached its end"
        )
    columns = []
    for name, text in swept.items():
        if name in _OWN:
            raise ValueError(f"expected --data or --output instead of parameter {name}, which a sweep sets")
        columns.append([notebook_runner.parse_parameter(name, value, parameters) for value in parse_values(text)])
    return [dict(zip(swept, values, strict=True)) for values in itertools.product(*columns)]


def default_folder(notebook: Path, swept: Mapping[str, str]) -> Path:
    """Return the folder of a sweep that is named by what it runs: given again, it is found again."""
    digest = hashlib.sha256(json.dumps([str(notebook.resolve()), dict(swept)]).encode()).hexdigest()
    return paths.resolve("sweeps") / f"{notebook.stem}-{digest[:8]}"


def run(
    notebook: Path,
    swept: Sequence[dict[str, Any]],
    folder: Path,
    data_dir: Path,
    executor: Executor,
    tell: Callable[[str], None],
) -> SweepResult:
    """Run a notebook with each combination that is not done yet.

    Each runs in a process of its own, in a folder of its own below `folder/runs`, which keeps the executed notebook and
    a record. A version that it registers goes to `folder/models`: nothing that serves is touched. A combination that
    failed is recorded, stops no other, and is run again by the next sweep.

    Parameters
    ----------
    swept : as `combinations` returns them
    executor : runs `sweep_run.run_in_process` here or on other machines, which have the same folders
    tell : gets a line for each combination that has ended

    Raises
    ------
    SweepError : `folder` holds something else, or another process runs a sweep there
    """
    with _only_sweep(folder) as runs:
        folders = [_prepare(runs, notebook, values, data_dir) for values in swept]
        remaining = [place for place in folders if not _is_done(place)]
        kept = len(folders) - len(remaining)
        if kept:
            tell(f"{kept} of {len(folders)} combinations are done already")
        futures = {executor.submit(sweep_run.run_in_process, str(place)): place for place in remaining}
        try:
            for number, (place, record) in enumerate(_ended(futures), start=kept + 1):
                outcome = "done" if record["status"] == DONE else f"failed: {record['reason']}"
                tell(f"{number} of {len(folders)}: {place.name} {outcome}")
        except BaseException:
            for future in futures:
                future.cancel()
            sweep_run.stop_all()
            raise
        records = [atomic_files.read_json(place / RECORD) for place in folders]
        for place, record in zip(folders, records, strict=True):
            _collect(place, record, VersionStore(folder / "models"))
        return SweepResult(folder, records, kept)


def report(result: SweepResult) -> Path:
    """Run notebook 08 on a sweep, and return the executed notebook, with the table and the figure."""
    executed = result.folder / f"{REPORT}.ipynb"
    parameters = {"sweep_dir": str(result.folder), "result_file": str(result.folder / "result.json")}
    notebook_runner.execute_notebook(REPORT, executed, parameters, cell_seconds=None)
    return executed


@contextmanager
def _only_sweep(folder: Path) -> Iterator[Path]:
    """Yield the folder of the runs of a sweep, which no other process runs for the time of the block."""
    runs = folder / "runs"
    if folder.exists() and any(folder.iterdir()) and not runs.is_dir():
        raise SweepError(f"expected a folder of a sweep or an empty one, but {folder} holds other files; name another")
    runs.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SweepError(
            f"expected to be the only sweep in {folder}, but another one runs; wait for it to end"
        ) from error
    try:
        yield runs
    finally:
        lock.release()


def _prepare(runs: Path, notebook: Path, values: dict[str, Any], data_dir: Path) -> Path:
    """Write what a combination is into its folder, and return the folder."""
    text = ",".join(f"{name}={value}" for name, value in values.items())
    digest = hashlib.sha256(json.dumps(values).encode()).hexdigest()
    name = re.sub(r"[^\w.,=+-]", "_", text)[:_MAX_NAME]
    folder = (runs / f"{name}-{digest[:8]}").resolve()
    own = {
        "data_dir": str(data_dir.resolve()),
        "models_dir": str(folder / "models"),
        "result_file": str(folder / "result.json"),
    }
    known = notebook_runner.parameters_of(notebook)
    combination = {
        "notebook": str(notebook.resolve()),
        "notebook_sha256": atomic_files.sha256(notebook),
        "code": provenance.code_version(),
        "swept": values,
        "parameters": values | {name: value for name, value in own.items() if name in known},
    }
    if _read(folder / COMBINATION) != combination:  # of another state of the notebook or of the code
        (folder / RECORD).unlink(missing_ok=True)
        atomic_files.write_json(folder / COMBINATION, combination)
    return folder


def _is_done(folder: Path) -> bool:
    record = _read(folder / RECORD)
    return record is not None and record.get("status") == DONE


def _read(path: Path) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = atomic_files.read_json(path)
    except (FileNotFoundError, CorruptFileError):
        return None
    return value


def _ended(futures: Mapping[Future[dict[str, Any]], Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the folder and the record of each combination as it ends, however it does."""
    for future in as_completed(futures):
        place = futures[future]
        try:
            record = future.result()
        except (CancelledError, Exception) as error:  # noqa: BLE001 - of a worker or of the way to it
            sweep_run.write_record(place, {"status": FAILED, "reason": f"not run to its end: {error!r}"})
            record = {"status": FAILED, "reason": repr(error)}
        yield place, record


def _collect(place: Path, record: dict[str, Any], versions: VersionStore) -> None:
    """Move the version that a combination has registered to those of the sweep, under the next number there."""
    name = record.get("result", {}).get("version")
    if name is None or not (place / "models" / name).is_dir():
        return
    number = 1 + max((version.number for version in versions.versions()), default=0)
    versions.models_dir.mkdir(exist_ok=True)
    (place / "models" / name).rename(versions.models_dir / name)
    versions.update_metadata(versions.get(name), number=number)
