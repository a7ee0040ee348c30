"""Test that the panel's modules can be joined into one script, and keep their shape."""

import re

import pytest

from payment_ml.app import panel_script
from payment_ml.app.panel_script import FOLDER, MODULES, join_modules

MAX_FUNCTION_LINES = 80
IMPORT = re.compile(r'^import \{ (?P<names>[\w, ]+) \} from "\./(?P<module>\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
DECLARATION = re.compile(r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
FUNCTION = re.compile(r"^(?:export )?(?:async )?function \w+.*?^\}", re.MULTILINE | re.DOTALL)
SOURCES = {module: (FOLDER / f"{module}.js").read_text(encoding="utf-8") for module in MODULES}


def test_every_module_is_joined_once():
    """The list and the folder agree."""
    assert sorted(MODULES) == sorted(path.stem for path in FOLDER.glob("*.js"))


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_exports_of_earlier_modules(module):
    """In the joined script, an import is the name itself."""
    imports = list(IMPORT.finditer(SOURCES[module]))
    assert len(imports) == len(re.findall(r"\bimport\b.*\bfrom\b", SOURCES[module]))
    for match in imports:
        assert match["module"] in MODULES[: MODULES.index(module)]
        exports = EXPORT.findall(SOURCES[match["module"]])
        for name in match["names"].split(", "):
            assert name in exports
            assert len(re.findall(rf"\b{name}\b", SOURCES[module])) > 1, f"{name} is imported and not used"


def test_names_of_all_modules_differ():
    """The joined modules share one scope."""
    names = [name for source in SOURCES.values() for name in DECLARATION.findall(source)]
    assert sorted(names) == sorted(set(names))


def test_the_script_has_one_export_and_no_import():
    """It is loaded from a blob URL, from which no other module can be found."""
    script = join_modules()
    assert re.findall(r"^(?:import|export)\b.*", script, re.MULTILINE) == ["export default { render };"]
    assert "://" not in script


@pytest.mark.parametrize("module", MODULES)
def test_functions_are_short(module):
    """A function has one job."""
    lengths = [function.count("\n") + 1 for function in FUNCTION.findall(SOURCES[module])]
    assert max(lengths, default=0) <= MAX_FUNCTION_LINES


def test_the_style_sheet_lies_beside_the_modules():
    """Both are files of the package."""
    assert (panel_script.FOLDER / "panel.css").is_file()
