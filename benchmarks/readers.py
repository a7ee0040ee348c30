"""Compare this reader with others, on one set of amounts written with MNIST's test digits, in one run.

A reading is correct when it has all digits of the amount in their order; marks do not count, since the other readers do
not know amounts. Each reader gets the same PNG files as bytes. The readers take turns of 25 images, so that a busy
minute of the machine affects all of them; milliseconds depend on the machine, so compare the last column.

Run: make compare
"""

import io
import itertools
import shutil
import statistics
import time
from collections.abc import Callable, Sequence

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
from payment_ml.synthesis.amount_images import Sample

ReadDigits = Callable[[bytes], str]  # an image file -> the digits in it

_TURN = 25  # images


def amount_reader() -> ReadDigits:
    """Return the champion for amounts."""
    reader = payment_ml.load_amount_reader()
    return lambda content: reader.read(content).digits


def digit_by_digit(architecture: str) -> ReadDigits:
    """Return a reader of classical segmentation and one digit at a time, with the newest version of an architecture.

    It finds the line as the amount reader does. Connected components above Otsu's threshold are strokes; strokes above
    each other are one character; small ones are marks; a component wider than high is cut into as many equal parts as
    digits would fit.
    """
    registry = Registry(paths.ROOT / "models")
    classifier = DigitClassifier(registry.latest(architecture=architecture))

    def read(content: bytes) -> str:
        line = line_images.extract_line(load_grey(content))
        digits = [] if line is None else _segment(line.pixels)
        return "".join(map(str, classifier.predict_proba(np.stack(digits)).argmax(axis=1))) if digits else ""

    return read


def _segment(pixels: np.ndarray) -> list[np.ndarray]:
    """Return the digits of a line image from left to right, each in MNIST's format, uint8 [28, 28]."""
    enlarged = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    _, mask = cv2.threshold(enlarged, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    spans: list[list[int]] = []
    text_height = 44  # pixels of the text in a line image of double size
    for left, _, width, height, _ in sorted(boxes[1:count].tolist()):
        if height < 0.45 * text_height or width > 4 * text_height:
            continue
        if spans and left + width / 2 < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], left + width)
        else:
            spans.append([left, left + width])
    digits = []
    for left, right in spans:
        parts = max(1, round((right - left) / (0.85 * text_height)))
        edges = np.linspace(left, right, parts + 1).astype(int)
        for begin, end in itertools.pairwise(edges):
            ink = enlarged[:, begin:end].astype(np.float32) / 255 * mask[:, begin:end]
            if ink.any():
                digits.append(digit_segmentation.normalize_to_mnist(ink))
    return digits


def rapidocr(detect: bool) -> ReadDigits:
    """Return RapidOCR; without detection it takes the image for one line of text."""
    import logging

    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(content: bytes) -> str:
        result = engine(_bgr(content), use_det=detect, use_cls=False, use_rec=True)
        return _digits("".join(result.txts or ()))

    return read


def tesseract() -> ReadDigits:
    """Return Tesseract, configured for one line of digits and marks."""
    import pytesseract

    settings = "--psm 7 -c tessedit_char_whitelist=0123456789.,-/$"
    return lambda content: _digits(pytesseract.image_to_string(Image.open(io.BytesIO(content)), config=settings))


def _bgr(content: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


@click.command(context_settings={"show_default": True})
@click.option("--pictures", default=200, help="Amounts to read; RapidOCR with detection takes half a second for each.")
@click.option("--seed", default=2026, help="Of the amounts.")
def main(pictures: int, seed: int) -> None:
    """Measure every installed reader and print a table."""
    split = splits.read_split(paths.ROOT / "data" / "prepared", "test")
    samples = test_sets.generate_samples("amounts", split, pictures + _TURN, np.random.default_rng(seed))
    files = [cv2.imencode(".png", sample.image[:, :, ::-1])[1].tobytes() for sample in samples]
    readers = {
        "this reader": amount_reader(),
        "RapidOCR, recognition only": rapidocr(detect=False),
        "RapidOCR, with detection": rapidocr(detect=True),
        "segmentation + dense baseline": digit_by_digit("mlp"),
        "segmentation + digit champion": digit_by_digit("cnn"),
    }
    if shutil.which("tesseract"):
        readers["Tesseract"] = tesseract()
    times, correct = _measure(readers, samples, files)
    # The first turn is not counted: libraries load and allocate at first use.
    medians = {name: statistics.median(milliseconds[_TURN:]) for name, milliseconds in times.items()}
    errors = {name: pictures - sum(is_correct[_TURN:]) for name, is_correct in correct.items()}
    reader = payment_ml.load_amount_reader()
    reader.read_many(files[:_TURN])
    started = time.perf_counter()
    reader.read_many(files[_TURN:])
    rate = pictures / (time.perf_counter() - started)

    click.echo("| reader | all digits correct | errors | ms a picture, median | times this reader |")
    click.echo("| --- | --- | --- | --- | --- |")
    for name, milliseconds in medians.items():
        accuracy, ratio = 1 - errors[name] / pictures, milliseconds / medians["this reader"]
        click.echo(f"| {name} | {accuracy:.1%} | {errors[name]} of {pictures} | {milliseconds:.1f} | {ratio:.1f} |")
    click.echo(f"\nread_many: {rate:.0f} pictures a second")
    if "Tesseract" not in readers:
        click.echo("Tesseract is not installed here, so it was not measured.")


def _measure(
    readers: dict[str, ReadDigits], samples: Sequence[Sample], files: list[bytes]
) -> tuple[dict[str, list[float]], dict[str, list[bool]]]:
    """Return the milliseconds of each reader for each file, and which readings are correct."""
    times: dict[str, list[float]] = {name: [] for name in readers}
    correct: dict[str, list[bool]] = {name: [] for name in readers}
    slices = [slice(begin, begin + _TURN) for begin in range(0, len(files), _TURN)]
    turns = list(itertools.product(slices, readers))
    for turn, name in tqdm(turns, f"turns of {_TURN} images", mininterval=5):
        for sample, content in zip(samples[turn], files[turn], strict=True):
            started = time.perf_counter()
            digits = readers[name](content)
            times[name].append(1000 * (time.perf_counter() - started))
            correct[name].append(digits == sample.digits)
    return times, correct


if __name__ == "__main__":
    main()
