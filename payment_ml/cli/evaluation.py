"""Define the command payment-ml evaluate: measure the reader that serves on pictures whose amounts are known."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from payment_ml.cli.last_line import ends_with_counts
from payment_ml.cli.options import MODELS, PROFILE, needs_extra
from payment_ml.errors import ProfileError, TruthFileError

if TYPE_CHECKING:
    from payment_ml.evaluation.own_pictures import OwnPictures
    from payment_ml.evaluation.recalibration import Recalibration
    from payment_ml.recognition.amount_reader import AmountReader
    from payment_ml.registry.profile_calibrations import ProfileCalibrationStore

_SHOWN_MISTAKES = 20


@click.command()
@click.argument("truth", metavar="TRUTH.csv", type=click.Path(dir_okay=False, path_type=Path))
@PROFILE
@click.option(
    "--risk", type=click.FloatRange(0, 1, min_open=True, max_open=True),
    show_default="what is promised, 0.005 unless recalibrated",
    help="Largest permitted share of wrong readings among accepted ones.",
)  # fmt: skip
@click.option(
    "--as", "kind", type=click.Choice(["amount", "document"]), default="amount", show_default=True,
    help="Content of each picture: an amount that was cut out, or a whole document, on which the amount is found.",
)  # fmt: skip
@click.option("--recalibrate", is_flag=True, help="Choose the accept threshold on these pictures, for this profile.")
@MODELS
@needs_extra("notebooks")
def evaluate(
    truth: Path, profile: str | None, risk: float | None, kind: str, recalibrate: bool, models_dir: Path
) -> None:
    """Measure how good the reader that serves is on your own pictures, whose amounts TRUTH.csv has.

    Its columns: file (relative to the csv), truth (what is written: an amount, or its digits) and, optionally, value
    (what it means in money, which then counts). Use pictures that were not saved as corrections: what was learned tells
    nothing about others.

    With --as document, TRUTH.csv has whole documents: truth and value are empty where there is no amount; optional are
    page, the box of the figures as x, y, w, h in pixels, and words_match, yes or no.

    With --recalibrate and --profile, the accept threshold is chosen on these pictures, and serves from then on under
    this profile, where they support the risk with 95% confidence; where they do not, it says how many more it takes. A
    picture that is missing or damaged stops nothing. The last line on stderr is JSON for programs: the counts.

    Exit status: 0 every row was read; 1 a row was not, or something failed; 2 wrong usage.
    """
    if kind == "document":
        if recalibrate:
            raise click.UsageError(
                "expected --recalibrate with --as amount, but got --as document: a threshold is chosen on amounts that "
                "were cut out of their pages; leave --recalibrate out, or cut the amounts out"
            )
        _evaluate_documents(truth, profile, risk, models_dir)
    else:
        _evaluate_amounts(truth, profile, risk, recalibrate, models_dir)


def _evaluate_documents(truth: Path, profile: str | None, risk: float | None, models_dir: Path) -> None:
    """Measure the document reader on whole documents."""
    from payment_ml.evaluation import own_document_reports, own_documents, own_pictures
    from payment_ml.recognition import readers
    from payment_ml.text.document_truths import read_document_truths
    from payment_ml.text.profiles import load_profile

    try:
        form = load_profile(profile)
        rows = read_document_truths(truth, form)
    except (ProfileError, TruthFileError) as error:
        raise click.UsageError(str(error)) from error
    failed: list[str] = []
    ending: dict[str, Any] = {}
    with ends_with_counts(lambda: (failed, ending, {})):
        reader = readers.load_document_reader(models_dir, profile=form)
        ending["version"] = reader.version.name
        progress = functools.partial(own_pictures.show_progress, hidden=not sys.stderr.isatty())
        measured = own_documents.read_documents(reader, rows, risk, progress)
        ending |= measured.as_counts()
        failed += [f"{file}: not read: {why}" for file, why in measured.not_read]
        click.echo(own_document_reports.title(measured, reader, truth.name))
        click.echo(f"\n{own_document_reports.counts_table(measured).to_string()}")
        click.echo(f"\n{own_document_reports.promise(measured)}")
        tables = {
            "By reason for review": own_document_reports.by_reason(measured),
            "Mistakes, accepted and confident ones first": own_document_reports.mistakes_table(
                measured.mistakes[:_SHOWN_MISTAKES]
            ),
        }
        for heading, table in tables.items():
            click.echo(f"\n{heading}\n{'none' if table.empty else table.to_string()}")


def _evaluate_amounts(
    truth: Path, profile: str | None, risk: float | None, recalibrate: bool, models_dir: Path
) -> None:
    """Measure the amount reader on amounts that were cut out of their pages, and choose its threshold on them."""
    from payment_ml.evaluation import own_pictures, own_reports, recalibration
    from payment_ml.recognition import readers
    from payment_ml.text.profiles import load_profile
    from payment_ml.text.truth_files import read_truth_file

    if recalibrate and profile is None:
        raise click.UsageError("expected --profile with --recalibrate: a calibration is filed for one kind of form")
    try:
        form = load_profile(profile)
        known = read_truth_file(truth, form)
    except (ProfileError, TruthFileError) as error:
        raise click.UsageError(str(error)) from error
    failed: list[str] = []
    ending: dict[str, Any] = {}
    with ends_with_counts(lambda: (failed, ending, {})):
        reader = readers.load_amount_reader(models_dir, profile=form)
        if recalibrate:
            reader = reader.with_card_calibration()
        ending["version"] = reader.version.name
        progress = functools.partial(own_pictures.show_progress, hidden=not sys.stderr.isatty())
        measured = own_pictures.read_pictures(reader, known.rows, risk, progress)
        ending |= measured.as_counts()
        failed += [f"{file}: not read: {why}" for file, why in measured.not_read]
        click.echo(own_reports.title(measured, reader, known.path.name))
        _print_report(measured, reader)
        if recalibrate:
            outcome = recalibration.recalibrate(reader, measured, measured.risk)
            ending["recalibrated"] = outcome.as_counts()
            _file(outcome, functools.partial(recalibration.file_calibration, reader, outcome, known), models_dir)


def _print_report(measured: "OwnPictures", reader: "AmountReader") -> None:
    from payment_ml.evaluation import own_reports
    from payment_ml.evaluation.recalibration import recalibrate

    outcomes = [recalibrate(reader, measured, risk) for risk in own_reports.RISKS]
    tables = {
        "": own_reports.counts_table(measured),
        "Beside the model card": own_reports.beside_card(measured, reader.version.metadata),
        "What would be accepted at a risk": own_reports.risks_table(measured, outcomes),
        "Risk-coverage curve": own_reports.coverage_table(measured),
        "By number of digits": own_reports.by_digits(measured),
        "By reason for review": own_reports.by_reason(measured),
        "Mistakes, accepted and confident ones first": own_reports.mistakes_table(measured.mistakes[:_SHOWN_MISTAKES]),
    }
    for heading, table in tables.items():
        click.echo(f"\n{heading}" if heading else "")
        click.echo("none" if table.empty else table.to_string())
        if not heading:
            click.echo("\n".join(["", own_reports.promise(measured), *filter(None, [own_reports.left_out(measured)])]))


def _file(outcome: "Recalibration", file: "Callable[[ProfileCalibrationStore], str]", models_dir: Path) -> None:
    """File a recalibration where the pictures support it, and say what serves."""
    from payment_ml.registry.profile_calibrations import ProfileCalibrationStore

    click.echo(f"\nRecalibration: {outcome.reason}")
    if outcome.supported:
        click.echo(f"It is filed as {file(ProfileCalibrationStore(models_dir))}, and serves under this profile.")
    else:
        click.echo("Nothing was filed; what served before serves on.")
