"""box: the champions of one folder become the models in the box of another."""

import base64
import io
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from payment_ml import atomic_files
from payment_ml.errors import RegistryError
from payment_ml.registry import box
from payment_ml.registry.registry import Registry


def figure(rng: np.random.Generator) -> bytes:
    """Draw a PNG of several colours."""
    image = Image.fromarray(np.kron(rng.integers(0, 256, (6, 8, 3)).astype(np.uint8), np.ones((40, 40, 1), np.uint8)))
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def notebook(content: bytes) -> dict:
    """Return an executed notebook with a figure."""
    output = {"output_type": "display_data", "data": {"image/png": base64.b64encode(content).decode()}, "metadata": {}}
    return {"cells": [{"cell_type": "markdown", "source": []}, {"cell_type": "code", "outputs": [output]}]}


@pytest.fixture
def both(quick_run, reader_run, tmp_path):
    """Return a models folder with a champion of each task."""
    folder = tmp_path / "trained"
    registry = Registry(folder)
    for run in (quick_run, reader_run):
        shutil.copytree(run.folder, folder / run.version)
        registry.promote(registry.get(run.version))
    return folder


def test_the_box_holds_the_champions_and_nothing_else(both, quick_run, tmp_path):
    """Each is verified, pinned and promoted; later ones replace them."""
    target = tmp_path / "models"
    names = box.file_champions(both, target)
    assert sorted(path.name for path in target.iterdir()) == [*names, "champions.json"]
    for task in ("digits", "amounts"):
        champion = Registry(target).champion(task)
        Registry(target).verify_serving(champion)
        assert champion.metadata["pinned"]
        assert Registry(target).previous_champions(task) == []
    renamed = both / quick_run.version.replace("-cnn-", "-mlp-")
    (both / quick_run.version).rename(renamed)
    Registry(both).promote(Registry(both).get(renamed.name))
    box.file_champions(both, target)
    assert Registry(target).champion("digits").name == renamed.name
    assert not (target / quick_run.version).exists()


def test_a_task_without_champion_changes_nothing(quick_run, tmp_path):
    """Both readers travel, or none."""
    with pytest.raises(RegistryError, match="expected a champion of amounts"):
        box.file_champions(quick_run.models_dir, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_figures_of_notebooks_become_smaller(both, quick_run, tmp_path, rng):
    """They keep their size in pixels and nearly their colours."""
    content = figure(rng)
    path = both / quick_run.version / "notebooks" / "02-train.ipynb"
    executed = notebook(content)
    executed["cells"][0]["source"] = [f"from {tmp_path}/data/raw/mnist.npz"]
    path.write_text(json.dumps(executed))
    box.file_champions(both, tmp_path / "models")
    copied = atomic_files.read_json(tmp_path / "models" / quick_run.version / "notebooks" / "02-train.ipynb")
    assert copied["cells"][0]["source"] == ["from data/raw/mnist.npz"]
    smaller = base64.b64decode(copied["cells"][1]["outputs"][0]["data"]["image/png"])
    assert len(smaller) < len(content)
    before, after = (np.asarray(Image.open(io.BytesIO(part)).convert("RGB"), int) for part in (content, smaller))
    assert before.shape == after.shape
    assert np.abs(before - after).mean() < 8


def test_a_figure_that_would_grow_stays(rng):
    """Its bytes are the same."""
    stream = io.BytesIO()
    Image.new("1", (3, 3)).save(stream, "PNG")
    executed = notebook(stream.getvalue())
    before = json.dumps(executed)
    box.compress_notebook(executed)
    assert json.dumps(executed) == before
