"""The notebooks that a retraining runs, what they take, and one of them run through papermill."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import papermill
import psutil
from traitlets.config import Config

from payment_ml import paths

STEPS = ("01-prepare-data", "02-train", "03-evaluate")


def parameters_of(step: str) -> dict[str, dict[str, Any]]:
    """The parameters of a step's notebook as papermill sees them: name -> type, default, help."""
    return papermill.inspect_notebook(str(notebook_path(step)))


def parse_parameters(values: dict[str, str]) -> dict[str, Any]:
    """Values typed at a shell, as the types that the notebooks' parameters have.

    Raises
    ------
    ValueError : a parameter that no step has, or a value that is not of its type
    """
    known = {name: each for step in STEPS for name, each in parameters_of(step).items()}
    parsed = {}
    for name, text in values.items():
        if name in _RESERVED:
            raise ValueError(f"expected {_RESERVED[name]} instead of parameter {name}")
        if name not in known:
            raise ValueError(f"expected a parameter among {', '.join(sorted(known))}, but got {name!r}")
        kind = known[name]["inferred_type_name"]
        try:
            parsed[name] = _PARSERS.get(kind, str)(text)
        except (ValueError, KeyError) as error:
            raise ValueError(f"expected {kind} for parameter {name}, but got {text!r}") from error
    return parsed


_RESERVED = {
    "data_dir": "--data",
    "models_dir": "--models",
    "version": "the version that 02 trains",
    "result_file": "the record of the run",
}
_PARSERS = {"int": int, "float": float, "bool": lambda text: {"true": True, "false": False}[text.lower()]}


def notebook_path(step: str) -> Path:
    """The source notebook of a step."""
    return paths.ROOT / "notebooks" / f"{step}.ipynb"


def execute_notebook(step: str, executed: Path, parameters: dict[str, Any], cell_seconds: float | None) -> None:
    """Run one notebook; its result file is the proof that it came to its end."""
    result_file = Path(parameters["result_file"])
    result_file.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="payment-ml-") as sockets, _kill_kernels_with_parent():
        # Kernels of parallel runs race for TCP ports; a socket file in a folder of its own cannot be raced for.
        config = Config({"KernelManager": {"transport": "ipc", "ip": str(Path(sockets) / "kernel")}})
        papermill.execute_notebook(
            str(notebook_path(step)),
            str(executed),
            parameters,
            kernel_name="python3",
            cwd=str(paths.ROOT),
            progress_bar=False,
            log_output=True,
            config=config,
            execution_timeout=None if cell_seconds is None else max(1, round(cell_seconds)),
            extra_arguments=["--IPKernelApp.log_level=50"],  # or each kernel's orderly end is logged as an error
        )
    if not result_file.is_file():
        raise RuntimeError("it ended without writing its result file")


@contextmanager
def _kill_kernels_with_parent() -> Iterator[None]:
    """Kill the processes that began inside of the block and outlive a failure of it, kernels above all."""
    myself = psutil.Process()
    before = set(myself.children(recursive=True))
    try:
        yield
    except BaseException:
        for child in set(myself.children(recursive=True)) - before:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        raise
