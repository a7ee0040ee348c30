"""page_generator: views of composed documents, with the labels of their cells."""

import numpy as np
import pytest

from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import CELL, Content
from payment_ml.synthesis.documents import FieldKind
from payment_ml.training import page_generator


@pytest.fixture(scope="module")
def pages(splits) -> list[page_generator.LabelledPage]:
    """Return forty pages."""
    return page_generator.generate_pages(splits["validation"], np.random.default_rng(5), 40)


def test_pages_have_a_label_for_each_cell(pages):
    """The longest side is that of the network, and most upright pages have an amount."""
    turned = [page_images.label(Content.AMOUNT, direction) for direction in range(1, 4)]
    directions = []
    for pixels, labels in pages:
        assert (pixels.dtype, labels.dtype) == (np.uint8, np.uint8)
        assert max(pixels.shape) == page_images.LONGEST_SIDE
        assert labels.shape == tuple(side // CELL for side in pixels.shape)
        seen = set(np.unique(labels[labels > 0]).tolist())
        directions.append(bool(seen & set(turned)))
        assert not directions[-1] or len(seen) == 1
    amounts = [(labels == page_images.label(Content.AMOUNT)).any() for _, labels in pages]
    assert np.sum(amounts) > 0.7 * (len(pages) - np.sum(directions))
    assert 0 < np.mean(directions) < 0.5


def test_ink_stands_in_the_labelled_cells(pages):
    """Cells of amounts and words hold more ink than bare ones, on almost every page: boxes moved with the view."""
    better = []
    for pixels, labels in pages:
        if not labels.any():  # a photograph of no document
            continue
        ink = pixels.reshape(labels.shape[0], CELL, labels.shape[1], CELL).astype(float).std(axis=(1, 3))
        better.append(ink[labels > 0].mean() > 1.3 * ink[labels == 0].mean())
    assert np.mean(better) > 0.9


def test_every_kind_of_field_has_a_content():
    """A new kind of field needs a label."""
    assert set(page_generator.CONTENTS) == set(FieldKind)


def test_a_chunk_has_the_same_batches_for_the_same_seed(splits):
    """In several views of the same documents; a last, smaller batch is left out."""
    page_generator.init_worker(splits["train"])
    first, second = (page_generator.training_batches((1, 2), 12) for _ in range(2))
    assert [len(view) for view in first] == [page_generator.CHUNK_SIZE // 12] * page_generator.VIEWS
    for view, other in zip(first, second, strict=True):
        for batch, same in zip(view, other, strict=True):
            assert all(np.array_equal(x, y) for x, y in zip(batch, same, strict=True))
    images, labels = first[0][0]
    assert images.shape[0] == 12
    assert labels.shape == (12, images.shape[1] // CELL, images.shape[2] // CELL)
