"""steps: the notebooks of a retraining, and the values that a shell gives to them."""

import pytest
from helpers.cli import run_cli

from payment_ml.pipeline import notebook_runner


def test_values_get_the_types_of_the_notebooks_parameters():
    """As papermill's own -p does."""
    values = {"epochs": "3", "learning_rate": "1e-3", "augment": "False", "architecture": "mlp"}
    assert notebook_runner.parse_parameters(values) == {
        "epochs": 3,
        "learning_rate": 1e-3,
        "augment": False,
        "architecture": "mlp",
    }


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epoch", "3", "expected a parameter among amounts, architecture, "),
        ("epochs", "many", "expected int for parameter epochs"),
        ("data_dir", "x", "expected --data instead of"),
    ],
    ids=["unknown name", "wrong type", "set by an option"],
)
def test_wrong_parameters_are_wrong_usage(name, value, message, tmp_path):
    """Said before anything runs."""
    done = run_cli("retrain", "-p", name, value, "--models", tmp_path)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert list(tmp_path.iterdir()) == []
