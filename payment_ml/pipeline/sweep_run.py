"""Run one combination of a sweep in a process of its own, and record how it ended.

Run as a program with the folder of the combination: it takes `combination.json` from there, and leaves the executed
notebook and `record.json`. It ends when its standard input does, and so with the process that started it.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import Any

from payment_ml import atomic_files

COMBINATION, RECORD = "combination.json", "record.json"
DONE, FAILED = "done", "failed"

_running: set[subprocess.Popen[bytes]] = set()


def run_in_process(folder: str) -> dict[str, Any]:
    """Run the combination of a folder in another process, and return its record."""
    record = Path(folder, RECORD)
    record.unlink(missing_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _running.add(process)
    try:
        status = process.wait()
    finally:
        _running.discard(process)
        if process.stdin is not None:
            process.stdin.close()
    if not record.is_file():
        write_record(Path(folder), {"status": FAILED, "reason": f"its process died with status {status}"})
    found: dict[str, Any] = atomic_files.read_json(record)
    return found


def stop_all() -> None:
    """End the processes that this one has started."""
    for process in tuple(_running):
        process.kill()


def write_record(folder: Path, outcome: dict[str, Any]) -> None:
    """Record how the combination of a folder ended, with what it was."""
    atomic_files.write_json(folder / RECORD, atomic_files.read_json(folder / COMBINATION) | outcome)


def run(folder: Path) -> None:
    """Run the combination of a folder in this process, and record how it ended."""
    from payment_ml.pipeline import notebook_runner
    from payment_ml.pipeline.retraining import last_words

    combination = atomic_files.read_json(folder / COMBINATION)
    notebook = Path(combination["notebook"])
    started = time.perf_counter()
    outcome: dict[str, Any]
    try:
        result = notebook_runner.execute_notebook(
            notebook, folder / notebook.name, combination["parameters"], cell_seconds=None
        )
        outcome = {"status": DONE, "result": result}
    except Exception as error:  # noqa: BLE001 - a notebook may raise anything, and the others go on
        outcome = {"status": FAILED, "reason": last_words(error)}
    write_record(folder, outcome | {"seconds": round(time.perf_counter() - started, 1)})


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    Thread(target=_end_with_parent, daemon=True).start()
    run(Path(sys.argv[1]))
