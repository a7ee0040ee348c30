"""architectures: shapes, seeds and recipes."""

import numpy as np
import pytest

from payment_ml.imaging import page_images
from payment_ml.networks import architectures
from payment_ml.text import alphabet, word_alphabet

DIGIT_ARCHITECTURES = [name for name, entry in architectures.ARCHITECTURES.items() if entry.task == "digits"]


@pytest.mark.parametrize("architecture", DIGIT_ARCHITECTURES)
def test_digit_network_maps_grey_levels_to_probabilities(architecture, splits):
    """uint8 in, rows that sum to 1 out: scaling is a layer of the network."""
    network = architectures.build(architecture, seed=0)
    probabilities = np.asarray(network(splits["train"].images[:5]))
    assert network.input.dtype == "uint8"
    assert probabilities.shape == (5, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("width", [16, 112, 512])
@pytest.mark.parametrize(
    ("architecture", "characters"), [("reader", alphabet.ALPHABET), ("words", word_alphabet.CHARACTERS)]
)
def test_networks_of_lines_give_probabilities_for_every_four_pixels(architecture, characters, width):
    """For lines of any width, of every label and the blank."""
    probabilities = np.asarray(architectures.build(architecture, seed=0)(np.zeros((2, 32, width), np.uint8)))
    assert probabilities.shape == (2, width // 4, len(characters) + 1)
    assert np.allclose(probabilities.sum(axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("shape", [(256, 512), (512, 384)], ids=["wide", "high"])
def test_the_network_of_pages_gives_probabilities_for_every_cell(shape):
    """Of every label, for pages of any size whose sides are multiples of 32."""
    probabilities = np.asarray(architectures.build("pages", seed=0)(np.zeros((2, *shape, 1), np.uint8)))
    rows, columns = (side // page_images.CELL for side in shape)
    assert probabilities.shape == (2, rows, columns, page_images.LABELS)
    assert np.allclose(probabilities.sum(axis=3), 1, atol=1e-5)


def test_baseline_is_the_first_network_of_the_project():
    """784-128-128-10: 118,282 weights."""
    assert architectures.build("mlp", seed=0).count_params() == 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10


def test_seed_alone_determines_the_initial_weights():
    """Equal for equal seeds, different for different ones."""
    first, same, other = (architectures.build("cnn", seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(x, y) for x, y in zip(first, same, strict=True))
    assert not all(np.array_equal(x, y) for x, y in zip(first, other, strict=True))


def test_unknown_architecture_is_an_error_that_names_the_known_ones():
    """Expected and got."""
    with pytest.raises(ValueError, match="among cnn, mlp, reader, pages, words, but got 'transformer'"):
        architectures.build("transformer", seed=0)


@pytest.mark.parametrize(
    ("architecture", "options", "expected"),
    [
        ("cnn", {}, (18, 6e-3, {"augment": True, "drawn_share": 0.15, "corrections_share": 0.2})),
        ("cnn", {"quick": True}, (3, 6e-3, {"augment": True, "drawn_share": 0.15, "corrections_share": 0.2})),
        ("cnn", {"fine_tuning": True}, (3, 1e-3, {"augment": True, "drawn_share": 0.15, "corrections_share": 0.2})),
        ("reader", {}, (32, 8e-3, {"amounts": 30_720, "corrections_share": 0.3})),
        ("reader", {"quick": True}, (3, 8e-3, {"amounts": 4_096, "corrections_share": 0.3})),
        ("reader", {"fine_tuning": True}, (3, 7e-4, {"amounts": 6_144, "corrections_share": 0.3})),
        ("pages", {}, (20, 4e-3, {"documents": 768, "validation_documents": 400})),
        ("reader", {"quick": True, "fine_tuning": True}, (3, 7e-4, {"amounts": 4_096, "corrections_share": 0.3})),
    ],
    ids=["cnn", "cnn quick", "cnn tuned", "reader", "reader quick", "reader tuned", "pages", "reader quick and tuned"],
)
def test_recipe_depends_on_quick_runs_and_fine_tuning(architecture, options, expected):
    """A quick run generates few amounts, fine-tuned or not."""
    recipe = architectures.recipe(architecture, **options)
    assert (recipe.epochs, recipe.learning_rate, recipe.data_options) == expected


def test_overrides_replace_single_values_of_a_recipe():
    """None, and options that the architecture does not have, change nothing."""
    recipe = architectures.recipe("cnn", epochs=3, batch_size=None, augment=False, amounts=5)
    expected = architectures.recipe("cnn").metadata() | {"epochs": 3, "augment": False}
    assert recipe.metadata() == expected
    assert architectures.recipe("reader", warm_up=0.5, clip=1.0).training_settings()["warmup_fraction"] == 0.5


def test_random_weights_have_no_share_in_a_trained_network():
    """Only a warm training may keep some of the weights that it begins with."""
    assert architectures.recipe("reader", fine_tuning=True).initial_share > 0
    assert architectures.recipe("reader", fine_tuning=True, initial_share=0.0).initial_share == 0
    with pytest.raises(ValueError, match="expected warm_start with initial_share"):
        architectures.recipe("reader", initial_share=0.3)


def test_metadata_keeps_the_names_of_card_json():
    """Versions of all releases can be compared."""
    assert architectures.recipe("reader").metadata() == {
        "epochs": 32,
        "batch_size": 32,
        "learning_rate": 8e-3,
        "weight_decay": 1e-2,
        "clip": 5.0,
        "warm_up": 0.03,
        "bfloat16": True,
        "initial_share": 0.0,
        "amounts": 30_720,
        "corrections_share": 0.3,
    }
