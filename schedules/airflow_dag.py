"""Retrain both readers every night with Airflow's PapermillOperator; copy this file to Airflow's dags folder.

The worker needs this project's environment, with apache-airflow-providers-papermill in it. Papermill marks a notebook
as completed even when its kernel died, so a task after each notebook checks for its result file. A failed step leaves
the champions as they were, since 03 promotes as its last act.

For the lock, log, pruning and resuming of `payment-ml retrain`, let a BashOperator call schedules/nightly.sh instead.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import chain, dag, task

HOME = Path("/srv/payment-ml")
STEPS = ("01-prepare-data", "02-train", "03-evaluate")
RUN = f"{HOME}/models/airflow/{{{{ ts_nodash }}}}"  # a folder for the executed notebooks of each run


@task
def begin(folder: str) -> None:
    """Create the folder of a run."""
    Path(folder).mkdir(parents=True, exist_ok=True)


@task
def ended(result_file: str) -> dict:
    """Return the result of a notebook; without its file the notebook did not reach its end, and the task fails."""
    return json.loads(Path(result_file).read_text())


@dag(
    schedule="30 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    default_args={"execution_timeout": timedelta(hours=1)},
    tags=["payment-ml"],
)
def payment_ml_retrain():
    """Run notebooks 01, 02 and 03 for digits, then for amounts."""
    tasks = [begin(RUN)]
    for architecture in ("cnn", "reader"):
        for step in STEPS:
            name = f"{step}-{architecture}"
            parameters = {
                "data_dir": f"{HOME}/data",
                "models_dir": f"{HOME}/models",
                "result_file": f"{RUN}/{name}.json",
            }
            if step == "02-train":
                parameters |= {"architecture": architecture, "warm_start": True}
            if step == "03-evaluate":
                parameters |= {"architecture": architecture}
            run = PapermillOperator(
                task_id=name,
                input_nb=f"{HOME}/notebooks/{step}.ipynb",
                output_nb=f"{RUN}/{name}.ipynb",
                parameters=parameters,
                kernel_name="python3",
            )
            tasks += [run, ended.override(task_id=f"{name}-ended")(f"{RUN}/{name}.json")]
    chain(*tasks)


payment_ml_retrain()
