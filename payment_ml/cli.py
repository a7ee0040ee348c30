"""The command payment-ml. Exit status: 0 done, 1 something failed, 2 wrong usage, 3 another retraining is under way."""

import csv
import glob
import io
import itertools
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from payment_ml import __version__, project

COLUMNS = ("file", "text", "digits", "confidence", "decision", "reason")
_SUFFIXES = {".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp"}
_MODELS = click.option(
    "--models",
    "models_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=project.ROOT / "models",
    show_default="models/ of this project",
    help="Folder of trained versions.",
)
_DATA = click.option(
    "--data",
    "data_dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=project.ROOT / "data",
    show_default="data/ of this project",
    help="Folder of raw and prepared data, and of corrections.",
)


def main() -> None:
    """Entry point: errors that users can act on are one line, not a traceback."""
    from payment_ml.files import DamagedError
    from payment_ml.registry import RegistryError

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
    except (RegistryError, DamagedError, OSError) as error:
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
@_MODELS
def read(images: tuple[Path, ...], kind: str, form: str, output: Path | None, models_dir: Path) -> None:
    """Read pictures: files, folders for all pictures in them, or patterns such as 'slips/**/*.png'.

    A file that cannot be read gets a row for review with the reason; the others are read all the same. Rows come in the
    order of the files, each as soon as it is read.
    """
    from tqdm import tqdm

    paths = list(_expand(images))
    if not paths:
        raise click.UsageError(f"expected pictures, but {', '.join(map(str, images))} holds none")
    from payment_ml import reading

    load = {"amount": reading.load_amount_reader, "digit": reading.load_digit_classifier}[kind]
    readings = load(models_dir).stream(paths)
    # A bar only where somebody watches it, and never across rows that stream to the same screen.
    hidden = not sys.stderr.isatty() or (output is None and sys.stdout.isatty())
    watched = tqdm(readings, "reading", total=len(paths), unit="picture", disable=hidden)
    rows = ({"file": str(path), **_row(each)} for path, each in zip(paths, watched, strict=True))
    lines = {"table": _table, "csv": _csv, "jsonl": _jsonl}[form](rows)
    if output is None:
        for line in lines:
            click.echo(line, nl=False)
    else:
        from payment_ml.files import replacing

        with replacing(output.resolve()) as partial, partial.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)


def _expand(images: Iterable[Path]) -> Iterator[Path]:
    for path in images:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.suffix.lower() in _SUFFIXES)
        elif not path.exists() and glob.has_magic(str(path)):
            # A pattern in quotes, or from a shell that leaves patterns alone.
            found = Path(path.anchor).glob(str(path.relative_to(path.anchor)))
            yield from sorted(each for each in found if each.is_file())
        else:
            yield path


def _row(reading: Any) -> dict[str, Any]:
    return {
        "text": reading.text,
        "digits": reading.digits,
        "confidence": round(reading.confidence, 4) if reading.text else None,
        "decision": reading.decision,
        "reason": reading.reason,
    }


def _csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _jsonl(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _table(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    shown = (
        [
            project.shown(Path(row["file"]).resolve()),
            row["text"] or "-",
            "-" if row["confidence"] is None else f"{row['confidence']:.1%}",
            row["decision"],
            row["reason"] or "",
        ]
        for row in rows
    )
    yield from _columns(["file", "text", "confidence", "decision", "reason"], shown)


def _columns(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Columns as wide as the first hundred rows need, so that the first need not wait for the last."""
    remaining = iter(rows)
    first = list(itertools.islice(remaining, 100))
    widths = [max(len(line[i]) for line in [head, *first]) for i in range(len(head))]
    for line in itertools.chain([head, ["-" * width for width in widths]], first, remaining):
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() + "\n"


@cli.command()
@click.option("--quick", is_flag=True, help="A run of under three minutes, for trying out: few pictures, few epochs.")
@click.option(
    "-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE", help="As papermill's -p."
)
@_DATA
@_MODELS
def retrain(quick: bool, parameters: tuple[tuple[str, str], ...], data_dir: Path, models_dir: Path) -> None:
    """Prepare, train and evaluate: notebooks 01, 02 and 03 through papermill.

    The champion changes only when every step came to its end and the last one says that the new version is better.
    """
    from payment_ml import retraining

    _log_notebooks()
    try:
        values = retraining.parse(dict(parameters)) | ({"quick": True} if quick else {})
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        done = retraining.retrain(values, data_dir, models_dir, report=click.echo)
    except retraining.LockedError as error:
        click.echo(f"payment-ml: {error}", err=True)
        sys.exit(3)
    except retraining.RetrainingError as error:
        click.echo(f"payment-ml: {error}", err=True)
        sys.exit(1)
    click.echo(f"{done.version} {done.reason} ({done.seconds / 60:.1f} minutes)")
    click.echo(f"What it learned and how good it is: {project.shown(done.folder / 'README.md')}")


def _log_notebooks() -> None:
    """Show on the console what the notebooks print as they print it, without papermill's marks around each cell."""
    marks = ("Executing Cell", "Ending Cell", "Executing notebook", "Input Notebook", "Output Notebook", "<Figure")
    log = logging.StreamHandler(sys.stderr)
    log.setFormatter(logging.Formatter("    %(message)s"))

    def is_for_people(record: logging.LogRecord) -> bool:
        record.msg, record.args = record.getMessage().strip(), None
        return bool(record.msg) and not record.msg.startswith(marks)

    log.addFilter(is_for_people)
    logger = logging.getLogger("papermill")
    logger.addHandler(log)
    logger.setLevel(logging.INFO)
    logger.propagate = False


@cli.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=8866, show_default=True, help="On localhost.")
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
@click.option("--token", help="What the page asks for; made up unless given.")
@_DATA
@_MODELS
def demo(port: int, browser: bool, token: str | None, data_dir: Path, models_dir: Path) -> None:
    """Serve the upload-and-predict page on this computer, until interrupted with Ctrl+C.

    The page is notebook 04. Its address, which holds a token, is printed; nobody gets in without it.
    """
    from payment_ml import demo as served
    from payment_ml.registry import Registry, RegistryError

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


@cli.group()
def models() -> None:
    """Look after the trained versions, and choose which of them serves."""


@models.command("list")
@_MODELS
def list_versions(models_dir: Path) -> None:
    """Every version: whether it serves, how it reads digits and pictures of the test split, and its verdict."""
    from payment_ml.registry import TASKS, Registry

    registry = Registry(models_dir)
    champions = {version.name for task in TASKS if (version := registry.champion(task)) is not None}
    rows = [
        [
            "*" if version.name in champions else "",
            version.name,
            version.task,
            *_measured(version.card),
            version.card["verdict"]["reason"] if "verdict" in version.card else "not evaluated yet",
        ]
        for version in registry.versions()
    ]
    if not rows:
        click.echo(f"no version in {project.shown(models_dir.resolve())} yet; run make run, or payment-ml retrain")
        return
    head = ["serves", "version", "task", "digits right", "pictures right", "accepts", "verdict"]
    for line in _columns(head, rows):
        click.echo(line, nl=False)


def _measured(card: dict[str, Any]) -> list[str]:
    if "test" not in card:
        return ["-", "-", "-"]
    pictures = card["pictures"]
    return [
        f"{card['test']['accuracy']:.2%}",
        f"{pictures['accuracy']:.2%}",
        f"{pictures['accepted'] / pictures['pictures']:.1%}",
    ]


@models.command()
@click.argument("version", required=False)
@_MODELS
def show(version: str | None, models_dir: Path) -> None:
    """Print the model card of a VERSION, or of every champion."""
    from payment_ml.registry import TASKS, Registry, RegistryError

    registry = Registry(models_dir)
    found = [registry.get(version)] if version else [registry.champion(task) for task in TASKS]
    if not any(found):
        raise RegistryError(f"expected a champion in {models_dir}, but none was promoted yet; run payment-ml retrain")
    for each in filter(None, found):
        click.echo((each.folder / "README.md").read_text(encoding="utf-8"))


@models.command()
@click.argument("version")
@_MODELS
def promote(version: str, models_dir: Path) -> None:
    """Make VERSION the champion of its task."""
    from payment_ml.registry import Registry

    registry = Registry(models_dir)
    found = registry.get(version)
    registry.promote(found)
    click.echo(f"{found.name} serves {found.task}; payment-ml models rollback goes back")


@models.command()
@click.option("--task", type=click.Choice(["amounts", "digits"]), help="Whose champion; usually the newest one.")
@_MODELS
def rollback(task: str | None, models_dir: Path) -> None:
    """Make the champion before this one serve again; of the task whose champion changed last."""
    from payment_ml.registry import Registry

    version = Registry(models_dir).rollback(task)
    click.echo(f"{version.name} serves {version.task} again")


@models.command()
@_MODELS
def verify(models_dir: Path) -> None:
    """Check every version's network against the sha256 in its card; exit status 1 when one differs."""
    from payment_ml.registry import TASKS, Registry, RegistryError

    registry = Registry(models_dir)
    damaged = 0
    for version in registry.versions():
        try:
            registry.verify(version)
            click.echo(f"{version.name}  as trained")
        except RegistryError as error:
            damaged += 1
            click.echo(f"{version.name}  DAMAGED: {error}")
    for task in TASKS:
        registry.champion(task)
    sys.exit(1 if damaged else 0)


if __name__ == "__main__":
    main()
