"""Test registry.model_cards: what the README of a version tells people."""

import json

import pytest

from payment_ml.registry import model_cards


@pytest.fixture
def metadata(quick_run) -> dict:
    """Return the metadata of an evaluated version."""
    return json.loads((quick_run.folder / "card.json").read_text())


def test_a_model_card_before_evaluation_gives_use_and_training():
    """Notebook 02 files such a version."""
    metadata = {
        "architecture": "cnn", "task": "digits", "created": "2026-11-23", "parameters": {"epochs": 3, "seed": 0}
    }  # fmt: skip
    text = model_cards.render_model_card("some-version", metadata)
    assert text.startswith("# some-version\n")
    assert "| epochs | 3 |" in text
    assert "needs a person behind every reading" in text
    assert "## Evaluation" not in text


def test_a_model_card_names_the_note_as_plain_text():
    """A note is a person's words, not markup; without one there is no line for it."""
    metadata = {"architecture": "cnn", "task": "digits", "created": "2026-11-23"}
    noted = model_cards.render_model_card("some-version", metadata | {"note": "a <b>\nwide net"})
    assert noted.startswith("# some-version\n\n**a &lt;b&gt; wide net**\n\ncnn. Trained")
    assert model_cards.render_model_card("some-version", metadata).startswith("# some-version\n\ncnn. Trained")


def test_a_model_card_gives_counts_beside_shares(metadata):
    """A share alone hides the number of images behind it."""
    text = model_cards.render_model_card("some-version", metadata)
    assert " of 10,000 (" in text
    assert "At most 0.5% of accepted readings are wrong, with 95% confidence" in text
    assert "promoted: nothing served before" in text


def test_the_serving_table_leaves_missing_results_empty(metadata):
    """A version that was never evaluated stands beside one that was."""
    filed = {name: metadata[name] for name in ("architecture", "task", "created")}
    table = model_cards.serving_table({"evaluated": metadata, "filed": filed})
    assert list(table["version"]) == ["evaluated", "filed"]
    assert table["risk limit"].iloc[0] == "at most 0.5% of accepted readings wrong"
    assert list(table[["accuracy", "accepted", "risk limit"]].iloc[1]) == ["", "", ""]


def test_a_model_card_says_where_the_promise_ends(metadata):
    """The range is that of the calibration."""
    bounds = {"digits": [1, 7], "value": [0.01, 99999.99], "digit_height": [10, 73], "stroke_width": [0.1, 0.3]}
    card = model_cards.render_model_card("some-version", metadata | {"range": bounds | {"tilt": [-10.8, 9.3]}})
    assert "up to 7 digits and 99,999.99" in card
    assert "strokes 10% to 30% as wide as a digit is high" in card
