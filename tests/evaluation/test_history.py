"""history: version after version, and which pictures changed sides."""

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


def answers(texts: str, confidences: list[float]) -> Predictions:
    """One-digit readings of pictures that all show 1.00."""
    question = Sample(np.zeros((1, 1, 3), np.uint8), "1.00", "1.00")
    readings = [
        AmountReading(f"{text}.00", None, text, confidence, "accept", None)
        for text, confidence in zip(texts, confidences, strict=True)
    ]
    return Predictions([question] * len(readings), readings)


def test_pictures_that_changed_sides_are_told_apart_surest_first():
    """By hand: places 1 and 3 are mended, 0 is spoiled, 2 and 4 stay."""
    one = answers("17171", [0.9] * 5)
    other = answers("71111"[:3] + "11", [0.8, 0.5, 0.9, 0.7, 0.9])
    changed = history.compare_predictions(one, other)
    assert changed.fixed.tolist() == [3, 1]
    assert changed.regressed.tolist() == [0]
    assert changed.chance == 1.0  # two against one is no difference
    assert changed.summary() == "2 fixed, 1 regressed (exact paired test: p = 1)"


def test_different_questions_cannot_be_compared():
    """Said in numbers."""
    with pytest.raises(ValueError, match="expected answers to the same questions, but got 1 and 2"):
        history.compare_predictions(answers("1", [1.0]), answers("11", [1.0, 1.0]))


def twin(registry: Registry, name: str, **entries) -> str:
    """Another version with the same network."""
    first = registry.get(name)
    content = first.network_path.read_bytes()
    later = datetime.now(UTC) + timedelta(seconds=1 + len(registry.versions()))  # twins of one second have one name
    return registry.register(lambda path: path.write_bytes(content), {**first.metadata, **entries}, later).name


def test_the_overview_tells_of_every_evaluated_version_and_who_serves(run_copy):
    """With exact intervals; a version that was never evaluated is left out."""
    registry = Registry(run_copy.models_dir)
    second = twin(registry, run_copy.version)
    third = registry.get(twin(registry, run_copy.version))
    (third.folder / "card.json").write_text(json.dumps({k: v for k, v in third.metadata.items() if k != "verdict"}))
    registry.promote(registry.get(second))
    found = history.overview(registry, "digits")
    assert found.index.tolist() == [run_copy.version, second]
    assert found["serves"].tolist() == [False, True]
    assert (found["wrong_low"] < found["wrong"]).all()
    assert (found["wrong"] < found["wrong_high"]).all()
    assert found["run_seconds"].iloc[0] > found["training_seconds"].iloc[0] > 0
    assert history.table(found)["serves"].tolist() == ["", "*"]
    assert len(history.overview(registry, "amounts")) == 0


def test_the_champion_is_compared_with_the_one_before_it_unless_told_otherwise(run_copy):
    """And with nothing while it is alone."""
    registry = Registry(run_copy.models_dir)
    assert history.default_pair(registry, "digits") is None
    second = twin(registry, run_copy.version)
    assert history.default_pair(registry, "digits") == (second, run_copy.version)  # nobody served before
    registry.promote(registry.get(second))
    assert history.default_pair(registry, "digits") == (run_copy.version, second)
    assert history.default_pair(registry, "digits", second, run_copy.version) == (second, run_copy.version)
    with pytest.raises(RegistryError, match="there is no 'x'"):
        history.default_pair(registry, "digits", "x")


@pytest.mark.parametrize("versions", [1, 2])
def test_the_notebook_runs_with_one_version_and_with_two(run_copy, tmp_path, versions):
    """Through papermill, as a person would; twins differ in nothing."""
    registry = Registry(run_copy.models_dir)
    if versions == 2:
        registry.promote(registry.get(twin(registry, run_copy.version)))
    values = {
        "task": "digits",
        "count": "60",
        "data_dir": run_copy.data_dir,
        "models_dir": run_copy.models_dir,
        "result_file": tmp_path / "result.json",
    }
    given = [part for name, value in values.items() for part in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", "notebooks/05-history.ipynb", str(tmp_path / "05.ipynb"), *given]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["versions"] == versions
    assert (result["mended"], result["spoiled"]) == ((0, 0) if versions == 2 else (None, None))
