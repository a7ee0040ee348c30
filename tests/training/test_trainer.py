"""networks and training: the recipe learns, repeats itself, and stops at nonsense."""

from pathlib import Path

import numpy as np
import pytest

from payment_ml.datasets.splits import Split
from payment_ml.errors import RegistryError
from payment_ml.networks import architectures
from payment_ml.recognition.readers import load_digit_classifier
from payment_ml.registry.registry import Registry
from payment_ml.text import alphabet
from payment_ml.training import input_pipeline, trainer


@pytest.fixture(scope="module")
def few(splits) -> tuple[Split, Split]:
    """2,000 digits to learn from and 500 to validate on."""
    return Split(*(p[:2000] for p in splits["train"])), Split(*(p[:500] for p in splits["validation"]))


def train(
    architecture: str, few: tuple[Split, Split], seed: int = 0, patience: int = 5, **given
) -> trainer.TrainingResult:
    """Train an architecture by its recipe, a few numbers of it replaced."""
    recipe, lesson_numbers = architectures.recipe(architecture, **given)
    learning = input_pipeline.make_training_data("digits", *few, seed, **lesson_numbers)
    return trainer.train(architectures.build(architecture, seed), learning, patience=patience, **recipe)


DIGITS = [name for name, each in architectures.ARCHITECTURES.items() if each.task == "digits"]


@pytest.mark.parametrize("architecture", DIGITS)
def test_a_network_takes_raw_levels_and_gives_probabilities(architecture, splits):
    """uint8 in, rows that sum to one out: normalisation travels inside."""
    network = architectures.build(architecture, seed=0)
    probabilities = np.asarray(network(splits["train"].images[:5]))
    assert network.input.dtype == "uint8"
    assert probabilities.shape == (5, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_baseline_is_the_network_that_the_project_grew_out_of():
    """784-128-128-10: 118,282 weights."""
    assert architectures.build("mlp", seed=0).count_params() == 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10


def test_a_seed_decides_the_initial_weights():
    """And nothing else does."""
    one, same, other = (architectures.build("cnn", seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(x, y) for x, y in zip(one, same, strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))


def test_an_unknown_architecture_is_refused_with_the_known_ones():
    """What was expected and what came."""
    with pytest.raises(ValueError, match="among cnn, mlp, reader, but got 'transformer'"):
        architectures.build("transformer", seed=0)


def test_given_numbers_replace_the_recipes():
    """None replaces nothing; a researcher changes one number."""
    numbers, lesson_numbers = architectures.recipe("cnn")
    changed = architectures.recipe("cnn", epochs=3, batch_size=None, augment=False, amounts=5)
    assert changed == ({**numbers, "epochs": 3}, {**lesson_numbers, "augment": False})


def test_the_reader_answers_every_four_pixels_of_a_strip_of_any_width():
    """uint8 in, probabilities of every symbol and the blank out."""
    network = architectures.build("reader", seed=0)
    for width in (16, 112, 512):
        probabilities = np.asarray(network(np.zeros((2, 32, width), np.uint8)))
        assert probabilities.shape == (2, width // 4, len(alphabet.ALPHABET) + 1)
        assert np.allclose(probabilities.sum(axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("architecture", DIGITS)
def test_training_learns_and_repeats_itself(few, architecture):
    """The same seed gives the same weights bit by bit; two thousand digits are enough to read most."""
    trained = [train(architecture, few, seed=3, epochs=4) for _ in range(2)]
    weights = [each.network.get_weights() for each in trained]
    assert all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))
    assert trained[0].history["validation_accuracy"][-1] > 0.7
    assert trained[0].history["loss"][-1] < trained[0].history["loss"][0]


def test_bfloat16_is_used_where_the_processor_has_it_and_nowhere_else(few):
    """It repeats itself, and what comes after trains in float32 as before."""
    plain, *short, after = (
        train("cnn", few, seed=3, epochs=1, bfloat16=each).network.get_weights() for each in (False, True, True, False)
    )
    assert all(np.array_equal(x, y) for x, y in zip(plain, after, strict=True))
    assert all(np.array_equal(x, y) for x, y in zip(*short, strict=True))
    processor = Path("/proc/cpuinfo")
    able = processor.is_file() and "bf16" in processor.read_text()
    assert able != all(np.array_equal(x, y) for x, y in zip(plain, short[0], strict=True))


def test_the_kept_weights_are_those_of_the_epoch_that_is_named(few):
    """What is returned reads the validation digits as the curve says of that epoch, which is nearly the best."""
    trained = train("mlp", few, epochs=5)
    answers = np.asarray(trained.network(few[1].images)).argmax(axis=1)
    kept = trained.best_epoch - 1
    losses = np.array(trained.history["validation_loss"])
    assert losses[kept] <= 1.2 * losses.min()
    assert (losses[kept + 1 :] > losses.min()).all()
    assert np.mean(answers == few[1].labels) == pytest.approx(trained.history["validation_accuracy"][kept])


def test_training_stops_when_validation_does_not_improve(few):
    """Labels without meaning teach nothing: the patience runs out."""
    shuffled = few[0]._replace(labels=np.random.default_rng(0).permutation(few[0].labels))
    trained = train("mlp", (shuffled, few[1]), patience=2, epochs=40, learning_rate=5e-3)
    assert len(trained.history["loss"]) < 40


def test_a_loss_that_explodes_is_an_error_and_no_model(few):
    """NaN must never be filed as a version."""
    with pytest.raises(FloatingPointError, match=r"it became nan .* lower the learning rate"):
        train("mlp", few, epochs=2, learning_rate=1e30)


def test_less_than_a_batch_is_refused(few):
    """The message gives the batch."""
    with pytest.raises(ValueError, match="at least one batch of 5000 digits an epoch"):
        train("mlp", few, batch_size=5000)


def test_a_warm_start_begins_with_the_weights_of_the_version(run_copy):
    """And only of one that is built the same way."""
    version = Registry(run_copy.models_dir).get(run_copy.version)
    network = architectures.build("cnn", seed=5)
    trainer.copy_weights(version, network)
    saved = load_digit_classifier(run_copy.models_dir)
    images = np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)
    assert np.allclose(np.log(network(images)), saved.log_probabilities(images), atol=1e-3)
    with pytest.raises(RegistryError, match=rf"{run_copy.version} have other shapes; train without warm_start"):
        trainer.copy_weights(version, architectures.build("mlp", seed=0))
