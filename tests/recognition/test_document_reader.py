"""Test recognition.document_reader with pages on which an amount stands among other text."""

import dataclasses
from decimal import Decimal

import cv2
import numpy as np
import pytest
from helpers.composed_documents import PLACE, compose_document
from PIL import Image

from payment_ml import load_document_reader
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.synthesis import glyphs
from payment_ml.text.profiles import load_profile


@pytest.fixture(scope="module")
def documents(reader) -> DocumentReader:
    """Return a reader of documents with the quick network."""
    return DocumentReader(reader)


@pytest.fixture(scope="module")
def cheque(splits) -> np.ndarray:
    """Return a page with an amount to the right, and with words and a date in print."""
    return compose_document(glyphs.GlyphBank(splits["test"].images, splits["test"].labels))[0]


def test_the_amount_on_a_page_is_found_and_read(documents, cheque):
    """It has its box, and goes to review: nothing promises that it is the one to pay."""
    reading = documents.read(cheque)
    assert (reading.digits, reading.decision, reading.turned) == ("123450", "review", 0)
    left, top, right, bottom = reading.amount.box
    assert PLACE[0] <= left < right
    assert PLACE[1] <= top < bottom <= PLACE[1] + 90
    assert all(PLACE[0] <= character.left for character in reading.characters)
    assert reading.reason


@pytest.mark.parametrize(
    ("rotation", "turned"), [(cv2.ROTATE_180, 180), (cv2.ROTATE_90_CLOCKWISE, 270)], ids=["180", "270"]
)
def test_a_page_that_lies_on_its_side_is_turned(cheque, rotation, turned):
    """As a scanner may deliver it; a quickly trained reader is no judge of numbers that stand on their head."""
    reading = load_document_reader().read(cv2.rotate(cheque, rotation))
    assert (reading.digits, reading.turned) == ("123450", turned)


def test_a_profile_with_a_region_reads_there_alone(documents, cheque):
    """The amount reader then decides, as on a picture that a person cut out."""
    height, width = cheque.shape
    region = (PLACE[0] / width, PLACE[1] / height, 1.0, (PLACE[1] + 90) / height)
    profile = dataclasses.replace(load_profile("us-cheque"), region=region)
    reading = documents.with_profile(profile).read(cheque)
    alone = documents.with_profile(profile)._amounts.read(cheque[PLACE[1] : PLACE[1] + 90, PLACE[0] :])
    assert (reading.value, reading.decision) == (alone.value, alone.decision)
    assert reading.amount.currency == "USD"


def test_pages_without_an_amount_are_not_accepted(documents, rng):
    """A blank page, noise, and words alone."""
    words = np.full((400, 600), 240, np.uint8)
    cv2.putText(words, "Dear Sir or Madam", (60, 200), cv2.FONT_HERSHEY_SIMPLEX, 1, 40, 2)
    for page in (np.full((400, 600), 240, np.uint8), rng.integers(0, 256, (300, 400), np.uint8), words):
        assert documents.read(page).decision == "review"
    blank = documents.read(np.full((400, 600), 240, np.uint8))
    assert (blank.text, blank.value, blank.amounts, blank.reason) == ("", None, (), "no amount was found on the page")


def test_a_source_that_cannot_be_read_stops_nothing(documents, cheque, tmp_path):
    """It gets the reason, and the others are read."""
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    first, second = documents.read_many([broken, cheque])
    assert (first.amount, first.decision) == (None, "review")
    assert first.reason.startswith("not read:")
    assert second.digits == "123450"


def test_each_page_of_a_pdf_is_a_document(documents, cheque, tmp_path):
    """With its number."""
    path, page = tmp_path / "scan.pdf", Image.fromarray(cheque)
    page.save(path, "PDF", save_all=True, append_images=[page], resolution=100)
    readings = documents.read_pages(path)
    assert [(reading.page, reading.digits) for reading in readings] == [(1, "123450"), (2, "123450")]


def test_the_reader_in_the_box_reads_documents(cheque):
    """As a user calls it."""
    reading = load_document_reader().read(cheque)
    assert reading.value == Decimal("1234.50")
