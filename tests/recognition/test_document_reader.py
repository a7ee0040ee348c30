"""Test recognition.document_reader with pages on which an amount stands among other text."""

import dataclasses
from decimal import Decimal

import cv2
import numpy as np
import pytest
from helpers.drawn_amounts import draw_amount
from helpers.painted_networks import painted_network
from PIL import Image

from payment_ml import load_document_reader
from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import Content
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.recognition.page_detector import PageDetector
from payment_ml.synthesis import glyphs
from payment_ml.text.profiles import load_profile

PLACE = (560, 200)  # left and top of the amount on the page


@pytest.fixture(scope="module")
def documents(reader) -> DocumentReader:
    """Return a reader of documents with the quick network."""
    return DocumentReader(reader)


@pytest.fixture(scope="module")
def cheque(splits) -> np.ndarray:
    """Return a page with an amount to the right, and with words and a date in print."""
    bank = glyphs.GlyphBank(splits["test"].images, splits["test"].labels)
    page = np.full((420, 1000), 240, np.uint8)
    for text, x, y in (("Pay to the order of", 40, 110), ("Second National Bank", 40, 50), ("signature", 640, 390)):
        cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 90, 1, cv2.LINE_AA)
    amount = draw_amount(bank, "1234.50", gap=4)
    height, width = amount.shape
    left, top = PLACE
    page[top : top + height, left : left + width] = np.minimum(page[top : top + height, left : left + width], amount)
    return page


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


def test_a_page_that_a_person_turned_is_read_as_it_lies(cheque):
    """Even where another direction looks better."""
    reading = load_document_reader().read(cv2.rotate(cheque, cv2.ROTATE_90_CLOCKWISE), may_turn=False)
    assert reading.turned == 0


def test_the_part_that_was_read_holds_the_box(documents, cheque):
    """With a margin: a person who cuts an amount out leaves one too."""
    amount = documents.read(cheque).amount
    assert amount.cut[0] < amount.box[0] < amount.box[2] < amount.cut[2]
    assert (
        documents._amounts.read(cheque[amount.cut[1] : amount.cut[3], amount.cut[0] : amount.cut[2]]).text
        == amount.text
    )


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


@pytest.fixture(scope="module")
def detector(reader, cheque) -> PageDetector:
    """Return a detector that knows where the amount stands, and takes a line above it for words."""
    boxes = [(Content.AMOUNT, (*PLACE, PLACE[0] + 300, PLACE[1] + 60)), (Content.WORDS, (40, 90, 260, 120))]
    return PageDetector(painted_network(boxes, cheque.shape), reader.version)


@pytest.fixture
def marked(cheque) -> np.ndarray:
    """Return the cheque with a dark corner, by which the network sees its direction."""
    marked = cheque.copy()
    marked[:12, :12] = 0
    return marked


@pytest.mark.parametrize("quarters", range(4))
def test_the_network_of_pages_says_where_to_read_and_in_which_direction(reader, detector, marked, quarters):
    """One place is read, on the page that was turned upright; the boxes of the words come with it."""
    reading = DocumentReader(reader, detector).read(page_images.turn(marked, -quarters % 4))
    assert (reading.digits, reading.decision, reading.turned) == ("123450", "review", 90 * quarters)
    assert len(reading.amounts) == 1
    left, top, right, bottom = reading.amount.box
    assert PLACE[0] <= left < right
    assert PLACE[1] <= top < bottom <= PLACE[1] + 90
    ((left, top, right, bottom),) = reading.words_boxes
    assert 35 <= left < right <= 265
    assert 85 <= top < bottom <= 125


def test_the_network_of_pages_stays_with_a_reader_for_another_form(reader, detector, marked):
    """Its version is a part of what a batch goes on with."""
    documents = DocumentReader(reader, detector).with_profile(load_profile("us-cheque")).uncalibrated()
    assert documents.read(marked).amount.currency == "USD"
    assert documents.calibration_state["detector"] == detector.version.name
    assert DocumentReader(reader).calibration_state["detector"] is None


def test_no_amount_is_found_where_the_network_sees_none(reader, cheque):
    """Though the page has a number on it."""
    documents = DocumentReader(reader, PageDetector(painted_network([], cheque.shape), reader.version))
    reading = documents.read(cheque)
    assert (reading.amounts, reading.reason) == ((), "no amount was found on the page")
