"""artifacts: networks of plain layers are opened, and nothing else, however it is wrapped."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from helpers.cli import run_cli
from helpers.keras_files import rezip, save

from payment_ml import atomic_files, errors, paths
from payment_ml.errors import RegistryError
from payment_ml.networks import architectures, inference, safe_loading
from payment_ml.networks.backend import keras, tensorflow
from payment_ml.registry.registry import Registry


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    """A network of ours."""
    return save(architectures.build("mlp", 0), tmp_path_factory.mktemp("plain") / "model.keras")


@pytest.fixture(params=[safe_loading, inference], ids=["to train", "to read"])
def open_network(request):
    """The two ways into a saved network; both are barred alike."""
    return request.param.open_network


@pytest.mark.parametrize("architecture", architectures.ARCHITECTURES)
def test_every_architecture_of_ours_is_let_in_and_answers_as_before(architecture, tmp_path, rng):
    """The list of layers must not lag behind the networks."""
    network = architectures.build(architecture, 0)
    shape = (2, 32, 64) if architecture == "reader" else (2, 28, 28)
    pictures = rng.integers(0, 255, shape, dtype=np.uint8)
    opened = safe_loading.load_keras_model(save(network, tmp_path / "model.keras"))
    assert np.allclose(opened(pictures), network(pictures), atol=1e-6)


def with_lambda(canary: Path) -> keras.Model:
    """A layer that writes a file when it is loaded or called."""
    code = f"lambda x: (__import__('pathlib').Path({str(canary)!r}).write_text('ran'), x)[1]"
    inputs = keras.Input((28, 28), dtype="uint8")
    return keras.Model(inputs, keras.layers.Lambda(eval(code), output_shape=(28, 28))(inputs))


def with_program(folder: Path) -> keras.Model:
    """A layer that loads a TensorFlow program from elsewhere."""
    module = tensorflow.Module()
    module.serve = tensorflow.function(lambda x: x + 1.0, input_signature=[tensorflow.TensorSpec([None, 3])])
    tensorflow.saved_model.save(module, str(folder), signatures=module.serve)
    inputs = keras.Input((3,))
    layer = keras.layers.TFSMLayer(str(folder), call_endpoint="serving_default")
    return keras.Model(inputs, layer(inputs)["output_0"])


def test_a_layer_that_runs_code_is_refused_by_name(open_network, tmp_path):
    """And its canary is not written."""
    canary = tmp_path / "canary"
    network = with_lambda(canary)
    canary.unlink(missing_ok=True)  # building it ran the code
    path = save(network, tmp_path / "model.keras")
    canary.unlink(missing_ok=True)
    with pytest.raises(errors.ArtifactError, match=r"it asks for keras\.layers\.Lambda; it is refused"):
        open_network(path)
    assert not canary.exists()


def test_a_layer_that_loads_another_program_is_refused_by_name(open_network, tmp_path):
    """TFSMLayer."""
    path = save(with_program(tmp_path / "program"), tmp_path / "model.keras")
    with pytest.raises(errors.ArtifactError, match="TFSMLayer; it is refused"):
        open_network(path)


def described(source: Path, **changed: str) -> bytes:
    """The description of a saved network with one layer's class or module changed."""
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
    ids=["a system call", "a builtin", "a layer that reads files"],
)
def test_other_classes_are_refused_by_name(open_network, plain, tmp_path, changed, message):
    """Whatever module they come from."""
    path = rezip(plain, tmp_path / "model.keras", **{"config.json": described(plain, **changed)})
    with pytest.raises(errors.ArtifactError, match=message):
        open_network(path)


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
    ids=["no description", "a path upwards", "another file", "half a description", "nested too deep", "no weights"],
)
def test_damaged_archives_are_refused(open_network, plain, tmp_path, members, message):
    """With what was found."""
    with pytest.raises(errors.ArtifactError, match=message):
        open_network(rezip(plain, tmp_path / "model.keras", **members))


def test_a_bomb_is_refused_before_it_is_unpacked(open_network, plain, tmp_path):
    """A description of a hundred megabytes of blanks."""
    with zipfile.ZipFile(tmp_path / "model.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", b"{}")
        archive.writestr("model.weights.h5", b"")
        archive.writestr("config.json", b" " * 100_000_000)
    with pytest.raises(errors.ArtifactError, match=r"config\.json has 100,000,000 bytes"):
        open_network(tmp_path / "model.keras")


@pytest.mark.parametrize("kind", ["truncated", "h5", "folder", "link", "remote", "pickle"])
def test_other_files_are_refused(open_network, plain, tmp_path, kind):
    """Half a file, an old format, a SavedModel's folder, a link, an address, an array of objects."""
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
        open_network(path)


def test_a_poisoned_version_with_a_right_checksum_is_refused_by_the_command(run_copy, tmp_path):
    """Whoever may write to the folder can make the checksum right; the layer is refused all the same."""
    canary = tmp_path / "canary"
    registry = Registry(run_copy.models_dir)
    version = registry.get(run_copy.version)
    save(with_lambda(canary), version.network_path)
    sha256 = atomic_files.sha256(version.network_path)
    registry.update_metadata(version, sha256=sha256)
    champions = json.loads((run_copy.models_dir / "champions.json").read_text())
    champions["champions"]["digits"]["sha256"] = sha256
    atomic_files.write_json(run_copy.models_dir / "champions.json", champions)
    canary.unlink(missing_ok=True)
    sample = paths.ROOT / "data" / "samples" / "digit-01.png"
    done = run_cli("read", "--as", "digit", "--models", run_copy.models_dir, sample)
    assert done.returncode == 1
    assert "it asks for keras.layers.Lambda" in done.stderr
    assert "Traceback" not in done.stderr
    assert not canary.exists()


def test_a_version_that_is_a_link_to_somewhere_else_is_refused(run_copy, tmp_path):
    """Its folder, as well as its network."""
    moved = tmp_path / run_copy.version
    shutil.move(run_copy.folder, moved)
    run_copy.folder.symlink_to(moved)
    registry = Registry(run_copy.models_dir)
    with pytest.raises(RegistryError, match="a link to somewhere else"):
        registry.verify(registry.get(run_copy.version))
