"""Test evaluation.sweeps: the table and the figure of a sweep's runs."""

import numpy as np
import pytest

from payment_ml import atomic_files, paths
from payment_ml.errors import MissingDataError
from payment_ml.evaluation import sweeps
from payment_ml.registry.versions import VersionStore


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a sweep with a run that trained, one with a result of its own, and one that failed."""
    curves = {"validation_accuracy": [0.8, 0.9, 0.7], "validation_loss": [0.5, 0.4, 0.6]}
    metadata = {"architecture": "mlp", "task": "digits", "kept_epoch": 2, "curves": curves}
    version = VersionStore(tmp_path / "models").register(lambda path: path.write_bytes(b"x"), metadata)
    records = [
        {"swept": {"rate": 0.1, "seed": 10}, "status": "done", "seconds": 90, "result": {"version": version.name}},
        {"swept": {"rate": 0.1, "seed": 9}, "status": "done", "seconds": 60, "result": {"validation accuracy": 0.95}},
        {"swept": {"rate": None, "seed": 9}, "status": "failed", "seconds": 30, "reason": "ValueError: x"},
    ]
    for i, record in enumerate(records):
        atomic_files.write_json(tmp_path / "runs" / str(i) / "record.json", record)
    return tmp_path


def test_a_run_has_what_its_version_measured_after_the_kept_epoch(folder):
    """Seeds are sorted as numbers; a failed run has a reason and no measure."""
    runs = sweeps.load_runs(folder)
    assert list(runs.index) == [(0.1, 9), (0.1, 10), (None, 9)] or np.isnan(runs.index[2][0])
    trained = runs.xs(10, level="seed").iloc[0]
    assert (trained[sweeps.ACCURACY], trained[sweeps.LOSS], trained[sweeps.EPOCH]) == (0.9, 0.4, 2)
    assert trained[sweeps.MINUTES] == 1.5
    failed = runs[runs[sweeps.STATUS] == "failed"].iloc[0]
    assert failed[sweeps.REASON] == "ValueError: x"
    assert np.isnan(failed[sweeps.ACCURACY])


def test_the_table_shows_the_best_first_and_no_empty_column(folder):
    """Shares are percentages; what failed comes last."""
    table = sweeps.table(sweeps.load_runs(folder))
    assert list(table[sweeps.ACCURACY]) == ["95.00%", "90.00%", ""]
    (folder / "runs" / "2" / "record.json").unlink()
    assert sweeps.REASON not in sweeps.table(sweeps.load_runs(folder))


def test_the_figure_has_a_dot_for_each_run_and_the_mean_of_each_value(folder):
    """A parameter with one value in all runs is left out."""
    (folder / "runs" / "2" / "record.json").unlink()
    runs = sweeps.load_runs(folder)
    assert sweeps.measures(runs) == [sweeps.ACCURACY, sweeps.LOSS]
    figure = sweeps.plot(runs, sweeps.ACCURACY)
    (axis,) = figure.axes
    assert axis.get_xlabel() == "seed"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["9", "10"]
    assert axis.lines[0].get_ydata() == pytest.approx([0.95, 0.9])
    assert len(axis.collections[0].get_offsets()) == 2


def test_the_newest_sweep_is_found(tmp_path, monkeypatch):
    """An error says what to run where there is none."""
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path))
    with pytest.raises(MissingDataError, match="run payment-ml sweep first"):
        sweeps.find_sweep("")
    (tmp_path / "sweeps" / "one" / "runs").mkdir(parents=True)
    assert sweeps.find_sweep("") == sweeps.find_sweep("sweeps/one") == tmp_path / "sweeps" / "one"
