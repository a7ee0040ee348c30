"""Tells an MLflow server of retrainings, where MLFLOW_TRACKING_URI names one; without it nothing is imported."""

import base64
import importlib.util
import logging
import numbers
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.tasks import TASKS

URI = "MLFLOW_TRACKING_URI"
EXPERIMENT = "payment-ml"
CHAMPION = "champion"  # the alias of a registered model that serves
_TAG = "payment_ml.version"
# A server that does not answer must not hold up what runs at night: MLflow would ask for a quarter of an hour.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}

_log = logging.getLogger(__name__)


def is_enabled() -> bool:
    """Whether a server is named and MLflow is installed; says so when it is not."""
    if not os.environ.get(URI):
        return False
    if importlib.util.find_spec("mlflow") is None:
        _log.warning("expected MLflow, as %s is set, but it is not installed: pip install 'payment-ml[tracking]'", URI)
        return False
    return True


def log_version(registry: Registry, version: Version) -> None:
    """Record a version with all that is known of it, and point the alias `champion` at what serves.

    A run gets the card's parameters, metrics, curves and verdict, the figures and executed notebooks, and the model;
    the model is registered as `payment-ml-<task>`. Trouble with the server is logged and costs nothing else.
    """
    _try(lambda client: _log_version(client, registry, version))


def sync_champion_alias(registry: Registry) -> None:
    """Point the alias `champion` at what serves; trouble with the server is logged."""
    _try(lambda client: _sync_champion_alias(client, registry))


def _try(act) -> None:
    if not is_enabled():
        return
    os.environ |= {name: value for name, value in _PATIENCE.items() if name not in os.environ}
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        act(MlflowClient(os.environ[URI]))
    except (MlflowException, OSError) as error:
        told = str(error).strip().splitlines()[0]
        _log.warning("expected to record at %s, but got: %s; models/ has it all", os.environ[URI], told)


def _log_version(client: Any, registry: Registry, version: Version) -> None:
    from mlflow.entities import Metric, Param, RunTag

    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment_id, run_name=version.name)
    now = int(time.time() * 1000)
    card = version.metadata
    metrics = [Metric(name, value, now, step) for name, value, step in _metrics(card)]
    parameters = {"architecture": card["architecture"], **card.get("parameters", {})}
    tags = {_TAG: version.name, "sha256": card["sha256"], "verdict": card.get("verdict", {}).get("reason", "")}
    client.log_batch(
        run.info.run_id,
        metrics,
        [Param(name, str(value)) for name, value in parameters.items()],
        [RunTag(name, value) for name, value in tags.items()],
    )
    client.log_artifacts(run.info.run_id, str(version.folder), "version")
    with tempfile.TemporaryDirectory(prefix="payment-ml-figures-") as folder:
        _figures(version.folder / "notebooks", Path(folder))
        client.log_artifacts(run.info.run_id, folder, "figures")
    client.set_terminated(run.info.run_id)
    name = _model(version.task)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    client.create_model_version(name, f"{run.info.artifact_uri}/version", run.info.run_id, tags={_TAG: version.name})
    _log.info("recorded at %s, run %s", os.environ[URI], run.info.run_id)
    _sync_champion_alias(client, registry)


def _sync_champion_alias(client: Any, registry: Registry) -> None:
    for task in TASKS:
        champion = registry.champion(task)
        known = client.search_model_versions(f"name = '{_model(task)}'")
        serving = [each.version for each in known if champion and each.tags.get(_TAG) == champion.name]
        if serving:
            client.set_registered_model_alias(_model(task), CHAMPION, max(serving, key=int))
        elif champion and known:
            _log.warning("the champion of %s, %s, was never recorded at %s", task, champion.name, os.environ[URI])


def _model(task: str) -> str:
    return f"payment-ml-{task}"


def _metrics(card: dict[str, Any]) -> Iterator[tuple[str, float, int]]:
    """Name, value and step of everything in a card that is a number."""
    for name, values in card.get("curves", {}).items():
        for epoch, value in enumerate(values, start=1):
            yield f"curve_{name}", float(value), epoch
    for part in ("test", "pictures"):
        for name, value in card.get(part, {}).items():
            if isinstance(value, numbers.Real):
                yield f"{part}_{name}", float(value), 0
    for kind, promise in card.get("promises", {}).items():
        for name in ("threshold", "risk", "bound"):
            yield f"promise_{kind}_{name}", float(promise[name]), 0
    for gate in card.get("verdict", {}).get("gates", ()):
        yield f"gate_{gate['name'].replace(' ', '_')}", float(gate["number"]), 0
    if "train_seconds" in card:
        yield "train_seconds", float(card["train_seconds"]), 0


def _figures(notebooks: Path, folder: Path) -> None:
    """Write every figure of executed notebooks as `<notebook>-<number>.png`."""
    for path in sorted(notebooks.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        pictures = [each["data"]["image/png"] for each in outputs if "image/png" in each.get("data", {})]
        for number, picture in enumerate(pictures, start=1):
            (folder / f"{path.stem}-{number:02d}.png").write_bytes(base64.b64decode(picture))
