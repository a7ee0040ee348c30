"""Record retrainings on an MLflow server where MLFLOW_TRACKING_URI names one; without it, MLflow is not imported."""

import base64
import importlib.util
import logging
import numbers
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.tasks import ALL_TASKS

URI = "MLFLOW_TRACKING_URI"
EXPERIMENT = "payment-ml"
CHAMPION = "champion"  # alias of the registered model version that serves
_TAG = "payment_ml.version"
# A server that does not answer must not delay a nightly run: by default MLflow retries for a quarter of an hour.
_TIMEOUTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "30"}

_log = logging.getLogger(__name__)


def is_enabled() -> bool:
    """Return True when a server is named and MLflow is installed; log a warning when only MLflow is missing."""
    if not os.environ.get(URI):
        return False
    if importlib.util.find_spec("mlflow") is None:
        _log.warning("expected MLflow, as %s is set, but it is not installed: pip install 'payment-ml[tracking]'", URI)
        return False
    return True


def log_version(registry: Registry, version: Version) -> None:
    """Record a version as a run and a registered model, and move the alias `champion` to the champion.

    The run gets the parameters, metrics, learning curves and promotion decision of the metadata, the figures and the
    executed notebooks, and the network; the model is registered as `payment-ml-<task>`. Errors of the server are
    logged and have no other effect.
    """
    _call_server(lambda client: _log_version(client, registry, version))


def sync_champion_alias(registry: Registry) -> None:
    """Move the alias `champion` of each task to its champion; errors of the server are logged."""
    _call_server(lambda client: _sync_champion_alias(client, registry))


def _call_server(action: Callable[[Any], None]) -> None:
    """Call `action` with a client of the server where tracking is enabled, and log errors."""
    if not is_enabled():
        return
    os.environ |= {name: value for name, value in _TIMEOUTS.items() if name not in os.environ}
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        action(MlflowClient(os.environ[URI]))
    except (MlflowException, OSError) as error:
        first_line = str(error).strip().splitlines()[0]
        _log.warning("expected to record at %s, but got: %s; models/ has it all", os.environ[URI], first_line)


def _log_version(client: Any, registry: Registry, version: Version) -> None:
    from mlflow.entities import Metric, Param, RunTag

    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(EXPERIMENT)
    run = client.create_run(experiment_id, run_name=version.name)
    now = int(time.time() * 1000)
    metadata = version.metadata
    metrics = [Metric(name, value, now, step) for name, value, step in _metrics(metadata)]
    parameters = {"architecture": metadata["architecture"], **metadata.get("parameters", {})}
    tags = {_TAG: version.name, "sha256": metadata["sha256"], "verdict": metadata.get("verdict", {}).get("reason", "")}
    client.log_batch(
        run.info.run_id,
        metrics,
        [Param(name, str(value)) for name, value in parameters.items()],
        [RunTag(name, value) for name, value in tags.items()],
    )
    client.log_artifacts(run.info.run_id, str(version.folder), "version")
    with tempfile.TemporaryDirectory(prefix="payment-ml-figures-") as folder:
        _write_figures(version.folder / "notebooks", Path(folder))
        client.log_artifacts(run.info.run_id, folder, "figures")
    client.set_terminated(run.info.run_id)
    name = _model_name(version.task)
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    client.create_model_version(name, f"{run.info.artifact_uri}/version", run.info.run_id, tags={_TAG: version.name})
    _log.info("recorded at %s, run %s", os.environ[URI], run.info.run_id)
    _sync_champion_alias(client, registry)


def _sync_champion_alias(client: Any, registry: Registry) -> None:
    for task in ALL_TASKS:
        name, champion = _model_name(task), registry.champion(task)
        model_versions = client.search_model_versions(f"name = '{name}'")
        serving = [
            model_version.version
            for model_version in model_versions
            if champion and model_version.tags.get(_TAG) == champion.name
        ]
        if serving:
            client.set_registered_model_alias(name, CHAMPION, max(serving, key=int))
        elif champion and model_versions:
            _log.warning("the champion of %s, %s, was never recorded at %s", task, champion.name, os.environ[URI])


def _model_name(task: str) -> str:
    return f"payment-ml-{task}"


def _metrics(metadata: dict[str, Any]) -> Iterator[tuple[str, float, int]]:
    """Yield name, value and step of every number in the metadata."""
    for name, values in metadata.get("curves", {}).items():
        for epoch, value in enumerate(values, start=1):
            yield f"curve_{name}", float(value), epoch
    for part in ("test", "pictures"):
        for name, value in metadata.get(part, {}).items():
            if isinstance(value, numbers.Real):
                yield f"{part}_{name}", float(value), 0
    for kind, rule in metadata.get("promises", {}).items():
        for name in ("threshold", "risk", "bound"):
            yield f"promise_{kind}_{name}", float(rule[name]), 0
    for check in metadata.get("verdict", {}).get("gates", ()):
        yield f"gate_{check['name'].replace(' ', '_')}", float(check["number"]), 0
    if "train_seconds" in metadata:
        yield "train_seconds", float(metadata["train_seconds"]), 0


def _write_figures(notebooks: Path, folder: Path) -> None:
    """Write every figure of executed notebooks as `<notebook>-<number>.png`."""
    for path in sorted(notebooks.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        outputs = [output for cell in cells for output in cell.get("outputs", ())]
        figures = [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]
        for number, figure in enumerate(figures, start=1):
            (folder / f"{path.stem}-{number:02d}.png").write_bytes(base64.b64decode(figure))
