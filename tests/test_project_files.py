"""Test that the project's own files agree with each other."""

import re
import tomllib

import pytest
import yaml

from payment_ml import __version__, paths

PYPROJECT = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())
LOCKED = (paths.ROOT / "requirements.txt").read_text()
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
# An extra may name another one, as payment-ml[train].
DEPENDENCIES = [
    dependency
    for dependencies in (PYPROJECT["project"]["dependencies"], EXTRAS["notebooks"], EXTRAS["train"], EXTRAS["test"])
    for dependency in dependencies
    if not dependency.startswith("payment-ml[")
]


def test_environment_yml_installs_this_project_and_nothing_else():
    """Conda brings Python and pip; every library comes from pyproject.toml, so the two cannot drift apart."""
    environment = yaml.safe_load((paths.ROOT / "environment.yml").read_text())
    *from_conda, from_pip = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert from_conda == [f"python{PYPROJECT['project']['requires-python']}", "pip"]
    assert from_pip == {"pip": ["--editable .[test]"]}


def test_every_dependency_gives_its_reason():
    """Each stands in a line of its own with a comment."""
    lines = re.findall(r'^    "[a-z].*', (paths.ROOT / "pyproject.toml").read_text(), re.M)
    dependencies = [line for line in lines if re.search(r'>=[\d.]+"', line)]
    assert len(dependencies) >= 15
    assert [line for line in dependencies if "#" not in line] == []


@pytest.mark.parametrize("name", [re.match(r"[a-z0-9-]+", dependency)[0] for dependency in DEPENDENCIES])
def test_the_lock_file_pins_each_dependency_by_version_and_hash(name):
    """`make lock` writes the file."""
    assert re.search(rf"^{name}==\S+.*\\\n    --hash=sha256:", LOCKED, re.M)


def test_the_lock_file_names_no_server():
    """The person who installs chooses the package index."""
    assert "://" not in LOCKED


def test_the_package_alone_has_the_version():
    """The build reads it from there."""
    assert PYPROJECT["project"]["dynamic"] == ["version"]
    assert "version" not in PYPROJECT["project"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_make_targets_that_the_readme_names_exist():
    """A newcomer types them."""
    makefile = (paths.ROOT / "Makefile").read_text()
    named = set(re.findall(r"(?:`|^    )make ([a-z]+)", (paths.ROOT / "README.md").read_text(), re.M))
    assert {"run", "test", "lab"} <= named
    assert [target for target in named if not re.search(rf"^{target}:", makefile, re.M)] == []
