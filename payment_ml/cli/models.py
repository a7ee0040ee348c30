"""Define the subcommands of payment-ml models: list, choose, sign, check and remove trained versions."""

import sys
from pathlib import Path
from typing import Any

import click

from payment_ml import paths
from payment_ml.cli.options import MODELS
from payment_ml.errors import RegistryError, SignatureError
from payment_ml.tasks import ALL_TASKS, Task

_LIST_HEADER = [
    "serves",
    "",
    "version",
    "number",
    "note",
    "trained (UTC)",
    "task",
    "data",
    "digit errors",
    "picture errors",
    "accepted",
    "decision",
]


@click.group()
def models() -> None:
    """Look after the trained versions, and choose which of them serves."""


@models.command("list")
@MODELS
def list_versions(models_dir: Path) -> None:
    """List every version: number, note, date, training data, test errors, share accepted, and the decision on it."""
    from payment_ml.cli.output import align_columns
    from payment_ml.recognition.readers import find_champion
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    serving = [version for task in ALL_TASKS if (version := find_champion(task, models_dir)) is not None]
    champions = {version.name for version in serving}
    in_the_box = [version for version in serving if version.folder.parent != models_dir]
    rows = [
        [
            "*" if version.name in champions else "",
            "pinned" if version.metadata.get("pinned") else "",
            version.name,
            str(version.number),
            version.note,
            version.metadata["created"][:16].replace("T", " "),
            version.task,
            _training_data(version.metadata),
            *_test_results(version.metadata),
            version.metadata["verdict"]["reason"] if "verdict" in version.metadata else "not evaluated yet",
        ]
        for version in [*in_the_box, *registry.versions()]
    ]
    rows += [["", "", name, *["-"] * 8, "DAMAGED: its card.json cannot be read"] for name in registry.damaged()]
    if not rows:
        click.echo(
            f"no version in {paths.display_path(models_dir.resolve())} yet; run make train, or payment-ml retrain"
        )
        return
    for line in align_columns(_LIST_HEADER, rows):
        click.echo(line, nl=False)


def _training_data(metadata: dict[str, Any]) -> str:
    corrections = metadata.get("parameters", {}).get("corrections", 0)
    return f"{metadata.get('data_sha256', '-')[:8]}{f' + {corrections} corrections' if corrections else ''}"


def _test_results(metadata: dict[str, Any]) -> list[str]:
    """Return the error rates for digits and whole pictures, and the share accepted with its risk limit."""
    if "test" not in metadata:
        return ["-", "-", "-"]
    pictures = metadata["pictures"]
    rule = metadata["promises"]["amounts" if metadata["task"] == Task.AMOUNTS else "pictures"]
    return [
        f"{1 - metadata['test']['accuracy']:.2%}",
        f"{1 - pictures['accuracy']:.2%}",
        f"{pictures['accepted'] / pictures['pictures']:.1%}, at most {rule['risk']:.1%} of them wrong",
    ]


@models.command()
@click.argument("version", required=False)
@MODELS
def show(version: str | None, models_dir: Path) -> None:
    """Print the model card of a VERSION, or of every champion, and the calibrations that profiles have for it."""
    from payment_ml.recognition.readers import find_champion
    from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
    from payment_ml.registry.registry import Registry

    shown = [Registry(models_dir).get(version)] if version else [find_champion(task, models_dir) for task in ALL_TASKS]
    if not any(shown):
        raise RegistryError(f"expected a champion in {models_dir}, but none was promoted yet; run payment-ml retrain")
    for shown_version in filter(None, shown):
        click.echo((shown_version.folder / "README.md").read_text(encoding="utf-8"))
        if calibrations := ProfileCalibrationStore(models_dir).of_version(shown_version):
            click.echo("## Calibrations of profiles\n\n| profile | made | accepts | on own pictures |")
            click.echo("| --- | --- | --- | --- |")
            for calibration in calibrations:
                click.echo(f"| {calibration.profile} | {' | '.join(calibration.describe())} |")
            click.echo("\npayment-ml models uncalibrate PROFILE removes one; the model card's then serves again.\n")


@models.command()
@click.argument("profile")
@MODELS
def uncalibrate(profile: str, models_dir: Path) -> None:
    """Remove the calibrations of its own that PROFILE has, by payment-ml evaluate --recalibrate; the card's serve."""
    from payment_ml.registry.profile_calibrations import ProfileCalibrationStore

    removed = ProfileCalibrationStore(models_dir).remove(profile)
    if not removed:
        raise RegistryError(
            f"expected a calibration of the profile {profile} in {models_dir}, but there is none; "
            "see payment-ml models show"
        )
    click.echo("\n".join(f"removed {paths.display_path(path)}" for path in removed))


@models.command()
@click.argument("version")
@MODELS
def promote(version: str, models_dir: Path) -> None:
    """Make VERSION the champion of its task."""
    from payment_ml.registry import mlflow_tracking
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    promoted = registry.get(version)
    registry.promote(promoted)
    mlflow_tracking.sync_champion_alias(registry)
    click.echo(f"{promoted.name} serves {promoted.task}; payment-ml models rollback goes back")


@models.command()
@click.option(
    "--task",
    type=click.Choice(sorted(task.value for task in ALL_TASKS)),  # click offers members of an enum by name, in capitals
    help="Default: the task whose champion changed last.",
)
@MODELS
def rollback(task: str | None, models_dir: Path) -> None:
    """Make the previous champion of a task serve again."""
    from payment_ml.registry import mlflow_tracking
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    champion = registry.rollback(task)
    mlflow_tracking.sync_champion_alias(registry)
    click.echo(f"{champion.name} serves {champion.task} again")


@models.command()
@click.argument("version")
@MODELS
def pin(version: str, models_dir: Path) -> None:
    """Never prune VERSION."""
    _pin(version, models_dir, True)


@models.command()
@click.argument("version")
@MODELS
def unpin(version: str, models_dir: Path) -> None:
    """Allow VERSION to be pruned when it is old."""
    _pin(version, models_dir, False)


def _pin(version: str, models_dir: Path, pinned: bool) -> None:
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    changed = registry.pin(registry.get(version), pinned)
    click.echo(f"{changed.name} {'is never pruned' if pinned else 'may be pruned when it is old'}")


@models.command()
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, help="Newest versions of each task.")
@MODELS
def prune(keep: int, models_dir: Path) -> None:
    """Remove old versions: neither champion nor one of the three before it, nor among the newest, nor pinned."""
    from payment_ml.registry.registry import Registry

    removed = Registry(models_dir).prune(keep)
    click.echo("\n".join(f"removed {name}" for name in removed) or "nothing to remove")


@models.command()
@click.option(
    "--private", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File for the key that signs."
)
@click.option(
    "--public", type=click.Path(dir_okay=False, path_type=Path), required=True, help="File for the key that checks."
)
def keygen(private: Path, public: Path) -> None:
    """Make a key pair to sign champions with."""
    from payment_ml.registry import signing

    try:
        signing.make_keys(private, public)
    except SignatureError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{private} signs: {signing.PRIVATE}; {public} checks: {signing.PUBLIC}")


@models.command()
@click.argument("version")
@click.option("--private", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Key to sign with.")
@MODELS
def sign(version: str, private: Path, models_dir: Path) -> None:
    """Sign VERSION, so that it may serve where PAYMENT_ML_PUBLIC_KEY is set."""
    from payment_ml.registry import signing
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    signed = registry.get(version)
    registry.verify(signed)
    signing.sign(signed.folder, signed.metadata, private)
    click.echo(f"{signed.name} is signed")


@models.command()
@MODELS
def verify(models_dir: Path) -> None:
    """Check every version's network against the sha256 in its card.json; exit status 1 when one differs."""
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    damaged = 0
    for version in registry.versions():
        try:
            registry.verify(version)
            click.echo(f"{version.name}  intact")
        except RegistryError as error:
            damaged += 1
            click.echo(f"{version.name}  DAMAGED: {error}")
    for task in ALL_TASKS:
        if (champion := registry.champion(task)) is not None:
            registry.verify_serving(champion)
    sys.exit(1 if damaged else 0)
