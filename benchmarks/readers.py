"""This reader beside others, on one set of amounts written with MNIST's test digits, in one run.

What counts is whether all digits of an amount are read, in their order; marks are not asked for, as the others do not
know what an amount is. Each reader gets the same PNG files as bytes. They take turns of 25 pictures, so that a busy
minute of the machine falls on all of them; the machine decides the milliseconds, so compare the last column.

Run: make compare
"""

import io
import itertools
import shutil
import statistics
import time
from collections.abc import Callable

import click
import cv2
import numpy as np
from PIL import Image
from tqdm import tqdm

import payment_ml
from payment_ml import paths
from payment_ml.datasets import splits
from payment_ml.evaluation import test_sets
from payment_ml.imaging import digit_segmentation, line_images
from payment_ml.imaging.image_loading import load_grey
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.registry.registry import Registry

Read = Callable[[bytes], str]  # a picture -> the digits in it

_TURN = 25  # pictures


def ours() -> Read:
    """The amount reader that serves."""
    reader = payment_ml.load_amount_reader()
    return lambda content: reader.read(content).digits


def digit_by_digit(architecture: str) -> Read:
    """Classical segmentation, then one digit at a time: the newest version of an architecture.

    The line is found as for our reader. Its strokes are connected components of what is darker than Otsu's threshold;
    those that stand above each other are one; small ones are marks; a component wider than high is cut into as many
    equal parts as digits would fit.
    """
    registry = Registry(paths.ROOT / "models")
    classifier = DigitClassifier(registry.latest(architecture=architecture))

    def read(content: bytes) -> str:
        strip = line_images.extract_line(load_grey(content))
        if strip is None:
            return ""
        cuts = _segments(strip.pixels)
        if not cuts:
            return ""
        return "".join(map(str, classifier.predict_proba(np.stack(cuts)).argmax(axis=1)))

    return read


def _segments(levels: np.ndarray) -> list[np.ndarray]:
    """Digits of a strip from left to right, each as MNIST's are, uint8 [28, 28]."""
    large = cv2.resize(levels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    _, mask = cv2.threshold(large, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    spans: list[list[int]] = []
    tall = 44  # pixels of the writing in a strip of double size
    for left, _, wide, high, _ in sorted(boxes[1:count].tolist()):
        if high < 0.45 * tall or wide > 4 * tall:
            continue
        if spans and left + wide / 2 < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], left + wide)
        else:
            spans.append([left, left + wide])
    cuts = []
    for left, right in spans:
        parts = max(1, round((right - left) / (0.85 * tall)))
        edges = np.linspace(left, right, parts + 1).astype(int)
        for begin, end in itertools.pairwise(edges):
            amount = large[:, begin:end].astype(np.float32) / 255 * mask[:, begin:end]
            if amount.any():
                cuts.append(digit_segmentation.normalize_to_mnist(amount))
    return cuts


def rapidocr(detect: bool) -> Read:
    """RapidOCR; without detection it takes the picture for one line of text."""
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(content: bytes) -> str:
        found = engine(_bgr(content), use_det=detect, use_cls=False, use_rec=True)
        return _digits("".join(found.txts or ()))

    return read


def tesseract() -> Read:
    """Tesseract, told that there is one line of digits and marks."""
    import pytesseract

    settings = "--psm 7 -c tessedit_char_whitelist=0123456789.,-/$"
    return lambda content: _digits(pytesseract.image_to_string(Image.open(io.BytesIO(content)), config=settings))


def _bgr(content: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def _digits(text: str) -> str:
    return "".join(each for each in text if each in "0123456789")


@click.command(context_settings={"show_default": True})
@click.option("--pictures", default=200, help="Amounts to read; RapidOCR with detection takes half a second for each.")
@click.option("--seed", default=2026, help="Of the amounts.")
def main(pictures: int, seed: int) -> None:
    """Measure every reader that is installed and print a table."""
    split = splits.read_split(paths.ROOT / "data" / "prepared", "test")
    asked = test_sets.generate_samples("amounts", split, pictures + _TURN, np.random.default_rng(seed))
    files = [cv2.imencode(".png", each.image[:, :, ::-1])[1].tobytes() for each in asked]
    readers = {
        "this reader": ours(),
        "RapidOCR, recognition only": rapidocr(detect=False),
        "RapidOCR, with detection": rapidocr(detect=True),
        "segmentation + dense baseline": digit_by_digit("mlp"),
        "segmentation + digit champion": digit_by_digit("cnn"),
    }
    if shutil.which("tesseract"):
        readers["Tesseract"] = tesseract()
    times: dict[str, list[float]] = {name: [] for name in readers}
    right: dict[str, list[bool]] = {name: [] for name in readers}
    places = [slice(begin, begin + _TURN) for begin in range(0, len(files), _TURN)]
    turns = list(itertools.product(places, readers))
    for place, name in tqdm(turns, f"turns of {_TURN} pictures", mininterval=5):
        for question, content in zip(asked[place], files[place], strict=True):
            started = time.perf_counter()
            said = readers[name](content)
            times[name].append(1000 * (time.perf_counter() - started))
            right[name].append(said == question.digits)
    # The first turn is not counted: what is loaded and laid out at first use.
    medians = {name: statistics.median(each[_TURN:]) for name, each in times.items()}
    wrong = {name: pictures - sum(each[_TURN:]) for name, each in right.items()}
    batch = payment_ml.load_amount_reader()
    batch.read_many(files[:_TURN])
    started = time.perf_counter()
    batch.read_many(files[_TURN:])
    rate = pictures / (time.perf_counter() - started)

    click.echo("| reader | digits all right | wrong | ms a picture, median | times this reader |")
    click.echo("| --- | --- | --- | --- | --- |")
    for name, milliseconds in medians.items():
        share, ratio = 1 - wrong[name] / pictures, milliseconds / medians["this reader"]
        click.echo(f"| {name} | {share:.1%} | {wrong[name]} of {pictures} | {milliseconds:.1f} | {ratio:.1f} |")
    click.echo(f"\nread_many: {rate:.0f} pictures a second")
    if "Tesseract" not in readers:
        click.echo("Tesseract is not installed here, so it was not measured.")


if __name__ == "__main__":
    main()
