"""translation: says the same in ONNX as Keras does, and says when it cannot."""

from pathlib import Path

import h5py
import numpy as np
import onnxruntime
import pytest
from helpers.keras_files import layers, pictures_into, reweigh, save, used

from payment_ml import errors
from payment_ml.networks import architectures, onnx_export, safe_loading
from payment_ml.networks.backend import keras


def translated(path: Path):
    """The answer of the translated network to pictures."""
    session = onnxruntime.InferenceSession(onnx_export.to_onnx(safe_loading.validate_model_file(path), path))
    return lambda pictures: session.run(None, {session.get_inputs()[0].name: pictures})[0]


@pytest.mark.parametrize("architecture", architectures.ARCHITECTURES)
def test_every_architecture_of_ours_answers_as_in_keras(architecture, tmp_path, rng):
    """Or it would be served by TensorFlow, slowly, and nobody would see why."""
    network = used(architectures.build(architecture, 0), rng)
    answer = translated(save(network, tmp_path / "model.keras"))
    for shape in ((1, 32, 16), (5, 32, 144), (2, 32, 512)) if architecture == "reader" else ((1, 28, 28), (7, 28, 28)):
        pictures = rng.integers(0, 256, shape, dtype=np.uint8)
        said = answer(pictures)
        assert said.dtype == np.float32
        assert np.allclose(np.exp(said), network(pictures).numpy(), atol=1e-5)


@pytest.mark.parametrize(
    "between",
    [
        [layers.Conv2D(4, (3, 2), (2, 1), "valid", activation="relu")],
        [layers.Conv2D(4, 4, (3, 2), "same"), layers.BatchNormalization(epsilon=0.1), layers.Dropout(0.5)],
        [layers.Conv2D(4, 3, padding="same"), layers.Dense(3, activation="relu")],
        [layers.Reshape((-1, 4)), layers.Conv1D(6, 3, 2, "same"), layers.BatchNormalization(), layers.ReLU()],
        [layers.Conv2D(6, 3), layers.GlobalAveragePooling2D(), layers.BatchNormalization()],
    ],
    ids=["valid", "same", "dense", "one axis", "average"],
)
def test_settings_of_layers_mean_what_they_mean_in_keras(between, tmp_path, rng):
    """Padding, strides, biases, activations; every order of axes."""
    network = used(pictures_into(*between), rng)
    said = translated(save(network, tmp_path / "model.keras"))
    pictures = rng.integers(0, 256, (3, 8, 12), dtype=np.uint8)
    assert np.allclose(np.exp(said(pictures)), network(pictures).numpy(), atol=1e-5)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (layers.MaxPooling2D(), "no translation for the layer .*, MaxPooling2D"),
        (layers.ReLU(max_value=6.0), r"no translation for max_value=6\.0"),
        (layers.Conv2D(4, 3, dilation_rate=2), "no translation for dilation_rate="),
        (layers.Conv2D(4, 3, activation="gelu"), "no translation for activation='gelu'"),
        (layers.Conv2D(4, 3, dtype="mixed_bfloat16"), "no translation for the layer .*, Conv2D"),
        (layers.BatchNormalization(axis=1), "no translation for axis="),
    ],
    ids=["a layer", "a limit", "a dilation", "an activation", "a precision", "an axis"],
)
def test_what_has_no_translation_is_named(layer, message, tmp_path):
    """It is never taken for something else."""
    path = save(pictures_into(layer), tmp_path / "model.keras")
    with pytest.raises(errors.UnsupportedLayerError, match=message):
        onnx_export.to_onnx(safe_loading.validate_model_file(path), path)


def test_a_layer_in_two_places_has_no_translation(tmp_path):
    """Its output would be taken for that of the other place."""
    shared = layers.Dense(1, activation="relu")
    path = save(pictures_into(shared, shared), tmp_path / "model.keras")
    with pytest.raises(errors.UnsupportedLayerError, match="stands in more than one place"):
        onnx_export.to_onnx(safe_loading.validate_model_file(path), path)


def test_a_sum_of_different_ranks_has_no_translation(tmp_path):
    """Keras and ONNX would line up other axes."""
    entry = keras.Input((8, 12), dtype="uint8", name="pictures")
    rows = layers.Rescaling(1 / 255)(entry)
    summed = layers.Add()([rows, layers.Dense(12)(layers.Flatten()(rows))])
    network = keras.Model(entry, layers.Softmax()(layers.Dense(5, name="logits")(layers.Flatten()(summed))))
    path = save(network, tmp_path / "model.keras")
    with pytest.raises(errors.UnsupportedLayerError, match="adds tensors of different ranks"):
        onnx_export.to_onnx(safe_loading.validate_model_file(path), path)


def test_a_network_without_a_softmax_at_its_end_has_no_translation(tmp_path):
    """What it says would be taken for logarithms of probabilities."""
    network = pictures_into()
    path = save(keras.Model(network.input, network.get_layer("logits").output), tmp_path / "model.keras")
    with pytest.raises(errors.UnsupportedLayerError, match="softmax at the end, but the last layer is Dense"):
        onnx_export.to_onnx(safe_loading.validate_model_file(path), path)


def link(weights: h5py.Group) -> None:
    """A name for what stands in another file."""
    del weights["0"]
    weights["0"] = h5py.ExternalLink("/etc/hostname", "weights")


def outside(weights: h5py.Group) -> None:
    """Numbers that are the bytes of another file."""
    shape = weights["0"].shape
    del weights["0"]
    weights.create_dataset("0", shape, np.float32, external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)])


def integers(weights: h5py.Group) -> None:
    """Numbers of another kind."""
    numbers = np.zeros(weights["0"].shape, np.int64)
    del weights["0"]
    weights["0"] = numbers


@pytest.mark.parametrize(
    ("change", "message"),
    [(link, "link to elsewhere"), (outside, "not float32 in the file"), (integers, "not float32 in the file")],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_weights_that_do_not_stand_in_the_file_are_refused(change, message, tmp_path):
    """A network must not read other files, which it could then give away."""
    path = reweigh(save(pictures_into(), tmp_path / "model.keras"), change)
    with pytest.raises(ValueError, match=message):
        onnx_export.to_onnx(safe_loading.validate_model_file(path), path)
