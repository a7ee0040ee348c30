"""The model card: what a version is, what it learned from and how good it is, for people to read.

Source: Mitchell et al. 2019, "Model cards for model reporting", arXiv 1810.03993.
"""

import platform
import subprocess
from importlib import metadata
from typing import Any

from payment_ml import __version__, project

_LIBRARIES = ("tensorflow", "keras", "numpy", "opencv-python-headless", "pillow", "scipy")


def library_versions() -> dict[str, str]:
    """Versions of this package, of Python and of every library that a result depends on."""
    installed = {name: metadata.version(name) for name in _LIBRARIES}
    return {"payment_ml": __version__, "python": platform.python_version(), **installed}


def code_version() -> str:
    """The commit that is checked out, marked -dirty when files differ from it; the package's version without git."""
    command = ["git", "-C", str(project.ROOT), "describe", "--always", "--exclude=*", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):  # no git, or no checkout
        return __version__


def describe(name: str, card: dict[str, Any]) -> str:
    """A version's card as Markdown, for the README.md of its folder; entries that a card lacks are left out."""
    lines = [f"# {name}", "", f"{card.get('summary', card['architecture'])}. Trained {card['created']} by Payment ML."]
    lines += ["", "## What it is for", "", _PURPOSE[card["task"]]]
    if "test" in card:
        lines += ["", "## How good it is", "", *_measures(card)]
    if "verdict" in card:
        lines += ["", "## Verdict", "", card["verdict"]["reason"]]
    lines += ["", "## How it came about", "", "| | |", "| --- | --- |"]
    lines += [f"| {key} | {value} |" for key, value in card.get("parameters", {}).items()]
    lines += [
        f"| {key} | {card[key]} |"
        for key in ("code", "data_sha256", "weights", "train_seconds", "sha256")
        if key in card
    ]
    lines += [f"| {key} | {value} |" for key, value in card.get("libraries", {}).items()]
    lines += ["", "The executed notebooks in `notebooks/` are the record of its making.", ""]
    return "\n".join(lines)


_PURPOSE = {
    "digits": (
        "Reads one handwritten digit from a picture. It learned from MNIST: American digits of the 1990s. Other hands "
        "(a one with a foot, a crossed seven) are read worse. A picture that holds no digit is not always noticed; "
        "whatever pays money out needs a person behind every reading for review."
    ),
}


def _measures(card: dict[str, Any]) -> list[str]:
    test, promise = card["test"], card["promises"]["digits"]
    pictures, kept = card["promises"]["pictures"], card["pictures"]
    return [
        "| on digits that it never saw (MNIST's test split) | |",
        "| --- | --- |",
        f"| accuracy | {test['accuracy']:.2%} of {test['digits']:,} ({test['wrong']} wrong) |",
        f"| expected calibration error | {test['calibration_error']:.2%} |",
        f"| amounts wrong, read digit by digit | {test['amounts_wrong']:.2%} |",
        f"| accepted at threshold {promise['threshold']:.4f} | {test['accepted']:,} ({test['accepted_wrong']} wrong) |",
        f"| photographs of them, right | {kept['accuracy']:.2%} of {kept['pictures']:,} |",
        f"| photographs accepted at threshold {pictures['threshold']:.4f} | {kept['accepted']:,} "
        f"({kept['accepted_wrong']} wrong) |",
        "",
        f"It promises that at most {promise['risk']:.1%} of what it accepts is wrong, with {promise['confidence']:.0%} "
        "confidence, for pictures like those it was calibrated on (exact binomial bound on the calibration split).",
    ]
