"""Define the command payment-ml.

Exit status: 0 done, 1 something failed, 2 wrong usage, 3 another process is retraining.
"""

import os
import sys
from pathlib import Path

import click

from payment_ml import __version__, paths
from payment_ml.cli.corrections import corrections
from payment_ml.cli.evaluation import evaluate
from payment_ml.cli.last_line import end_retraining, ends_with_json
from payment_ml.cli.models import models
from payment_ml.cli.options import DATA, MODELS, PROFILE, needs_extra
from payment_ml.cli.reading import read
from payment_ml.cli.sweep import sweep
from payment_ml.errors import PaymentMLError, RegistryError
from payment_ml.pipeline import log_setup
from payment_ml.tasks import DOCUMENT, TASK_OF_WORD, Task

_MINUTE = 60  # seconds


def main() -> None:
    """Run the command; an error that the user can act on is one line, not a traceback."""
    try:
        sys.exit(cli(standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit("payment-ml: interrupted")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of a pipe, such as head, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (PaymentMLError, OSError) as error:
        print(f"payment-ml: {error}", file=sys.stderr)
        sys.exit(1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="payment-ml")
def cli() -> None:
    """Read handwritten payment amounts from pictures, and retrain the readers."""


@cli.command()
@click.option("--quick", is_flag=True, help="A run of under three minutes, for trying out: few pictures, few epochs.")
@click.option(
    "-p", "--parameter", "parameters", nargs=2, multiple=True, metavar="NAME VALUE", help="As papermill's -p."
)
@click.option("--force", is_flag=True, help="Promote although promotion checks failed; card.json records it.")
@click.option("--fresh", is_flag=True, help="Start a new run even if an interrupted one could be resumed.")
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
@DATA
@MODELS
@ends_with_json
@needs_extra("train")
def retrain(
    quick: bool,
    parameters: tuple[tuple[str, str], ...],
    force: bool,
    fresh: bool,
    timeout: float | None,
    cell_timeout: float | None,
    least_free: int,
    keep: int,
    log_file: Path,
    data_dir: Path,
    models_dir: Path,
) -> None:
    """Prepare, train and evaluate: notebooks 01, 02 and 03 through papermill.

    The champion changes only if every step reached its end, the new version passed every promotion check, and it is
    better. Progress is logged to a file and to stderr. The last line on stdout is JSON for programs: the outcome.

    Exit status: 0 the run reached its end, whether it promoted or kept the champion; 1 something failed, or a champion
    was damaged; 2 wrong usage; 3 another process is retraining.
    """
    from payment_ml.pipeline import notebook_runner, retraining

    try:
        values = notebook_runner.parse_parameters(dict(parameters))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    values |= {name: True for name, flag in {"quick": quick, "force": force}.items() if flag}
    limits = retraining.Limits(
        timeout and timeout * _MINUTE, cell_timeout and cell_timeout * _MINUTE, least_free * 1_000_000, keep
    )
    log_setup.configure_logging(log_file)
    result = retraining.retrain(values, data_dir, models_dir, limits, resume=not fresh)
    click.echo(f"{result.version} {result.reason} ({result.seconds / 60:.1f} minutes)")
    click.echo(f"Model card, with training data and test results: {paths.display_path(result.folder / 'README.md')}")
    end_retraining(
        1 if result.restored else 0,
        "promoted" if result.promoted else "kept the champion",
        log_file,
        "; ".join([*result.restored, result.reason]),
        version=result.version,
        folder=str(result.folder),
        seconds=round(result.seconds, 1),
    )


@cli.command()
@click.option("--port", type=click.IntRange(1024, 65535), default=8866, show_default=True, help="Port to listen on.")
@click.option(
    "--host", default="localhost", show_default=True,
    help="Name or address to listen on; 0.0.0.0 lets other computers in. See SECURITY.md before.",
)  # fmt: skip
@click.option("--base-url", default="/", show_default=True, help="Path under which a proxy serves the page.")
@click.option("--browser/--no-browser", default=True, help="Open the page in a browser.")
@click.option("--token", help="Token that the page asks for; made up unless given.")
@click.option(
    "--keep/--no-keep", default=True, show_default=True,
    help="Keep confirmed amounts for learning, unless a person chooses otherwise; --no-keep suits banks.",
)  # fmt: skip
@click.option(
    "--decimal-mark", type=click.Choice([".", ","]), show_default="as the browser's language",
    help="Decimal mark of downloads and copies at first.",
)  # fmt: skip
@click.option("--theme", type=click.Choice(["light", "dark"]), show_default="as the system", help="Colours at first.")
@click.option(
    "--as", "kind", type=click.Choice([*TASK_OF_WORD, DOCUMENT]), default="amount", show_default=True,
    help="Content of the pictures at first, as of payment-ml read; a person can choose another on the page.",
)  # fmt: skip
@PROFILE
@DATA
@MODELS
@needs_extra("notebooks")
def demo(
    port: int,
    host: str,
    base_url: str,
    browser: bool,
    token: str | None,
    keep: bool,
    decimal_mark: str | None,
    theme: str | None,
    kind: str,
    profile: str | None,
    data_dir: Path,
    models_dir: Path,
) -> None:
    """Serve the upload-and-predict page, until interrupted with Ctrl+C; on this computer alone unless --host is given.

    The page is the panel of notebook 04. Its address, which is printed, holds a token, without which no one gets in.
    --profile is the kind of form that it chooses at first; what a person chooses is remembered by the browser.
    """
    from payment_ml.app import server
    from payment_ml.recognition.readers import find_champion
    from payment_ml.text.profiles import load_profile

    load_profile(profile)  # a wrong name is told now, not by the page
    if find_champion(Task.AMOUNTS, models_dir) is None:
        raise RegistryError(
            f"expected a champion of amounts in {models_dir}, but there is none yet; "
            "run make train, or payment-ml retrain"
        )
    if kind in TASK_OF_WORD and find_champion(TASK_OF_WORD[kind], models_dir) is None:
        raise click.UsageError(f"expected --as amount or document, but got --as {kind}, of which there is no champion")
    server.serve(
        models_dir,
        data_dir / "feedback",
        port,
        browser,
        token,
        report=lambda address: click.echo(f"The page, as soon as its kernel is warm: {address}\nCtrl+C stops it."),
        host=host,
        base_url=base_url,
        profile=profile if profile is None or not Path(profile).is_file() else str(Path(profile).resolve()),
        keep=keep,
        decimal_mark=decimal_mark or "",
        theme=theme or "",
        kind=kind,
    )


cli.add_command(read)
cli.add_command(evaluate)
cli.add_command(models)
cli.add_command(corrections)
cli.add_command(sweep)

if __name__ == "__main__":
    main()
