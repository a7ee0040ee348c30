"""Tests of batches of lines: padding to a common width, and frames of the network's output."""

import numpy as np
import pytest

from payment_ml.imaging import line_batches


def test_stacked_lines_begin_at_the_left_with_paper_behind(rng):
    """The common width is that of the widest line, rounded up to a multiple of 16."""
    wide, narrow = (rng.integers(1, 256, (line_batches.HEIGHT, width)).astype(np.uint8) for width in (150, 50))
    stacked = line_batches.stack_lines([wide, narrow])
    assert stacked.shape == (2, line_batches.HEIGHT, 160)
    assert np.array_equal(stacked[0, :, :150], wide)
    assert np.array_equal(stacked[1, :, :50], narrow)
    assert not stacked[0, :, 150:].any()
    assert not stacked[1, :, 50:].any()


@pytest.mark.parametrize(
    ("width", "frames", "padded"), [(1, 1, 16), (16, 4, 16), (17, 5, 32), (512, 128, 512)], ids=str
)
def test_a_frame_covers_four_pixels(width, frames, padded):
    """Frames and padding are rounded up."""
    assert line_batches.frame_count(width) == frames
    assert line_batches.padded_width(width) == padded
