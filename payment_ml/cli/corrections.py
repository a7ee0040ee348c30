"""Define the subcommands of payment-ml corrections: import, export and list what people taught."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from payment_ml import atomic_files, paths
from payment_ml.cli.last_line import ends_with_counts
from payment_ml.cli.options import DATA, MODELS, PROFILE
from payment_ml.errors import FeedbackError, ProfileError
from payment_ml.tasks import Task

if TYPE_CHECKING:
    from payment_ml.feedback.archives import ImportReport
    from payment_ml.feedback.batches import SourceCounts, State

_NAMED = 20  # corrections in quarantine that are named; `list --all` names the others
_LIST_HEADER = ["source", "saved (UTC)", "corrections", "train", "holdout", "quarantine", "waiting", "quota"]
_DEFAULT_QUOTA = 5000  # as `archives.QUOTA`, which would import numpy for --help


@click.group()
def corrections() -> None:
    """Look after the corrections that retraining learns from: import an archive of keyed amounts, export, list."""


@corrections.command("import")
@click.argument("truth", type=click.Path(path_type=Path), metavar="TRUTH.csv")
@click.option(
    "--quota", type=click.IntRange(1), default=_DEFAULT_QUOTA, show_default=True,
    help="Corrections that this archive may supply; of a larger one, a random part is imported.",
)  # fmt: skip
@click.option("--source", help="Name of the batch, without any person's.  [default: name and checksum of the csv]")
@PROFILE
@DATA
@MODELS
def import_archive(
    truth: Path, quota: int, source: str | None, profile: str | None, data_dir: Path, models_dir: Path
) -> None:
    """Import an archive of pictures with keyed amounts: a csv, or a folder or zip with a TRUTH.csv in it.

    Columns: file, relative to the csv; truth, an amount or its digits; and optionally value, what it means in money.
    Each picture is checked against the reader that serves, which also fills in the marks that nobody keyed. What it
    finds impossible waits in quarantine. A picture that was imported before adds nothing. The last line on stderr is
    JSON for programs: the counts.

    Exit status: 0 every row is saved or known; 1 a row could not be used, or the import failed; 2 wrong usage.
    """
    from payment_ml.feedback import archives, batches
    from payment_ml.feedback.store import FeedbackStore
    from payment_ml.text.profiles import load_profile
    from payment_ml.text.truth_files import read_truth_file

    if not truth.exists():
        raise click.UsageError(f"expected a csv, or a folder or zip with one, but {truth} does not exist")
    try:
        form = load_profile(profile)
        if source is not None:
            batches.check_source(source)
    except (ProfileError, FeedbackError) as error:
        raise click.UsageError(str(error)) from error
    report = archives.ImportReport(source or "")
    with ends_with_counts(lambda: _import_ending(report)), archives.open_archive(truth) as path:
        rows = read_truth_file(path, form)
        report.source = source or archives.source_name(truth, rows)
        reader = _reader(models_dir, form)
        report.version = None if reader is None else reader.version.name
        unpacked = path.parent.resolve() if truth.is_file() and path != truth else None
        archives.import_archive(
            rows, FeedbackStore(data_dir / "feedback"), reader, report, quota, _progress("importing"), unpacked
        )
        _describe_import(report)


@corrections.command("export")
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--source", help="Only the corrections of this source, as `list` names it.")
@DATA
def export_archive(target: Path, source: str | None, data_dir: Path) -> None:
    """Write the corrections of amounts to FILE, a zip or a new folder, which another installation can import.

    It holds the pictures and a TRUTH.csv. Those in quarantine are exported too: they are checked again where they are
    imported. The last line on stderr is JSON for programs: the counts.

    Exit status: 0 all were exported; 1 a correction is damaged, or the export failed; 2 wrong usage.
    """
    from payment_ml.feedback import archives
    from payment_ml.feedback.store import FeedbackStore

    if target.exists() and not (target.is_file() and target.suffix.lower() == ".zip"):
        raise click.UsageError(f"expected a new folder or a file that ends in .zip, but {target} exists")
    damaged: list[str] = []
    count = 0
    with ends_with_counts(lambda: (damaged, {"exported": count, "failed": len(damaged)}, {})):
        store = FeedbackStore(data_dir / "feedback")
        with atomic_files.atomic_write(target) as partial:
            folder = partial if target.suffix.lower() != ".zip" else partial.with_name("archive")
            folder.mkdir(mode=0o700)
            count, found = archives.export_archive(store, folder, source, _progress("exporting"))
            damaged += found
            if not count:
                raise FeedbackError(f"expected corrections of amounts in {store.folder}, but there are none to export")
            if folder != partial:
                archives.pack(folder, partial)
        click.echo(f"{count} corrections are in {paths.display_path(target.resolve())}")


@corrections.command("list")
@click.option("--all", "name_all", is_flag=True, help="Name every correction in quarantine, not only the first ones.")
@DATA
def list_corrections(name_all: bool, data_dir: Path) -> None:
    """List the corrections by source: how many there are, and what the last retraining used, held out or set aside.

    Those that were saved since then are waiting. The last line on stderr is JSON for programs: the counts.
    """
    from payment_ml.cli.output import align_columns
    from payment_ml.feedback import batches
    from payment_ml.feedback.dataset import QUARANTINE
    from payment_ml.feedback.store import FeedbackStore

    damaged: list[str] = []
    counts: dict[str, Any] = {"corrections": 0}
    with ends_with_counts(lambda: (damaged, counts, {})):
        feedback = FeedbackStore(data_dir / "feedback")
        states, found = batches.states(feedback, data_dir / "prepared")
        damaged += found
        sources = batches.count_sources(states, batches.quotas(feedback.folder))
        totals = sum((source.states for source in sources), Counter())
        counts |= {"corrections": len(states), "sources": len(sources), **totals}
        if not states:
            click.echo(f"no corrections in {paths.display_path(feedback.folder.resolve())} yet")
            return
        for line in align_columns(_LIST_HEADER, map(_source_row, sources)):
            click.echo(line, nl=False)
        _name_quarantined([state for state in states if state.state == QUARANTINE], name_all)


def _reader(models_dir: Path, profile: Any) -> Any:
    """Return the amount reader that serves; None where none does yet."""
    from payment_ml.recognition import readers

    if readers.find_champion(Task.AMOUNTS, models_dir) is None:
        click.echo("payment-ml: no reader serves yet, so nothing is compared with what it reads", err=True)
        return None
    return readers.load_amount_reader(models_dir, profile=profile)


def _import_ending(report: "ImportReport") -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    failed = [f"{file}: {reason}" for file, reason in report.failed]
    return failed, report.as_dict(), {"source": report.source, "version": report.version}


def _describe_import(report: "ImportReport") -> None:
    """Print the counts of an import in words, and what to do next; name what is in quarantine on stderr."""
    counts = [
        f"{report.accepted} new corrections ({report.with_marks} with marks filled in)",
        f"{report.known} known already",
        f"{len(report.quarantined)} in quarantine",
        f"{len(report.failed)} failed",
    ]
    if report.left_out:
        counts.append(f"{report.left_out} beyond the quota")
    click.echo(f"{report.source}: of {report.rows} rows, {', '.join(counts)}")
    for file, reason in report.quarantined[:_NAMED]:
        click.echo(f"payment-ml: quarantine: {file}: {reason}", err=True)
    if len(report.quarantined) > _NAMED:
        click.echo(
            f"payment-ml: and {len(report.quarantined) - _NAMED} more: payment-ml corrections list --all", err=True
        )
    if 2 * len(report.quarantined) > len(report.quarantined) + report.accepted:
        click.echo("payment-ml: most are in quarantine: are the rows of the csv those of these pictures?", err=True)
    if report.accepted:
        click.echo("next: payment-ml retrain -p architecture reader -p warm_start True")


def _source_row(source: "SourceCounts") -> list[str]:
    from payment_ml.feedback.batches import WAITING
    from payment_ml.feedback.dataset import USES

    name = source.source or "unknown"
    saved = sorted({source.first[:10], source.last[:10]})
    numbers = [str(source.states[state]) for state in (*USES, WAITING)]
    quota = "share" if source.quota is None else str(source.quota)
    return [
        f"{name}, {source.sessions} sessions" if source.sessions > 1 else name,
        " to ".join(saved),
        str(source.states.total()),
        *numbers,
        quota,
    ]


def _name_quarantined(states: "Sequence[State]", name_all: bool) -> None:
    from payment_ml.cli.output import align_columns

    if not states:
        return
    shown = states if name_all else states[:_NAMED]
    click.echo("\nIn quarantine, until a person has looked at them:")
    rows = [[s.correction.name[:12], s.correction.source, str(s.correction.label), s.reason or ""] for s in shown]
    for line in align_columns(["picture", "source", "label", "reason"], rows):
        click.echo(line, nl=False)
    if len(shown) < len(states):
        click.echo(f"and {len(states) - len(shown)} more: payment-ml corrections list --all")


def _progress(description: str) -> Callable[[Iterable[Any], int], Iterable[Any]]:
    """Return a function that wraps a number of items in a progress bar, which appears after two seconds."""
    from tqdm import tqdm

    interval = 0.2 if sys.stderr.isatty() else 5.0

    def wrap(items: Iterable[Any], count: int) -> Iterable[Any]:
        return tqdm(items, description, count, unit="picture", delay=2, mininterval=interval, maxinterval=interval)

    return wrap
