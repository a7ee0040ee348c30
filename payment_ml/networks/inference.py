"""Run saved networks: in ONNX Runtime, or in TensorFlow where a version has no ONNX model."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from payment_ml.networks import safe_loading

Network = Callable[[np.ndarray], np.ndarray]

_threads = 4  # at most; more do not help networks as small as these (docs/decisions/inference-runtime.md)


def limit_threads(count: int) -> None:
    """Limit the threads of each network that this process opens from now on."""
    global _threads  # noqa: PLW0603 - of the process
    _threads = count


def load_session(path: Path) -> Network:
    """Load a saved network for inference.

    ONNX Runtime loads and answers faster than TensorFlow (docs/decisions/inference-runtime.md), which is imported only
    for a .keras file.

    Parameters
    ----------
    path : a regular file that ends in .onnx or .keras; `Version.inference_path` names the one to use, and
        `Registry.verify` checks its sha256

    Returns
    -------
    function: uint8 [n, ...], images as the network takes them -> float32, the logarithms of its probabilities

    Raises
    ------
    ArtifactError : the file is damaged, is no network of plain layers, or refers to other files
    """
    return onnx_session(path) if path.suffix == ".onnx" else tensorflow_session(path)


def onnx_session(path: Path) -> Network:
    """Load an ONNX model in ONNX Runtime; parameters, result and errors as of `load_session`."""
    model = safe_loading.read_onnx_file(path)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(_threads, os.cpu_count() or 1)
    # Threads sleep between layers instead of spinning: less load on the processor, and faster on many images
    # (docs/decisions/inference-runtime.md).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.load_model_format", "ONNX")  # whatever the first bytes claim
    options.log_severity_level = 4  # warnings would bypass Python's streams; errors are raised as well
    try:
        session = onnxruntime.InferenceSession(model, options)
    except Exception as error:  # its exceptions have no other base class in common
        raise safe_loading.rejected(path, error) from error
    types = [[tensor.type for tensor in tensors] for tensors in (session.get_inputs(), session.get_outputs())]
    if types != [["tensor(uint8)"], ["tensor(float)"]]:
        raise safe_loading.rejected(path, f"its inputs and outputs are {types}")
    name = session.get_inputs()[0].name
    return lambda images: session.run(None, {name: images})[0]


def tensorflow_session(path: Path) -> Network:
    """Load a .keras file in TensorFlow; parameters, result and errors as of `load_session`."""
    from payment_ml.networks.backend import keras
    from payment_ml.networks.backend import tensorflow as tf

    network = safe_loading.load_keras_model(path)
    logits = keras.Model(network.input, network.get_layer("logits").output)
    # Much faster on one image than model.predict (docs/decisions/inference-runtime.md).
    log_probabilities = tf.function(
        lambda images: tf.nn.log_softmax(logits(images, training=False)),
        input_signature=[tf.TensorSpec(network.input_shape, tf.uint8)],
    )
    return lambda images: log_probabilities(images).numpy()
