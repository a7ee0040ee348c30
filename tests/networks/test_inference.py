"""inference: networks answer, whatever they are made of, and TensorFlow is loaded for those alone that need it."""

import subprocess
import sys

import numpy as np
import pytest
from helpers.keras_files import layers, pictures_into, reweigh, save, used

from payment_ml import paths
from payment_ml.errors import ArtifactError
from payment_ml.networks import inference

SAMPLES = paths.ROOT / "data" / "samples"


def test_a_network_that_has_no_translation_answers_too(tmp_path, rng):
    """A researcher may try any plain layer."""
    recurrent = (layers.Reshape((8, 12)), layers.Bidirectional(layers.GRU(4)))
    network = used(pictures_into(*recurrent), rng)
    pictures = rng.integers(0, 256, (3, 8, 12), dtype=np.uint8)
    said = inference.load_session(save(network, tmp_path / "model.keras"))(pictures)
    assert isinstance(said, np.ndarray)
    assert np.allclose(np.exp(said), network(pictures).numpy(), atol=1e-5)


def test_a_strip_is_answered_alike_alone_and_among_others(reader, rng):
    """A neighbour in the batch changes nothing."""
    strips = rng.integers(0, 256, (9, 32, 144), dtype=np.uint8)
    network = inference.load_session(reader.version.network_path)
    together = network(strips)
    assert all(np.allclose(network(strips[i : i + 1])[0], each, atol=1e-5) for i, each in enumerate(together))


def swapped(weights) -> None:
    """Weights of another shape than the layer's."""
    turned = weights["0"][...].T
    del weights["0"]
    weights["0"] = turned


def absent(weights) -> None:
    """None at all."""
    del weights["0"], weights["1"]


@pytest.mark.parametrize("change", [swapped, absent])
def test_weights_that_do_not_match_the_layers_are_refused(change, tmp_path):
    """When the network is loaded, not at the first picture."""
    path = reweigh(save(pictures_into(), tmp_path / "model.keras"), change)
    with pytest.raises(ArtifactError, match=f"plain layers in {path}, but .*; it is refused"):
        inference.load_session(path)


@pytest.mark.parametrize("task", ["digit", "amount"])
def test_reading_loads_nothing_that_it_can_do_without(task, quick_run, reader_run):
    """TensorFlow would take three seconds and half a gigabyte of everybody who wants one picture read."""
    run, load = {
        "digit": (quick_run, "load_digit_classifier"),
        "amount": (reader_run, "load_amount_reader"),
    }[task]
    program = f"""
import sys, payment_ml
reading = payment_ml.{load}({str(run.models_dir)!r}).read({str(SAMPLES / f"{task}-01.png")!r})
print(reading.decision, sorted({{"tensorflow", "keras", "scipy.stats", "pandas"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout in ("accept []\n", "review []\n"), done.stdout + done.stderr


def test_nothing_is_said_on_the_side(tmp_path):
    """Nothing is written past Python's streams when a network is opened and asked."""
    path = save(pictures_into(), tmp_path / "model.keras")
    program = f"""
import numpy as np
from pathlib import Path
from payment_ml import inference
print(inference.open_network(Path({str(path)!r}))(np.zeros((2, 8, 12), np.uint8)).shape)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("(2, 5)\n", "")
