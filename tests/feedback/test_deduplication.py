"""Test feedback.deduplication: known writing is recognised, and writing that is merely similar is not."""

import cv2
import numpy as np
import pytest

from payment_ml.feedback import deduplication
from payment_ml.feedback.deduplication import HeldOutImages, NearDuplicateIndex
from payment_ml.imaging import line_images
from payment_ml.synthesis import amount_images, glyphs


@pytest.fixture(scope="module")
def lines(splits) -> list[np.ndarray]:
    """Return grey images of amounts, uint8 [height, width] each."""
    train = splits["train"]
    glyph_bank = glyphs.GlyphBank(train.images[:3000], train.labels[:3000])
    rng = np.random.default_rng(10)
    return [amount_images.render_amount(glyph_bank, rng, colour=False).image for _ in range(6)]


def pixels_of(grey: np.ndarray) -> np.ndarray:
    """Return the pixels of an image's line, uint8 [32, width]."""
    return line_images.extract_line(grey).pixels


def test_similar_digits_of_different_people_are_no_duplicates(splits):
    """Two plain ones look alike, and yet both may be learned from."""
    ones = splits["train"].images[splits["train"].labels == 1][:150]
    vectors = deduplication.unit_vectors([deduplication.normalized_digit(image) for image in ones])
    correlations = vectors @ vectors.T - np.eye(len(vectors))
    assert (correlations > deduplication.SAME_DIGIT).sum() <= 6


def test_a_line_is_recognised_after_scaling_and_in_other_light(lines):
    """The reason names the correction that showed the same writing."""
    index = NearDuplicateIndex(HeldOutImages(np.zeros((0, 28, 28), np.uint8), []))
    reasons = [index.rejection_reason("amounts", str(i), pixels_of(line)) for i, line in enumerate(lines)]
    assert reasons == [None] * len(lines)
    larger = cv2.resize(lines[2], None, fx=1.3, fy=1.3, interpolation=cv2.INTER_CUBIC)
    darker = (lines[4] * 0.9).astype(np.uint8)
    assert index.rejection_reason("amounts", "a", pixels_of(larger)) == "it shows the same writing as correction 2"
    assert index.rejection_reason("amounts", "b", pixels_of(darker)) == "it shows the same writing as correction 4"


@pytest.mark.parametrize("inverted", [False, True], ids=["as held out", "inverted"])
def test_a_held_out_digit_is_rejected_in_either_polarity(splits, inverted):
    """Light ink on a dark background is the same writing."""
    digits = splits["test"].images[:20]
    index = NearDuplicateIndex(HeldOutImages(digits, []))
    grey = 255 - digits[3] if inverted else digits[3]
    reason = index.rejection_reason("digits", "a", deduplication.normalized_digit(grey))
    assert reason == "it equals a picture that is held out for calibration, gate or test"


def test_an_image_without_writing_counts_as_new():
    """There is nothing to compare."""
    index = NearDuplicateIndex(HeldOutImages(np.zeros((0, 28, 28), np.uint8), []))
    assert index.rejection_reason("amounts", "a", None) is None
