"""Compare the runs of a sweep: what each combination of parameter values led to."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from payment_ml import atomic_files, paths, plots
from payment_ml.errors import MissingDataError, RegistryError
from payment_ml.registry.versions import VersionStore

MINUTES, STATUS, REASON, VERSION = "minutes", "status", "reason", "version"
ACCURACY, LOSS, EPOCH = "validation accuracy", "validation loss", "kept epoch"


def find_sweep(folder: str) -> Path:
    """Return the folder of a sweep; an empty name is the one in sweeps/ that was run last.

    Raises
    ------
    MissingDataError : there is no sweep
    """
    found = list(paths.resolve("sweeps").glob("*/runs")) if not folder else [paths.resolve(folder) / "runs"]
    existing = [runs for runs in found if runs.is_dir()]
    if not existing:
        place = paths.resolve(folder or "sweeps")
        raise MissingDataError(f"expected a sweep in {place}, but there is none; run payment-ml sweep first")
    return max(existing, key=lambda runs: runs.stat().st_mtime).parent


def load_runs(folder: Path) -> pd.DataFrame:
    """Load the runs of a sweep.

    Parameters
    ----------
    folder : with runs/ and, where the notebook trains, models/

    Returns
    -------
    a row for each run, indexed by the swept parameters: what it measured, minutes, status ("done" or "failed"), reason
    and version. A run that trained measured validation accuracy, validation loss and the epoch that was kept; others
    have the numbers of their result. `attrs["swept"]` has the names of the parameters.
    """
    records = [atomic_files.read_json(path) for path in sorted((folder / "runs").glob("*/record.json"))]
    versions = VersionStore(folder / "models")
    rows = [record["swept"] | _measured(record, versions) | _ending(record) for record in records]
    swept = list(records[0]["swept"]) if records else []
    runs = pd.DataFrame(rows)
    if swept:
        runs = runs.sort_values(swept, key=_sortable).set_index(swept)
    runs.attrs["swept"] = swept
    return runs


def table(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs for people, the best first; columns without any value are left out."""
    shown = runs.sort_values(ACCURACY, ascending=False, na_position="last") if ACCURACY in runs else runs
    formats = {ACCURACY: "{:.2%}", LOSS: "{:.4f}", EPOCH: "{:.0f}", MINUTES: "{:.1f}"}
    formatted = shown.assign(
        **{
            name: shown[name].map(lambda value, text=text: "" if pd.isna(value) else text.format(value))
            for name, text in formats.items()
            if name in shown
        }
    )
    return formatted.loc[:, [name for name in formatted if formatted[name].astype(bool).any()]]


def measures(runs: pd.DataFrame) -> list[str]:
    """Return the columns that hold what runs measured."""
    others = (MINUTES, STATUS, REASON, VERSION, EPOCH)
    return [name for name in runs if name not in others and pd.api.types.is_numeric_dtype(runs[name])]


def plot(runs: pd.DataFrame, measure: str) -> Figure:
    """Draw a measure over the values of each parameter: a dot for each run, and a line through the means.

    Parameters that have one value in all runs are left out, unless all do.
    """
    swept = [name for name in runs.attrs["swept"] if runs.index.get_level_values(name).astype(str).nunique() > 1]
    swept = swept or runs.attrs["swept"]
    figure, axes = plots.new_figure(columns=len(swept), height=3.5, sharey=True)
    done = runs.reset_index().dropna(subset=[measure])
    for axis, name in zip(axes[0], swept, strict=True):
        values = list(dict.fromkeys(done.sort_values(name, key=_sortable)[name].map(str)))
        means = done.groupby(done[name].map(str))[measure].mean()
        x = done[name].map(lambda value, values=values: values.index(str(value)))
        axis.plot(range(len(values)), means.reindex(values), color=plots.BLUE, zorder=1, label="mean")
        axis.scatter(x, done[measure], 30, "white", edgecolors=plots.BLUE, zorder=2, label="one run")
        axis.set(xlabel=name, xticks=range(len(values)), xticklabels=values)
    axes[0, 0].set_ylabel(measure)
    axes[0, 0].legend(frameon=False)
    return figure


def _measured(record: dict[str, Any], versions: VersionStore) -> dict[str, Any]:
    result = record.get("result", {})
    try:
        metadata = versions.get(str(result.get(VERSION))).metadata
    except RegistryError:
        return {name: value for name, value in result.items() if _is_number(value)}
    curves, kept = metadata.get("curves", {}), metadata.get("kept_epoch", 0)
    at_kept = {label: curves[name][kept - 1] for label, name in _CURVES.items() if name in curves}
    return at_kept | {EPOCH: kept}


_CURVES = {ACCURACY: "validation_accuracy", LOSS: "validation_loss"}


def _ending(record: dict[str, Any]) -> dict[str, Any]:
    return {
        MINUTES: record.get("seconds", math.nan) / 60,
        STATUS: record["status"],
        REASON: record.get("reason", ""),
        VERSION: record.get("result", {}).get(VERSION, ""),
    }


def _sortable(values: pd.Series) -> pd.Series:
    """Return what sorts values: numbers as such, and everything else, None included, as text."""
    numbers = pd.to_numeric(values, errors="coerce")
    return values.map(str) if numbers.isna().any() else numbers.astype(np.float64)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
