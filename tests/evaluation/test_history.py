"""History: the metrics of every version, and the predictions that changed between two of them."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from payment_ml import paths
from payment_ml.errors import RegistryError
from payment_ml.evaluation import history
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.recognition.readings import AmountReading
from payment_ml.registry.registry import Registry
from payment_ml.synthesis.amount_images import Sample


def predict(digits: str, confidences: list[float]) -> Predictions:
    """Return one-digit readings of samples with the label 1.00."""
    sample = Sample(np.zeros((1, 1, 3), np.uint8), "1.00", "1.00")
    readings = [
        AmountReading(f"{digit}.00", None, digit, confidence, "accept", None)
        for digit, confidence in zip(digits, confidences, strict=True)
    ]
    return Predictions([sample] * len(readings), readings)


def test_flips_are_separated_with_the_most_confident_first():
    """By hand: 1 and 3 are fixed, 0 has regressed, 2 and 4 stay."""
    older, newer = predict("17171", [0.9] * 5), predict("71111", [0.8, 0.5, 0.9, 0.7, 0.9])
    changes = history.compare_predictions(older, newer)
    assert changes.fixed.tolist() == [3, 1]
    assert changes.regressed.tolist() == [0]
    assert changes.p_value == 1.0  # two against one is no difference
    assert changes.summary() == "2 fixed, 1 regressed (exact paired test: p = 1)"


def test_predictions_for_different_samples_cannot_be_compared():
    """The message names both numbers."""
    with pytest.raises(ValueError, match="expected predictions for the same samples, but got 1 and 2"):
        history.compare_predictions(predict("1", [1.0]), predict("11", [1.0, 1.0]))


def create_twin(registry: Registry, name: str) -> str:
    """Create another version with the same network, and return its name."""
    original = registry.get(name)
    content = original.network_path.read_bytes()
    later = datetime.now(UTC) + timedelta(seconds=1 + len(registry.versions()))  # twins of one second have one name
    return registry.register(lambda path: path.write_bytes(content), original.metadata, later).name


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


def test_default_pair_is_the_previous_champion_and_the_champion(run_copy):
    """Names that are given take their place; a lone version has nothing to be compared with."""
    registry = Registry(run_copy.models_dir)
    assert history.default_pair(registry, "digits") is None
    second = create_twin(registry, run_copy.version)
    assert history.default_pair(registry, "digits") == (second, run_copy.version)  # there was no previous champion
    registry.promote(registry.get(second))
    assert history.default_pair(registry, "digits") == (run_copy.version, second)
    assert history.default_pair(registry, "digits", second, run_copy.version) == (second, run_copy.version)
    with pytest.raises(RegistryError, match="there is no 'x'"):
        history.default_pair(registry, "digits", "x")


@pytest.mark.parametrize("count", [1, 2], ids=["one version", "two versions"])
def test_notebook_05_runs(run_copy, tmp_path, count):
    """It runs through papermill, as a person would run it; twins differ in nothing."""
    registry = Registry(run_copy.models_dir)
    if count == 2:
        registry.promote(registry.get(create_twin(registry, run_copy.version)))
    parameters = {
        "task": "digits",
        "count": "60",
        "data_dir": run_copy.data_dir,
        "models_dir": run_copy.models_dir,
        "result_file": tmp_path / "result.json",
    }
    options = [part for name, value in parameters.items() for part in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", "notebooks/05-history.ipynb", str(tmp_path / "05.ipynb"), *options]
    process = subprocess.run(command, check=False, cwd=paths.ROOT, capture_output=True, text=True, timeout=300)
    assert process.returncode == 0, process.stderr[-3000:]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["versions"] == count
    assert (result["mended"], result["spoiled"]) == ((0, 0) if count == 2 else (None, None))
