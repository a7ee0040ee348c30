"""Runs saved networks: in ONNX Runtime, which answers about one picture in half of TensorFlow's time."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

from payment_ml import errors
from payment_ml.networks import onnx_export, safe_loading

Network = Callable[[np.ndarray], np.ndarray]

_MAX_THREADS = 4  # measured with 2; networks as small as ours will hardly keep more busy


def load_session(path: Path) -> Network:
    """A saved network, ready to answer.

    It is translated for ONNX Runtime in 30 ms. What has no translation runs in TensorFlow, which takes three seconds to
    import: any network of plain layers is answered for, those of `networks.ARCHITECTURES` fast.

    Parameters
    ----------
    path : a regular file that ends in .keras; its checksum is the registry's business

    Returns
    -------
    a function: uint8 [n, ...], pictures as the network takes them -> float32, the logarithms of its probabilities

    Raises
    ------
    ArtifactError : as `artifacts.check`, or the weights are damaged or no match for the layers
    """
    description = safe_loading.validate_model_file(path)
    try:
        model = onnx_export.to_onnx(description, path)
    except errors.UnsupportedLayerError:
        return tensorflow_session(path)
    except Exception as error:  # h5py raises whatever it meets in a damaged file
        raise safe_loading.rejected(path, error) from error
    return _onnx_session(model, path)


def _onnx_session(model: bytes, path: Path) -> Network:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(_MAX_THREADS, os.cpu_count() or 1)
    # Threads sleep between layers instead of waiting awake: one picture takes 7% longer, many take 8% less, and the
    # processor has a quarter less to do.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # its warnings go past Python's streams; errors are raised as well
    try:
        session = onnxruntime.InferenceSession(model, options)
    except Exception as error:  # its exceptions have nothing else in common
        raise safe_loading.rejected(path, error) from error
    entry = session.get_inputs()[0].name
    return lambda pictures: session.run(None, {entry: pictures})[0]


def tensorflow_session(path: Path) -> Network:
    """The same network as Keras has it; parameters, answer and errors as `open_network`."""
    from payment_ml.networks.backend import keras
    from payment_ml.networks.backend import tensorflow as tf

    network = safe_loading.load_keras_model(path)
    logits = keras.Model(network.input, network.get_layer("logits").output)
    # A compiled function with a fixed signature answers in a fraction of a millisecond; model.predict takes 46.
    answer = tf.function(
        lambda pictures: tf.nn.log_softmax(logits(pictures, training=False)),
        input_signature=[tf.TensorSpec(network.input_shape, tf.uint8)],
    )
    return lambda pictures: answer(pictures).numpy()
