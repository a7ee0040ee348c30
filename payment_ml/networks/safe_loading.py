"""Load saved networks, and refuse files that are more than a network.

A checksum shows that a file is the one that was filed, not that it is harmless. A Keras file can demand to run code
(Lambda layers), to load other programs (TFSMLayer) or to read other files; an ONNX model can read other files. The
networks of this project are made of plain layers, so anything else is refused before Keras or ONNX Runtime gets the
file.
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
# Layers that only compute, and the classes of their settings.
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
_MAX_ONNX_SIZE = 1_000_000_000  # bytes
_EXTERNAL_DATA = b"location"  # the key by which an ONNX tensor names the file that holds its values


def load_keras_model(path: Path) -> "keras.Model":
    """Load a saved Keras network, uncompiled.

    Parameters
    ----------
    path : a regular file that ends in .keras; `Registry.verify` checks its sha256

    Raises
    ------
    ArtifactError : the file is of another kind, is damaged, or holds anything but plain layers and their weights
    """
    from payment_ml.networks.backend import keras  # not at the top: its import takes seconds, and ONNX needs none of it

    validate_keras_file(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises many kinds of exceptions on a damaged file
        raise rejected(path, error) from error


def read_onnx_file(path: Path) -> bytes:
    """Read an ONNX model, and refuse one that reads other files.

    Parameters
    ----------
    path : a regular file that ends in .onnx; `Registry.verify` checks its sha256

    Raises
    ------
    ArtifactError : the file is of another kind, is too large, or refers to other files
    """
    if path.suffix != ".onnx" or path.is_symlink() or not path.is_file():
        raise rejected(path, "it is no regular .onnx file")
    if (size := path.stat().st_size) > _MAX_ONNX_SIZE:
        raise rejected(path, f"it has {size:,} bytes")
    model = path.read_bytes()
    # ONNX Runtime would open the other file, relative to the working directory. In 10 MB of random weights the key
    # occurs by chance in one model of a trillion.
    if _EXTERNAL_DATA in model:
        raise rejected(path, "it refers to other files")
    return model


def validate_keras_file(path: Path) -> None:
    """Refuse a file that is more than a network of plain layers, without unpacking its weights.

    Raises
    ------
    ArtifactError : as `load_keras_model`
    """
    if path.suffix != ".keras" or path.is_symlink() or not path.is_file():
        raise rejected(path, "it is no regular .keras file")
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            if set(sizes) != _MEMBERS or len(archive.infolist()) != len(_MEMBERS):
                raise rejected(path, f"it holds {', '.join(sorted(sizes)) or 'nothing'}")
            for name, size in sizes.items():
                if size > _MAX_SIZES[name]:
                    raise rejected(path, f"{name} has {size:,} bytes")
            config = json.loads(archive.read("config.json"))
    except (OSError, ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise rejected(path, error) from error
    for module, name in _class_names(config):
        if module not in _MODULES or name not in _CLASSES:
            raise rejected(path, f"it asks for {module}.{name}")


def rejected(path: Path, reason: str | Exception) -> ArtifactError:
    """Return the error that refuses a file, with the reason or the first line of another library's message."""
    if isinstance(reason, Exception):
        reason = (str(reason).strip().splitlines() or [repr(reason)])[0]
    return ArtifactError(f"expected a network of plain layers in {path}, but {reason}; it is refused")


def _class_names(config: Any) -> Iterator[tuple[Any, Any]]:
    """Yield module and name of every class that Keras's description of a network asks for."""
    remaining = [config]
    while remaining:
        value = remaining.pop()
        if isinstance(value, dict):
            if "class_name" in value and value["class_name"] != "__keras_tensor__":
                yield value.get("module"), value["class_name"]
            remaining.extend(value.values())
        elif isinstance(value, list):
            remaining.extend(value)
