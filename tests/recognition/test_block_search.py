"""Test recognition.block_search: which way up a page is, by what can be read and by what a network sees."""

import numpy as np
import pytest
from helpers.plain_documents import compose_document

from payment_ml.imaging import page_images, text_blocks
from payment_ml.recognition import block_search
from payment_ml.synthesis import glyphs


@pytest.fixture(scope="module")
def page(splits) -> np.ndarray:
    """Return an upright page with an amount."""
    return compose_document(glyphs.GlyphBank(splits["test"].images, splits["test"].labels))[0]


def direction(reader, page: np.ndarray, shares: list[float]) -> int:
    """Return the direction of a page of which a network sees these shares."""
    seen = np.array(shares)
    blocks = text_blocks.find_ink(page_images.turn(page, int(seen.argmax()))).blocks
    return block_search.likeliest_direction(reader, page, seen, blocks)[0]


@pytest.mark.parametrize("quarters", range(4))
def test_a_network_that_is_not_sure_leaves_it_to_what_can_be_read(reader, page, quarters):
    """Whichever direction it takes for the likeliest by a little."""
    shares = np.roll([0.32, 0.22, 0.24, 0.22], quarters).tolist()
    assert direction(reader, page, shares) == 0


def test_a_network_that_is_sure_needs_no_look(reader, page):
    """Even where the numbers would be read better in another direction."""
    assert direction(reader, page, [0.01, 0.01, 0.97, 0.01]) == 180
    assert block_search.is_sure(np.array([0.01, 0.01, 0.97, 0.01]))
    assert not block_search.is_sure(np.array([0.3, 0.01, 0.68, 0.01]))
    assert not block_search.is_sure(np.full(4, 0.25))
