"""onnx_export: ONNX Runtime computes the same as Keras."""

import logging
from pathlib import Path

import numpy as np
import pytest
from helpers.keras_files import layers, network_of, with_random_weights

from payment_ml.networks import architectures, inference, onnx_export, recipes
from payment_ml.networks.backend import keras

READER_SHAPES = ((1, 32, 16), (5, 32, 144), (2, 32, 512))
SHAPES = {"reader": READER_SHAPES, "words": READER_SHAPES, "pages": ((1, 64, 96, 1), (3, 128, 64, 1))}
DIGIT_SHAPES = ((1, 28, 28), (7, 28, 28))


def exported(network: keras.Model, folder: Path) -> inference.Network:
    """Export a network and load it in ONNX Runtime."""
    model = onnx_export.to_onnx(network)
    assert model is not None
    path = folder / "model.onnx"
    path.write_bytes(model)
    return inference.load_session(path)


@pytest.mark.parametrize("architecture", recipes.ARCHITECTURES)
def test_every_architecture_gives_the_same_probabilities_as_in_keras(architecture, tmp_path, rng):
    """For any number of images, and for lines of any width."""
    network = with_random_weights(architectures.build(architecture, 0), rng)
    session = exported(network, tmp_path)
    for shape in SHAPES.get(architecture, DIGIT_SHAPES):
        images = rng.integers(0, 256, shape, dtype=np.uint8)
        log_probabilities = session(images)
        assert log_probabilities.dtype == np.float32
        assert np.allclose(np.exp(log_probabilities), network(images).numpy(), atol=1e-5)


@pytest.mark.parametrize(
    "hidden_layers",
    [
        [layers.Conv2D(4, (3, 2), (2, 1), "valid", activation="relu")],
        [layers.Conv2D(4, 4, (3, 2), "same"), layers.BatchNormalization(epsilon=0.1), layers.Dropout(0.5)],
        [layers.Conv2D(4, 3, dilation_rate=2), layers.MaxPooling2D(), layers.ReLU(max_value=6.0)],
        [layers.Reshape((-1, 4)), layers.Conv1D(6, 3, 2, "same"), layers.BatchNormalization(), layers.ReLU()],
        [layers.Reshape((8, 12)), layers.Bidirectional(layers.GRU(4))],
        [layers.Conv2D(6, 3), layers.GlobalAveragePooling2D(), layers.LayerNormalization()],
    ],
    ids=["valid", "same", "dilated", "1-D", "recurrent", "average"],
)
def test_layers_that_a_researcher_may_try_are_exported(hidden_layers, tmp_path, rng):
    """With their settings and in any order of axes."""
    network = with_random_weights(network_of(*hidden_layers), rng)
    images = rng.integers(0, 256, (3, 8, 12), dtype=np.uint8)
    assert np.allclose(np.exp(exported(network, tmp_path)(images)), network(images).numpy(), atol=1e-5)


@pytest.mark.parametrize("settings", [{"activation": "gelu"}, {"dtype": "mixed_bfloat16"}], ids=["gelu", "bfloat16"])
def test_network_that_onnx_runtime_cannot_run_is_not_exported(settings, caplog):
    """A warning names the network and the reason."""
    with caplog.at_level(logging.WARNING):
        assert onnx_export.to_onnx(network_of(layers.Conv2D(4, 3, **settings))) is None
    assert "cannot be exported to ONNX and will be read in TensorFlow" in caplog.text


def test_export_writes_nothing_to_the_terminal(capfd, rng):
    """The messages of tf2onnx and of the quantiser would appear in notebook 02."""
    onnx_export.to_onnx(network_of(), [rng.integers(0, 256, (3, 8, 12), dtype=np.uint8)])
    assert capfd.readouterr() == ("", "")
