"""safe_loading: networks of plain layers are loaded; any other file is refused."""

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from helpers.cli import run_cli
from helpers.keras_files import change_weights, network_of, rezip, save
from onnx import TensorProto, helper

from payment_ml import atomic_files, errors, paths
from payment_ml.errors import RegistryError
from payment_ml.networks import architectures, inference, recipes, safe_loading
from payment_ml.networks.backend import keras, tensorflow
from payment_ml.registry.registry import Registry


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """Return the path of a saved network of this project."""
    return save(architectures.build("mlp", 0), tmp_path_factory.mktemp("plain") / "model.keras")


@pytest.fixture(params=[safe_loading.load_keras_model, inference.load_session], ids=["to train", "to read"])
def load(request) -> Callable[[Path], object]:
    """Return each of the two functions that load a saved Keras network."""
    return request.param


@pytest.mark.parametrize("architecture", recipes.ARCHITECTURES)
def test_every_architecture_is_loaded_and_gives_the_same_probabilities(architecture, tmp_path, rng):
    """The list of allowed layers must contain all layers of the architectures."""
    network = architectures.build(architecture, 0)
    shapes = {"reader": (2, 32, 64), "words": (2, 32, 64), "pages": (2, 64, 96, 1)}
    shape = shapes.get(architecture, (2, 28, 28))
    images = rng.integers(0, 255, shape, dtype=np.uint8)
    loaded = safe_loading.load_keras_model(save(network, tmp_path / "model.keras"))
    assert np.allclose(loaded(images), network(images), atol=1e-6)


def network_with_lambda(canary: Path) -> keras.Model:
    """Build a network with a layer that writes a file when it is loaded or called."""
    code = f"lambda x: (__import__('pathlib').Path({str(canary)!r}).write_text('ran'), x)[1]"
    inputs = keras.Input((28, 28), dtype="uint8")
    return keras.Model(inputs, keras.layers.Lambda(eval(code), output_shape=(28, 28))(inputs))


def network_with_program(folder: Path) -> keras.Model:
    """Build a network with a layer that loads a TensorFlow program from a folder."""
    module = tensorflow.Module()
    module.serve = tensorflow.function(lambda x: x + 1.0, input_signature=[tensorflow.TensorSpec([None, 3])])
    tensorflow.saved_model.save(module, str(folder), signatures=module.serve)
    inputs = keras.Input((3,))
    layer = keras.layers.TFSMLayer(str(folder), call_endpoint="serving_default")
    return keras.Model(inputs, layer(inputs)["output_0"])


def test_layer_that_runs_code_is_refused_by_name(load, tmp_path):
    """The code does not run."""
    canary = tmp_path / "canary"
    network = network_with_lambda(canary)
    canary.unlink(missing_ok=True)  # building it ran the code
    path = save(network, tmp_path / "model.keras")
    canary.unlink(missing_ok=True)
    with pytest.raises(errors.ArtifactError, match=r"it asks for keras\.layers\.Lambda; it is refused"):
        load(path)
    assert not canary.exists()


def test_layer_that_loads_another_program_is_refused_by_name(load, tmp_path):
    """Keras calls the layer TFSMLayer."""
    path = save(network_with_program(tmp_path / "program"), tmp_path / "model.keras")
    with pytest.raises(errors.ArtifactError, match="TFSMLayer; it is refused"):
        load(path)


def changed_config(source: Path, **changed: str) -> bytes:
    """Return the config.json of a saved network with another class or module for one layer."""
    with zipfile.ZipFile(source) as archive:
        config = json.loads(archive.read("config.json"))
    config["config"]["layers"][1] |= changed
    return json.dumps(config).encode()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"module": "os", "class_name": "system"}, "it asks for os.system"),
        ({"module": "builtins", "class_name": "eval"}, "it asks for builtins.eval"),
        ({"module": "keras.layers", "class_name": "StringLookup"}, "it asks for keras.layers.StringLookup"),
    ],
    ids=["system call", "builtin", "layer that reads files"],
)
def test_other_classes_are_refused_by_name(load, plain, tmp_path, changed, message):
    """From any module."""
    path = rezip(plain, tmp_path / "model.keras", **{"config.json": changed_config(plain, **changed)})
    with pytest.raises(errors.ArtifactError, match=message):
        load(path)


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"config.json": None}, "it holds metadata.json, model.weights.h5"),
        ({"../escape": b"x"}, "it holds ../escape"),
        ({"assets/vocabulary.txt": b"x"}, "it holds assets/vocabulary.txt"),
        ({"config.json": b"{"}, "Expecting property name"),
        ({"config.json": b"[" * 200_000}, "recursion"),
        ({"model.weights.h5": b"no weights"}, "refused"),
    ],
    ids=["no config", "path upwards", "other file", "half a config", "nested too deep", "no weights"],
)
def test_damaged_archives_are_refused(load, plain, tmp_path, members, message):
    """The message says what was found in the archive."""
    with pytest.raises(errors.ArtifactError, match=message):
        load(rezip(plain, tmp_path / "model.keras", **members))


def test_zip_bomb_is_refused_before_it_is_unpacked(load, plain, tmp_path):
    """A config.json of a hundred megabytes of spaces."""
    with zipfile.ZipFile(tmp_path / "model.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", b"{}")
        archive.writestr("model.weights.h5", b"")
        archive.writestr("config.json", b" " * 100_000_000)
    with pytest.raises(errors.ArtifactError, match=r"config\.json has 100,000,000 bytes"):
        load(tmp_path / "model.keras")


@pytest.mark.parametrize("kind", ["truncated", "h5", "folder", "link", "remote", "pickle"])
def test_other_files_are_refused(load, plain, tmp_path, kind):
    """Half a file, the old HDF5 format, a folder, a link, an address, a pickled array."""
    path = tmp_path / "model.keras"
    if kind == "truncated":
        path.write_bytes(plain.read_bytes()[:-200])
    elif kind == "h5":
        path = tmp_path / "model.h5"
        path.write_bytes(b"\x89HDF\r\n")
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(plain)
    elif kind == "remote":
        path = Path("hf://somebody/model.keras")
    else:
        buffer = io.BytesIO()
        np.savez(buffer, weights=np.array([{}], object))
        path.write_bytes(buffer.getvalue())
    with pytest.raises(errors.ArtifactError, match="it is refused"):
        load(path)


def external_link(weights: h5py.Group) -> None:
    """Replace weights by a link into another file."""
    del weights["0"]
    weights["0"] = h5py.ExternalLink("/etc/hostname", "weights")


def external_dataset(weights: h5py.Group) -> None:
    """Replace weights by the bytes of another file."""
    shape = weights["0"].shape
    del weights["0"]
    weights.create_dataset("0", shape, np.float32, external=[("/etc/hostname", 0, h5py.h5f.UNLIMITED)])


def transposed(weights: h5py.Group) -> None:
    """Replace weights by weights of another shape."""
    changed = weights["0"][...].T
    del weights["0"]
    weights["0"] = changed


def missing(weights: h5py.Group) -> None:
    """Remove the weights."""
    del weights["0"], weights["1"]


@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize(
    "change",
    [external_link, external_dataset, transposed, missing],
    ids=["external link", "external dataset", "other shape", "missing"],
)
def test_weights_outside_of_the_file_or_of_other_shapes_are_refused(load, change, tmp_path):
    """A network must not read other files, whose content its output could reveal."""
    path = change_weights(save(network_of(), tmp_path / "model.keras"), change)
    with pytest.raises(errors.ArtifactError, match=f"plain layers in {path}, but .*; it is refused"):
        load(path)


def external_onnx_model(location: str) -> bytes:
    """Return an ONNX model whose output is the content of another file."""
    weights = TensorProto(name="weights", data_type=TensorProto.UINT8, dims=[4], data_location=TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value=location)
    graph = helper.make_graph(
        [helper.make_node("Cast", ["weights"], ["log_probabilities"], to=TensorProto.FLOAT)],
        "network",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, [None, 28, 28])],
        [helper.make_tensor_value_info("log_probabilities", TensorProto.FLOAT, [4])],
        [weights],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def test_onnx_model_that_reads_another_file_is_refused(tmp_path, monkeypatch):
    """ONNX Runtime itself would read the file if it lay in the working directory."""
    (tmp_path / "secret").write_bytes(b"1234")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.onnx"
    path.write_bytes(external_onnx_model("secret"))
    with pytest.raises(errors.ArtifactError, match="it refers to other files; it is refused"):
        inference.load_session(path)


@pytest.mark.parametrize("kind", ["empty", "text", "other inputs", "link", "folder"])
def test_other_files_than_onnx_models_are_refused(tmp_path, kind):
    """Damaged files, and models that do not map images to probabilities."""
    path = tmp_path / "model.onnx"
    if kind == "other inputs":
        tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("input", "output")]
        graph = helper.make_graph(
            [helper.make_node("Relu", ["input"], ["output"])], "network", tensors[:1], tensors[1:]
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        path.write_bytes(model.SerializeToString())
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"no model" if kind == "text" else b"")
    with pytest.raises(errors.ArtifactError, match="it is refused"):
        inference.load_session(path)


def poison_keras_file(folder: Path, canary: Path) -> dict[str, object]:
    """Replace the network by one that runs code, and return the changed metadata."""
    save(network_with_lambda(canary), folder / "model.keras")
    canary.unlink(missing_ok=True)  # building it ran the code
    return {"sha256": atomic_files.sha256(folder / "model.keras")}


def poison_onnx_file(folder: Path, canary: Path) -> dict[str, object]:
    """Replace the ONNX model by one that reads another file, and return the changed metadata."""
    (folder / "model.onnx").write_bytes(external_onnx_model("README.md"))
    return {"onnx_sha256": atomic_files.sha256(folder / "model.onnx")}


@pytest.mark.parametrize(
    ("poison", "message"),
    [(poison_keras_file, "it asks for keras.layers.Lambda"), (poison_onnx_file, "it refers to other files")],
    ids=["keras", "onnx"],
)
def test_poisoned_version_with_matching_checksums_is_refused_by_the_command(run_copy, tmp_path, poison, message):
    """Write access to the folder is enough to change the checksums too; the content is refused all the same."""
    canary = tmp_path / "canary"
    metadata_path, champions_path = run_copy.folder / "card.json", run_copy.models_dir / "champions.json"
    metadata = atomic_files.read_json(metadata_path)
    if poison is poison_keras_file:
        del metadata["onnx_sha256"]  # a version of an earlier release, which is read in TensorFlow
    metadata |= poison(run_copy.folder, canary)
    atomic_files.write_json(metadata_path, metadata)
    champions = atomic_files.read_json(champions_path)
    entry = champions["champions"]["digits"]
    entry.pop("onnx_sha256", None)
    entry |= {name: metadata[name] for name in ("sha256", "onnx_sha256") if name in metadata}
    atomic_files.write_json(champions_path, champions)
    sample = paths.ROOT / "data" / "samples" / "digit-01.png"
    done = run_cli("read", "--as", "digit", "--models", run_copy.models_dir, sample)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not canary.exists()


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"changed")], ids=["missing", "changed"])
def test_version_whose_onnx_model_is_missing_or_changed_is_refused(run_copy, damage):
    """Its sha256 in the metadata is checked before it is loaded."""
    damage(run_copy.folder / "model.onnx")
    registry = Registry(run_copy.models_dir)
    with pytest.raises(RegistryError, match=r"model\.onnx.* is refused"):
        registry.verify_serving(registry.get(run_copy.version))


def test_version_that_is_a_link_is_refused(run_copy, tmp_path):
    """The folder may not be a link, nor may the network."""
    moved = tmp_path / run_copy.version
    shutil.move(run_copy.folder, moved)
    run_copy.folder.symlink_to(moved)
    registry = Registry(run_copy.models_dir)
    with pytest.raises(RegistryError, match="a link to somewhere else"):
        registry.verify(registry.get(run_copy.version))
