"""cards: what a version's README tells people."""

import subprocess

import payment_ml
from payment_ml import paths
from payment_ml.registry import model_cards, provenance


def test_a_card_without_findings_says_what_it_is_for_and_how_it_came_about():
    """As notebook 02 files it."""
    card = {"architecture": "cnn", "task": "digits", "created": "2026-11-23", "parameters": {"epochs": 3, "seed": 0}}
    text = model_cards.render_model_card("some-version", card)
    assert text.startswith("# some-version\n")
    assert "| epochs | 3 |" in text
    assert "needs a person behind every reading" in text
    assert "How good it is" not in text


def test_an_evaluated_card_gives_counts_beside_shares(quick_run):
    """A share alone hides how many it is of."""
    text = (quick_run.folder / "README.md").read_text()
    assert " of 10,000 (" in text
    assert "It promises that at most 0.5% of what it accepts is wrong, with 95% confidence" in text
    assert "promoted: nothing served before" in text


def test_the_code_is_known_by_its_commit():
    """What git calls it, so that a version can be made again."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=paths.ROOT, capture_output=True, text=True).stdout
    assert (commit or payment_ml.__version__).startswith(provenance.code_version().removesuffix("-dirty"))


def test_library_versions_name_what_a_result_depends_on():
    """For repeating it."""
    assert {"python", "payment_ml", "tensorflow", "keras", "numpy"} <= set(provenance.library_versions())
