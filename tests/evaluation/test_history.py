"""Test evaluation.history: the metrics of every version of a task, and notebook 05."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from payment_ml import paths
from payment_ml.evaluation import history
from payment_ml.registry.registry import Registry


def create_twin(registry: Registry, name: str, **entries: str) -> str:
    """Create another version with the same network and some other entries of its metadata, and return its name."""
    original = registry.get(name)
    content = original.network_path.read_bytes()
    later = datetime.now(UTC) + timedelta(seconds=1 + len(registry.versions()))  # twins of one second have one name
    return registry.register(lambda path: path.write_bytes(content), original.metadata | entries, later).name


def test_overview_lists_evaluated_versions_and_the_champion(run_copy):
    """It has exact intervals; a version that was never evaluated is left out."""
    registry = Registry(run_copy.models_dir)
    second = create_twin(registry, run_copy.version)
    third = registry.get(create_twin(registry, run_copy.version))
    not_evaluated = {key: value for key, value in third.metadata.items() if key != "verdict"}
    (third.folder / "card.json").write_text(json.dumps(not_evaluated))
    registry.promote(registry.get(second))
    versions = history.overview(registry, "digits")
    assert versions.index.tolist() == [run_copy.version, second]
    assert versions["is_champion"].tolist() == [False, True]
    assert (versions["error_rate_low"] < versions["error_rate"]).all()
    assert (versions["error_rate"] < versions["error_rate_high"]).all()
    assert versions["run_seconds"].iloc[0] > versions["training_seconds"].iloc[0] > 0
    assert history.table(versions)["champion"].tolist() == ["", "*"]


def test_overview_of_a_task_without_versions_is_empty(run_copy):
    """The quick retraining made a digit classifier."""
    assert len(history.overview(Registry(run_copy.models_dir), "amounts")) == 0


@pytest.mark.parametrize("count", [1, 2], ids=["one version", "two versions"])
def test_notebook_05_runs(run_copy, tmp_path, count):
    """It runs through papermill, as a person would run it; twins differ in nothing."""
    registry = Registry(run_copy.models_dir)
    names = [run_copy.version]
    if count == 2:
        names.append(create_twin(registry, run_copy.version, note="twin"))
    parameters = {
        "compare": ",".join(["twin", run_copy.version] if count == 2 else []),
        "count": "60",
        "data_dir": run_copy.data_dir,
        "models_dir": run_copy.models_dir,
        "result_file": tmp_path / "result.json",
    }
    options = [part for name, value in parameters.items() for part in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", "notebooks/05-history.ipynb", str(tmp_path / "05.ipynb"), *options]
    process = subprocess.run(command, check=False, cwd=paths.ROOT, capture_output=True, text=True, timeout=300)
    assert process.returncode == 0, process.stderr[-3000:]
    assert json.loads((tmp_path / "result.json").read_text()) == {
        "versions": {"digits": count},
        "compared": {"digits": names},
        "disputed": {"digits": 0} if count == 2 else {},
    }
    assert ("2 twin" in (tmp_path / "05.ipynb").read_text()) == (count == 2)
