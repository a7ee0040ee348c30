"""Measure how well the amount on a known form is found and read, beside the search for it on the whole page.

The pages show three invented forms, filled in with digits of the test split and by simulated writers, shifted, scaled,
turned and in perspective. The same pages are read with a profile that has a picture of the empty form, with one that
has the region alone, and with none of both. See docs/decisions/documents.md.

Run: .venv/bin/python benchmarks/known_form.py
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import cv2
import numpy as np
from tqdm import tqdm

from payment_ml import paths
from payment_ml.datasets import mnist
from payment_ml.datasets.splits import split_digits
from payment_ml.imaging.form_registration import FormRegistration
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.recognition.readers import load_document_reader
from payment_ml.recognition.readings import DocumentReading
from payment_ml.synthesis import filled_forms, glyphs, hands
from payment_ml.synthesis.filled_forms import FilledPage, Form
from payment_ml.text.profiles import Profile

_WRITERS = 30
_MIN_OVERLAP = 0.8


def profile_of(form: Form) -> Profile:
    """Return the profile of an invented form, with its picture as PNG."""
    content = cv2.imencode(".png", filled_forms.draw_blank(form))[1].tobytes()
    return Profile("en_US", "USD", "always", region=form.region, form=content, name=form.name)


@click.command(context_settings={"show_default": True})
@click.option("--pages", "count", default=100, help="Pages to compose, of three forms in turns.")
@click.option("--seed", default=2027)
@click.option("--models", type=click.Path(path_type=Path), help="Folder of versions.", show_default="models/")
def main(count: int, seed: int, models: Path | None) -> None:
    """Compose pages, read each in three ways, and print a table."""
    split, rng = split_digits(mnist.load(paths.ROOT / "data" / "raw"))["test"], np.random.default_rng(seed)
    bank = hands.HandBank.sample(glyphs.GlyphBank(split.images, split.labels), rng, _WRITERS)
    forms = filled_forms.FORMS
    pages = [filled_forms.compose_page(forms[i % len(forms)], bank, rng) for i in range(count)]
    profiles = [profile_of(form) for form in forms]
    _measure_places(pages, {profile.name: profile for profile in profiles})
    ways = {
        "picture of the form": profiles,
        "region alone": [replace(profile, form=None) for profile in profiles],
        "search of the page": [replace(profile, form=None, region=None) for profile in profiles],
    }
    click.echo("| profile with | amount right | accepted | wrong of these | processor ms a page, median |")
    click.echo("| --- | --- | --- | --- | --- |")
    reader = load_document_reader(models)
    for name, variants in ways.items():
        readers = {profile.name: reader.with_profile(profile) for profile in variants}
        readings, times = _read(readers, pages)
        pairs = list(zip(pages, readings, strict=True))
        accepted = [(page, reading) for page, reading in pairs if reading.decision == "accept"]
        right = sum(reading.value == page.value for page, reading in pairs)
        wrong = sum(reading.value != page.value for page, reading in accepted)
        click.echo(f"| {name} | {right} of {count} | {len(accepted)} | {wrong} | {statistics.median(times):.0f} |")


def _measure_places(pages: Sequence[FilledPage], profiles: dict[str, Profile]) -> None:
    """Print how often a form and no other is found, where, and how long that takes."""
    registrations = {name: FormRegistration.of_profile(profile) for name, profile in profiles.items()}
    overlaps, times, others = [], [], []
    for page in tqdm(pages, "pages on which forms are found", mininterval=5):
        for name, registration in registrations.items():
            assert registration is not None, f"expected the profile {name} to have a form"
            started = time.process_time()
            place = registration.find(page.image)
            if name == page.form.name:
                times.append(1000 * (time.process_time() - started))
                overlaps.append(0.0 if place is None else _overlap(place.corners, page.box))
            else:
                others.append(place is not None)
    found = sum(overlap > 0 for overlap in overlaps)
    close = sum(overlap >= _MIN_OVERLAP for overlap in overlaps)
    click.echo(
        f"form found on {found} of {len(pages)} pages, its region at an overlap of at least {_MIN_OVERLAP} on {close}, "
        f"median {statistics.median(overlaps):.3f}; another form found on {sum(others)} of {len(others)}; "
        f"{statistics.median(times):.0f} ms of processor time at the median, {max(times):.0f} at most\n"
    )


def _read(readers: dict[str, DocumentReader], pages: Sequence[FilledPage]) -> tuple[list[DocumentReading], list[float]]:
    """Return the readings of pages, and the milliseconds of processor time for each."""
    readings, times = [], []
    for page in tqdm(pages, "pages that are read", mininterval=5):
        started = time.process_time()
        readings.append(readers[page.form.name].read(page.image))
        times.append(1000 * (time.process_time() - started))
    return readings, times


def _overlap(corners: np.ndarray, truth: tuple[float, float, float, float]) -> float:
    """Return the intersection over union of the box around corners with a box, in pixels of the page."""
    box = (*corners.min(axis=0), *corners.max(axis=0))
    width = min(box[2], truth[2]) - max(box[0], truth[0])
    height = min(box[3], truth[3]) - max(box[1], truth[1])
    common = max(0.0, width) * max(0.0, height)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (box, truth)]
    return float(common / (sum(areas) - common))


if __name__ == "__main__":
    main()
