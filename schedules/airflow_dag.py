"""Retrains both readers every night through Airflow's PapermillOperator; copy it into Airflow's dags folder.

The worker needs this project's environment, with apache-airflow-providers-papermill in it. Papermill marks a notebook
as completed even when its kernel died, so behind each notebook stands a task that looks for the result file. A step
that failed leaves the champions as they were: 03 promotes as the last thing that it does.

Whoever needs the lock, the log, pruning and resuming, which `payment-ml retrain` has, lets a BashOperator call
schedules/nightly.sh instead.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.papermill.operators.papermill import PapermillOperator
from airflow.sdk import chain, dag, task

HOME = Path("/srv/payment-ml")
STEPS = ("01-prepare-data", "02-train", "03-evaluate")
RUN = f"{HOME}/models/airflow/{{{{ ts_nodash }}}}"  # a folder for each run, in which executed notebooks are kept


@task
def begin(folder: str) -> None:
    """Make the folder of a run."""
    Path(folder).mkdir(parents=True, exist_ok=True)


@task
def ended(result_file: str) -> dict:
    """What a notebook came to; a missing file means that it did not come to its end, whatever papermill says."""
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
    """Notebooks 01, 02 and 03, for digits and then for amounts."""
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
