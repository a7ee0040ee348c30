"""Test quantization: integers read what the network reads in float32, in a third of the space."""

import numpy as np
import onnx
import pytest

from payment_ml import paths
from payment_ml.networks import inference, onnx_export, quantization, safe_loading
from payment_ml.networks.backend import keras
from payment_ml.recognition.readers import find_champion
from payment_ml.tasks import Task
from payment_ml.training import input_pipeline


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Return the network in the box, as it was trained."""
    champion = find_champion(Task.AMOUNTS, paths.ROOT / "models")
    return safe_loading.load_keras_model(champion.network_path)


@pytest.fixture(scope="module")
def data(splits) -> input_pipeline.TrainingData:
    """Return few lines, written with validation digits."""
    options = {"amounts": 256, "validation_amounts": 300}
    return input_pipeline.make_training_data("amounts", splits["train"], splits["validation"], 0, **options)


def test_integers_read_as_many_lines_as_floats(network, data, tmp_path):
    """Greedy decoding gives the full text of as many validation lines, give or take two in a hundred."""
    path = tmp_path / "model.onnx"
    path.write_bytes(onnx_export.to_onnx(network, data.calibration_batches))
    session = inference.load_session(path)
    logits = keras.Model(network.input, network.get_layer("logits").output)
    *_, in_float = data.validate(logits)
    *_, in_integers = data.validate(lambda images, training: session(np.asarray(images)))
    assert in_float > 0.7
    assert in_integers >= in_float - 0.02


def test_convolutions_hold_integers_of_seven_bits(network, data):
    """Sums of two products of 8 bits would overflow on processors without VNNI."""
    exported = onnx_export.to_onnx(network)
    quantized = quantization.quantize(exported, data.calibration_batches[:1])
    assert len(quantized) < 0.35 * len(exported)
    model = onnx.load_from_string(quantized)
    tensors = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    scaled = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "DequantizeLinear"}
    kernels = [tensors[scaled[node.input[1]]] for node in model.graph.node if node.op_type == "Conv"]
    assert len(kernels) == 12
    for kernel in kernels:
        assert kernel.dtype == np.int8
        assert np.abs(kernel.astype(int)).max() <= 64


def test_the_same_network_gives_the_same_file(network, data):
    """Its sha256 identifies a version."""
    exported = onnx_export.to_onnx(network)
    first, second = (quantization.quantize(exported, data.calibration_batches[:1]) for _ in range(2))
    assert first == second
