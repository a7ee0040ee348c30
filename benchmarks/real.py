"""Compare this reader with RapidOCR's recognition on pictures of one's own, in one run.

Each csv has the columns `file`, `truth` and, optionally, `value`, as `payment-ml evaluate` takes them. Digits are right
when all of them are read in their order; a value is right when it is the same money, which the grammar of this project
finds in what RapidOCR read, too. RapidOCR accepts and refuses nothing. The readers take turns of 25 pictures, so that a
busy minute of the machine affects both; each picture is read alone, and the median of the times counts.

Run: python benchmarks/real.py TRUTH.csv... [--profile NAME]; RapidOCR needs pip install 'payment-ml[compare]'
"""

import importlib.util
import itertools
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import click
import cv2
import numpy as np
from tqdm import tqdm

import payment_ml
from payment_ml.imaging import image_loading
from payment_ml.text import amounts
from payment_ml.text.profiles import Profile, load_profile
from payment_ml.text.truth_files import TruthRow, read_truth_file

_TURN = 25  # pictures
_INSTALL = "RapidOCR is not installed, so it is not measured; run pip install 'payment-ml[compare]'"


@dataclass(frozen=True)
class Answer:
    """Hold what a reader made of a picture."""

    digits: str
    value: Decimal | None
    accepted: bool | None  # None: the reader does not decide


Read = Callable[[Path], Answer]


def this_reader(models_dir: Path | None, profile: Profile | None) -> Read:
    """Return the champion for amounts."""
    reader = payment_ml.load_amount_reader(models_dir, profile=profile)

    def read(path: Path) -> Answer:
        reading = reader.read(path)
        return Answer(reading.digits, reading.value, reading.decision == "accept")

    return read


def rapidocr(profile: Profile | None) -> Read:
    """Return RapidOCR, which takes each picture for one line of text."""
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(path: Path) -> Answer:
        pixels = np.asarray(image_loading.load(path).convert("RGB"))
        result = engine(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), use_det=False, use_cls=False, use_rec=True)
        text = "".join(result.txts or ())
        digits = "".join(character for character in text if character in "0123456789")
        return Answer(digits, amounts.parse(text, profile).value, None)

    return read


@click.command(context_settings={"show_default": True})
@click.argument("truths", nargs=-1, required=True, metavar="TRUTH.csv...", type=click.Path(exists=True, path_type=Path))
@click.option("--profile", help="Kind of form: a name in profiles/, or a TOML file.", show_default="none")
@click.option("--models", type=click.Path(path_type=Path), help="Folder of versions.", show_default="models/")
def main(truths: Sequence[Path], profile: str | None, models: Path | None) -> None:
    """Measure both readers on the pictures of each TRUTH.csv, and print a table."""
    form = load_profile(profile)
    readers = {"this reader": this_reader(models, form)}
    if importlib.util.find_spec("rapidocr") is None:
        click.echo(_INSTALL, err=True)
    else:
        readers["RapidOCR"] = rapidocr(form)
    click.echo("| pictures | reader | digits right | value right | accepted | wrong of these | ms a picture, median |")
    click.echo("| --- | --- | --- | --- | --- | --- | --- |")
    for path in truths:
        rows = [row for row in read_truth_file(path, form).rows if row.problem is None and row.path.is_file()]
        answers, times = _measure(readers, rows)
        for name, results in answers.items():
            cells = _cells(rows, results)
            click.echo(f"| {path.stem}, {len(rows)} | {name} | {cells} | {statistics.median(times[name]):.1f} |")


def _measure(
    readers: dict[str, Read], rows: Sequence[TruthRow]
) -> tuple[dict[str, list[Answer]], dict[str, list[float]]]:
    """Return each reader's answers, and its milliseconds for each picture."""
    answers: dict[str, list[Answer]] = {name: [] for name in readers}
    times: dict[str, list[float]] = {name: [] for name in readers}
    for read in readers.values():
        read(rows[0].path)  # libraries load and allocate at first use
    turns = [rows[begin : begin + _TURN] for begin in range(0, len(rows), _TURN)]
    for turn, name in tqdm(list(itertools.product(turns, readers)), f"turns of {_TURN} pictures", mininterval=5):
        for row in turn:
            started = time.perf_counter()
            answers[name].append(readers[name](row.path))
            times[name].append(1000 * (time.perf_counter() - started))
    return answers, times


def _cells(rows: Sequence[TruthRow], answers: Sequence[Answer]) -> str:
    """Return the cells of one reader: digits right, value right, accepted, and wrong among the accepted."""
    pairs = list(zip(rows, answers, strict=True))
    digits = sum(answer.digits == row.digits for row, answer in pairs)
    known = [(row, answer) for row, answer in pairs if row.value is not None]
    value = sum(answer.value == row.value for row, answer in known)
    accepted = [(row, answer) for row, answer in pairs if answer.accepted]
    wrong = sum(
        answer.digits != row.digits if row.value is None else answer.value != row.value for row, answer in accepted
    )
    decides = any(answer.accepted is not None for answer in answers)
    shares = [f"{digits / len(rows):.1%}", f"{value / len(known):.1%}" if known else ""]
    return " | ".join([*shares, f"{len(accepted) / len(rows):.1%}" if decides else "", str(wrong) if decides else ""])


if __name__ == "__main__":
    main()
