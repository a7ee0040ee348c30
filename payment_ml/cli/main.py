"""The command payment-ml. Exit status: 0 done, 1 something failed, 2 wrong usage, 3 another retraining is under way."""

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from payment_ml import __version__, paths
from payment_ml.cli.models import MODELS, folder, models
from payment_ml.pipeline import log_setup

_DATA = folder("data", "Folder of raw and prepared data, and of corrections.")


def main() -> None:
    """Entry point: errors that users can act on are one line, not a traceback."""
    from payment_ml.errors import CorruptFileError, RegistryError

    try:
        sys.exit(cli(standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit("payment-ml: interrupted")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # somebody piped into head, and head has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (RegistryError, CorruptFileError, OSError) as error:
        print(f"payment-ml: {error}", file=sys.stderr)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="payment-ml")
def cli() -> None:
    """Reads handwritten payment amounts from pictures, and retrains its readers."""


@cli.command()
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IMAGE...")
@click.option(
    "--as", "kind", type=click.Choice(["amount", "digit"]), default="amount", show_default=True,
    help="What each picture holds; a single digit is an amount too, and --as digit reads the one in the middle.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "csv", "jsonl"]), default="table", help="How to print.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead of the console.")
@MODELS
def read(images: tuple[Path, ...], kind: str, form: str, output: Path | None, models_dir: Path) -> None:
    """Read pictures: files, folders for all pictures in them, or patterns such as 'slips/**/*.png'.

    A file that cannot be read gets a row for review with the reason; the others are read all the same. Rows come in the
    order of the files, each as soon as it is read. With --output, a batch that was interrupted goes on where it was
    when the same command is given again.
    """
    from tqdm import tqdm

    from payment_ml import atomic_files
    from payment_ml.cli import batch
    from payment_ml.cli.output import FORMATS

    items = list(batch.expand(images))
    if not items:
        raise click.UsageError(f"expected pictures, but {', '.join(map(str, images))} holds none")
    from payment_ml.recognition import readers

    load = {"amount": readers.load_amount_reader, "digit": readers.load_digit_classifier}[kind]
    reader = load(models_dir)
    # A bar only where somebody watches it, and never across rows that stream to the same screen.
    hidden = not sys.stderr.isatty() or (output is None and sys.stdout.isatty())
    bar = functools.partial(tqdm, desc="reading", total=len(items), unit="picture", disable=hidden)
    if output is None or (output.exists() and not output.is_file()):  # the console, a pipe or a device
        with click.open_file(str(output or "-"), "w", encoding="utf-8") as stream:
            for line in FORMATS[form](bar(batch.read(reader, items))):
                stream.write(line)
                stream.flush()
        return
    unfinished = batch.ResumableBatch(reader, items, output.resolve())
    with unfinished.held() as done:
        if done:
            click.echo(f"goes on after {done} of {len(items)} pictures that were read before", err=True)
        for _ in bar(unfinished.read(done), initial=done):
            pass
        with (
            atomic_files.atomic_write(output.resolve()) as partial,
            partial.open("w", encoding="utf-8", newline="") as file,
        ):
            file.writelines(FORMATS[form](unfinished.rows()))
        unfinished.remove()


@cli.command()
@click.option("--quick", is_flag=True, help="A run of under three minutes, for trying out: few pictures, few epochs.")
@click.option(
    "-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE", help="As papermill's -p."
)
@click.option("--force", is_flag=True, help="Promote although gates failed; the card says so.")
@click.option("--fresh", is_flag=True, help="Begin anew, whatever an interrupted run left.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="MINUTES", help="For the whole run.")
@click.option("--cell-timeout", type=click.FloatRange(0, min_open=True), metavar="MINUTES", help="For any single cell.")
@click.option(
    "--least-free", type=click.IntRange(0), default=1000, show_default=True, metavar="MB",
    help="Disk space that must be free before it begins.",
)  # fmt: skip
@click.option(
    "--keep", type=click.IntRange(1), default=10, show_default=True,
    help="Versions of each task to keep, besides champions and pinned ones.",
)  # fmt: skip
@click.option(
    "--log", "log_file", type=click.Path(dir_okay=False, path_type=Path), show_default="retraining.log in --models",
    help="Where to log, with times; the file is rotated.",
)  # fmt: skip
@_DATA
@MODELS
def retrain(
    quick: bool,
    parameters: tuple[tuple[str, str], ...],
    force: bool,
    fresh: bool,
    timeout: float | None,
    cell_timeout: float | None,
    least_free: int,
    keep: int,
    log_file: Path | None,
    data_dir: Path,
    models_dir: Path,
) -> None:
    """Prepare, train and evaluate: notebooks 01, 02 and 03 through papermill.

    The champion changes only when every step came to its end, the new version passed every gate, and it is better.
    What happens is logged to a file and to stderr. The last line on stdout is JSON: what came of it, for a program.

    Exit status: 0 the run came to its end, whether it promoted or kept the champion; 1 something failed, or a champion
    was found damaged; 2 wrong usage; 3 another retraining is under way.
    """
    from payment_ml import errors
    from payment_ml.pipeline import notebook_runner, retraining

    try:
        values = notebook_runner.parse_parameters(dict(parameters))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    values |= {name: True for name, flag in {"quick": quick, "force": force}.items() if flag}
    minute = 60
    limits = retraining.Limits(
        timeout and minute * timeout, cell_timeout and minute * cell_timeout, least_free * 1_000_000, keep
    )
    log_file = log_file or models_dir / "retraining.log"
    log_setup.configure_logging(log_file)
    try:
        done = retraining.retrain(values, data_dir, models_dir, limits, resume=not fresh)
    except errors.LockedError as error:
        _end_retraining(3, "locked", log_file, str(error))
    except (errors.RetrainingError, OSError) as error:
        _end_retraining(1, "failed", log_file, str(error))
    click.echo(f"{done.version} {done.reason} ({done.seconds / 60:.1f} minutes)")
    click.echo(f"What it learned and how good it is: {paths.display_path(done.folder / 'README.md')}")
    told = {"version": done.version, "folder": str(done.folder), "seconds": round(done.seconds, 1)}
    outcome = "promoted" if done.promoted else "kept the champion"
    reason = "; ".join([*done.restored, done.reason])
    _end_retraining(1 if done.restored else 0, outcome, log_file, reason, **told)


def _end_retraining(status: int, outcome: str, log_file: Path, reason: str, **told: Any) -> NoReturn:
    """The last line, for programs; a failure also in words, for people."""
    if status:
        log_setup.log_failure(outcome, reason)
    click.echo(json.dumps({"status": status, "outcome": outcome, "reason": reason, "log": str(log_file), **told}))
    sys.exit(status)


@cli.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=8866, show_default=True, help="On localhost.")
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
@click.option("--token", help="What the page asks for; made up unless given.")
@_DATA
@MODELS
def demo(port: int, browser: bool, token: str | None, data_dir: Path, models_dir: Path) -> None:
    """Serve the upload-and-predict page on this computer, until interrupted with Ctrl+C.

    The page is notebook 04. Its address, which holds a token, is printed; nobody gets in without it.
    """
    from payment_ml.app import server as served
    from payment_ml.errors import RegistryError
    from payment_ml.registry.registry import Registry

    if Registry(models_dir).champion("amounts") is None:
        raise RegistryError(f"expected a champion of amounts in {models_dir}, but there is none yet; run make run")
    served.serve(
        models_dir,
        data_dir / "feedback",
        port,
        browser,
        token,
        report=lambda address: click.echo(f"The page, as soon as its kernel is warm: {address}\nCtrl+C stops it."),
    )


cli.add_command(models)

if __name__ == "__main__":
    main()
