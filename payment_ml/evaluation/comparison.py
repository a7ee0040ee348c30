"""Compare any number of versions: parameters, learning curves, metrics, and the images they read differently."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from payment_ml.evaluation import metrics, risk_control
from payment_ml.evaluation.evaluator import Predictions
from payment_ml.recognition.readers import find_champion
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task

# Name of each metric -> part of card.json, its key of the counted images, and its key of all of them.
_METRICS = {
    "errors on test images": ("pictures", "wrong", "pictures"),
    "errors among accepted": ("pictures", "accepted_wrong", "accepted"),
    "sent to review": ("pictures", "not_accepted", "pictures"),
    "negatives accepted": ("pictures", "nothing_accepted", "nothing_to_read"),
    "errors on pre-segmented digits": ("test", "wrong", "digits"),
}
_MAX_CAPTION_LINES = 4  # of readings; a caption with more would hide the next image


def select_versions(registry: Registry, task: Task, compare: str = "", latest: int = 4) -> list[Version]:
    """Choose the versions of a task to compare, oldest first.

    Parameters
    ----------
    compare : names, numbers or notes of versions of any task, separated by commas; a note stands for every version that
        has it. Empty: the champion and the `latest` versions

    Raises
    ------
    RegistryError : no version has one of these names, numbers or notes
    """
    words = [word.strip() for word in compare.split(",") if word.strip()]
    if words:
        named = {version.name: version for word in words for version in registry.find(word)}
        return sorted((version for version in named.values() if version.task == task), key=lambda version: version.name)
    champion, versions = find_champion(task, registry.models_dir), registry.versions(task)
    recent = versions[-latest:]
    if champion is None or champion.name in [version.name for version in recent]:
        return recent
    return [champion, *recent]


def listing(versions: Sequence[Version]) -> pd.DataFrame:
    """Return a table of versions for people: label, name, architecture, weights, epochs and minutes of training."""
    rows = [
        {
            "name": version.name,
            "architecture": version.metadata["architecture"],
            "weights": f"{version.metadata['weights']:,}" if "weights" in version.metadata else "",
            "epochs": len(version.metadata.get("curves", {}).get("loss", [])),
            "minutes": f"{version.metadata.get('train_seconds', math.nan) / 60:.1f}",
            "evaluated": "verdict" in version.metadata,
        }
        for version in versions
    ]
    return pd.DataFrame(rows, index=pd.Index(labels(versions).values(), name="version"))


def labels(versions: Sequence[Version]) -> dict[str, str]:
    """Return a label for each version's name: its number and note, and the name too where two would be the same."""
    plain = [version.label for version in versions]
    return {
        version.name: label if plain.count(label) == 1 else f"{label} ({version.name})"
        for version, label in zip(versions, plain, strict=True)
    }


def differing_parameters(versions: Sequence[Version]) -> pd.DataFrame:
    """Return the parameters that differ between versions, as text: a row for each version, by its label.

    Beside the parameters of the training these are the architecture, the code, the data and the libraries; a parameter
    that a version does not have is empty.
    """
    table = pd.DataFrame([_parameters(version) for version in versions], index=list(labels(versions).values()))
    table = table.fillna("").rename_axis("version")
    return table.loc[:, table.nunique() > 1]


def measure(versions: Sequence[Version]) -> pd.DataFrame:
    """Collect the metrics of versions with exact 95% intervals, in the order of the versions.

    Returns
    -------
    version (its label), metric, share, low and high (in [0, 1]; share is NaN where no image counts), count, total.
    A version that was not evaluated has no rows.
    """
    rows = []
    for version, label in zip(versions, labels(versions).values(), strict=True):
        for metric, (part, counted, all_of_them) in _METRICS.items():
            results = dict(version.metadata.get(part, {}))
            if "accepted" in results and "pictures" in results:
                results["not_accepted"] = results["pictures"] - results["accepted"]
            if counted in results and all_of_them in results:
                rows.append({"version": label, "metric": metric, **_share(results[counted], results[all_of_them])})
    return pd.DataFrame(rows, columns=["version", "metric", "share", "low", "high", "count", "total"])


def metrics_table(measured: pd.DataFrame) -> pd.DataFrame:
    """Format metrics from `measure` for people: a row for each version, a column for each metric."""
    texts = measured.apply(_interval_text, axis=1) if len(measured) else []
    table = measured.assign(text=texts).pivot(index="version", columns="metric", values="text").fillna("")
    return table.reindex(index=measured["version"].unique(), columns=measured["metric"].unique())


def paired_tests(predictions: Mapping[str, Predictions]) -> pd.DataFrame:
    """Compare each pair of versions on the same images, from predictions by label.

    Returns
    -------
    version, other, only_version (images that only the first reads correctly), only_other, p (of an exact paired test)

    Raises
    ------
    ValueError : the numbers of samples differ
    """
    rows = []
    for (label, one), (other_label, other) in itertools.combinations(predictions.items(), 2):
        if len(one.samples) != len(other.samples):
            raise ValueError(
                f"expected predictions for the same samples, but got {len(one.samples)} and {len(other.samples)}"
            )
        only_one, only_other = int(np.sum(one.correct & ~other.correct)), int(np.sum(~one.correct & other.correct))
        rows.append((label, other_label, only_one, only_other, metrics.mcnemar_test(one.correct, other.correct)))
    return pd.DataFrame(rows, columns=["version", "other", "only_version", "only_other", "p"])


def disputed_samples(predictions: Mapping[str, Predictions]) -> np.ndarray:
    """Return the indices of samples that some versions read correctly and others do not, integer [n].

    Those with the most confident error come first.
    """
    if len(predictions) < 2:
        return np.array([], int)
    correct = np.array([results.correct for results in predictions.values()])
    confidences = np.array([results.confidences for results in predictions.values()])
    worst = np.where(correct, 0.0, confidences).max(axis=0)
    disputed = np.flatnonzero(correct.any(axis=0) & ~correct.all(axis=0))
    return disputed[np.argsort(-worst[disputed], kind="stable")]


def accepted_wrong(predictions: Mapping[str, Predictions], indices: Sequence[int]) -> list[bool]:
    """Return for each of these samples whether a version accepts a wrong reading of it."""
    return [
        any(not results.correct[i] and results.readings[i].decision == "accept" for results in predictions.values())
        for i in indices
    ]


def disputed_captions(predictions: Mapping[str, Predictions], indices: Sequence[int]) -> list[str]:
    """Return captions for samples: the label, then the wrong readings with number of the version and confidence."""
    captions = []
    for i in indices:
        wrong = [
            f"{label.split()[0]}: {results.readings[i].text or 'nothing'} ({results.readings[i].confidence:.0%})"
            for label, results in predictions.items()
            if not results.correct[i]
        ]
        more = [f"and {len(wrong) - _MAX_CAPTION_LINES + 1} more"] if len(wrong) > _MAX_CAPTION_LINES else []
        sample = next(iter(predictions.values())).samples[i]
        captions.append("\n".join([sample.label, *wrong[: _MAX_CAPTION_LINES - len(more)], *more]))
    return captions


def _parameters(version: Version) -> dict[str, str]:
    metadata = version.metadata
    origin = {"data": metadata.get("data_sha256", "")[:8], "code": metadata.get("code", "")}
    entries: dict[str, Any] = {"architecture": metadata["architecture"], **metadata.get("parameters", {}), **origin}
    return {name: str(value) for name, value in (entries | metadata.get("libraries", {})).items()}


def _share(count: int, total: int) -> dict[str, float]:
    low, high = risk_control.clopper_pearson(count, total) if total else (0.0, 1.0)
    return {"share": count / total if total else math.nan, "low": low, "high": high, "count": count, "total": total}


def _interval_text(row: pd.Series) -> str:
    if not row["total"]:
        return "none of 0"
    return f"{row['share']:.2%} ({row['low']:.2%} to {row['high']:.2%})"
