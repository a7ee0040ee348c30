"""Define the command `payment-ml sweep`."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click

from payment_ml import paths
from payment_ml.cli.last_line import describe, stoppable
from payment_ml.cli.options import DATA, needs_extra
from payment_ml.errors import PaymentMLError


@click.command()
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-p", "--parameter", "swept", nargs=2, multiple=True, required=True, metavar="NAME VALUES",
    help="Values of a parameter: a list with commas, in which 1..5 is a range of integers.",
)  # fmt: skip
@click.option(
    "--output", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    show_default="a folder in sweeps/, named by notebook and values", help="Where to keep what the runs leave.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", default=1, show_default=True,
    help="Notebooks that run at the same time on this machine.",
)  # fmt: skip
@click.option(
    "--cluster", metavar="ADDRESS",
    help="Run on the workers of the Dask scheduler there, one notebook for each of their threads; they need the same "
    "folders as this machine.",
)  # fmt: skip
@DATA
@needs_extra("train")
def sweep(
    notebook: Path,
    swept: tuple[tuple[str, str], ...],
    folder: Path | None,
    jobs: int,
    cluster: str | None,
    data_dir: Path,
) -> None:
    """Run a notebook with papermill once for each combination of parameter values.

    Every executed notebook is kept, and versions go to models/ of the sweep's folder: nothing that serves changes. A
    sweep that was interrupted goes on when the same command is given again; combinations that failed run again.
    Notebook 08 shows the outcome as a table and a figure. The last line on stdout is JSON for programs.

    Exit status: 0 every combination ran to its end; 1 something failed; 2 wrong usage.
    """
    from payment_ml.pipeline import sweep as sweeps

    values = dict(swept)
    if len(values) < len(swept):
        raise click.UsageError("expected each parameter once; put its values into one list, such as 1e-3,3e-3")
    try:
        combinations = sweeps.combinations(notebook, values)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    folder = (folder or sweeps.default_folder(notebook, values)).resolve()
    ending = {"folder": str(folder), "runs": len(combinations)}
    try:
        with stoppable(), _executor(cluster, jobs) as executor:
            result = sweeps.run(notebook, combinations, folder, data_dir, executor, _tell)
            report = sweeps.report(result)
    except (PaymentMLError, OSError, KeyboardInterrupt) as error:
        _tell(f"payment-ml: {describe(error)}")
        click.echo(json.dumps({"status": 1, **ending, "reason": describe(error)}))
        sys.exit(1)
    click.echo(f"The table and the figure: {paths.display_path(report)}")
    failed = len(result.failed)
    counts = {"done": len(result.records) - failed, "kept": result.kept, "failed": failed}
    click.echo(json.dumps({"status": int(failed > 0), **ending, **counts, "report": str(report)}))
    sys.exit(int(failed > 0))


def _tell(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _executor(cluster: str | None, jobs: int) -> Iterator[Executor]:
    """Yield what runs combinations: processes of this machine, or the workers of a cluster."""
    if cluster is not None:
        with _on_cluster(cluster) as executor:
            yield executor
        return
    with ThreadPoolExecutor(jobs) as executor:
        yield executor


@needs_extra("cluster")
def _on_cluster(address: str) -> AbstractContextManager[Executor]:
    from payment_ml.cluster.client import executor

    return executor(address)
