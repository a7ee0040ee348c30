"""The models in the box: they travel with the code, and read as well as their cards say."""

import math

import numpy as np
import pytest

from payment_ml import paths
from payment_ml.evaluation import evaluator, test_sets
from payment_ml.recognition.readers import load_champion
from payment_ml.registry.registry import Registry
from payment_ml.tasks import TASKS, Task

BOX = paths.ROOT / "models"
SAMPLES = 250  # of the test set that notebook 03 reports on; its first chunk
SEED = 0  # of notebook 03


@pytest.mark.parametrize("task", TASKS)
def test_the_champion_is_whole_and_brings_its_record(task):
    """Its checksums fit, and the notebooks that made it are executed and show their figures."""
    champion = Registry(BOX).champion(task)
    assert champion is not None
    Registry(BOX).verify_serving(champion)
    assert champion.metadata["verdict"]["promoted"]
    assert not champion.metadata["parameters"]["quick"]
    for step in ("01-prepare-data", "02-train", "03-evaluate"):
        executed = (champion.folder / "notebooks" / f"{step}.ipynb").read_text(encoding="utf-8")
        assert "image/png" in executed
        assert '"/' not in executed.split('"injected-parameters"')[1].split('"outputs"')[0], "a path of a machine"


def test_pictures_are_read_as_well_as_the_card_says(splits):
    """The first samples of the test set, within four standard errors of the share on all of them."""
    reader = load_champion(Task.AMOUNTS, BOX)
    card = reader.version.metadata["pictures"]
    samples = list(test_sets.test_set(Task.AMOUNTS, splits["test"], SEED)[:SAMPLES])
    predictions = evaluator.predict_all(reader, samples, "test samples")
    error = math.sqrt(card["accuracy"] * (1 - card["accuracy"]) / SAMPLES)
    assert predictions.correct.mean() == pytest.approx(card["accuracy"], abs=4 * error)
    accepted, wrong = predictions.count_accepted(reader.threshold())
    expected = card["accepted"] / card["pictures"]
    assert accepted / SAMPLES == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / SAMPLES))
    assert wrong <= 1 + 4 * math.sqrt(SAMPLES * 0.005)


def test_digits_are_read_as_well_as_the_card_says(splits):
    """All test digits; another processor may round one of them to the other side."""
    reader = load_champion(Task.DIGITS, BOX)
    predicted = reader.predict_proba(splits["test"].images).argmax(axis=1)
    accuracy = float(np.mean(predicted == splits["test"].labels))
    assert accuracy == pytest.approx(reader.version.metadata["test"]["accuracy"], abs=3e-4)
