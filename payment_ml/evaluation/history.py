"""Show how the versions of a task developed: their metrics over time, as 03 measured them."""

import math
from datetime import datetime

import pandas as pd

from payment_ml.evaluation import risk_control
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version

_COLUMNS = (
    *("version", "number", "note", "trained", "architecture", "is_champion", "promoted", "error_rate"),
    *("error_rate_low", "error_rate_high", "accepted", "accepted_error_rate", "corrections", "training_seconds"),
    *("run_seconds", "reason"),
)


def overview(registry: Registry, task: str) -> pd.DataFrame:
    """Collect the metrics of every evaluated version of a task, oldest first.

    Parameters
    ----------
    task : "digits" or "amounts"

    Returns
    -------
    indexed by version: number, note, trained (datetime, UTC), architecture, is_champion and promoted (bool), error_rate
    (share of test samples) with error_rate_low and error_rate_high (its exact 95% interval), accepted (share),
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
            "number": versions["number"],
            "note": versions["note"],
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


def _overview_row(version: Version, champion_name: str) -> dict[str, object]:
    metadata, results = version.metadata, version.metadata["pictures"]
    low, high = risk_control.clopper_pearson(results["wrong"], results["pictures"])
    return {
        "version": version.name,
        "number": version.number,
        "note": version.note,
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
