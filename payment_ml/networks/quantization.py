"""Quantise the convolutions of ONNX models to 8-bit integers, which processors multiply several times as fast.

Decision and measurements: docs/decisions/quantization.md.
"""

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

_WARNINGS, _ERRORS = 2, 3  # levels of ONNX Runtime's log; warnings are its default


def quantize(model: bytes, calibration_batches: Sequence[np.ndarray]) -> bytes:
    """Quantise the convolutions of an ONNX model; its other layers stay float32.

    Weights get one scale for each output channel, activations one for each layer (Jacob et al. 2018, "Quantization and
    training of neural networks for efficient integer-arithmetic-only inference"). Weights use 7 bits: the sum of two
    products of 8 bits overflows on processors without VNNI instructions, which would read other amounts than those with
    them.

    Parameters
    ----------
    model : ONNX model of one input, whose batch normalisations follow convolutions
    calibration_batches : images as the network takes them; the ranges of its activations on them become those of the
        integers

    Returns
    -------
    ONNX model with the same input and output
    """
    with tempfile.TemporaryDirectory() as folder, _quiet():
        original, prepared, quantized = (Path(folder) / name for name in ("0.onnx", "1.onnx", "2.onnx"))
        original.write_bytes(model)
        quant_pre_process(original, prepared, skip_symbolic_shape=True)
        quantization.quantize_static(
            prepared,
            quantized,
            _Batches(model, calibration_batches),
            quant_format=quantization.QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            reduce_range=True,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
        )
        return quantized.read_bytes()


class _Batches(quantization.CalibrationDataReader):
    """Hand batches of images to the calibration."""

    def __init__(self, model: bytes, batches: Sequence[np.ndarray]):
        name = onnxruntime.InferenceSession(model).get_inputs()[0].name
        self._inputs = iter([{name: batch} for batch in batches])

    def get_next(self) -> dict[str, np.ndarray] | None:
        """Return the next batch; None behind the last one."""
        return next(self._inputs, None)


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress advice that the quantiser and ONNX Runtime give to whoever calls them."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    onnxruntime.set_default_logger_severity(_ERRORS)
    try:
        yield
    finally:
        logging.disable(disabled)
        onnxruntime.set_default_logger_severity(_WARNINGS)
