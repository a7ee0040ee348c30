"""Define the command `payment-ml read`."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from payment_ml.cli import cluster_reading
from payment_ml.cli.last_line import BatchSummary
from payment_ml.cli.options import MODELS, PROFILE
from payment_ml.errors import ProfileError
from payment_ml.pipeline import log_setup
from payment_ml.tasks import DOCUMENT, TASK_OF_WORD


@click.command()
@click.argument("inputs", nargs=-1, metavar="INPUT...", callback=cluster_reading.inputs_or_manifest)
@click.option(
    "--as", "kind", type=click.Choice([*TASK_OF_WORD, DOCUMENT]), default="amount", show_default=True,
    help="Content of each picture; a single digit is an amount too, and --as digit reads the one in the middle. "
    "A document is a whole cheque, slip or bill, on which the amount is found.",
)  # fmt: skip
@click.option(
    "--format", "format_name", type=click.Choice(["table", "csv", "jsonl", "review-csv", "parquet"]),
    show_default="by the suffix of --output, else table",
    help="How to print; review-csv is the table of the page: what to enter comes first; parquet with --cluster.",
)  # fmt: skip
@click.option("--output", metavar="FILE", help="Write there instead of the console.")
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", show_default="all cores",
    help="Processes that read at the same time, where there is enough to read.",
)  # fmt: skip
@click.option(
    "--skip-done", is_flag=True,
    help="Keep the rows that --output has already, and read only files that are new or were changed since.",
)  # fmt: skip
@click.option(
    "--log", "log_file", type=click.Path(dir_okay=False, path_type=Path),
    help="Log there, with times: progress each minute, what was not read, and the end.",
)  # fmt: skip
@click.option(
    "--log-format", type=click.Choice(list(log_setup.FORMATS)), default="text", show_default=True,
    help="Lines of --log.",
)  # fmt: skip
@click.option(
    "--metrics", "metrics_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.prom",
    help="Write the counts there at the end, for node_exporter's textfile collector.",
)  # fmt: skip
@cluster_reading.cluster_options
@PROFILE
@MODELS
def read(
    inputs: tuple[str, ...],
    kind: str,
    format_name: str | None,
    output: str | None,
    jobs: int | None,
    skip_done: bool,
    log_file: Path | None,
    log_format: str,
    metrics_file: Path | None,
    profile: str | None,
    models_dir: Path,
    **on_cluster: Any,
) -> None:
    """Read pictures: files, folders for all files in them, patterns such as 'slips/**/*.png', or - for names on stdin.

    Everything that was given gets a row, and each page of a TIFF or PDF its own; what cannot be read gets a row for
    review with the reason, and the others are read all the same. Rows come in the order of the files, each as soon as
    it is read. With --output, a batch that was interrupted continues where it was when the same command is given again.
    The last line on stderr is JSON for programs: the counts.

    Exit status: 0 everything that was given could be opened; 1 something failed: a file was missing or could not be
    opened, a folder not listed, a pattern without a match, or a link led out of its folder; 2 wrong usage.
    """
    options = cluster_reading.ClusterOptions(**on_cluster)
    if kind == "digit" and profile is not None:
        raise click.UsageError(f"expected --profile with --as amount or document, but got --as {kind}, which has none")
    if log_file is not None:
        log_setup.log_to_file(log_file, log_format)
    report = functools.partial(_report_batch, log_file, metrics_file)
    if options.cluster is not None:
        if kind == DOCUMENT:
            raise click.UsageError("expected --as amount or digit with --cluster; documents are read on one machine")
        cluster_reading.check(output, format_name, jobs, skip_done)
        cluster_reading.read_on_cluster(
            inputs, str(output), options, TASK_OF_WORD[kind], models_dir, profile, format_name, report
        )
    else:
        file = cluster_reading.output_path(options, output, format_name)
        _read_here(inputs, kind, format_name, file, jobs, skip_done, profile, models_dir, report)


def _read_here(
    inputs: tuple[str, ...],
    kind: str,
    format_name: str | None,
    output: Path | None,
    jobs: int | None,
    skip_done: bool,
    profile: str | None,
    models_dir: Path,
    report: Callable[[dict[str, Any]], None],
) -> None:
    """Read pictures on this machine, and end as `read` says."""
    from payment_ml.cli import batch, done_rows, input_files, row_reader
    from payment_ml.cli.output import format_for
    from payment_ml.recognition import readers
    from payment_ml.recognition.rows import FAILURES
    from payment_ml.text.profiles import load_profile

    try:
        form = load_profile(profile)
    except ProfileError as error:
        raise click.UsageError(str(error)) from error
    format_name = format_for(output, format_name)
    if skip_done and (output is None or format_name not in done_rows.FORMATS):
        raise click.UsageError("expected --skip-done with --output FILE.csv or FILE.jsonl, whose rows can be kept")
    summary = BatchSummary(FAILURES)
    with summary.last_line(report):
        files = list(input_files.expand(inputs, batch.own_files(output), sys.stdin.buffer))
        if not files:
            raise click.UsageError(f"expected pictures, but there are none in {', '.join(inputs)}")
        if kind == DOCUMENT:
            opener: row_reader.ReaderOpener = functools.partial(readers.load_document_reader, models_dir, profile=form)
        else:
            opener = functools.partial(readers.load_champion, TASK_OF_WORD[kind], models_dir, form)
        reader = row_reader.RowReader(opener(), opener, jobs or row_reader.available_cores())
        batch.write_rows(reader, files, output, format_name, summary, skip_done)


def _report_batch(log_file: Path | None, metrics_file: Path | None, ending: dict[str, Any]) -> None:
    """Log how a batch ended, and write its metrics, where files were named for them."""
    if log_file is not None:
        log_setup.log_ending("read", ending)
    if metrics_file is not None:
        from payment_ml.cli.metrics import write_metrics

        write_metrics(metrics_file, ending)
