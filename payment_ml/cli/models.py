"""The subcommands of payment-ml models: they look after the trained versions."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from payment_ml import paths


def folder(name: str, holds: str) -> Callable:
    """The option --NAME of a command: a folder, usually the project's own of that name."""
    return click.option(
        f"--{name}",
        f"{name}_dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=paths.ROOT / name,
        show_default=f"{name}/ of this project",
        help=holds,
    )


MODELS = folder("models", "Folder of trained versions.")


@click.group()
def models() -> None:
    """Look after the trained versions, and choose which of them serves."""


@models.command("list")
@MODELS
def list_versions(models_dir: Path) -> None:
    """Every version: date, what it learned from, how often it errs, what it promises, and its verdict."""
    from payment_ml.cli.output import columns
    from payment_ml.registry.registry import Registry
    from payment_ml.tasks import TASKS

    registry = Registry(models_dir)
    champions = {version.name for task in TASKS if (version := registry.champion(task)) is not None}
    rows = [
        [
            "*" if version.name in champions else "",
            "pinned" if version.metadata.get("pinned") else "",
            version.name,
            version.metadata["created"][:16].replace("T", " "),
            version.task,
            _learned_from(version.metadata),
            *_measured(version.metadata),
            version.metadata["verdict"]["reason"] if "verdict" in version.metadata else "not evaluated yet",
        ]
        for version in registry.versions()
    ]
    rows += [["", "", name, *["-"] * 6, "DAMAGED: its card cannot be read"] for name in registry.damaged()]
    if not rows:
        click.echo(f"no version in {paths.display_path(models_dir.resolve())} yet; run make run, or payment-ml retrain")
        return
    head = [
        "serves", "", "version", "trained (UTC)", "task", "data", "digits wrong", "pictures wrong", "promise", "verdict"
    ]  # fmt: skip
    for line in columns(head, rows):
        click.echo(line, nl=False)


def _learned_from(card: dict[str, Any]) -> str:
    corrections = card.get("parameters", {}).get("corrections", 0)
    return f"{card.get('data_sha256', '-')[:8]}{f' + {corrections} corrections' if corrections else ''}"


def _measured(card: dict[str, Any]) -> list[str]:
    if "test" not in card:
        return ["-", "-", "-"]
    pictures = card["pictures"]
    promise = card["promises"]["amounts" if card["task"] == "amounts" else "pictures"]
    return [
        f"{1 - card['test']['accuracy']:.2%}",
        f"{1 - pictures['accuracy']:.2%}",
        f"at most {promise['risk']:.1%} of {pictures['accepted'] / pictures['pictures']:.1%}",
    ]


@models.command()
@click.argument("version", required=False)
@MODELS
def show(version: str | None, models_dir: Path) -> None:
    """Print the model card of a VERSION, or of every champion."""
    from payment_ml.errors import RegistryError
    from payment_ml.registry.registry import Registry
    from payment_ml.tasks import TASKS

    registry = Registry(models_dir)
    found = [registry.get(version)] if version else [registry.champion(task) for task in TASKS]
    if not any(found):
        raise RegistryError(f"expected a champion in {models_dir}, but none was promoted yet; run payment-ml retrain")
    for each in filter(None, found):
        click.echo((each.folder / "README.md").read_text(encoding="utf-8"))


@models.command()
@click.argument("version")
@MODELS
def promote(version: str, models_dir: Path) -> None:
    """Make VERSION the champion of its task."""
    from payment_ml.registry import mlflow_tracking
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    found = registry.get(version)
    registry.promote(found)
    mlflow_tracking.sync_champion_alias(registry)
    click.echo(f"{found.name} serves {found.task}; payment-ml models rollback goes back")


@models.command()
@click.option("--task", type=click.Choice(["amounts", "digits"]), help="Whose champion; usually the newest one.")
@MODELS
def rollback(task: str | None, models_dir: Path) -> None:
    """Make the champion before this one serve again; of the task whose champion changed last."""
    from payment_ml.registry import mlflow_tracking
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    version = registry.rollback(task)
    mlflow_tracking.sync_champion_alias(registry)
    click.echo(f"{version.name} serves {version.task} again")


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
    """Let VERSION be pruned when its time comes."""
    _pin(version, models_dir, False)


def _pin(version: str, models_dir: Path, pinned: bool) -> None:
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    found = registry.pin(registry.get(version), pinned)
    click.echo(f"{found.name} {'stays' if pinned else 'may be pruned when it is old'}")


@models.command()
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, help="Newest versions of each task.")
@MODELS
def prune(keep: int, models_dir: Path) -> None:
    """Remove old versions: neither champion nor one of the three before it, nor among the newest, nor pinned."""
    from payment_ml.registry.registry import Registry

    removed = Registry(models_dir).prune(keep)
    click.echo("\n".join(f"removed {name}" for name in removed) or "nothing to remove")


@models.command()
@click.option("--private", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Who has it may sign.")
@click.option("--public", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Who has it may check.")
def keygen(private: Path, public: Path) -> None:
    """Make a key pair to sign champions with."""
    from payment_ml import errors
    from payment_ml.registry import signing

    try:
        signing.make_keys(private, public)
    except errors.SignatureError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"{private} signs: {signing.PRIVATE}; {public} checks: {signing.PUBLIC}")


@models.command()
@click.argument("version")
@click.option("--private", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Key to sign with.")
@MODELS
def sign(version: str, private: Path, models_dir: Path) -> None:
    """Sign VERSION, so that it may serve where PAYMENT_ML_PUBLIC_KEY is set."""
    from payment_ml import errors
    from payment_ml.errors import RegistryError
    from payment_ml.registry import signing
    from payment_ml.registry.registry import Registry

    registry = Registry(models_dir)
    found = registry.get(version)
    registry.verify(found)
    try:
        signing.sign(found.folder, found.metadata, private)
    except errors.SignatureError as error:
        raise RegistryError(str(error)) from error
    click.echo(f"{found.name} is signed")


@models.command()
@MODELS
def verify(models_dir: Path) -> None:
    """Check every version's network against the sha256 in its card; exit status 1 when one differs."""
    from payment_ml.errors import RegistryError
    from payment_ml.registry.registry import Registry
    from payment_ml.tasks import TASKS

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
        if (champion := registry.champion(task)) is not None:
            registry.verify_serving(champion)
    sys.exit(1 if damaged else 0)
