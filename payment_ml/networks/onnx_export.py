"""Export Keras networks to ONNX, once when a version is filed, so that reading needs no TensorFlow.

Decision and measurements: docs/decisions/onnx-export.md.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from payment_ml import errors
from payment_ml.networks import inference, quantization, safe_loading
from payment_ml.networks.backend import keras
from payment_ml.networks.backend import tensorflow as tf

_logger = logging.getLogger(__name__)


def to_onnx(network: keras.Model, calibration_batches: Sequence[np.ndarray] = ()) -> bytes | None:
    """Export a network to ONNX.

    Parameters
    ----------
    network : uint8 images [n, ...] -> probabilities, with a layer named `logits` before the softmax
    calibration_batches : images by which the ranges of 8-bit integers are chosen, as `quantization.quantize` takes
        them; none: the network stays float32

    Returns
    -------
    ONNX model: uint8 images [n, ...] -> float32, the logarithms of the probabilities; None where ONNX Runtime cannot
    run a layer of the network, which is logged as a warning. `inference` runs such a network in TensorFlow.
    """
    log_probabilities = keras.layers.Activation("log_softmax")(network.get_layer("logits").output)
    signature = [tf.TensorSpec(network.input_shape, tf.uint8, name="images")]
    with tempfile.TemporaryDirectory() as folder, _quiet():
        path = Path(folder) / "model.onnx"
        model = keras.Model(network.input, log_probabilities)
        model.export(path, format="onnx", verbose=False, input_signature=signature)
        try:
            inference.load_session(path)
        except errors.ArtifactError as error:
            _logger.warning("%s cannot be exported to ONNX and will be read in TensorFlow: %s", network.name, error)
            return None
        exported = safe_loading.read_onnx_file(path)
    return quantization.quantize(exported, calibration_batches) if len(calibration_batches) else exported


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress the messages of Keras's exporter and tf2onnx, which also report what does not matter here."""
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of numpy, about Keras's patch for tf2onnx
            yield
    finally:
        logger.setLevel(level)
