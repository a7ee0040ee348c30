"""Says in ONNX what a saved network of Keras does, without loading Keras.

Layers are translated one by one; ONNX Runtime merges what can be merged (a batch norm into the convolution before it).
Pictures go through Keras as [n, height, width, channels] and through ONNX as [n, channels, height, width]: a tensor is
turned over only where a layer asks for the other order.

Not tf2onnx, which Keras calls for this: it needs TensorFlow, and TensorFlow takes three seconds to import.

Source: ONNX operators, version 17, https://onnx.ai/onnx/operators; the file format is Keras 3's.
"""

import io
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from payment_ml.errors import UnsupportedLayerError

_OPSET = 17  # version of ONNX's operators
_IR_VERSION = 9  # version of ONNX's files that goes with it


@dataclass(frozen=True)
class _Tensor:
    name: str
    rank: int
    channels_first: bool = False


@dataclass
class _Graph:
    """What was translated so far."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """One more operation; returns the name of what it gives."""
        name = f"{operator}-{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def constant(self, values: np.ndarray) -> str:
        """Values that do not change; returns their name."""
        name = f"constant-{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def first(self, tensor: _Tensor) -> _Tensor:
        """The tensor with its channels behind the pictures' number."""
        if tensor.channels_first or tensor.rank == 2:
            return tensor
        order = [0, tensor.rank - 1, *range(1, tensor.rank - 1)]
        return _Tensor(self.add("Transpose", tensor.name, perm=order), tensor.rank, channels_first=True)

    def last(self, tensor: _Tensor) -> _Tensor:
        """The tensor with its channels at the end, as Keras has them."""
        if not tensor.channels_first:
            return tensor
        order = [0, *range(2, tensor.rank), 1]
        return _Tensor(self.add("Transpose", tensor.name, perm=order), tensor.rank)


def to_onnx(description: dict[str, Any], path: Path) -> bytes:
    """A saved network as an ONNX model.

    Parameters
    ----------
    description : what `artifacts.check` gives of the file
    path : the .keras file, which holds the weights

    Returns
    -------
    an ONNX model. Its input is the network's; its output, float32, the logarithms of the network's probabilities

    Raises
    ------
    UntranslatedError : the network does not take uint8 pictures, does not end in a softmax over the last axis, or has a
        layer that is not known here
    OSError, KeyError, ValueError : the weights are damaged, or are not those that the description asks for
    """
    entry, *between, end = description["config"]["layers"]
    if entry["class_name"] != "InputLayer" or entry["config"]["dtype"] != "uint8":
        raise UnsupportedLayerError(
            f"expected uint8 pictures to begin with, but the first layer is {entry['class_name']}"
        )
    if end["class_name"] != "Softmax" or end["config"]["axis"] != -1:
        raise UnsupportedLayerError(f"expected a softmax at the end, but the last layer is {end['class_name']}")
    for layer in between:
        if layer["class_name"] not in _TRANSLATIONS or layer["config"]["dtype"]["config"]["name"] != "float32":
            raise UnsupportedLayerError(f"no translation for the layer {layer['name']}, {layer['class_name']}")
    with zipfile.ZipFile(path) as archive:
        weights = _weights(archive.read("model.weights.h5"))
    graph = _Graph()
    tensors = {entry["name"]: _Tensor(entry["name"], len(entry["config"]["batch_shape"]))}
    for layer in between:
        name, inputs = layer["name"], [tensors[each] for each in _inputs(layer)]
        own = weights.get(name, [])
        tensors[name] = _TRANSLATIONS[layer["class_name"]](graph, _Settings(layer), own, *inputs)
    (last,) = _inputs(end)
    output = graph.add("LogSoftmax", graph.last(tensors[last]).name, axis=-1)
    return _model(graph, entry, output).SerializeToString()


def _model(graph: _Graph, entry: dict[str, Any], output: str) -> onnx.ModelProto:
    shape = [f"any-{axis}" if size is None else size for axis, size in enumerate(entry["config"]["batch_shape"])]
    pictures = helper.make_tensor_value_info(entry["name"], TensorProto.UINT8, shape)
    answer = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
    made = helper.make_graph(graph.nodes, "network", [pictures], [answer], graph.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)


def _weights(content: bytes) -> dict[str, list[np.ndarray]]:
    """The weights of each layer by its name, in Keras's order.

    Only what stands in the file itself is read: HDF5 can also point to other files.
    """
    found = {}
    with h5py.File(io.BytesIO(content), "r") as archive:
        groups = _own(archive, "layers")
        for group in groups:
            kept = _own(_own(groups, group), "vars")
            arrays = [_own(kept, str(i)) for i in range(len(kept))]
            if any(each.external or each.is_virtual or each.dtype != np.float32 for each in arrays):
                raise ValueError(f"the weights of {group} are not float32 in the file itself")
            found[kept.attrs["name"]] = [each[...] for each in arrays]
    return found


def _own(group: h5py.Group, name: str) -> Any:
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise ValueError(f"{name} is a link to elsewhere")
    return group[name]


def _inputs(layer: dict[str, Any]) -> list[str]:
    """Names of the layers whose outputs it takes."""
    if len(layer["inbound_nodes"]) != 1:
        raise UnsupportedLayerError(f"the layer {layer['name']} stands in more than one place")
    (given,) = layer["inbound_nodes"][0]["args"] or [None]
    tensors = given if isinstance(given, list) else [given]
    if not all(isinstance(each, dict) and each.get("class_name") == "__keras_tensor__" for each in tensors):
        raise UnsupportedLayerError(f"the layer {layer['name']} takes something other than outputs of layers")
    return [each["config"]["keras_history"][0] for each in tensors]


class _Settings:
    """The settings of a layer."""

    def __init__(self, layer: dict[str, Any]):
        self._layer = layer

    def __getitem__(self, name: str) -> Any:
        return self._layer["config"][name]

    def one_of(self, name: str, *known: Any) -> Any:
        """A setting that has a translation for these values alone."""
        if self[name] not in known:
            raise UnsupportedLayerError(f"no translation for {name}={self[name]!r} of the layer {self._layer['name']}")
        return self[name]

    def only(self, **known: Any) -> None:
        """Refuse settings other than these."""
        for name, value in known.items():
            self.one_of(name, value)


def _rescaling(graph: _Graph, settings: _Settings, _, tensor: _Tensor) -> _Tensor:
    settings.only(offset=0.0)
    numbers = graph.add("Cast", tensor.name, to=TensorProto.FLOAT)
    return replace(tensor, name=graph.add("Mul", numbers, graph.constant(np.float32(settings["scale"]))))


def _reshape(graph: _Graph, settings: _Settings, _, tensor: _Tensor) -> _Tensor:
    return _reshaped(graph, tensor, settings["target_shape"])


def _flatten(graph: _Graph, _settings: _Settings, _, tensor: _Tensor) -> _Tensor:
    return _reshaped(graph, tensor, [-1])


def _reshaped(graph: _Graph, tensor: _Tensor, shape: list[int]) -> _Tensor:
    wanted = graph.constant(np.array([0, *shape], np.int64))  # 0: as many pictures as come in
    return _Tensor(graph.add("Reshape", graph.last(tensor).name, wanted), len(shape) + 1)


def _convolution(graph: _Graph, settings: _Settings, weights: list[np.ndarray], tensor: _Tensor) -> _Tensor:
    settings.only(data_format="channels_last", groups=1, dilation_rate=[1] * (tensor.rank - 2))
    padding = {"same": "SAME_UPPER", "valid": "VALID"}[settings.one_of("padding", "same", "valid")]
    kernel, *bias = weights
    made = graph.add(
        "Conv",
        graph.first(tensor).name,
        *(graph.constant(each) for each in (np.moveaxis(kernel, (-1, -2), (0, 1)), *bias)),
        strides=settings["strides"],
        auto_pad=padding,
    )
    return _activated(graph, settings, _Tensor(made, tensor.rank, channels_first=True))


def _batch_norm(graph: _Graph, settings: _Settings, weights: list[np.ndarray], tensor: _Tensor) -> _Tensor:
    settings.only(axis=-1, center=True, scale=True)
    ordered = graph.first(tensor)
    constants = [graph.constant(each) for each in weights]
    made = graph.add("BatchNormalization", ordered.name, *constants, epsilon=settings["epsilon"])
    return replace(ordered, name=made)


def _relu(graph: _Graph, settings: _Settings, _, tensor: _Tensor) -> _Tensor:
    settings.only(max_value=None, negative_slope=0.0, threshold=0.0)
    return replace(tensor, name=graph.add("Relu", tensor.name))


def _add(graph: _Graph, settings: _Settings, _, *tensors: _Tensor) -> _Tensor:
    if len({each.rank for each in tensors}) > 1:  # which axes meet would depend on their order
        raise UnsupportedLayerError(f"no translation: the layer {settings['name']} adds tensors of different ranks")
    ordered = [graph.first(each) for each in tensors]
    return replace(ordered[0], name=graph.add("Sum", *(each.name for each in ordered)))


def _dropout(_graph: _Graph, _settings: _Settings, _, tensor: _Tensor) -> _Tensor:
    return tensor  # drops nothing but in training


def _average(graph: _Graph, settings: _Settings, _, tensor: _Tensor) -> _Tensor:
    settings.only(data_format="channels_last", keepdims=False)
    return _Tensor(graph.add("ReduceMean", graph.first(tensor).name, axes=[2, 3], keepdims=0), 2)


def _dense(graph: _Graph, settings: _Settings, weights: list[np.ndarray], tensor: _Tensor) -> _Tensor:
    kernel, *bias = map(graph.constant, weights)
    made = graph.add("MatMul", graph.last(tensor).name, kernel)
    for each in bias:
        made = graph.add("Add", made, each)
    return _activated(graph, settings, _Tensor(made, tensor.rank))


def _activated(graph: _Graph, settings: _Settings, tensor: _Tensor) -> _Tensor:
    if settings.one_of("activation", "linear", "relu") == "linear":
        return tensor
    return replace(tensor, name=graph.add("Relu", tensor.name))


_TRANSLATIONS = {
    "Rescaling": _rescaling,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "BatchNormalization": _batch_norm,
    "ReLU": _relu,
    "Add": _add,
    "Dropout": _dropout,
    "GlobalAveragePooling2D": _average,
    "Dense": _dense,
}
