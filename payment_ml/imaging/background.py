"""Separate ink from its background: which of the two is darker, and how bright the background is at each pixel.

Lines of text and single digits share these functions. They differ in one criterion: a line's polarity is decided by
quantiles, because boxes and dark print around a line skew the third moment; the polarity of a single digit is decided
by the third moment, because its ink may cover less of a page than any fixed quantile.
"""

import cv2
import numpy as np

_POLARITY_RATIO = 1.3  # light ink reaches this many times further from the median than dark noise does
_SURE_RATIO = 2.0  # dark ink reaches this many times further than the lightest pixels, where its polarity is sure


def estimate_background(level: np.ndarray, kernel_size: int, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """Estimate the background's level by closing over every dark stroke thinner than the kernel.

    Parameters
    ----------
    level : float32 [height, width], grey levels, ink darker than its background
    kernel_size : pixels, odd; wider than any stroke
    sigma : standard deviation in pixels of the Gaussian blur that follows

    Returns
    -------
    closed, smooth : float32 [height, width] each, before and after the blur
    """
    kernel = np.ones((kernel_size, kernel_size), np.uint8)
    closed = cv2.morphologyEx(level, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    return closed, cv2.GaussianBlur(closed, (0, 0), sigma)


def is_light_line_on_dark(grey: np.ndarray) -> bool:
    """Return True if a line's ink is lighter than its background.

    Ink is rarer than background, so the levels reach further from the median on the side of the ink.

    Parameters
    ----------
    grey : uint8 [height, width]
    """
    low, median, high = grey_quantiles(grey, 0.02, 0.5, 0.98)
    return high - median > _POLARITY_RATIO * (median - low)


def is_surely_dark_on_light(grey: np.ndarray) -> bool:
    """Return True if hardly anything in an image is so much lighter than the rest that it could be light ink.

    Parameters
    ----------
    grey : uint8 [height, width]
    """
    low, median, high = grey_quantiles(grey, 0.02, 0.5, 0.998)
    return median - low >= _SURE_RATIO * (high - median)


def is_light_digit_on_dark(level: np.ndarray) -> bool:
    """Return True if a digit's ink is lighter than its background.

    The sum of cubed distances from the median weighs how far ink stands out, however little of it there is.

    Parameters
    ----------
    level : float32 [height, width], grey levels
    """
    distance = level - np.median(level)
    return float(np.sum(distance**3)) > 0


def grey_quantiles(grey: np.ndarray, *shares: float) -> list[int]:
    """Return the grey levels below which the given shares of the pixels lie.

    A histogram replaces the sorting of `numpy.quantile`.

    Parameters
    ----------
    grey : uint8 array of any shape
    shares : in [0, 1]
    """
    counts = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel()
    return [int(level) for level in np.searchsorted(np.cumsum(counts), np.array(shares) * grey.size)]


def upper_median(values: np.ndarray) -> float:
    """Return the median; of an even number of values the higher of the two in the middle.

    A partial sort of one side is enough, which `numpy.median` does not know.

    Parameters
    ----------
    values : float or integer [n], n at least 1
    """
    middle = len(values) // 2
    return float(np.partition(values, middle)[middle])
