"""Networks for tests: built of any layers, saved as 02 saves them, and tampered with."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from payment_ml.networks.backend import keras

layers = keras.layers


def save(network: keras.Model, path: Path) -> Path:
    """As 02 does."""
    network.save(path)
    return path


def pictures_into(*between: layers.Layer) -> keras.Model:
    """A network of some layers between pictures, uint8 [n, 8, 12], and a softmax."""
    entry = keras.Input((8, 12), dtype="uint8", name="pictures")
    hidden = layers.Reshape((8, 12, 1))(layers.Rescaling(1 / 255)(entry))
    for layer in between:
        hidden = layer(hidden)
    return keras.Model(entry, layers.Softmax()(layers.Dense(5, name="logits")(layers.Flatten()(hidden))))


def used(network: keras.Model, rng: np.random.Generator) -> keras.Model:
    """A network with weights as after training: biases and running averages are no longer 0 and 1."""
    network.set_weights([each + rng.uniform(0.01, 0.1, each.shape) for each in network.get_weights()])
    return network


def rezip(source: Path, target: Path, **changed: bytes) -> Path:
    """A copy of a saved network with other members; None leaves one out."""
    with zipfile.ZipFile(source) as archive:
        members = {each.filename: archive.read(each) for each in archive.infolist()}
    with zipfile.ZipFile(target, "w") as made:
        for name, content in (members | changed).items():
            if content is not None:
                made.writestr(name, content)
    return target


def reweigh(path: Path, change: Callable[[h5py.Group], None]) -> Path:
    """A saved network of `pictures_into`, whose last weights a function has changed."""
    with zipfile.ZipFile(path) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content, "r+") as weights:
        change(weights["layers/dense/vars"])
    return rezip(path, path, **{"model.weights.h5": content.getvalue()})
