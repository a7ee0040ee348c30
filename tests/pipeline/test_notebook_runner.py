"""Test pipeline.notebook_runner: parameter values from a shell get the types of the notebooks' parameters."""

import nbformat
import pytest
from helpers.cli import run_cli

from payment_ml.pipeline import notebook_runner


@pytest.fixture
def typed_step(tmp_path, monkeypatch) -> str:
    """Return the name of a step whose notebook has one parameter of each type; it is the only step."""
    source = (
        "epochs: int | None = None  # passes; None: as many as suit\n"
        "rate: float | None = None  # None: what suits\n"
        "augment: bool | None = None  # None: what suits\n"
        "seed: int = 0  # of everything\n"
        'name: str = ""  # empty: none\n'
    )
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]})
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    (tmp_path / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), tmp_path / "notebooks" / "typed.ipynb")
    monkeypatch.setattr(notebook_runner.paths, "resource", lambda name: tmp_path / name)
    monkeypatch.setattr(notebook_runner, "STEPS", ("typed",))
    return "typed"


def test_values_get_the_types_of_the_notebooks_parameters():
    """The real notebooks, and the types that papermill's own -p would infer."""
    values = {"epochs": "3", "learning_rate": "1e-3", "augment": "False", "architecture": "mlp"}
    assert notebook_runner.parse_parameters(values) == {
        "epochs": 3,
        "learning_rate": 1e-3,
        "augment": False,
        "architecture": "mlp",
    }


def test_parameters_that_may_be_none_are_described_like_others(typed_step):
    """Papermill alone skips a parameter whose annotation holds a |."""
    parameters = notebook_runner.parameters_of(typed_step)
    assert {name: parameter["inferred_type_name"] for name, parameter in parameters.items()} == {
        "epochs": "int | None",
        "rate": "float | None",
        "augment": "bool | None",
        "seed": "int",
        "name": "str",
    }
    assert parameters["epochs"]["help"] == "passes; None: as many as suit"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("epochs", "None", None),
        ("epochs", "none", None),
        ("epochs", "12", 12),
        ("rate", "None", None),
        ("rate", "2", 2.0),
        ("augment", "none", None),
        ("augment", "TRUE", True),
        ("name", "None", "None"),
    ],
)
def test_the_word_none_is_a_value_where_the_type_allows_it(typed_step, name, text, value):
    """A text parameter takes the word itself."""
    parsed = notebook_runner.parse_parameters({name: text})[name]
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("epochs", "many", "expected int or None for parameter epochs, but got 'many'"),
        ("rate", "", "expected float or None for parameter rate, but got ''"),
        ("augment", "1", "expected bool or None for parameter augment, but got '1'"),
        ("seed", "None", "expected int for parameter seed, but got 'None'"),
    ],
)
def test_a_value_of_another_type_is_refused_with_the_expected_types(typed_step, name, text, message):
    """None is no number where the type does not say so."""
    with pytest.raises(ValueError, match=f"^{message}$"):
        notebook_runner.parse_parameters({name: text})


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epoch", "3", "expected a parameter among amounts, architecture, "),
        ("epochs", "many", "expected int or None for parameter epochs, but got 'many'"),
        ("learning_rate", "fast", "expected float or None for parameter learning_rate, but got 'fast'"),
        ("augment", "maybe", "expected bool or None for parameter augment, but got 'maybe'"),
        ("seed", "None", "expected int for parameter seed, but got 'None'"),
        ("data_dir", "x", "expected --data instead of"),
    ],
    ids=["unknown name", "not an int", "not a float", "not a bool", "None for an int", "set by an option"],
)
def test_wrong_parameters_are_wrong_usage(name, value, message, tmp_path):
    """The command exits with 2 before anything runs."""
    done = run_cli("retrain", "-p", name, value, "--models", tmp_path)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_none_for_a_parameter_that_may_be_none_is_right_usage(tmp_path):
    """The command accepts it, and goes on to miss the disk space that this test asks for."""
    values = ("-p", "epochs", "None", "-p", "learning_rate", "none", "-p", "augment", "None")
    done = run_cli("retrain", *values, "--least-free", 10**9, "--data", tmp_path / "data", "--models", tmp_path)
    assert done.returncode == 1
    assert "expected 1,000,000,000 MB free" in done.stderr
