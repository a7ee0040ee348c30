"""Read on a cluster: the options that `payment-ml read` has for it, and what it does with them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from payment_ml import paths
from payment_ml.cli.last_line import ends_with_counts
from payment_ml.cli.options import needs_extra
from payment_ml.errors import ProfileError
from payment_ml.tasks import Task

FORMATS = ("csv", "parquet")
_OPTIONS = (
    click.option(
        "--cluster", metavar="ADDRESS",
        help="Read on the workers of the Dask scheduler there, such as tcp://host:8786; INPUT and --output may then be "
        "URLs, and --output is a folder.",
    ),
    click.option(
        "--manifest", metavar="FILE", is_eager=True,
        help="With --cluster: a text file, or its URL, that names one more picture in each line.",
    ),
    click.option(
        "--partition-size", type=click.IntRange(1), metavar="N",
        help="With --cluster: pictures in each file of the output.  [default: 480]",
    ),
    click.option(
        "--picture-seconds", type=click.FloatRange(0, min_open=True), metavar="SECONDS",
        help="With --cluster: time that one picture may take.  [default: 120]",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class ClusterOptions:
    """Hold the options of `payment-ml read` that hold on a cluster."""

    cluster: str | None
    manifest: str | None
    partition_size: int | None
    picture_seconds: float | None


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `ClusterOptions` to a command, which gets them by keyword."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def inputs_or_manifest(context: click.Context, parameter: click.Parameter, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the inputs of the command; without any there must be a manifest."""
    if not inputs and not context.params.get("manifest"):
        raise click.MissingParameter(ctx=context, param=parameter)
    return inputs


def output_path(options: ClusterOptions, output: str | None, format_name: str | None) -> Path | None:
    """Return the path of the output of a command that reads on this machine.

    Raises
    ------
    UsageError : an option or an output that only a cluster has
    """
    for name in ("manifest", "partition_size", "picture_seconds"):
        if getattr(options, name) is not None:
            raise click.UsageError(f"expected --{name.replace('_', '-')} with --cluster ADDRESS, but there is none")
    if format_name == "parquet":
        raise click.UsageError("expected --cluster with --format parquet; on one machine, the formats are the others")
    if output is not None and ("://" in output or Path(output).is_dir()):
        raise click.UsageError(f"expected --output FILE, but {output!r} is a folder or a URL; it goes with --cluster")
    return None if output is None else Path(output)


def check(output: str | None, format_name: str | None, jobs: int | None, skip_done: bool) -> None:
    """Check that a command with --cluster has the options that go with it, and no other.

    Raises
    ------
    UsageError : it has not
    """
    if output is None:
        raise click.UsageError("expected --output FOLDER with --cluster: a folder or a URL that the workers reach")
    if format_name not in (None, *FORMATS):
        raise click.UsageError(f"expected --format csv or parquet with --cluster, but got {format_name}")
    if jobs is not None or skip_done:
        raise click.UsageError("expected neither --jobs nor --skip-done with --cluster: its workers and parts do that")


@needs_extra("cluster")
def read_on_cluster(
    inputs: tuple[str, ...],
    output: str,
    options: ClusterOptions,
    task: Task,
    models_dir: Path,
    profile: str | None,
    format_name: str | None,
    report: Callable[[dict[str, Any]], None],
) -> None:
    """Read on a cluster, and end as `payment-ml read` does, with the counts as the last line on stderr."""
    from payment_ml.cluster.parts import Counts
    from payment_ml.cluster.reading import BatchResult, read_many

    result = BatchResult("", counts=Counts())

    def ending() -> tuple[list[str], dict[str, Any], dict[str, Any]]:
        counts = result.counts
        numbers = {
            "files": result.files,
            "pages": counts.rows,
            "accepted": counts.accepted,
            "review": counts.review,
            "not_read": dict(counts.not_read),
            "failed": counts.failures,
            "partitions": result.partitions,
            "partitions_done": result.partitions_done,
        }
        more = counts.failures - len(counts.failed)
        lines = [*counts.failed, *([f"and {more:,} more, which have their rows"] if more else [])]
        return lines, numbers, {"version": result.version or None, "refused_workers": result.refused}

    own: dict[str, Any] = {"partition_size": options.partition_size, "picture_seconds": options.picture_seconds}
    with ends_with_counts(ending, report):
        try:
            read_many(
                inputs,
                output,
                str(options.cluster),
                manifest=options.manifest,
                task=task,
                # Each worker has models of its own where none are named.
                models_dir=None if models_dir == paths.home() / "models" else models_dir.resolve(),
                profile=profile,
                format_name=format_name or "csv",
                tell=lambda line: click.echo(line, err=True),
                result=result,
                **{name: value for name, value in own.items() if value is not None},
            )
        except ProfileError as error:
            raise click.UsageError(str(error)) from error
        if not result.files:
            raise click.UsageError(f"expected pictures, but there are none in {', '.join(inputs) or options.manifest}")
