"""networks and training: the recipe learns, repeats itself, and stops at nonsense."""

import numpy as np
import pytest

from payment_ml import networks, training
from payment_ml.preparation import Split


@pytest.fixture(scope="module")
def few(splits) -> tuple[Split, Split]:
    """2,000 digits to learn from and 500 to validate on."""
    return Split(*(p[:2000] for p in splits["train"])), Split(*(p[:500] for p in splits["validation"]))


@pytest.mark.parametrize("architecture", networks.ARCHITECTURES)
def test_a_network_takes_raw_levels_and_gives_probabilities(architecture, splits):
    """uint8 in, rows that sum to one out: normalisation travels inside."""
    network = networks.build(architecture, seed=0)
    probabilities = np.asarray(network(splits["train"].images[:5]))
    assert network.input.dtype == "uint8"
    assert probabilities.shape == (5, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_baseline_is_the_network_that_the_project_grew_out_of():
    """784-128-128-10: 118,282 weights."""
    assert networks.build("mlp", seed=0).count_params() == 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10


def test_a_seed_decides_the_initial_weights():
    """And nothing else does."""
    one, same, other = (networks.build("cnn", seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(x, y) for x, y in zip(one, same, strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))


def test_an_unknown_architecture_is_refused_with_the_known_ones():
    """What was expected and what came."""
    with pytest.raises(ValueError, match="among cnn, mlp, but got 'transformer'"):
        networks.build("transformer", seed=0)


def test_given_numbers_replace_the_recipes():
    """None replaces nothing; a researcher changes one number."""
    usual = networks.recipe("cnn")
    changed = networks.recipe("cnn", epochs=3, batch_size=None)
    assert changed == {**usual, "epochs": 3}


@pytest.mark.parametrize("architecture", networks.ARCHITECTURES)
def test_training_learns_and_repeats_itself(few, architecture):
    """The same seed gives the same weights bit by bit; two thousand digits are enough to read most."""
    trained = [
        training.train(networks.build(architecture, seed=3), *few, seed=3, **networks.recipe(architecture, epochs=4))
        for _ in range(2)
    ]
    weights = [each.network.get_weights() for each in trained]
    assert all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))
    assert trained[0].curves["validation_accuracy"][-1] > 0.7
    assert trained[0].curves["loss"][-1] < trained[0].curves["loss"][0]


def test_the_kept_weights_are_those_of_the_epoch_that_is_named(few):
    """What is returned reads the validation digits as the curve says of that epoch, which is nearly the best."""
    trained = training.train(networks.build("mlp", seed=0), *few, **networks.recipe("mlp", epochs=5))
    answers = np.asarray(trained.network(few[1].images)).argmax(axis=1)
    kept = trained.kept_epoch - 1
    losses = np.array(trained.curves["validation_loss"])
    assert losses[kept] <= 1.2 * losses.min()
    assert (losses[kept + 1 :] > losses.min()).all()
    assert np.mean(answers == few[1].labels) == pytest.approx(trained.curves["validation_accuracy"][kept])


def test_training_stops_when_validation_does_not_improve(few):
    """Labels without meaning teach nothing: the patience runs out."""
    shuffled = few[0]._replace(labels=np.random.default_rng(0).permutation(few[0].labels))
    recipe = networks.recipe("mlp", epochs=40, learning_rate=5e-3)
    trained = training.train(networks.build("mlp", seed=0), shuffled, few[1], patience=2, **recipe)
    assert len(trained.curves["loss"]) < 40


def test_a_loss_that_explodes_is_an_error_and_no_model(few):
    """NaN must never be filed as a version."""
    with pytest.raises(FloatingPointError, match=r"it became nan .* lower the learning rate"):
        training.train(networks.build("mlp", seed=0), *few, **networks.recipe("mlp", epochs=2, learning_rate=1e30))


def test_fewer_digits_than_a_batch_are_refused(few):
    """The message gives both numbers."""
    with pytest.raises(ValueError, match="at least one batch of 5000 digits, but got 2000"):
        training.train(networks.build("mlp", seed=0), *few, **networks.recipe("mlp", batch_size=5000))
