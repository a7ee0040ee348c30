"""Describe a version to people: the model card, and the table of the versions that serve.

Source: Mitchell et al. 2019, "Model cards for model reporting", arXiv 1810.03993.
"""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from payment_ml.tasks import Task

if TYPE_CHECKING:
    import pandas as pd


def note(metadata: dict[str, Any]) -> str:
    """Return the note of a version's metadata in one line; empty where it has none."""
    return " ".join(str(metadata.get("note", "")).split())


def render_model_card(name: str, metadata: dict[str, Any]) -> str:
    """Return a version's model card as Markdown, for the README.md of its folder; missing entries are left out.

    Parameters
    ----------
    name : of the version
    metadata : content of its card.json
    """
    description = metadata.get("summary", metadata["architecture"])
    lines = [f"# {name}", ""]
    if note(metadata):
        lines += [f"**{html.escape(note(metadata), quote=False)}**", ""]
    lines += [f"{description}. Trained {metadata['created']} by Payment ML."]
    lines += ["", "## Intended use", "", _INTENDED_USE[metadata["task"]]]
    if "test" in metadata:
        lines += ["", "## Evaluation", "", *_evaluation(metadata)]
    if "documents" in metadata:
        lines += ["", "## Evaluation", "", *_document_evaluation(metadata["documents"])]
    if "verdict" in metadata:
        lines += ["", "## Promotion", "", metadata["verdict"]["reason"]]
    lines += ["", "## Training", "", "| | |", "| --- | --- |"]
    lines += [f"| {key} | {value} |" for key, value in metadata.get("parameters", {}).items()]
    lines += [
        f"| {key} | {metadata[key]} |"
        for key in ("code", "data_sha256", "weights", "train_seconds", "sha256")
        if key in metadata
    ]
    lines += [f"| {key} | {value} |" for key, value in metadata.get("libraries", {}).items()]
    lines += ["", "The folder `notebooks/` holds the executed notebooks that trained and evaluated it.", ""]
    return "\n".join(lines)


def serving_table(metadata_by_name: Mapping[str, dict[str, Any]]) -> "pd.DataFrame":
    """Return a table of versions with their test results, for people.

    Parameters
    ----------
    metadata_by_name : name of a version -> its metadata; results that it lacks are left empty
    """
    import pandas as pd  # lazy: programs that only read images need no tables

    rows = []
    for name, metadata in metadata_by_name.items():
        rule = metadata.get("promises", {}).get(_image_rule(metadata["task"]))
        results = metadata.get("pictures")
        rows.append(
            {
                "task": metadata["task"],
                "version": name,
                "trained": metadata["created"],
                "accuracy": f"{results['accuracy']:.1%} of test images" if results else "",
                "accepted": f"{results['accepted'] / results['pictures']:.0%} of them" if results else "",
                "risk limit": f"at most {rule['risk']:.1%} of accepted readings wrong" if rule else "",
            }
        )
    return pd.DataFrame(rows).set_index("task")


_INTENDED_USE = {
    Task.DIGITS: (
        "Reads one handwritten digit from an image. It was trained on MNIST, American digits of the 1990s, and on "
        "digits that simulated writers draw in other styles, such as a one with a foot or a crossed seven. An image "
        "without a digit is not always noticed; a system that pays money out needs a person behind every reading for "
        "review."
    ),
    Task.AMOUNTS: (
        "Reads a whole handwritten amount of money from an image, without segmenting it into digits. It was trained on "
        "rendered images alone: MNIST's digits, American digits of the 1990s; digits that simulated writers draw in "
        "the styles of many countries; a few typed amounts; and separators, currency signs and forms that a program "
        "draws. No real form was among them, unless the table below counts corrections. It reads real forms less "
        "accurately than the images of its evaluation, and sends more of them to review. Words and currency codes are "
        "not read. A system that pays money out needs a person behind every reading for review."
    ),
    Task.PAGES: (
        "Finds the amount in figures and the lines of the amount in words on a picture of a cheque, slip or bill, "
        "in any of the four directions in which a page can lie. It was trained on documents alone that this project's "
        "own generator composes; no real form was among them. It reads nothing itself: the amount reader reads what it "
        "finds, and only what the words on the page confirm can be accepted."
    ),
    Task.WORDS: (
        "Reads lines of an amount in words letter by letter, so that each amount that the figures may say can be "
        "compared with them: in English, Indian English, French, German, Spanish, Portuguese and Italian. It was "
        "trained on words in handwriting fonts alone; it reads joined or careless hands worse than these. Words "
        "that it does not read leave the document to a person."
    ),
}


def _image_rule(task: str) -> str:
    """Return the key of the acceptance rule for whole images."""
    return "amounts" if task == Task.AMOUNTS else "pictures"


def _evaluation(metadata: dict[str, Any]) -> list[str]:
    test, results, rules = metadata["test"], metadata["pictures"], metadata["promises"]
    lines = [
        "| on MNIST's test digits, never used in training | |",
        "| --- | --- |",
        f"| accuracy on pre-segmented digits | {test['accuracy']:.2%} of {test['digits']:,} ({test['wrong']} errors) |",
        f"| amounts with an error, read one such digit at a time | {test['amounts_wrong']:.2%} |",
    ]
    if "digits" in rules:
        lines += [
            f"| expected calibration error of these | {test['calibration_error']:.2%} |",
            f"| accepted of these at threshold {rules['digits']['threshold']:.4f} | {test['accepted']:,} "
            f"({test['accepted_wrong']} errors) |",
        ]
    kind = "photographs of amounts" if metadata["task"] == Task.AMOUNTS else "photographs of digits"
    rule = rules[_image_rule(metadata["task"])]
    lines += [
        f"| accuracy on {kind} | {results['accuracy']:.2%} of {results['pictures']:,} ({results['wrong']} errors) |",
        f"| expected calibration error of these | {results['calibration_error']:.2%} |",
        f"| accepted of these at threshold {rule['threshold']:.4f} | {results['accepted']:,} "
        f"({results['accepted_wrong']} errors) |",
        f"| accepted of images with nothing to read | {results['nothing_accepted']} of "
        f"{results['nothing_to_read']:,} |",
    ]
    if metadata["task"] == Task.AMOUNTS:
        lines += [
            f"| sum of the amounts | {results['money_written']} |",
            f"| sum of the errors in all readings; in the accepted ones | {results['money_error']}; "
            f"{results['money_error_accepted']} |",
        ]
    lines += [
        "",
        f"At most {rule['risk']:.1%} of accepted readings are wrong, with {rule['confidence']:.0%} confidence, for "
        "images like those of the calibration split (exact binomial bound). These are rendered from MNIST's digits by "
        "this project's own generator. Other handwriting styles, and the image corruptions of the robustness table in "
        "`notebooks/03-evaluate.ipynb`, are read less accurately.",
    ]
    if metadata.get("range"):
        lines += ["", _range_sentence(metadata["range"])]
    return lines


def _document_evaluation(counts: Mapping[str, Any]) -> list[str]:
    """Return a table of how documents in layouts not trained on were read with the networks that served then."""
    return [
        f"| of {counts['documents']:,} composed documents, in layouts that nothing was trained on | |",
        "| --- | --- |",
        *(f"| {name} | {counts[name]:,} |" for name in ("found", "digits right", "value right")),
        f"| words agree, of {counts['in words']:,} with the amount in words | {counts['words agree']:,} |",
        f"| accepted | {counts['accepted']:,} |",
        f"| wrong among these | {counts['accepted wrong']:,} |",
        f"| accepted of pages without an amount | {counts['of these accepted']:,} of "
        f"{counts['pages without an amount']:,} |",
        "",
        "A reader of documents with the networks that served then; notebook 07 measures another set of them.",
    ]


def _range_sentence(bounds: Mapping[str, Any]) -> str:
    (_, digits), (_, value), height, stroke, tilt = (
        bounds[name] for name in ("digits", "value", "digit_height", "stroke_width", "tilt")
    )
    return (
        f"This holds for amounts of up to {digits:.0f} digits and {value:,.2f}, digits {height[0]:.0f} to "
        f"{height[1]:.0f} pixels high, strokes {stroke[0]:.0%} to {stroke[1]:.0%} as wide as a digit is high, lines "
        f"that slope by {tilt[0]:.0f} to {tilt[1]:.0f} degrees. Every other reading goes to review."
    )
