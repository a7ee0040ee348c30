"""Test that docs/architecture.md agrees with the code."""

import re
import runpy
import tomllib

import pytest

from payment_ml import paths

PACKAGE = paths.ROOT / "payment_ml"
PATH = paths.ROOT / "docs" / "architecture.md"
DOCUMENT = PATH.read_text(encoding="utf-8")
MODULE_LIST = runpy.run_path(str(paths.ROOT / "docs" / "module_list.py"))
LISTED = DOCUMENT.split(MODULE_LIST["BEGIN"])[1].split(MODULE_LIST["END"])[0]
INDEX = DOCUMENT.split("## Where to change what")[1].split("\n## ")[0]
INDEX_ROWS = re.findall(r"^\| ([^|]+) \| \[[^]]+\]\(([^)]+)\) \| (.+) \|$", INDEX, re.M)


def modules() -> set[str]:
    """Return the paths of all modules, from the project's root; a subpackage's `__init__` only describes it."""
    files = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.js")]
    found = [path for path in files if path.parent == PACKAGE or path.name != "__init__.py"]
    return {path.relative_to(paths.ROOT).as_posix() for path in found}


def test_the_list_names_every_module_and_no_other():
    """A stranger finds each module in the map."""
    assert set(re.findall(r"\(\.\./(payment_ml/[\w/]+\.(?:py|js))\)", LISTED)) == modules()


def test_the_list_agrees_with_the_docstrings():
    """The script that writes the list would write the same one again."""
    current = MODULE_LIST["replace_list"](DOCUMENT, MODULE_LIST["render"](PACKAGE))
    assert current == DOCUMENT, "expected the list to be current; run .venv/bin/python docs/module_list.py"


def test_every_module_that_the_document_mentions_exists():
    """Outside of the list too; the glossary gives former names without the ending .py."""
    mentioned = set(re.findall(r"payment_ml/[\w/]+\.(?:py|js)(?!\w)", DOCUMENT))
    assert mentioned - modules() == set()


def test_the_floors_are_those_of_the_contract():
    """The table has the layers that import-linter checks, top to bottom."""
    contract = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = [layer.replace("payment_ml.", "").split(" | ") for layer in contract["contracts"][0]["layers"]]
    floors = DOCUMENT.split("## Floors")[1].split("\n## ")[0]
    rows = re.findall(r"^\| \d+ \| (.+?) \|", floors, re.M)
    assert [re.findall(r"`([\w.]+)`", row) for row in rows] == layers


def test_the_index_answers_at_least_fifteen_questions():
    """The table is found and parsed."""
    assert len(INDEX_ROWS) >= 15


@pytest.mark.parametrize(("question", "link", "names"), INDEX_ROWS, ids=[row[0] for row in INDEX_ROWS])
def test_the_index_names_what_its_file_contains(question, link, names):
    """Each function, constant or parameter of a row stands in the linked file."""
    content = (PATH.parent / link).read_text(encoding="utf-8")
    named = re.findall(r"`([^`]+)`", names)
    assert named, f"expected a name in backticks for: {question}"
    assert [name for name in named if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", content)] == []
