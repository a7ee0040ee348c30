"""Print the walk of one image through the modules of the package, and how often it enters each of them.

A stay in a module begins with a call from another module; calls of one module that follow each other into the same
module are one stay. Properties of plain data are no stay. The figures in docs/architecture.md come from here.

Run: .venv/bin/python benchmarks/walk.py
"""

import itertools
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import FrameType

import click

import payment_ml
from payment_ml import paths

PACKAGE = str(paths.ROOT / "payment_ml") + "/"


@dataclass
class Stay:
    """Hold consecutive calls from one module into another."""

    depth: int
    caller: str
    module: str
    functions: dict[str, None] = field(default_factory=dict)  # a set that keeps its order


@click.command(context_settings={"show_default": True})
@click.argument("image", type=click.Path(path_type=Path), default=paths.ROOT / "data" / "samples" / "amount-01.png")
@click.option("--models", "models_dir", type=click.Path(path_type=Path), default=paths.ROOT / "models")
def main(image: Path, models_dir: Path) -> None:
    """Read an image with the champion for amounts, and print its walk."""
    reader = payment_ml.load_amount_reader(models_dir)
    content = image.read_bytes()
    reader.read(content)  # whatever happens at the first use only is no part of the walk
    stays: list[Stay] = []

    def follow(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE) and not _is_property(frame):
            _record(frame, stays)

    sys.setprofile(follow)
    reading = reader.read(content)
    sys.setprofile(None)
    for stay in stays:
        click.echo(f"{'  ' * (stay.depth - 1)}{stay.module}: {', '.join(stay.functions)}")
    click.echo(f"\n{reading.text or 'nothing'}, {reading.confidence:.1%}, {reading.decision}; stays:")
    for module, count in Counter(stay.module for stay in stays).most_common():
        click.echo(f"{count:4}  {module}")


def _record(frame: FrameType, stays: list[Stay]) -> None:
    """Add a call to the last stay of its caller, or begin a new stay, unless it stays within its module."""
    module, callers = _module(frame), _callers(frame)
    caller = callers[0] if callers else ""
    if module == caller:
        return
    depth = 1 + sum(here != there for here, there in itertools.pairwise(callers)) if callers else 0
    name = frame.f_code.co_name
    siblings = [stay for stay in stays if stay.depth == depth]
    deeper_or_same = stays and stays[-1].depth >= depth
    if siblings and deeper_or_same and (siblings[-1].module, siblings[-1].caller) == (module, caller):
        siblings[-1].functions[name] = None
    else:
        stays.append(Stay(depth, caller, module, {name: None}))


def _callers(frame: FrameType) -> list[str]:
    """Return the modules of the package on the stack below a frame, the nearest first."""
    modules = []
    below = frame.f_back
    while below is not None:
        if below.f_code.co_filename.startswith(PACKAGE):
            modules.append(_module(below))
        below = below.f_back
    return modules


def _module(frame: FrameType) -> str:
    return frame.f_code.co_filename.removeprefix(PACKAGE).removesuffix(".py")


def _is_property(frame: FrameType) -> bool:
    owner = type(frame.f_locals.get("self"))
    return isinstance(getattr(owner, frame.f_code.co_name, None), property | cached_property)


if __name__ == "__main__":
    main()
