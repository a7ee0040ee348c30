"""Run one notebook through papermill, and parse the values that a shell gives to its parameters."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import papermill
import psutil
from papermill.translators import PythonTranslator, papermill_translators

from payment_ml import paths
from payment_ml.pipeline import kernels, step_result

PREPARATION, TRAINING, EVALUATION, DOCUMENTS = "01-prepare-data", "02-train", "03-evaluate", "07-evaluate-documents"
STEPS = (PREPARATION, TRAINING, EVALUATION, DOCUMENTS)

_RESERVED = {  # parameters that the runner sets, and what a user gives instead
    "data_dir": "--data",
    "models_dir": "--models",
    "version": "the version that 02 trains",
    "result_file": "the record of the run",
}


def notebook_path(step: str) -> Path:
    """Return the path of a step's source notebook."""
    return paths.resource("notebooks") / f"{step}.ipynb"


def parameters_of(step: str | Path) -> dict[str, dict[str, Any]]:
    """Return the parameters of a step or of any notebook as papermill describes them: name -> type, default, help."""
    parameters: dict[str, dict[str, Any]] = papermill.inspect_notebook(str(_source(step)))
    return parameters


def parse_parameters(values: dict[str, str]) -> dict[str, Any]:
    """Convert values typed at a shell to the types of the notebooks' parameters.

    A parameter of type `int | None`, `float | None` or `bool | None` also takes the word None, in any case.

    Raises
    ------
    ValueError : no step has such a parameter, or the value is not of its type
    """
    parameters = {name: parameter for step in STEPS for name, parameter in parameters_of(step).items()}
    parsed = {}
    for name, text in values.items():
        if name in _RESERVED:
            raise ValueError(f"expected {_RESERVED[name]} instead of parameter {name}")
        parsed[name] = parse_parameter(name, text, parameters)
    return parsed


def parse_parameter(name: str, text: str, parameters: dict[str, dict[str, Any]]) -> Any:
    """Convert a value typed at a shell to the type of its parameter.

    Parameters
    ----------
    parameters : as `parameters_of` returns them

    Raises
    ------
    ValueError : there is no such parameter, or the value is not of its type
    """
    if name not in parameters:
        raise ValueError(f"expected a parameter among {', '.join(sorted(parameters))}, but got {name!r}")
    type_names = [part.strip() for part in parameters[name]["inferred_type_name"].split("|")]
    try:
        return _parse_value(text, type_names)
    except ValueError as error:
        raise ValueError(f"expected {' or '.join(type_names)} for parameter {name}, but got {text!r}") from error


def execute_notebook(
    step: str | Path, executed: Path, parameters: dict[str, Any], cell_seconds: float | None
) -> dict[str, Any]:
    """Run one notebook and return the result that its last cell wrote.

    Parameters
    ----------
    step : a name from `STEPS`, or the path of any notebook
    executed : where to save the notebook with its outputs
    parameters : name -> value, `result_file` among them
    cell_seconds : limit for each cell; None sets none

    Raises
    ------
    papermill.exceptions.PapermillExecutionError : a cell raised an exception
    RuntimeError : the notebook ended without a result
    """
    result_file = paths.resolve(parameters["result_file"])
    result_file.unlink(missing_ok=True)
    with kernels.private_transport() as config, _kill_kernels_on_failure():
        papermill.execute_notebook(
            str(_source(step)),
            str(executed),
            parameters,
            kernel_name=kernels.KERNEL_NAME,
            kernel_manager_class=kernels.OwnKernelManager,
            cwd=str(paths.home()),
            progress_bar=False,
            log_output=True,
            config=config,
            # A busy machine may be slower than nbclient's four seconds to pass on what a cell printed.
            iopub_timeout=60,
            execution_timeout=None if cell_seconds is None else max(1, round(cell_seconds)),
            extra_arguments=["--IPKernelApp.log_level=50"],  # otherwise each kernel logs its normal end as an error
        )
    return step_result.read_result(result_file)


def _source(step: str | Path) -> Path:
    return step if isinstance(step, Path) else notebook_path(step)


class _UnionTranslator(PythonTranslator):
    """Read annotations such as `int | None`, which papermill 2.7 skips together with their parameter.

    Source: https://github.com/nteract/papermill/issues/806. Without it papermill also warns of an unknown parameter.
    """

    PARAMETER_PATTERN = re.compile(PythonTranslator.PARAMETER_PATTERN.pattern.replace(r"\[\],\s]", r"\[\],\s|]"))


papermill_translators.register("python", _UnionTranslator)


def _parse_bool(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError
    return text.lower() == "true"


_PARSERS: dict[str, Callable[[str], Any]] = {"int": int, "float": float, "bool": _parse_bool}


def _parse_value(text: str, type_names: list[str]) -> Any:
    """Return `text` as the first type among `type_names` other than None, or None if that is allowed and meant."""
    if "None" in type_names and text.lower() == "none":
        return None
    type_name = next((name for name in type_names if name != "None"), "str")
    return _PARSERS.get(type_name, str)(text)


@contextmanager
def _kill_kernels_on_failure() -> Iterator[None]:
    """Kill the processes that the block started and left behind when it fails, kernels above all."""
    process = psutil.Process()
    before = set(process.children(recursive=True))
    try:
        yield
    except BaseException:
        for child in set(process.children(recursive=True)) - before:
            with suppress(psutil.NoSuchProcess):
                child.kill()
        raise
