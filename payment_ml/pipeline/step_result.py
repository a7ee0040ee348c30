"""Exchange the result of a notebook with the program that runs it, as a JSON file.

Papermill reports a notebook as completed even after its kernel died. The result file, which the notebook's last cell
writes, is therefore the proof that the notebook reached its end.
"""

from pathlib import Path
from typing import Any

from payment_ml import atomic_files, paths


def write_result(path: str, result: dict[str, Any]) -> None:
    """Write the result of a notebook for the program that runs it.

    Parameters
    ----------
    path : the notebook's parameter `result_file`; relative to the home folder; an empty one writes nothing
    result : name -> value that JSON can hold
    """
    if path:
        atomic_files.write_json(paths.resolve(path), result)


def read_result(path: Path) -> dict[str, Any]:
    """Return the result that a notebook wrote.

    Raises
    ------
    RuntimeError : the file is missing, so the notebook did not reach its end
    CorruptFileError : the file is not JSON
    """
    if not path.is_file():
        raise RuntimeError("expected a result file from the notebook's last cell, but it wrote none")
    result: dict[str, Any] = atomic_files.read_json(path)
    return result
