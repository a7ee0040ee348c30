"""Test imaging.text_blocks: words and numbers are found on a page, rules and dust are not."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import text_blocks
from payment_ml.imaging.text_blocks import find_ink, turn_upside_down


def page_with(*texts: tuple[str, int, int], height: int = 500, width: int = 900, scale: float = 1.0) -> np.ndarray:
    """Return a light page with printed texts, each with its left and its base line."""
    page = np.full((height, width), 235, np.uint8)
    for text, x, y in texts:
        cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 30, round(2 * scale), cv2.LINE_AA)
    return page


def overlap(box: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return the intersection of two boxes over their union."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    shared = max(0, width) * max(0, height)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (box, other)]
    return shared / (sum(areas) - shared)


@pytest.mark.parametrize("scale", [0.7, 1.0, 1.5], ids=str)
def test_a_number_is_one_block(scale):
    """Whatever its size; its box is that of its ink."""
    page = page_with(("47281", 300, 200), scale=scale)
    rows, columns = np.nonzero(page < 150)
    ink = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    (box,) = find_ink(page).blocks
    assert overlap(box, ink) > 0.7


def test_numbers_far_apart_are_two_blocks():
    """A date and an amount in one line are not one number."""
    assert len(find_ink(page_with(("1204", 100, 200), ("47281", 600, 200))).blocks) == 2


def test_rules_and_frames_belong_to_no_block():
    """An amount in its printed frame is found alone."""
    page = page_with(("47281", 300, 200))
    cv2.rectangle(page, (250, 150), (480, 230), 60, 2)
    cv2.line(page, (20, 300), (880, 300), 60, 2)
    (box,) = find_ink(page).blocks
    assert box[0] > 280
    assert box[2] < 460


def test_a_blank_page_and_dust_have_no_block(rng):
    """Specks are smaller than digits."""
    page = np.full((400, 600), 230, np.uint8)
    assert find_ink(page).blocks == ()
    for x, y in rng.integers(20, 380, (40, 2)):
        page[y : y + 2, x : x + 2] = 40
    assert find_ink(page).blocks == ()


def test_a_large_page_is_found_at_its_own_scale():
    """Places are in pixels of the page, though blocks are found on a smaller copy."""
    page = page_with(("47281", 3000, 1500), height=3000, width=5000, scale=5)
    (box,) = find_ink(page).blocks
    assert 2950 < box[0] < 3080
    assert box[3] - box[1] > 80


def test_the_number_of_blocks_is_limited(rng):
    """A page full of text costs no more than one with some."""
    texts = [
        (str(int(number)), 20 + 150 * (i % 12), 40 + 40 * (i // 12))
        for i, number in enumerate(rng.integers(100, 999, 240))
    ]
    assert len(find_ink(page_with(*texts, height=900, width=1900)).blocks) <= 80


def test_a_line_of_words_is_no_block():
    """No amount is as long as a sentence; the number below it is found."""
    sentence = "the amount of this invoice is payable within thirty days"
    page = page_with((sentence, 20, 100), ("47281", 300, 300), scale=0.8)
    (box,) = find_ink(page).blocks
    assert box[1] > 200


def test_pieces_of_ink_touch_each_other_from_every_side(rng):
    """Pixels that touch at an edge or a corner are one piece, as OpenCV numbers them; dust is left out."""
    mask = (cv2.GaussianBlur(rng.random((300, 400)), (0, 0), 2) > 0.52).astype(np.uint8)
    mask[:, :30] = mask[:20] = 1  # ink at the edge of the page
    _, _, statistics, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    expected = statistics[1:][statistics[1:, 3] >= text_blocks._MIN_INK_HEIGHT][:, :4]
    assert sorted(text_blocks._connected(mask).tolist()) == sorted(expected.tolist())
    assert len(expected) > 20
    assert text_blocks._connected(np.zeros_like(mask)).shape == (0, 4)


def test_the_blocks_of_a_turned_page_are_the_blocks_turned():
    """They are found once for both directions; edges may lie a pixel apart, where the page was reduced."""
    page = page_with(("1204", 60, 80), ("47281", 600, 200), ("word", 330, 420))
    turned = turn_upside_down(find_ink(page).blocks, page.shape)
    found = find_ink(np.ascontiguousarray(page[::-1, ::-1])).blocks
    assert len(turned) == len(found) == 3
    assert np.abs(np.array(turned) - found).max() <= 2


def test_rows_are_counted_in_pixels_of_the_page():
    """Although the ink of a large page is found on a smaller copy."""
    page = np.full((3000, 4000), 235, np.uint8)
    page[1000:1060, 1000:1100] = 20
    ink = find_ink(page)
    assert ink.scale < 1
    counts = ink.count_rows((900, 900, 1300, 1200))
    assert len(counts) == 300
    assert np.flatnonzero(counts).min() == pytest.approx(100, abs=4)
    assert np.flatnonzero(counts).max() == pytest.approx(160, abs=4)
