"""Compare versions of a task: their metrics over time, and the predictions of two of them."""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from payment_ml.evaluation import metrics, risk_control
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version

_COLUMNS = (
    *("version", "trained", "architecture", "is_champion", "promoted", "error_rate", "error_rate_low"),
    *("error_rate_high", "accepted", "accepted_error_rate", "corrections", "training_seconds", "run_seconds", "reason"),
)


def overview(registry: Registry, task: str) -> pd.DataFrame:
    """Collect the metrics of every evaluated version of a task, oldest first.

    Parameters
    ----------
    task : "digits" or "amounts"

    Returns
    -------
    indexed by version: trained (datetime, UTC), architecture, is_champion and promoted (bool), error_rate (share of
    test samples) with error_rate_low and error_rate_high (its exact 95% interval), accepted (share),
    accepted_error_rate (share of the accepted ones), corrections (in the training data), training_seconds, run_seconds
    (NaN where 02 and 03 were run by themselves), reason (of the decision)
    """
    champion = registry.champion(task)
    champion_name = champion.name if champion else ""
    evaluated = [version for version in registry.versions(task) if "verdict" in version.metadata]
    rows = [_overview_row(version, champion_name) for version in evaluated]
    return pd.DataFrame(rows, columns=_COLUMNS).set_index("version")


def table(versions: pd.DataFrame) -> pd.DataFrame:
    """Format an overview for people: shares in percent, times in minutes."""
    return pd.DataFrame(
        {
            "champion": versions["is_champion"].map({True: "*", False: ""}),
            "trained (UTC)": [f"{time:%Y-%m-%d %H:%M}" for time in versions["trained"]],
            "errors": versions["error_rate"].map("{:.2%}".format),
            "accepted": versions["accepted"].map("{:.1%}".format),
            "errors among accepted": versions["accepted_error_rate"].map("{:.2%}".format),
            "corrections": versions["corrections"],
            "minutes": (versions["run_seconds"] / 60).map("{:.1f}".format),
            "decision": versions["reason"],
        }
    )


def default_pair(registry: Registry, task: str, older: str = "", newer: str = "") -> tuple[str, str] | None:
    """Choose two versions to compare.

    Parameters
    ----------
    older : name of a version; empty: the previous champion, or else the latest version that is not `newer`
    newer : name of a version; empty: the champion

    Returns
    -------
    both names; None where there are not two versions

    Raises
    ------
    RegistryError : a version named here does not exist
    """
    champion = registry.champion(task)
    newer = registry.get(newer).name if newer else champion.name if champion else ""
    names = [version.name for version in registry.versions(task)]
    previous_champions = [name for name in registry.previous_champions(task) if name in names]
    candidates = [*previous_champions, *reversed(names)]
    older = registry.get(older).name if older else next((name for name in candidates if name != newer), "")
    return (older, newer) if older and newer else None


@dataclass(frozen=True)
class PredictionChanges:
    """Hold the samples whose predictions changed between two readers, as indices, most confident new reading first."""

    fixed: np.ndarray  # positive flips: wrong before, correct now; integer [n]
    regressed: np.ndarray  # negative flips: correct before, wrong now; integer [m]
    p_value: float  # of an exact paired test of the difference

    def summary(self) -> str:
        """Return both counts in words."""
        return f"{len(self.fixed)} fixed, {len(self.regressed)} regressed (exact paired test: p = {self.p_value:.2g})"


def compare_predictions(older: Predictions, newer: Predictions) -> PredictionChanges:
    """Compare the predictions of two readers for the same samples.

    Raises
    ------
    ValueError : the numbers of samples differ
    """
    if len(older.samples) != len(newer.samples):
        raise ValueError(
            f"expected predictions for the same samples, but got {len(older.samples)} and {len(newer.samples)}"
        )
    order = np.argsort(-newer.confidences, kind="stable")
    fixed, regressed = ~older.correct & newer.correct, older.correct & ~newer.correct
    p_value = metrics.mcnemar_test(older.correct, newer.correct)
    return PredictionChanges(order[fixed[order]], order[regressed[order]], p_value)


def _overview_row(version: Version, champion_name: str) -> dict[str, object]:
    metadata, results = version.metadata, version.metadata["pictures"]
    low, high = risk_control.clopper_pearson(results["wrong"], results["pictures"])
    return {
        "version": version.name,
        "trained": datetime.fromisoformat(metadata["created"]),
        "architecture": metadata["architecture"],
        "is_champion": version.name == champion_name,
        "promoted": metadata["verdict"]["promoted"],
        "error_rate": 1 - results["accuracy"],
        "error_rate_low": low,
        "error_rate_high": high,
        "accepted": results["accepted"] / results["pictures"],
        "accepted_error_rate": results["accepted_wrong"] / max(1, results["accepted"]),
        "corrections": metadata.get("parameters", {}).get("corrections", 0),
        "training_seconds": metadata.get("train_seconds", math.nan),
        "run_seconds": metadata.get("run_seconds", math.nan),
        "reason": metadata["verdict"]["reason"],
    }
