"""Keep the state of a training after each epoch, so that one that was interrupted continues where it stopped.

The name of the file is a hash of everything that the result of the training depends on, so that no training continues
another one. Who registers the result removes the file.
"""

import hashlib
import json
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from payment_ml import atomic_files

_MAX_AGE = 14 * 24 * 3600  # seconds; an older file belongs to a training that nobody continued
_SETTINGS = "settings"  # entry of the file that holds what is not an array, as JSON


@dataclass(frozen=True)
class TrainingState:
    """Hold the state of a training after an epoch: arrays by name, and values that JSON can hold."""

    arrays: dict[str, list[np.ndarray]]
    values: dict[str, Any]


class Checkpoint:
    """Save and load the state of one training in a file that is complete or absent.

    Parameters
    ----------
    folder : where the file of each training is kept
    key : everything that the result of the training depends on, as JSON can hold it
    """

    def __init__(self, folder: Path, key: dict[str, Any]):
        text = json.dumps(key, sort_keys=True, default=str)
        self.path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.npz"

    def save(self, state: TrainingState) -> None:
        """Replace the file by this state."""
        arrays = {f"{name}/{number}": array for name, part in state.arrays.items() for number, array in enumerate(part)}
        with atomic_files.atomic_write(self.path) as partial:
            # numpy's stub takes every keyword that is unpacked for `allow_pickle`.
            np.savez(partial, **arrays, **{_SETTINGS: np.array(json.dumps(state.values))})  # type: ignore[arg-type]

    def load(self) -> TrainingState | None:
        """Return the state that was saved last; None where there is none, or the file is damaged."""
        try:
            with self.path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                arrays: dict[str, list[np.ndarray]] = {}
                for name in file.files:
                    if name != _SETTINGS:
                        arrays.setdefault(name.split("/")[0], []).append(file[name])
                return TrainingState(arrays, json.loads(str(file[_SETTINGS])))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None

    def remove(self) -> None:
        """Remove the file of a training whose result is registered, and those that nobody continued for two weeks."""
        self.path.unlink(missing_ok=True)
        for path in self.path.parent.glob("*.npz"):
            if time.time() - path.stat().st_mtime > _MAX_AGE:
                path.unlink(missing_ok=True)
