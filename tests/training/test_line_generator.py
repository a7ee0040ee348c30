"""line_generator: generated lines, augmented views and batches."""

import itertools

import cv2
import numpy as np
import pytest

from payment_ml.imaging import line_batches, line_images
from payment_ml.synthesis import augmentation, glyphs
from payment_ml.synthesis.amount_images import render_amount
from payment_ml.text import alphabet
from payment_ml.training import line_generator, line_sources


@pytest.fixture
def lines(splits, rng) -> list[line_images.LineImage]:
    """Forty line images with the images that they were extracted from."""
    bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    images = (render_amount(bank, rng, colour=False).image for _ in range(40))
    return [line for image in images if (line := line_images.extract_line(image)) is not None]


def test_augmented_line_shows_the_same_text(splits, rng):
    """The ink is in about the same columns, a little larger or smaller; in long lines the ends move by half a digit."""
    correlations, size_ratios = [], []
    for pixels, _ in line_generator.generate_lines(
        line_sources.AmountLines(splits["validation"], distorted_share=0), rng, 100
    ):
        view = augmentation.augment_line(pixels, rng)
        assert (view.shape[0], view.dtype) == (pixels.shape[0], np.uint8)
        size_ratios.append(view.shape[1] / pixels.shape[1])
        view = cv2.resize(view, pixels.shape[::-1])
        profiles = [np.convolve(image.sum(axis=0, dtype=float), np.ones(9), "same") for image in (pixels, view)]
        correlations.append(np.corrcoef(*profiles)[0, 1])
        assert 0.6 < profiles[1].sum() / profiles[0].sum() < 1.5
    assert min(correlations) > 0.5
    assert np.mean(np.array(correlations) > 0.9) > 0.9
    assert np.median(correlations) > 0.97
    assert 0.85 < min(size_ratios) < 0.92
    assert 1.09 < max(size_ratios) < 1.18


def test_view_from_the_image_equals_view_from_the_pixels(lines):
    """Both ways to augment use the same random transformation; only the resampling differs."""
    for line in lines:
        width = line.pixels.shape[1]
        views = (
            line_generator.augment_line_image(line, [1], np.random.default_rng(width)),
            line_generator.augment_pixels(line.pixels, [1], np.random.default_rng(width)),
        )
        assert views[0].shape == views[1].shape
        assert np.corrcoef(*(view[6:-6].ravel() for view in views))[0, 1] > 0.9


def test_view_that_is_too_narrow_for_its_labels_is_not_used(lines, rng):
    """Labels that need more frames than any view has keep the original pixels."""
    for line in lines:
        labels = [1] * line_batches.frame_count(line.pixels.shape[1])
        assert line_generator.augment_line_image(line, labels, rng) is line.pixels
        assert line_generator.augment_pixels(line.pixels, labels, rng) is line.pixels


def test_batches_hold_lines_of_similar_width_with_padding(rng):
    """Sorted by width; labels are padded with zeros."""
    lines = [(np.full((32, width), 9, np.uint8), [1] * (width // 16)) for width in (64, 16, 48, 32, 80)]
    batches = list(line_generator.pad_batches(lines, 2))
    assert [pixels.shape for pixels, _, _ in batches] == [(2, 32, 32), (2, 32, 64), (1, 32, 80)]
    frame_counts = list(itertools.chain.from_iterable(counts.tolist() for _, counts, _ in batches))
    assert frame_counts == [line_batches.frame_count(width) for width in (16, 32, 48, 64, 80)]
    assert batches[0][2].tolist() == [[1, 0], [1, 1]]


def test_corrections_are_mixed_into_every_view(splits):
    """A chunk stays as large as it is without corrections; the generator never writes a lone pound sign."""
    label = alphabet.LABELS["£"]
    line_generator.init_worker(
        line_sources.AmountLines(splits["train"]), [(np.full((32, 64), 200 + i, np.uint8), [label]) for i in range(2)]
    )
    for batches in line_generator.training_batches((0, 1), 64, corrections=20):
        assert sum(len(pixels) for pixels, _, _ in batches) == line_generator.CHUNK_SIZE
        assert sum(int(((labels > 0).sum(axis=1) == 1)[labels[:, 0] == label].sum()) for _, _, labels in batches) == 20
