"""Saved Keras networks for tests: of any layers, and tampered with."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from payment_ml.networks.backend import keras

layers = keras.layers


def save(network: keras.Model, path: Path) -> Path:
    """Save a network as notebook 02 does, and return the path."""
    network.save(path)
    return path


def network_of(*hidden_layers: layers.Layer) -> keras.Model:
    """Build a network: images, uint8 [n, 8, 12], some layers, and a softmax over five classes."""
    images = keras.Input((8, 12), dtype="uint8", name="images")
    hidden = layers.Reshape((8, 12, 1))(layers.Rescaling(1 / 255)(images))
    for layer in hidden_layers:
        hidden = layer(hidden)
    return keras.Model(images, layers.Softmax()(layers.Dense(5, name="logits")(layers.Flatten()(hidden))))


def with_random_weights(network: keras.Model, rng: np.random.Generator) -> keras.Model:
    """Change all weights, as training does: biases and running averages are no longer 0 and 1."""
    network.set_weights([weight + rng.uniform(0.01, 0.1, weight.shape) for weight in network.get_weights()])
    return network


def rezip(source: Path, target: Path, **changed: bytes | None) -> Path:
    """Copy a saved network with changed members, and return the target; None leaves a member out."""
    with zipfile.ZipFile(source) as archive:
        members: dict[str, bytes | None] = {member.filename: archive.read(member) for member in archive.infolist()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in (members | changed).items():
            if content is not None:
                archive.writestr(name, content)
    return target


def change_weights(path: Path, change: Callable[[h5py.Group], None]) -> Path:
    """Apply a function to the weights of the last layer of a saved `network_of`, and return the path."""
    with zipfile.ZipFile(path) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content, "r+") as weights:
        change(weights["layers/dense/vars"])
    return rezip(path, path, **{"model.weights.h5": content.getvalue()})
