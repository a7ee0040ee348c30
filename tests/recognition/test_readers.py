"""Tests of the loaders: they find a version, verify it, and open the reader of its task."""

import subprocess
import sys

import pytest

from payment_ml.errors import ProfileError, RegistryError
from payment_ml.recognition import readers
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.registry.registry import Registry
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile

# Libraries that reading must not import, since each delays the first reading.
UNNEEDED = (
    "babel",
    "h5py",
    "keras",
    "matplotlib",
    "mlflow",
    "onnx",
    "pandas",
    "pooch",
    "psutil",
    "scipy",
    "tensorflow",
)
READ_AN_IMAGE = """
import sys
import numpy as np
import payment_ml
reader = payment_ml.{loader}({models_dir!r})
image = np.full((60, 60), 230, np.uint8)
image[15:45, 28:33] = 30
assert reader.read(image).decision in ("accept", "review")
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & set({unneeded!r})))
"""


def test_each_loader_refuses_versions_of_another_task(reader_run, quick_run):
    """The message names both tasks."""
    with pytest.raises(RegistryError, match=f"reads amounts, but {quick_run.version} reads digits"):
        readers.load_amount_reader(quick_run.models_dir, version=quick_run.version)
    with pytest.raises(RegistryError, match=f"reads digits, but {reader_run.version} reads amounts"):
        readers.load_digit_classifier(reader_run.models_dir, version=reader_run.version)


def test_a_loader_without_a_version_loads_the_champion_of_its_task(reader_run, quick_run):
    """Champions of the other task do not count."""
    assert readers.load_amount_reader(reader_run.models_dir).version.name == reader_run.version
    with pytest.raises(RegistryError, match="expected a champion of amounts"):
        readers.load_amount_reader(quick_run.models_dir)


def test_a_version_can_be_chosen_by_name(run_copy):
    """No champion is needed for it."""
    (run_copy.models_dir / "champions.json").unlink()
    assert readers.load_digit_classifier(run_copy.models_dir, version=run_copy.version).version.name == run_copy.version


def test_without_a_champion_the_message_says_how_to_get_one(tmp_path):
    """A newcomer may read before any network was trained."""
    with pytest.raises(RegistryError, match="none was promoted yet; run make train"):
        readers.load_digit_classifier(tmp_path)


def test_an_amount_reader_takes_a_profile_by_name_path_or_value(reader_run, tmp_path):
    """Without one, nothing is assumed."""
    path = tmp_path / "slip.toml"
    path.write_text('locale = "en_US"')
    given = [None, "us-cheque", path, str(path), Profile("en_US")]
    profiles = [readers.load_amount_reader(reader_run.models_dir, profile=profile).profile for profile in given]
    assert profiles == [None, Profile("en_US", "USD", "always"), *[Profile("en_US")] * 3]
    assert readers.load_champion(Task.AMOUNTS, reader_run.models_dir, "us-cheque").profile == profiles[1]


def test_an_unknown_profile_is_refused_before_a_network_is_opened(tmp_path):
    """The message lists the names."""
    with pytest.raises(ProfileError, match="euro-slip, indian-cheque"):
        readers.load_amount_reader(tmp_path, profile="cheque")


@pytest.mark.parametrize("name", ["model.keras", "model.onnx"])
def test_a_network_with_a_flipped_bit_does_not_load(run_copy, name):
    """The message names the version and says what to do."""
    path = run_copy.folder / name
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(RegistryError, match=rf"{run_copy.version}.*rollback"):
        readers.load_digit_classifier(run_copy.models_dir)


@pytest.mark.parametrize(
    ("run", "reader_class", "task"),
    [("quick_run", DigitClassifier, Task.DIGITS), ("reader_run", AmountReader, Task.AMOUNTS)],
    ids=["digits", "amounts"],
)
def test_the_task_of_a_version_decides_its_reader(request, run, reader_class, task):
    """`load_version` and `champions` open the reader of any task."""
    finished = request.getfixturevalue(run)
    reader = readers.load_version(Registry(finished.models_dir), finished.version)
    assert isinstance(reader, reader_class)
    assert reader.task == task
    serving = readers.champions(finished.models_dir)
    assert {name: type(champion) for name, champion in serving.items()} == {task: reader_class}


@pytest.mark.parametrize(
    ("run", "loader"),
    [("quick_run", "load_digit_classifier"), ("reader_run", "load_amount_reader")],
    ids=["digits", "amounts"],
)
def test_reading_imports_no_library_that_it_does_not_need(request, run, loader):
    """A fresh process imports the package, loads a reader and reads an image."""
    models_dir = str(request.getfixturevalue(run).models_dir)
    program = READ_AN_IMAGE.format(loader=loader, models_dir=models_dir, unneeded=UNNEEDED)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
