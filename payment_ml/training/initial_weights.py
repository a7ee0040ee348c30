"""Begin a training with the weights of versions instead of random ones."""

from collections.abc import Sequence

import numpy as np

from payment_ml.errors import RegistryError
from payment_ml.networks.backend import keras
from payment_ml.networks.safe_loading import load_keras_model
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version


def copy_weights(versions: Sequence[Version], network: keras.Model) -> None:
    """Set the weights of a network to the mean of those of several versions, to continue their training.

    The mean of networks that were trained from the same weights is often better than each of them (model soups,
    Wortsman et al. 2022). A version that was trained when the alphabet had fewer characters gives the weights of those,
    and one without the last layers along the line those of the layers before; the others keep their initial weights.

    Raises
    ------
    RegistryError : the network of a version is damaged, or has another architecture
    """
    weights = [_fitting_weights(version, network) for version in versions]
    network.set_weights([np.mean(same, axis=0) for same in zip(*weights, strict=True)])


def _fitting_weights(version: Version, network: keras.Model) -> list[np.ndarray]:
    """Return the weights of a version for a network, whose own ones stand where the version has none."""
    Registry(version.folder.parent).verify(version)
    weights = load_keras_model(version.network_path).get_weights()
    *hidden, kernel, bias = network.get_weights()  # of the layer `logits`, which is the last one with weights
    labels = min(len(bias), len(weights[-1]))
    known = hidden[: len(weights) - 2]
    shapes = [weight.shape for weight in weights]
    if shapes != [*(weight.shape for weight in known), (len(kernel), labels), (labels,)]:
        raise RegistryError(
            f"expected a version built as {network.name} is now, but the weights of {version.name} have other shapes; "
            "train without warm_start"
        )
    kernel[:, :labels], bias[:labels] = weights[-2:]
    return [*weights[:-2], *hidden[len(known) :], kernel, bias]
