"""page_images: reduced pages, the labels of their cells, and directions."""

import numpy as np
import pytest

from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import CELL, Content

BOX = (8, 4, 24, 12)  # two rows of four cells


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((1000, 2000), (256, 512)), ((2000, 1000), (512, 256)), ((100, 200), (200, 400)), ((1, 3000), (1, 512))],
    ids=["wide", "high", "small", "a line"],
)
def test_pages_of_all_sizes_are_reduced_to_one(shape, expected):
    """The longest side counts; a very small page is enlarged twice at most, and white becomes 0."""
    reduced = page_images.reduce_page(np.full(shape, 255, np.uint8))
    assert (reduced.shape, reduced.max()) == (expected, 0)


@pytest.mark.parametrize("quarters", range(4))
def test_a_turned_box_surrounds_the_same_pixels(quarters):
    """As if the pixels of the box were painted before the page is turned."""
    page = np.zeros((40, 60), np.uint8)
    page[BOX[1] : BOX[3], BOX[0] : BOX[2]] = 1
    rows, columns = np.nonzero(page_images.turn(page, quarters))
    painted = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert page_images.turn_box(BOX, page.shape, quarters) == painted


def test_cells_are_labelled_by_what_stands_in_them():
    """The amount wins where two boxes overlap, whatever their order; a low box has one row of cells at least."""
    boxes = [(Content.PRINT, (0, 0, 40, 12)), (Content.AMOUNT, BOX), (Content.NUMBER, (0, 20, 40, 21))]
    amount, printed, number = map(page_images.label, (Content.AMOUNT, Content.PRINT, Content.NUMBER))
    assert page_images.label_cells((24, 40), boxes).tolist() == [
        [printed] * 10,
        [printed] * 2 + [amount] * 4 + [printed] * 4,
        [printed] * 2 + [amount] * 4 + [printed] * 4,
        [page_images.PAPER] * 10,
        [page_images.PAPER] * 10,
        [number] * 10,
    ]


def test_cells_of_a_turned_page_are_labelled_by_its_direction():
    """Its contents are told apart once it is upright."""
    labels = page_images.label_cells((24, 40), [(Content.AMOUNT, BOX), (Content.PRINT, (0, 20, 40, 24))], direction=2)
    assert set(labels.ravel().tolist()) == {page_images.PAPER, page_images.label(Content.AMOUNT, 2)}
    known = {page_images.label(content, direction) for content in Content for direction in range(4)}
    assert known == set(range(1, page_images.LABELS))


def test_paper_and_shadows_are_removed():
    """A faint stroke in a shadow is as dark as a black one on a white page."""
    page = np.full((200, 400), 250, np.uint8)
    page[95:100, 100:200] = 10
    shaded = (70 + page * (30 / 250)).astype(np.uint8) + np.linspace(0, 60, 400).astype(np.uint8)
    for picture in (page, shaded):
        ink = page_images.ink_of_page(picture)
        assert ink[97, 150] > 230
        assert ink[:80].max() < 30


def test_a_batch_has_room_for_the_largest_page():
    """Sides are multiples of 32, with white and bare paper beside the smaller pages."""
    pages = [np.full((40, 640), 7, np.uint8), np.full((64, 320), 7, np.uint8)]
    batch = page_images.stack_pages(pages)
    labels = page_images.stack_labels([np.ones((10, 160), np.uint8), np.ones((16, 80), np.uint8)], batch)
    assert (batch.shape, labels.shape) == ((2, 64, 640, 1), (2, 64 // CELL, 640 // CELL))
    assert [int((image > 0).sum()) for image in batch] == [page.size for page in pages]
    assert [int((row > 0).sum()) for row in labels] == [1600, 1280]


def test_contents_and_directions_come_from_the_probabilities():
    """A tenth an amount on an upright page, four tenths ink that lies on its side, half bare paper."""
    probabilities = np.zeros((2, 3, page_images.LABELS), np.float32)
    probabilities[..., page_images.label(Content.AMOUNT, 1)] = 0.4
    probabilities[..., page_images.label(Content.AMOUNT)] = 0.1
    probabilities[..., page_images.PAPER] = 0.5
    contents = page_images.contents(probabilities)
    assert np.allclose(contents[..., Content.AMOUNT], 0.1)
    assert np.allclose(contents[..., Content.PRINT], 0)
    assert np.allclose(page_images.directions(probabilities), [0.2, 0.8, 0, 0], atol=1e-4)
    assert np.allclose(page_images.directions(np.zeros_like(probabilities)), 0.25)
