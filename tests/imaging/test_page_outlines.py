"""page_outlines: pages that were photographed on a table."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import page_outlines

CORNERS = np.array([[150, 90], [820, 60], [860, 500], [110, 540]], np.float32)  # clockwise from the top left


@pytest.fixture
def page(rng) -> np.ndarray:
    """Return a page with a mark of ink at 100, 50, 30 pixels wide and 20 high."""
    page = np.clip(rng.normal(225, 6, (300, 600)), 0, 255).astype(np.uint8)
    page[50:70, 100:130] = 20
    return page


def photograph(page: np.ndarray, table: int, rng: np.random.Generator) -> np.ndarray:
    """Return the page as it lies on a table of a grey level."""
    height, width = page.shape
    picture = np.clip(rng.normal(table, 8, (600, 1000)), 0, 255).astype(np.uint8)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    to_picture = cv2.getPerspectiveTransform(flat, CORNERS)
    cv2.warpPerspective(page, to_picture, (1000, 600), picture, borderMode=cv2.BORDER_TRANSPARENT)
    return picture


@pytest.mark.parametrize("table", [40, 110, 160], ids=["dark", "grey", "light"])
def test_a_page_on_a_table_has_its_corners(page, rng, table):
    """To within a hundredth of the picture."""
    corners = page_outlines.find_outline(photograph(page, table, rng))
    assert corners is not None
    assert np.abs(corners - CORNERS).max() < 10


def test_a_flattened_page_shows_its_ink_and_the_way_back(page, rng):
    """The mark has its place on the page; its box goes back to the picture."""
    picture = photograph(page, 60, rng)
    flat = page_outlines.flatten(picture)
    assert flat is not None
    left, top, width, height = cv2.boundingRect((flat.grey[10:-10, 10:-10] < 90).astype(np.uint8))
    high, wide = flat.grey.shape
    assert np.allclose([(left + 10) / wide, (top + 10) / high], [100 / 600, 50 / 300], atol=0.02)
    assert np.allclose([width / wide, height / high], [30 / 600, 20 / 300], atol=0.02)
    box = page_outlines.map_box(flat.to_picture, (left + 10, top + 10, left + 10 + width, top + 10 + height))
    assert 225 < box[0] < box[2] < 310
    assert 140 < box[1] < box[3] < 190
    assert (picture[box[1] : box[3], box[0] : box[2]] < 90).mean() > 0.6


@pytest.mark.parametrize("kind", ["scan", "noise", "blank"])
def test_a_picture_without_an_outline_is_left_as_it_is(page, rng, kind):
    """A scan that fills its picture, noise, and an empty picture."""
    pictures = {
        "scan": page,
        "noise": rng.integers(0, 256, (300, 400), np.uint8),
        "blank": np.full((300, 400), 240, np.uint8),
    }
    assert page_outlines.flatten(pictures[kind]) is None
