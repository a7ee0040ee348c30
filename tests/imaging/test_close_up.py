"""close_up: a line is levelled at the resolution of its picture."""

import cv2
import numpy as np
import pytest

from payment_ml.imaging import line_images
from payment_ml.imaging.close_up import take_close_up


def bars(height: int = 60, scale: float = 1.0, tilt: float = 0.0) -> np.ndarray:
    """Draw five upright bars, as ones, in a grey picture."""
    picture = np.full((int(120 * scale), int(400 * scale)), 230, np.uint8)
    for i in range(5):
        x = int((60 + 60 * i) * scale)
        y = int((30 + tilt * 60 * i) * scale)
        cv2.rectangle(picture, (x, y), (x + int(8 * scale), y + int(height * scale)), 20, -1)
    return picture


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_ink_is_full_where_a_stroke_is_and_absent_beside_it(scale):
    """The columns are those of the picture."""
    line = line_images.extract_line(bars(scale=scale))
    view = take_close_up(line)
    assert view.digit_height <= 64
    middle = view.ink.shape[0] // 2
    for i in range(5):
        assert view.ink[middle, view.column((64 + 60 * i) * scale)] > 0.9
        assert view.ink[middle, view.column((94 + 60 * i) * scale)] < 0.1


def test_a_sloping_line_is_level():
    """All bars begin in about the same row."""
    view = take_close_up(line_images.extract_line(bars(tilt=0.08)))
    tops = [int((view.ink[:, view.column(64 + 60 * i)] > 0.5).argmax()) for i in range(5)]
    assert max(tops) - min(tops) <= 3


@pytest.mark.parametrize("margins", [(0, 0), (3, 200)], ids=["cut close", "at an edge"])
def test_the_close_up_ends_where_the_picture_ends(margins):
    """A crop need not leave any paper around its digits."""
    left, right = margins
    picture = bars()[28:94, 60 - left : 310 + right]
    line = line_images.extract_line(picture) or line_images.full_image_line(picture)
    view = take_close_up(line)
    assert view.ink.shape[1] <= picture.shape[1]
    assert view.column(-50) == 0
    assert view.column(10_000) == view.ink.shape[1]
