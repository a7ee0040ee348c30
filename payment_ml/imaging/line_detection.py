"""Detect the line of text in an image and measure its extent, slope and contrast."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from payment_ml.imaging import background, ruled_lines

_MAX_COMPONENTS = 400  # connected components; more of them are a texture, not a line of text
_MAX_SLOPE = 0.2  # pixels down per pixel to the right; 11 degrees
_MAD_TO_STD = 1.4826 / 2**0.5  # from the median difference of two pixels to the standard deviation of one
_MAX_HEIGHT, _MAX_WIDTH = 96, 1600  # pixels; larger images are reduced to this before detection
_MIN_RANGE = 12  # grey levels between the darkest and the lightest pixel of an image with text
_FULL_INK_QUANTILE = 0.97  # share of an image that is lighter than its full ink, where no mask of the ink is given
_MIN_CONTRAST = 8.0  # grey levels


@dataclass(frozen=True)
class Page:
    """Hold an image at the size used for detection, with how far each pixel stands out from its background."""

    grey: np.ndarray  # uint8 [at most 96, at most 1600], 0 black, 255 white
    scale: float  # pixels of the page per pixel of the image, at most 1
    image_width: int  # pixels
    picture: np.ndarray  # uint8 [height, width], the image itself
    inverted: bool = False  # treat as ink what the grey levels suggest to be background

    @property
    def is_bare(self) -> bool:
        """Return True if all pixels have nearly one level."""
        return int(self.grey.max()) - int(self.grey.min()) < _MIN_RANGE

    @cached_property
    def darkness(self) -> np.ndarray:
        """Return how far each pixel lies on the ink's side of its background, float32 [height, width], grey levels."""
        grey = 255 - self.grey if self._light_on_dark else self.grey
        level = grey.astype(np.float32)
        reach = max(3, round(0.5 * grey.shape[0])) | 1
        is_tiny = min(grey.shape) <= 16
        reduced = level if is_tiny else cv2.resize(level, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        _, paper = background.estimate_background(reduced, max(3, reach // 4) | 1, max(1, reach / 16))
        darkness = cv2.resize(paper, level.shape[::-1], interpolation=cv2.INTER_LINEAR) - level
        # Every third pixel gives the background's level as well as all of them.
        darkness -= background.upper_median(darkness.ravel()[::3])
        return np.maximum(darkness, 0)

    @cached_property
    def _light_on_dark(self) -> bool:
        return background.is_light_line_on_dark(self.grey) != self.inverted

    @cached_property
    def noise(self) -> float:
        """Return the standard deviation of the background's noise in grey levels.

        The estimate comes from pixels two columns apart: most such pairs share a background even where boxes and ink
        cover much of the image.
        """
        level = self.grey.astype(np.float32)
        if level.shape[1] <= 2:
            return 1.0
        return _MAD_TO_STD * background.upper_median(np.abs(level[:, 2::3] - level[:, :-2:3]).ravel()) + 1.0

    @cached_property
    def _otsu(self) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the threshold between ink and background, the mask of ink, and the smoothed levels."""
        levels = np.minimum(cv2.GaussianBlur(self.darkness, (0, 0), 0.8), 255).astype(np.uint8)
        threshold, mask = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        return threshold, mask, levels

    @property
    def mask(self) -> np.ndarray:
        """Return the mask of ink, uint8 [height, width], 0 or 1."""
        return self._otsu[1]

    @property
    def has_ink(self) -> bool:
        """Return True if something stands out from the background's noise."""
        return self._otsu[0] >= 0.8 * self.noise and bool(self.mask.any())

    def contrast(self, mask: np.ndarray | None = None) -> float:
        """Return the darkness of full ink in grey levels.

        Parameters
        ----------
        mask : uint8 [height, width], 1 where there is ink; None measures the darkest pixels of the page
        """
        levels = self._otsu[2]
        if mask is None:
            return float(max(*background.grey_quantiles(levels, _FULL_INK_QUANTILE), _MIN_CONTRAST))
        counts = cv2.calcHist([levels], [0], mask, [256], [0, 256]).ravel()
        return float(max(np.searchsorted(np.cumsum(counts), 0.7 * counts.sum()), _MIN_CONTRAST))

    def inverse(self) -> "Page":
        """Return the same page with ink and background exchanged."""
        return replace(self, inverted=not self.inverted)

    def crop_rows(self, top: int, bottom: int) -> "Page":
        """Return the rows from `top` to `bottom`, exclusive, as a page of their own."""
        return replace(self, grey=self.grey[top:bottom])


@dataclass(frozen=True)
class TextLine:
    """Locate a line of text on a page, in pixels of the page.

    The top and bottom of a sloping line are those in its middle.
    """

    left: float
    top: float
    right: float
    bottom: float
    slope: float  # pixels down per pixel to the right
    contrast: float  # darkness of its ink in grey levels
    ink_outside: float  # share of the text-like ink that lies outside of the line, 0 to 1


def prepare_page(grey: np.ndarray) -> Page:
    """Reduce an image to the size used for detection.

    Parameters
    ----------
    grey : uint8 [height, width]
    """
    scale = min(1.0, _MAX_HEIGHT / grey.shape[0], _MAX_WIDTH / grey.shape[1])
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    reduced = grey if scale == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return Page(reduced, scale, grey.shape[1], grey)


def detect_line(page: Page, connected: bool = False) -> TextLine | None:
    """Detect the line of text on a page.

    Parameters
    ----------
    page : from `prepare_page`
    connected : tell ruled lines from text by what they are connected to (`ruled_lines.remove_connected_lines`) instead
        of by their length alone

    Returns
    -------
    None where nothing looks like text.
    """
    if not page.has_ink:
        return None
    height, width = page.grey.shape
    mask = ruled_lines.remove_connected_lines(page.mask) if connected else ruled_lines.remove_lines(page.mask)
    # 16 bits number the largest count of components that a page has room for, and are faster than 32.
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    if count < 2:
        return None
    keep = _text_components(boxes[1:], height, width)
    if connected:
        keep &= ~ruled_lines.find_box_sides(boxes[1:], keep, height)
    if not keep.any() or np.count_nonzero(keep) > _MAX_COMPONENTS:
        return None
    return _measure_line(page, mask, boxes[1:], keep)


def _text_components(boxes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return which components may be text, bool [n]: no speck, frame, rule or remnant at the edge.

    Parameters
    ----------
    boxes : int [n, 5], left, top, width, height and area of each component in pixels
    height, width : of the page in pixels
    """
    _, top, wide, high, area = boxes.T
    specks = (area < 0.0008 * height * height + 3) | (high < 0.04 * height)
    frames = (wide > 0.6 * width) & (area < 0.25 * wide * high) & (high > 0.5 * height) & (width > 2 * height)
    thin = (wide > 6 * high) | ((high > 0.85 * height) & (wide < 0.12 * height))
    edge = ((top == 0) | (top + high == height)) & (high < 0.3 * height)
    return ~(specks | frames | thin | edge)


def _measure_line(page: Page, mask: np.ndarray, boxes: np.ndarray, keep: np.ndarray) -> TextLine | None:
    """Measure the line that the kept components form; None where no component stands level with the digits."""
    left, top, wide, high, area = boxes.T
    width = page.grey.shape[1]
    # Digits are the tall components; what stands level with them belongs to the line.
    tall = _rank_quantile(high[keep], 0.8)
    digits = keep & (high > 0.5 * tall)
    middle = top + high / 2
    slope = _slope(left[digits] + wide[digits] / 2, middle[digits], high[digits])
    level = slope * (left + wide / 2 - width / 2)
    top, middle = top - level, middle - level
    line_top, line_bottom = _rank_quantile(top[digits], 0.5), _rank_quantile((top + high)[digits], 0.5)
    slack = 0.6 * (line_bottom - line_top)
    belongs = keep & (middle > line_top - slack) & (middle < line_bottom + slack)
    if not belongs.any():
        return None
    measured = belongs & digits if (belongs & digits).any() else belongs
    begin, end = float(left[belongs].min()), float((left + wide)[belongs].max())
    level = slope * ((begin + end) / 2 - width / 2)
    line_top, line_bottom = _rank_quantile(top[measured], 0.1), _rank_quantile((top + high)[measured], 0.9)
    outside = float(area[keep & ~belongs].sum() / area[keep].sum())
    return TextLine(begin, line_top + level, end, line_bottom + level, slope, page.contrast(mask), outside)


def _rank_quantile(values: np.ndarray, share: float) -> float:
    """Return the value of a few below which a share of them lies, without interpolation.

    `numpy.percentile` takes much longer for a handful of values (docs/decisions/line-detection.md).
    """
    return float(np.sort(values)[int(share * (len(values) - 1) + 0.5)])


def _slope(x: np.ndarray, y: np.ndarray, high: np.ndarray) -> float:
    """Return a line's slope in pixels down per pixel to the right; 0 where it is uncertain or too steep for text.

    The median over all pairs of digits of about one size (Theil 1950, Sen 1968); small raised cents are left out,
    because they do not make a line slope.

    Parameters
    ----------
    x, y, high : [n] each, the centres and heights of the digits in pixels
    """
    usual = _rank_quantile(high, 0.5)
    tall = high > 0.75 * usual
    x, y = x[tall], y[tall]
    if len(x) < 3:
        return 0.0
    apart = np.subtract.outer(x, x)
    is_pair = apart > 0.5 * usual  # each pair of digits once: from the left one to the right one
    if not is_pair.any():
        return 0.0
    slope = _rank_quantile(np.subtract.outer(y, y)[is_pair] / apart[is_pair], 0.5)
    return slope if abs(slope) < _MAX_SLOPE else 0.0
