"""Test registry.mlflow_tracking with a real MLflow server on loopback and its sqlite store."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers.browser import free_port, is_listening
from helpers.cli import run_cli

from payment_ml import paths
from payment_ml.registry import mlflow_tracking
from payment_ml.registry.registry import Registry


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    """Yield the address of a running server."""
    folder, port = tmp_path_factory.mktemp("mlflow"), free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", str(folder / "artifacts")),
    ]
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd=folder)
    try:
        wait_for(lambda: is_listening(f"{address}/health"), process, folder / "server.log")
        yield address
    finally:
        subprocess.run(["pkill", "-KILL", "-s", str(process.pid)], check=False)
        process.wait()


def wait_for(is_ready: Callable[[], bool], process: subprocess.Popen, log: Path) -> None:
    """Wait until a process is ready; fail with its log after three minutes, or when it ended."""
    deadline = time.monotonic() + 180
    while not is_ready():
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.3)


def test_a_retraining_is_recorded_and_its_champion_is_an_alias(run_copy, server):
    """The run has parameters, metrics, curves, figures, notebooks and the model; promotion moves the alias."""
    from mlflow import MlflowClient

    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}  # figures, please
    environment[mlflow_tracking.URI] = server
    folders = ("--data", run_copy.data_dir, "--models", run_copy.models_dir)
    done = run_cli("retrain", "--quick", "-p", "architecture", "mlp", *folders, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"recorded at {server}" in done.stderr
    client = MlflowClient(server)
    (run,) = client.search_runs([client.get_experiment_by_name(mlflow_tracking.EXPERIMENT).experiment_id])
    version = Registry(run_copy.models_dir).latest()
    assert run.info.run_name == version.name
    assert run.info.status == "FINISHED"
    assert run.data.params["architecture"] == "mlp"
    assert run.data.params["seed"] == "0"
    assert run.data.metrics["test_accuracy"] == pytest.approx(version.metadata["test"]["accuracy"])
    curve = client.get_metric_history(run.info.run_id, "curve_validation_loss")
    assert [point.value for point in curve] == pytest.approx(version.metadata["curves"]["validation_loss"])
    assert [point.step for point in curve] == [1, 2, 3]
    artifacts = {
        artifact.path
        for folder in ("version", "version/notebooks")
        for artifact in client.list_artifacts(run.info.run_id, folder)
    }
    assert {"version/model.keras", "version/card.json", "version/notebooks/03-evaluate.ipynb"} <= artifacts
    figures = [figure.path for figure in client.list_artifacts(run.info.run_id, "figures")]
    assert any(path.startswith("figures/02-train") for path in figures)
    local = client.download_artifacts(run.info.run_id, "version/model.keras")
    assert Path(local).read_bytes() == version.network_path.read_bytes()

    # The champion was trained before there was a server: no alias yet, and the log says why.
    assert f"the champion of digits, {run_copy.version}, was never recorded" in done.stderr
    done = run_cli("models", "promote", version.name, "--models", run_copy.models_dir, env=environment)
    assert done.returncode == 0, done.stderr
    assert client.get_model_version_by_alias("payment-ml-digits", "champion").tags["payment_ml.version"] == version.name


def test_promotion_succeeds_when_the_server_is_gone(run_copy):
    """The error is only logged."""
    environment = {**os.environ, mlflow_tracking.URI: f"http://127.0.0.1:{free_port()}"}
    done = run_cli("models", "promote", run_copy.version, "--models", run_copy.models_dir, env=environment)
    assert done.returncode == 0, done.stderr
    assert "expected to record at" in done.stderr


def test_mlflow_is_not_imported_without_a_server(run_copy):
    """Its import takes seconds."""
    code = (
        "import sys; from pathlib import Path\n"
        "from payment_ml.registry import mlflow_tracking; from payment_ml.registry.registry import Registry\n"
        f"registry = Registry(Path({str(run_copy.models_dir)!r}))\n"
        "mlflow_tracking.log_version(registry, registry.champion('digits'))\n"
        "assert 'mlflow' not in sys.modules"
    )
    environment = {name: value for name, value in os.environ.items() if name != mlflow_tracking.URI}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
