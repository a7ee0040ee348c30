"""trainer: training learns, is reproducible, and stops on errors."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.versions import minimal_metadata

from payment_ml.datasets.splits import Split
from payment_ml.errors import RegistryError
from payment_ml.networks import architectures, recipes
from payment_ml.networks.backend import keras
from payment_ml.recognition.readers import load_digit_classifier
from payment_ml.registry.registry import Registry
from payment_ml.training import initial_weights, input_pipeline, trainer

Splits = tuple[Split, Split]
DIGIT_ARCHITECTURES = [name for name, entry in recipes.ARCHITECTURES.items() if entry.task == "digits"]


@pytest.fixture(scope="module")
def small(splits) -> Splits:
    """2,000 digits to learn from and 500 to validate on."""
    train, validation = splits["train"], splits["validation"]
    return Split(*(part[:2000] for part in train)), Split(*(part[:500] for part in validation))


def train(
    architecture: str, small: Splits, seed: int = 0, patience: int = 5, **overrides: Any
) -> trainer.TrainingResult:
    """Train an architecture by its recipe with a few values overridden."""
    recipe = recipes.recipe(architecture, **overrides)
    data = input_pipeline.make_training_data("digits", *small, seed, **recipe.data_options)
    network = architectures.build(architecture, seed)
    return trainer.train(network, data, patience=patience, **recipe.training_settings())


def equal_weights(result: trainer.TrainingResult, other: trainer.TrainingResult) -> bool:
    """Return whether two trained networks have identical weights."""
    weights = result.network.get_weights(), other.network.get_weights()
    return all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))


@pytest.mark.parametrize("architecture", DIGIT_ARCHITECTURES)
def test_training_learns_and_is_reproducible(small, architecture):
    """The same seed gives identical weights; two thousand digits are enough to read most."""
    first, second = (train(architecture, small, seed=3, epochs=4) for _ in range(2))
    assert equal_weights(first, second)
    assert first.history["validation_accuracy"][-1] > 0.7
    assert first.history["loss"][-1] < first.history["loss"][0]


def test_bfloat16_is_used_only_where_asked_for_and_supported(small):
    """It is reproducible, and a later training computes in float32 again."""
    before, bfloat16, again, after = (
        train("cnn", small, seed=3, epochs=1, bfloat16=enabled) for enabled in (False, True, True, False)
    )
    assert equal_weights(before, after)
    assert equal_weights(bfloat16, again)
    processor = Path("/proc/cpuinfo")
    supported = processor.is_file() and "bf16" in processor.read_text()
    assert supported != equal_weights(before, bfloat16)


def test_returned_weights_are_those_of_the_best_epoch(small):
    """The network has the validation accuracy of that epoch, whose loss is nearly the lowest."""
    result = train("mlp", small, epochs=5)
    predicted = np.asarray(result.network(small[1].images)).argmax(axis=1)
    best = result.best_epoch - 1
    losses = np.array(result.history["validation_loss"])
    assert losses[best] <= 1.2 * losses.min()
    assert (losses[best + 1 :] > losses.min()).all()
    assert np.mean(predicted == small[1].labels) == pytest.approx(result.history["validation_accuracy"][best])


def test_a_share_of_the_initial_weights_stays(small):
    """The result lies between the initial weights and the trained ones, and validation judges that result."""
    initial = architectures.build("mlp", 3).get_weights()
    trained, between, kept = (
        train("mlp", small, seed=3, epochs=2, fine_tuning=True, initial_share=share) for share in (0.0, 0.25, 1.0)
    )
    for first, last, mixed, same in zip(
        initial, *(result.network.get_weights() for result in (trained, between, kept)), strict=True
    ):
        assert not np.array_equal(first, last)
        assert np.allclose(mixed, 0.25 * first + 0.75 * last, atol=1e-6)
        assert np.array_equal(same, first)
    assert between.history["loss"] == trained.history["loss"]
    assert between.history["validation_loss"] != trained.history["validation_loss"]


def test_training_stops_when_validation_does_not_improve(small):
    """Random labels teach nothing, so the patience runs out."""
    shuffled = small[0]._replace(labels=np.random.default_rng(0).permutation(small[0].labels))
    result = train("mlp", (shuffled, small[1]), patience=2, epochs=40, learning_rate=5e-3)
    assert len(result.history["loss"]) < 40


def test_loss_that_is_not_finite_is_an_error(small):
    """Such a network must never be registered."""
    with pytest.raises(FloatingPointError, match=r"\d+ of \d+ steps in epoch 1 had none; lower the learning rate"):
        train("mlp", small, epochs=2, learning_rate=1e30)


def test_a_step_without_a_finite_loss_changes_nothing(small, capsys):
    """One in two hundred is told and skipped; the others teach, and the weights stay finite."""

    class OnceNotFinite(input_pipeline.DigitTrainingData):
        def loss(self, scores: Any, *batch: Any) -> Any:
            loss = super().loss(scores, *batch)
            images, _ = batch
            return keras.ops.where(keras.ops.all(images == 0), float("nan"), loss)

        def epochs(self, count: int, batch_size: int, first: int = 0) -> Any:
            for batches in super().epochs(count, batch_size, first):
                yield ((images * 0 if i == 7 else images, labels) for i, (images, labels) in enumerate(batches))

    recipe = recipes.recipe("mlp", epochs=1, batch_size=10)
    data = OnceNotFinite(*small, 0, **recipe.data_options)
    result = trainer.train(architectures.build("mlp", 0), data, **recipe.training_settings())
    assert "epoch 1: 1 of 200 steps were skipped" in capsys.readouterr().out
    assert all(np.isfinite(weight).all() for weight in result.network.get_weights())
    assert result.history["validation_accuracy"][-1] > 0.5


def test_less_than_a_batch_is_an_error(small):
    """The message gives the batch size."""
    with pytest.raises(ValueError, match="at least one batch of 5000 digits an epoch"):
        train("mlp", small, batch_size=5000)


def test_warm_start_begins_with_the_weights_of_the_version(run_copy):
    """A version of another architecture is refused."""
    version = Registry(run_copy.models_dir).get(run_copy.version)
    network = architectures.build("cnn", seed=5)
    initial_weights.copy_weights([version], network)
    saved = load_digit_classifier(run_copy.models_dir)
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)
    assert np.allclose(np.log(network(images)), saved.log_probabilities(images), atol=1e-3)
    with pytest.raises(RegistryError, match=rf"{run_copy.version} have other shapes; train without warm_start"):
        initial_weights.copy_weights([version], architectures.build("mlp", seed=0))


def test_warm_start_from_a_network_without_the_last_layers_keeps_those_at_random(tmp_path):
    """A version of words from before the dilated convolutions can be trained further."""
    longer, network = (architectures.build("words", seed=seed) for seed in (1, 2))
    at_random = network.get_weights()
    added = next(layer for layer in longer.layers if getattr(layer, "dilation_rate", (1,))[0] > 1)
    logits = keras.layers.Dense(at_random[-1].size, name="logits")(added.input)
    shorter = keras.Model(longer.input, keras.layers.Softmax()(logits))
    initial_weights.copy_weights([Registry(tmp_path).register(shorter.save, minimal_metadata())], network)
    known = len(shorter.get_weights()) - 2
    expected = [*shorter.get_weights()[:known], *at_random[known:-2], *shorter.get_weights()[-2:]]
    assert len(at_random) > known + 2
    assert all(map(np.array_equal, network.get_weights(), expected))


def test_warm_start_from_two_versions_begins_with_the_mean_of_their_weights(tmp_path):
    """A model soup of equal shares."""
    registry = Registry(tmp_path)
    first, second, network = (architectures.build("mlp", seed=seed) for seed in (1, 2, 3))
    versions = [registry.register(trained.save, minimal_metadata()) for trained in (first, second)]
    initial_weights.copy_weights(versions, network)
    for mean, *both in zip(network.get_weights(), first.get_weights(), second.get_weights(), strict=True):
        assert np.allclose(mean, np.mean(both, axis=0))


def test_warm_start_from_a_reader_with_fewer_labels_keeps_what_it_knows(tmp_path):
    """An alphabet grows at its end: the labels that the version has keep their weights, the others begin anew."""
    network, initial = (architectures.build("reader", seed=seed) for seed in (1, 2))
    logits = initial.get_layer("logits")
    kernel, bias = logits.get_weights()
    smaller = keras.Model(initial.input, keras.layers.Dense(22, name="logits")(logits.input))
    smaller.set_weights([*initial.get_weights()[:-2], kernel[..., :22], bias[:22]])
    version = Registry(tmp_path).register(smaller.save, minimal_metadata(architecture="reader"))
    before = network.get_layer("logits").get_weights()[0]
    initial_weights.copy_weights([version], network)
    after = network.get_layer("logits").get_weights()[0]
    assert np.array_equal(after[..., :22], kernel[..., :22])
    assert np.array_equal(after[..., 22:], before[..., 22:])
