"""How versions of a task came one after another, and what changed from one to another."""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from payment_ml.evaluation import risk_control
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.evaluation.metrics import mcnemar_test
from payment_ml.registry.registry import Registry


def overview(registry: Registry, task: str) -> pd.DataFrame:
    """Every version of a task that was evaluated, oldest first.

    Parameters
    ----------
    task : "digits" or "amounts"

    Returns
    -------
    indexed by version: trained (datetime, UTC), architecture, serves and promoted (bool), wrong (share of test
    pictures) with wrong_low and wrong_high (its exact 95% interval), accepted (share), accepted_wrong (share of these),
    corrections (learned from), training_seconds, run_seconds (NaN where 02 and 03 were run by themselves), why
    """
    champion = registry.champion(task)
    rows = []
    for version in registry.versions(task):
        card = version.metadata
        if "verdict" not in card:
            continue
        pictures = card["pictures"]
        low, high = risk_control.clopper_pearson(pictures["wrong"], pictures["pictures"])
        rows.append(
            {
                "version": version.name,
                "trained": datetime.fromisoformat(card["created"]),
                "architecture": card["architecture"],
                "serves": champion is not None and champion.name == version.name,
                "promoted": card["verdict"]["promoted"],
                "wrong": 1 - pictures["accuracy"],
                "wrong_low": low,
                "wrong_high": high,
                "accepted": pictures["accepted"] / pictures["pictures"],
                "accepted_wrong": pictures["accepted_wrong"] / max(1, pictures["accepted"]),
                "corrections": card.get("parameters", {}).get("corrections", 0),
                "training_seconds": card.get("train_seconds", math.nan),
                "run_seconds": card.get("run_seconds", math.nan),
                "why": card["verdict"]["reason"],
            }
        )
    columns = (
        *("version", "trained", "architecture", "serves", "promoted", "wrong", "wrong_low", "wrong_high"),
        *("accepted", "accepted_wrong", "corrections", "training_seconds", "run_seconds", "why"),
    )
    return pd.DataFrame(rows, columns=columns).set_index("version")


def table(versions: pd.DataFrame) -> pd.DataFrame:
    """The overview for people: shares in percent, times in minutes."""
    return pd.DataFrame(
        {
            "serves": versions["serves"].map({True: "*", False: ""}),
            "trained (UTC)": [f"{each:%Y-%m-%d %H:%M}" for each in versions["trained"]],
            "wrong": versions["wrong"].map("{:.2%}".format),
            "accepted": versions["accepted"].map("{:.1%}".format),
            "wrong among accepted": versions["accepted_wrong"].map("{:.2%}".format),
            "corrections": versions["corrections"],
            "minutes": (versions["run_seconds"] / 60).map("{:.1f}".format),
            "verdict": versions["why"],
        }
    )


def default_pair(registry: Registry, task: str, one: str = "", other: str = "") -> tuple[str, str] | None:
    """Names of two versions to compare.

    Parameters
    ----------
    one, other : names; empty: the champion before the present one, or else the newest other version; and the champion

    Returns
    -------
    the names, the older first as a rule; None where there are not two

    Raises
    ------
    RegistryError : one of the names is no version's
    """
    champion = registry.champion(task)
    other = registry.get(other).name if other else champion.name if champion else ""
    names = [each.name for each in registry.versions(task)]
    before = [name for name in registry.before(task) if name in names]
    rest = [*before, *reversed(names)]
    one = registry.get(one).name if one else next((name for name in rest if name != other), "")
    return (one, other) if one and other else None


@dataclass(frozen=True)
class PredictionChanges:
    """Which pictures changed sides from one reader to another: places among the questions, surest reading first."""

    fixed: np.ndarray  # wrong with the one, right with the other; integer [n]
    regressed: np.ndarray  # right with the one, wrong with the other; integer [m]
    p_value: float  # probability of at least this difference between readers of equal skill

    def summary(self) -> str:
        """Both counts in words."""
        return f"{len(self.fixed)} fixed, {len(self.regressed)} regressed (exact paired test: p = {self.p_value:.2g})"


def compare_predictions(one: Predictions, other: Predictions) -> PredictionChanges:
    """Compare what two readers made of the same questions.

    Raises
    ------
    ValueError : they were asked different numbers of questions
    """
    if len(one.samples) != len(other.samples):
        raise ValueError(f"expected answers to the same questions, but got {len(one.samples)} and {len(other.samples)}")
    order = np.argsort(-other.confidences, kind="stable")
    mended, spoiled = ~one.correct & other.correct, one.correct & ~other.correct
    return PredictionChanges(order[mended[order]], order[spoiled[order]], mcnemar_test(one.correct, other.correct))
