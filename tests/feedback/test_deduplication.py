"""Test feedback.deduplication: known writing is recognised, and writing that is merely similar is not."""

from collections.abc import Callable
from decimal import Decimal

import cv2
import numpy as np
import pytest

from payment_ml.feedback import deduplication
from payment_ml.feedback.deduplication import HeldOutImages, NearDuplicateIndex
from payment_ml.imaging import line_images
from payment_ml.synthesis import amount_images, glyphs
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.synthesis.written_lines import write_line


@pytest.fixture(scope="module")
def lines(splits) -> list[np.ndarray]:
    """Return grey images of amounts, uint8 [height, width] each."""
    train = splits["train"]
    glyph_bank = glyphs.GlyphBank(train.images[:3000], train.labels[:3000])
    rng = np.random.default_rng(10)
    return [amount_images.render_amount(glyph_bank, rng, colour=False).image for _ in range(40)]


def pixels_of(grey: np.ndarray) -> np.ndarray | None:
    """Return the pixels of an image's line, uint8 [32, width]; None where no line is detected."""
    line = line_images.extract_line(grey)
    return None if line is None else line.pixels


def test_similar_digits_of_different_people_are_no_duplicates(splits):
    """Two plain ones look alike, and yet both may be learned from."""
    ones = splits["train"].images[splits["train"].labels == 1][:150]
    vectors = deduplication.unit_vectors([deduplication.normalized_digit(image) for image in ones])
    correlations = vectors @ vectors.T - np.eye(len(vectors))
    assert (correlations > deduplication.SAME_DIGIT).sum() <= 6


def recognised(lines: list[np.ndarray], change: Callable[[np.ndarray], np.ndarray]) -> int:
    """Return of how many changed copies the reason names the line that they were made from."""
    index = NearDuplicateIndex(HeldOutImages(np.zeros((0, 28, 28), np.uint8), []))
    reasons = [index.rejection_reason("amounts", str(i), pixels_of(line)) for i, line in enumerate(lines)]
    assert reasons == [None] * len(lines)
    copies = enumerate(
        index.rejection_reason("amounts", f"copy {i}", pixels_of(change(x))) for i, x in enumerate(lines)
    )
    return sum(reason == f"it shows the same writing as correction {i}" for i, reason in copies)


def test_a_plain_line_is_recognised_after_scaling_and_in_other_light(splits):
    """On bare paper every copy is; the reason names the correction that showed the same writing."""
    train = splits["train"]
    bank = glyphs.GlyphBank(train.images[:3000], train.labels[:3000])
    rng = np.random.default_rng(10)
    style = bank.style(rng, 48.0)
    written = [
        write_line(WrittenAmount(Decimal(text), text), bank, style, rng) for text in ("1234.56", "87.05", "640.91")
    ]
    plain = [np.pad((235 - 200 * line.ink).astype(np.uint8), 24, constant_values=235) for line in written]
    assert recognised(plain, lambda line: cv2.resize(line, None, fx=1.3, fy=1.3, interpolation=cv2.INTER_CUBIC)) == 3
    assert recognised(plain, lambda line: (line * 0.9).astype(np.uint8)) == 3


def test_a_line_is_recognised_in_other_light(lines):
    """A darker copy is the same writing; where light decides what is ink, a few are missed."""
    assert recognised(lines, lambda line: (line * 0.9).astype(np.uint8)) >= 0.8 * len(lines)


def test_some_lines_are_recognised_after_scaling(lines):
    """A copy of another size is cropped elsewhere by a pixel or so, which the strict limit mostly takes for another."""
    count = recognised(lines, lambda line: cv2.resize(line, None, fx=1.3, fy=1.3, interpolation=cv2.INTER_CUBIC))
    assert count >= 0.25 * len(lines)


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
