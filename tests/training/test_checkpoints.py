"""checkpoints: an interrupted training continues to the same weights, and no training continues another."""

import os
import time

import numpy as np
import pytest

from payment_ml.datasets.splits import Split
from payment_ml.networks import architectures, recipes
from payment_ml.training import input_pipeline, trainer
from payment_ml.training.checkpoints import Checkpoint, TrainingState


class PowerCutError(Exception):
    """Stands for whatever ends a process: the training must not notice the difference."""


class InterruptedData:
    """Training data that ends the training in the middle of an epoch."""

    def __init__(self, data, epoch):
        self._data, self._epoch = data, epoch

    def __getattr__(self, name):
        return getattr(self._data, name)

    def epochs(self, count, batch_size, first=0):
        """Yield the epochs, and raise within one."""
        for number, batches in enumerate(self._data.epochs(count, batch_size, first), start=first):
            yield self._interrupted(batches) if number == self._epoch else batches

    def _interrupted(self, batches):
        yield next(iter(batches))
        raise PowerCutError


@pytest.fixture(scope="module")
def small(splits):
    """Few digits to learn from and to validate on."""
    train, validation = splits["train"], splits["validation"]
    return Split(*(part[:2000] for part in train)), Split(*(part[:500] for part in validation))


@pytest.mark.parametrize(
    ("architecture", "overrides"),
    [("cnn", {"epochs": 2}), ("reader", {"epochs": 2, "amounts": 128, "batch_size": 32, "learning_rate": 1e-3})],
)
def test_an_interrupted_training_continues_to_the_same_weights(small, tmp_path, architecture, overrides):
    """Weights, learning curves and the kept epoch are those of a training without interruption."""
    recipe = recipes.recipe(architecture, **overrides)
    options = recipe.data_options | ({"validation_amounts": 50} if architecture == "reader" else {})
    task = recipes.find(architecture).task
    data = input_pipeline.make_training_data(task, *small, 0, **options)

    def train(data, checkpoint=None):
        network = architectures.build(architecture, 0)
        return trainer.train(network, data, **recipe.training_settings(), checkpoint=checkpoint)

    expected = train(data)
    checkpoint = Checkpoint(tmp_path, {"architecture": architecture})
    with pytest.raises(PowerCutError):
        train(InterruptedData(data, epoch=1), checkpoint)
    assert checkpoint.path.is_file()
    steps = data.steps_per_epoch(recipe.batch_size)
    counted = CountedData(data)
    result = train(counted, checkpoint)
    assert counted.steps == steps  # of the second epoch alone
    for x, y in zip(result.network.get_weights(), expected.network.get_weights(), strict=True):
        assert np.array_equal(x, y)
    assert result.history["loss"] == expected.history["loss"]
    assert result.best_epoch == expected.best_epoch
    again = train(CountedData(data), checkpoint)  # nothing is left to do
    assert again.best_epoch == expected.best_epoch


class CountedData(InterruptedData):
    """Training data that counts the batches that were taken."""

    def __init__(self, data):
        super().__init__(data, epoch=None)
        self.steps = 0

    def epochs(self, count, batch_size, first=0):
        """Yield the epochs."""
        for batches in self._data.epochs(count, batch_size, first):
            yield self._counted(batches)

    def _counted(self, batches):
        for batch in batches:
            self.steps += 1
            yield batch


def test_another_training_begins_anew(tmp_path):
    """The seed is part of what the result depends on."""
    state = TrainingState({"weights": [np.arange(3.0), np.ones((2, 2))]}, {"history": {"loss": [1.5]}})
    Checkpoint(tmp_path, {"seed": 0}).save(state)
    assert Checkpoint(tmp_path, {"seed": 1}).load() is None
    loaded = Checkpoint(tmp_path, {"seed": 0}).load()
    assert loaded.values == state.values
    assert all(map(np.array_equal, loaded.arrays["weights"], state.arrays["weights"]))


@pytest.mark.parametrize("damage", [b"", b"not a zip", None])
def test_a_damaged_file_begins_anew(tmp_path, damage):
    """A training that could be repeated must not fail over the file that would have shortened it."""
    checkpoint = Checkpoint(tmp_path, {"seed": 0})
    checkpoint.save(TrainingState({"weights": [np.arange(1000.0)]}, {}))
    content = checkpoint.path.read_bytes()
    checkpoint.path.write_bytes(content[: len(content) // 2] if damage is None else damage)
    assert checkpoint.load() is None


def test_removing_takes_files_along_that_nobody_continued(tmp_path):
    """Younger ones of other trainings stay."""
    files = [Checkpoint(tmp_path, {"seed": seed}) for seed in range(3)]
    for checkpoint in files:
        checkpoint.save(TrainingState({}, {}))
    old = time.time() - 30 * 24 * 3600
    os.utime(files[1].path, (old, old))
    files[0].remove()
    assert [checkpoint.path.is_file() for checkpoint in files] == [False, False, True]
