"""The model card: what a version is, what it learned from and how good it is, for people to read.

Source: Mitchell et al. 2019, "Model cards for model reporting", arXiv 1810.03993.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


def render_model_card(name: str, card: dict[str, Any]) -> str:
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


def serving_table(cards: dict[str, dict[str, Any]]) -> "pd.DataFrame":
    """Which versions serve, in a table for people.

    Parameters
    ----------
    cards : name of a version -> its card; what was not measured is left empty
    """
    import pandas as pd  # a quarter of a second, which who only reads pictures does without

    rows = []
    for name, card in cards.items():
        promise = card.get("promises", {}).get("amounts" if card["task"] == "amounts" else "pictures")
        pictures = card.get("pictures")
        rows.append(
            {
                "reads": card["task"],
                "version": name,
                "trained": card["created"],
                "right": f"{pictures['accuracy']:.1%} of test pictures" if pictures else "",
                "accepts": f"{pictures['accepted'] / pictures['pictures']:.0%} of them" if pictures else "",
                "promises": f"at most {promise['risk']:.1%} of accepted readings wrong" if promise else "",
            }
        )
    return pd.DataFrame(rows).set_index("reads")


_PURPOSE = {
    "digits": (
        "Reads one handwritten digit from a picture. It learned from MNIST: American digits of the 1990s. Other hands "
        "(a one with a foot, a crossed seven) are read worse. A picture that holds no digit is not always noticed; "
        "whatever pays money out needs a person behind every reading for review."
    ),
    "amounts": (
        "Reads a whole handwritten amount of money from a picture, without cutting it into digits. It learned from "
        "pictures written with MNIST's digits, American digits of the 1990s, and with marks drawn by a program. Other "
        "hands (a one with a foot, a crossed seven) are read worse. Words and currency codes are not read. Whatever "
        "pays money out needs a person behind every reading for review."
    ),
}


def _measures(card: dict[str, Any]) -> list[str]:
    test, pictures, promises = card["test"], card["pictures"], card["promises"]
    lines = [
        "| on MNIST's test digits, which it never saw | |",
        "| --- | --- |",
        f"| digits cut beforehand, right | {test['accuracy']:.2%} of {test['digits']:,} ({test['wrong']} wrong) |",
        f"| amounts wrong, read one such digit at a time | {test['amounts_wrong']:.2%} |",
    ]
    if "digits" in promises:
        lines += [
            f"| expected calibration error of these | {test['calibration_error']:.2%} |",
            f"| accepted of these at threshold {promises['digits']['threshold']:.4f} | {test['accepted']:,} "
            f"({test['accepted_wrong']} wrong) |",
        ]
    kind = "photographs of amounts" if card["task"] == "amounts" else "photographs of digits"
    promise = promises["amounts" if card["task"] == "amounts" else "pictures"]
    lines += [
        f"| {kind}, right | {pictures['accuracy']:.2%} of {pictures['pictures']:,} ({pictures['wrong']} wrong) |",
        f"| expected calibration error of these | {pictures['calibration_error']:.2%} |",
        f"| accepted of these at threshold {promise['threshold']:.4f} | {pictures['accepted']:,} "
        f"({pictures['accepted_wrong']} wrong) |",
        f"| accepted of pictures with nothing to read | {pictures['nothing_accepted']} of "
        f"{pictures['nothing_to_read']:,} |",
    ]
    if card["task"] == "amounts":
        lines += [
            f"| money written | {pictures['money_written']} |",
            f"| money wrong in all readings; in the accepted ones | {pictures['money_error']}; "
            f"{pictures['money_error_accepted']} |",
        ]
    lines += [
        "",
        f"It promises that at most {promise['risk']:.1%} of what it accepts is wrong, with {promise['confidence']:.0%} "
        "confidence, for pictures like those it was calibrated on (exact binomial bound on the calibration split). "
        "These are written with MNIST's digits by this project's own generator. Other hands, and faults that the "
        "robustness table in `notebooks/03-evaluate.ipynb` measures one by one, are read worse.",
    ]
    return lines
