"""Look at a line at the full resolution of its picture, for what a line image of 32 pixels is too coarse to show."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging.line_detection import Page
from payment_ml.imaging.line_images import LineImage

_MAX_DIGIT_HEIGHT = 64  # pixels of a close-up; the finest pen leaves two of them
_MARGIN = 0.55  # digit heights that a close-up shows beyond the line, where the picture reaches that far


@dataclass(frozen=True)
class CloseUp:
    """Hold the levelled ink of a line at the resolution of its picture."""

    ink: np.ndarray  # float32 [height, width], 0 paper, 1 full ink
    digit_height: float  # pixels
    noise: float  # standard deviation of the paper, in the unit of `ink`
    left: float  # of the first column, in pixels of the picture
    scale: float  # columns of the close-up for a pixel of the picture

    def column(self, x: float) -> int:
        """Return the column at a place of the picture, given in its pixels; the nearest one for a place outside."""
        return min(max(round((x - self.left) * self.scale), 0), self.ink.shape[1])


def take_close_up(line: LineImage) -> CloseUp:
    """Level a line at the resolution of its picture, or with digits 64 pixels high where the picture has more."""
    picture = line.page.picture
    scale = min(1.0, _MAX_DIGIT_HEIGHT / line.digit_height)
    slope = float(line.transform[1, 0] / line.transform[0, 0])
    margin = _MARGIN * line.digit_height
    height, width = line.pixels.shape
    (begin, _), (middle_x, middle_y), (end, _) = (
        line.transform @ np.array([x, height / 2, 1], np.float32) for x in (0, width / 2, width)
    )
    left, right = max(0, math.floor(begin - margin)), min(picture.shape[1], math.ceil(end + margin))
    reach = line.digit_height / 2 + margin
    lean = abs(slope) * (right - left) / 2
    top = min(max(0, math.floor(middle_y - reach - lean)), picture.shape[0] - 1)
    bottom = max(top + 1, min(picture.shape[0], math.ceil(middle_y + reach + lean)))
    window = picture[top:bottom, left : max(right, left + 1)]
    size = max(1, round(window.shape[1] * scale)), max(1, round(window.shape[0] * scale))
    reduced = window if scale == 1 else cv2.resize(window, size, interpolation=cv2.INTER_AREA)
    page = Page(reduced, 1.0, reduced.shape[1], reduced, line.page.inverted)
    rows = round(2 * reach * scale)
    # From the close-up to the window: rows are sheared, columns stay.
    to_window = np.array(
        [[1, 0, 0], [slope, 1, (middle_y - top) * scale - rows / 2 - slope * (middle_x - left) * scale]], np.float32
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    darkness = cv2.warpAffine(page.darkness, to_window, (reduced.shape[1], rows), flags=flags, borderValue=0)
    ink = np.minimum(darkness / line.contrast, 1)
    return CloseUp(ink, line.digit_height * scale, page.noise / line.contrast, left, reduced.shape[1] / window.shape[1])
