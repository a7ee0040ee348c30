"""The project's own files agree with each other."""

import re
import tomllib

import pytest
import yaml

from payment_ml import __version__, paths

PYPROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())
LOCKED = (paths.ROOT / "requirements.txt").read_text()


def test_environment_yml_installs_this_project_and_nothing_besides():
    """Conda brings Python and pip; every library comes from pyproject.toml, so the two cannot drift apart."""
    environment = yaml.safe_load((paths.ROOT / "environment.yml").read_text())
    *from_conda, from_pip = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert from_conda == [f"python{PYPROJECT['project']['requires-python']}", "pip"]
    assert from_pip == {"pip": ["--editable .[test]"]}


def test_every_dependency_gives_its_reason():
    """One comment a line."""
    lines = re.findall(r'^    "[a-z].*', (paths.ROOT / "pyproject.toml").read_text(), re.M)
    dependencies = [line for line in lines if re.search(r'>=[\d.]+"', line)]
    assert len(dependencies) >= 15
    assert [line for line in dependencies if "#" not in line] == []


@pytest.mark.parametrize("group", ["dependencies", "test"])
def test_the_lock_file_pins_every_dependency(group):
    """By version and by hash; make lock writes it."""
    listed = PYPROJECT["project"]
    names = listed["dependencies"] if group == "dependencies" else listed["optional-dependencies"]["test"]
    for name in (re.match(r"[a-z0-9-]+", each).group() for each in names):
        assert re.search(rf"^{name}==\S+.*\\\n    --hash=sha256:", LOCKED, re.M), name


def test_the_lock_file_names_no_server():
    """Versions and hashes only: where to get them is up to whoever installs."""
    assert "://" not in LOCKED


def test_the_version_stands_in_two_places_and_is_one():
    """pyproject.toml and the package."""
    assert PYPROJECT["project"]["version"] == __version__


def test_the_readmes_make_targets_exist():
    """What a newcomer types."""
    makefile = (paths.ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", (paths.ROOT / "README.md").read_text(), re.M))
    assert {"run", "test", "lab"} <= named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.M)] == []
