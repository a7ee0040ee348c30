"""dataset: the corrections that the training data of a task takes."""

import pytest

from payment_ml.feedback import dataset
from payment_ml.tasks import DOCUMENT_TASKS, Task


@pytest.mark.parametrize("task", [Task.AMOUNTS, Task.DIGITS])
def test_amounts_and_digits_are_learned_from_corrections(quick_run, task):
    """Lines with labels, or images and labels; empty where nobody has corrected anything."""
    corrections = dataset.training_corrections(quick_run.data_dir / "prepared", task)
    assert list(corrections) == ["corrections"]


@pytest.mark.parametrize("task", DOCUMENT_TASKS)
def test_networks_of_documents_learn_from_no_corrections(quick_run, task):
    """Nobody corrects where an amount stands, or its words."""
    assert dataset.training_corrections(quick_run.data_dir / "prepared", task) == {}
