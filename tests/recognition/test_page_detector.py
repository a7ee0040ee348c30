"""page_detector: places of the amount and of its words on pages that lie on any side."""

import cv2
import numpy as np
import pytest
from helpers.painted_networks import painted_network

from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import Content
from payment_ml.recognition.page_detector import PageDetector

SHAPE = (400, 1000)
AMOUNT, FIRST_LINE, SECOND_LINE = (700, 100, 860, 140), (80, 180, 600, 220), (80, 260, 300, 300)
BOXES = [(Content.WORDS, SECOND_LINE), (Content.AMOUNT, AMOUNT), (Content.WORDS, FIRST_LINE)]


@pytest.fixture
def page() -> np.ndarray:
    """Return a page with bars of ink a little inside each box, and a dark upper left corner."""
    page = np.full(SHAPE, 240, np.uint8)
    page[:12, :12] = 0
    for _, (left, top, right, bottom) in BOXES:
        for x in range(left + 4, right - 10, 20):
            page[top + 4 : bottom - 4, x : x + 6] = 30
    return page


def ink(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return the box of the bars in a box."""
    left, top, right, bottom = box
    last = range(left + 4, right - 10, 20)[-1]
    return left + 4, top + 4, last + 6, bottom - 4


@pytest.mark.parametrize("quarters", range(4))
def test_amount_and_words_are_found_in_every_direction(page, reader, quarters):
    """With the boxes of their ink on the upright page, the words in reading order."""
    detector = PageDetector(painted_network(BOXES, SHAPE), reader.version)
    layout = detector.detect(page_images.turn(page, -quarters % 4))
    assert layout.turned == 90 * quarters
    assert np.array_equal(layout.page, page)
    (amount,) = layout.amounts
    assert amount.probability == pytest.approx(0.98, abs=0.02)
    assert amount.box == ink(AMOUNT)
    assert [line.box for line in layout.words] == [ink(FIRST_LINE), ink(SECOND_LINE)]
    assert layout.to_picture is None


def test_a_page_on_a_table_is_flattened_and_its_places_go_back_to_the_picture(reader):
    """The network, which takes cells of dark ink for the amount, sees the page alone; boxes go back to the picture."""

    def network(images: np.ndarray) -> np.ndarray:
        is_dark = images[:, 2::4, 2::4, 0] > 200
        labels = is_dark * page_images.label(Content.AMOUNT)
        return np.log(np.eye(page_images.LABELS, dtype=np.float32)[labels] * 0.98 + 0.001)

    page = np.full(SHAPE, 240, np.uint8)
    left, top, right, bottom = 700, 110, 860, 130
    page[top:bottom, left:right] = 20
    corners = np.array([[120, 80], [1090, 110], [1110, 520], [100, 490]], np.float32)
    flat = np.array([[0, 0], [1000, 0], [1000, 400], [0, 400]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    picture = np.full((600, 1200), 90, np.uint8)
    cv2.warpPerspective(page, matrix, (1200, 600), picture, borderMode=cv2.BORDER_TRANSPARENT)
    layout = PageDetector(network, reader.version).detect(picture)
    assert layout.to_picture is not None
    expected = cv2.perspectiveTransform(np.array([[[left, top], [right, bottom]]], np.float32), matrix)[0].ravel()
    assert np.abs(np.subtract(layout.box_in_picture(layout.amounts[0].box), expected)).max() < 12


def test_lines_of_words_that_the_network_sees_as_one_are_split(reader):
    """And a small printed word at the end of the same place is none of them."""
    page = np.full(SHAPE, 240, np.uint8)
    lines = [(80, 100, 560, 130), (80, 150, 320, 180)]
    for left, top, right, bottom in lines:
        for x in range(left, right, 20):
            page[top:bottom, x : x + 6] = 30
    page[190:200, 560:590:10] = 30
    detector = PageDetector(painted_network([(Content.WORDS, (76, 96, 600, 204))], SHAPE), reader.version)
    found = [line.box for line in detector.detect(page).words]
    assert [box[1:4:2] for box in found] == [(100, 130), (150, 180)]
    assert [box[0] for box in found] == [80, 80]


def test_a_short_last_line_of_words_is_one(reader):
    """The network sees words only where their ink is; a stroke that joins both lines makes neither of them higher."""
    page = np.full(SHAPE, 240, np.uint8)
    first, second = (80, 100, 560, 130), (80, 140, 200, 170)
    for left, top, right, bottom in (first, second):
        for x in range(left, right, 20):
            page[top:bottom, x : x + 6] = 30
    page[100:170, 180:186] = 30
    detector = PageDetector(painted_network([(Content.WORDS, first), (Content.WORDS, second)], SHAPE), reader.version)
    lines = [line.box for line in detector.detect(page).words]
    assert len(lines) == 2
    assert lines[0] == pytest.approx((80, 100, 546, 130), abs=6)
    assert (lines[1][0], lines[1][1], lines[1][3]) == pytest.approx((80, 140, 170), abs=6)


def test_a_blank_page_has_no_places(reader):
    """Nothing is found where the network sees bare paper."""
    layout = PageDetector(painted_network([], SHAPE), reader.version).detect(np.full(SHAPE, 240, np.uint8))
    assert (layout.amounts, layout.words) == ((), ())
