"""Opens saved networks, and refuses what is more than a network.

A checksum says that a file is the one that was filed, not that it is harmless. Keras can be told by a file to run code
(Lambda layers), to load other programs (TFSMLayer) or to read other files. Ours are made of plain layers, so nothing
else is let in, before Keras sees the file.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payment_ml.errors import ArtifactError

if TYPE_CHECKING:
    from payment_ml.networks.backend import keras

_MEMBERS = {"metadata.json", "config.json", "model.weights.h5"}
_MAX_SIZES = {"metadata.json": 100_000, "config.json": 10_000_000, "model.weights.h5": 1_000_000_000}  # bytes, unpacked
_MODULES = {
    "keras", "keras.layers", "keras.initializers", "keras.random", "keras.regularizers", "keras.constraints",
    "keras.src.models.functional",
}  # fmt: skip
# Layers that calculate and do nothing else, and what they are described with.
_CLASSES = {
    "Functional", "InputLayer", "DTypePolicy", "SeedGenerator",
    "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Orthogonal",
    "OrthogonalInitializer", "Ones", "Zeros", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal",
    "L1", "L2", "L1L2", "MaxNorm", "UnitNorm",
    "Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D", "Dense",
    "Flatten", "Reshape", "Permute", "ZeroPadding1D", "ZeroPadding2D", "Cropping2D", "Rescaling",
    "BatchNormalization", "LayerNormalization", "GroupNormalization",
    "Activation", "ELU", "LeakyReLU", "PReLU", "ReLU", "Softmax",
    "AveragePooling1D", "AveragePooling2D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalMaxPooling2D",
    "MaxPooling1D", "MaxPooling2D", "UpSampling2D",
    "Add", "Average", "Concatenate", "Maximum", "Multiply", "Subtract",
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout",
    "Bidirectional", "GRU", "LSTM", "GRUCell", "LSTMCell", "TimeDistributed", "MultiHeadAttention",
}  # fmt: skip


def load_keras_model(path: Path) -> "keras.Model":
    """Load a saved network as Keras made it, uncompiled; to train it further, or to look at it.

    Parameters
    ----------
    path : a regular file that ends in .keras; its checksum is the registry's business

    Raises
    ------
    ArtifactError : another kind of file, a damaged one, or one that holds anything but plain layers and their weights
    """
    from payment_ml.networks.backend import keras  # three seconds, which who only reads amounts does without

    validate_model_file(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever it meets in a damaged file
        raise rejected(path, error) from error


def validate_model_file(path: Path) -> dict[str, Any]:
    """Refuse a file that is no plain network, without unpacking its weights; return Keras's description of the network.

    Raises
    ------
    ArtifactError : as `open_network`
    """
    if path.suffix != ".keras" or path.is_symlink() or not path.is_file():
        raise rejected(path, "it is no regular .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {each.filename: each.file_size for each in archive.infolist()}
            if set(sizes) != _MEMBERS or len(archive.infolist()) != len(_MEMBERS):
                raise rejected(path, f"it holds {', '.join(sorted(sizes)) or 'nothing'}")
            for name, size in sizes.items():
                if size > _MAX_SIZES[name]:
                    raise rejected(path, f"{name} has {size:,} bytes")
            described = json.loads(archive.read("config.json"))
    except (OSError, ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise rejected(path, error) from error
    for module, name in _class_names(described):
        if module not in _MODULES or name not in _CLASSES:
            raise rejected(path, f"it asks for {module}.{name}")
    return described


def rejected(path: Path, came: str | Exception) -> ArtifactError:
    """The error that refuses a file for what is in it, or for what another program met there."""
    told = came if isinstance(came, str) else (str(came).strip().splitlines() or [repr(came)])[0]
    return ArtifactError(f"expected a network of plain layers in {path}, but {told}; it is refused")


def _class_names(described: Any) -> Iterator[tuple[Any, Any]]:
    """Module and name of every class that a description asks for."""
    waiting = [described]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if "class_name" in each and each["class_name"] != "__keras_tensor__":
                yield each.get("module"), each["class_name"]
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
