"""Keep the executed copy of a notebook with the version that it made.

Papermill hands the executed notebook over. A kernel of JupyterLab or VS Code never sees it: the outputs are on the
page, and reach the disk when the page is saved. So a thread waits for that file.
"""

import json
import os
import re
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from IPython import get_ipython

from payment_ml import atomic_files, paths
from payment_ml.errors import CorruptFileError

_POLL_SECONDS = 1.0
_MAX_WAIT = 24 * 3600  # seconds; a page that is open saves itself every two minutes


def without_machine_paths(notebook: Any) -> Any:
    """Return a notebook, as JSON holds it, with relative paths of what lies in the project or in the home folder.

    Papermill's notes on where it read and wrote the notebook are left out: they mean nothing on another machine.
    """
    folders = "|".join(re.escape(str(folder)) for folder in (paths.ROOT, paths.home()))
    relative = _relative_paths(notebook, re.compile(rf"(?<![\w/.+-])(?:{folders})(?:/|(?![\w.-]))"))
    for name in ("input_path", "output_path"):
        relative.get("metadata", {}).get("papermill", {}).pop(name, None)
    return relative


def keep_copy(step: str, folder: Path, result_file: str = "") -> None:
    """Copy the running notebook to `folder/notebooks` once it is saved with the outputs of this run; return at once.

    To be called at the end of the last cell: what it prints tells the outputs of this run from those of an earlier one.

    Parameters
    ----------
    step : name of the copy, without .ipynb
    folder : of the version that the notebook made
    result_file : the notebook's parameter; where it is given, a program runs the notebook and keeps the copy itself
    """
    source = None if result_file else _running_notebook()
    if source is None:
        return
    copy = folder / "notebooks" / f"{step}.ipynb"
    marker = f"run {datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    print(f"when this notebook is saved, a copy goes to {paths.display_path(copy)} ({marker})")
    threading.Thread(target=_copy_when_saved, args=(source, copy, marker), daemon=True).start()


def _running_notebook() -> Path | None:
    """Return the file of the notebook that this kernel runs; None outside of JupyterLab and VS Code.

    Jupyter Server names it in the environment of the kernel, VS Code in a variable of the notebook.
    """
    shell = get_ipython()
    variables = {} if shell is None else shell.user_ns
    path = Path(variables.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME", ""))
    return path if path.suffix == ".ipynb" and path.is_file() else None


def _copy_when_saved(source: Path, copy: Path, marker: str) -> None:
    deadline = time.monotonic() + _MAX_WAIT
    modified = None
    while time.monotonic() < deadline and copy.parent.parent.is_dir():  # a version may be pruned meanwhile
        try:
            if modified != (modified := source.stat().st_mtime_ns):
                notebook = atomic_files.read_json(source)
                if _holds_run(notebook, marker):
                    atomic_files.write_json(copy, without_machine_paths(notebook))
                    return
        except (OSError, CorruptFileError):
            modified = None  # it is being written, or moved: look again
        time.sleep(_POLL_SECONDS)


def _holds_run(notebook: dict[str, Any], marker: str) -> bool:
    """Return whether a cell that has ended printed the marker; a page may be saved while the cell still runs."""
    return any(
        marker in json.dumps(cell.get("outputs", [])) and cell.get("execution_count") is not None
        for cell in notebook.get("cells", [])
    )


def _relative_paths(value: Any, folders: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return folders.sub(lambda match: "" if match[0].endswith("/") else ".", value)
    if isinstance(value, list):
        return [_relative_paths(part, folders) for part in value]
    if isinstance(value, dict):
        return {name: _relative_paths(part, folders) for name, part in value.items()}
    return value
