"""architectures: shapes and seeds."""

import numpy as np
import pytest

from payment_ml.imaging import page_images
from payment_ml.networks import architectures, recipes
from payment_ml.text import alphabet, word_alphabet

DIGIT_ARCHITECTURES = [name for name, entry in recipes.ARCHITECTURES.items() if entry.task == "digits"]


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
