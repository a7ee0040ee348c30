"""inference: saved networks are run, and reading imports only what it needs."""

import subprocess
import sys

import numpy as np
import pytest
from helpers.keras_files import layers, network_of, save, with_random_weights

from payment_ml import paths
from payment_ml.networks import inference

SAMPLES = paths.ROOT / "data" / "samples"
UNNEEDED = ("h5py", "keras", "onnx", "pandas", "pooch", "psutil", "scipy", "tensorflow", "tf2onnx")


def test_keras_network_is_run_in_tensorflow(tmp_path, rng):
    """Versions of earlier releases have no ONNX model; a researcher may use layers that cannot be exported."""
    network = with_random_weights(network_of(layers.Conv2D(4, 3, activation="gelu")), rng)
    images = rng.integers(0, 256, (3, 8, 12), dtype=np.uint8)
    log_probabilities = inference.load_session(save(network, tmp_path / "model.keras"))(images)
    assert isinstance(log_probabilities, np.ndarray)
    assert np.allclose(np.exp(log_probabilities), network(images).numpy(), atol=1e-5)


def test_version_without_onnx_model_is_read_like_one_with_it(classifier, rng):
    """As versions of earlier releases are."""
    version = classifier.version
    images = rng.integers(0, 256, (5, 28, 28), dtype=np.uint8)
    in_tensorflow, in_onnx = (
        inference.load_session(path)(images) for path in (version.network_path, version.inference_path)
    )
    assert version.inference_path.name == "model.onnx"
    assert np.allclose(np.exp(in_tensorflow), np.exp(in_onnx), atol=1e-5)


def test_line_gets_the_same_output_alone_and_in_a_batch(reader, rng):
    """Other lines in the batch change nothing."""
    lines = rng.integers(0, 256, (9, 32, 144), dtype=np.uint8)
    network = inference.load_session(reader.version.inference_path)
    batch = network(lines)
    assert all(np.allclose(network(lines[i : i + 1])[0], output, atol=1e-5) for i, output in enumerate(batch))


@pytest.mark.parametrize("task", ["digit", "amount"])
def test_reading_works_without_the_libraries_for_training(task, quick_run, reader_run):
    """An import hook refuses them; TensorFlow alone would take seconds and half a gigabyte of memory."""
    run, load = {"digit": (quick_run, "load_digit_classifier"), "amount": (reader_run, "load_amount_reader")}[task]
    program = f"""
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {UNNEEDED!r}:
            raise ImportError(f"reading imports {{name}}")

sys.meta_path.insert(0, Refuse())
import payment_ml
print(payment_ml.{load}({str(run.models_dir)!r}).read({str(SAMPLES / f"{task}-01.png")!r}).decision)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout in ("accept\n", "review\n"), done.stdout + done.stderr


def test_loading_and_running_write_nothing_to_the_terminal(quick_run):
    """Nothing bypasses Python's streams."""
    program = f"""
import numpy as np
from pathlib import Path
from payment_ml.networks import inference
path = Path({str(quick_run.folder / "model.onnx")!r})
print(inference.load_session(path)(np.zeros((2, 28, 28), np.uint8)).shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("(2, 10)\n", "")
