"""Extract a line of words from a cut-out of a page: levelled, 32 pixels high, as the network of words takes it.

A line of an amount is as high as its digits. Words have letters of three heights, and in joined-up writing each word is
one component; so their line is measured by how its ink spreads over the rows.
"""

import numpy as np

from payment_ml.imaging import line_images, ruled_lines
from payment_ml.imaging.line_detection import TextLine, detect_line, prepare_page

MAX_WIDTH = 1024  # pixels; longer text is squeezed
_RULE_LENGTH = 2.5  # image heights; a longer horizontal run is a rule, a shorter one may be a bar of joined-up letters
_HALF_HEIGHT = 2.0  # standard deviations of the rows of ink from the middle of the text to its top and bottom
_REACH = 2.3  # standard deviations beyond which ink belongs to other lines
_STEPS = 4  # until middle and spread agree with the rows within reach
_MIN_HEIGHT, _MIN_PIXELS = 5, 10  # of a text


def extract_words(grey: np.ndarray) -> line_images.LineImage | None:
    """Extract a line of words.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, 255 white; either may be the ink; parts of other lines may reach in from
        above and below

    Returns
    -------
    None where there is no ink.
    """
    page = prepare_page(grey)
    if not page.has_ink:
        return None
    mask = ruled_lines.remove_level_lines(page.mask, _RULE_LENGTH)
    detected = detect_line(page)
    slope = 0.0 if detected is None else detected.slope
    y, x = np.nonzero(mask)
    if len(y) < _MIN_PIXELS:
        return None
    level = y - slope * (x - mask.shape[1] / 2)
    top, bottom = _measure_rows(level)
    within = x[(level >= top) & (level <= bottom)]
    left, right = float(within.min()), float(within.max() + 1)
    shift = slope * ((left + right) / 2 - mask.shape[1] / 2)
    line = TextLine(left, top + shift, right, bottom + shift, slope, page.contrast(mask), 0.0)
    return line_images.sample_line(page, line, MAX_WIDTH)


def _measure_rows(rows: np.ndarray) -> tuple[float, float]:
    """Return the top and bottom of the text, given the row of each pixel of ink, float [n]."""
    middle, spread = float(rows.mean()), float(rows.std())
    for _ in range(_STEPS):
        near = rows[np.abs(rows - middle) < _REACH * spread + 1]
        middle, spread = float(near.mean()), float(near.std())
    half = max(_HALF_HEIGHT * spread, _MIN_HEIGHT / 2)
    return middle - half, middle + half
