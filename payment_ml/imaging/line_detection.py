"""Where in a picture the line of writing stands, and how its ink is told from its paper."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from payment_ml.imaging import ruled_lines

_MAX_COMPONENTS = 400  # pieces; that is no line of writing but a texture
_MAX_SLOPE = 0.2  # pixels down for each to the right; 11 degrees
_MAD_TO_STD = 1.4826 / 2**0.5  # from the median difference of two pixels to the standard deviation of one
_MAX_HEIGHT, _MAX_WIDTH = 96, 1600  # pixels; larger pictures are brought down to this before anything is looked for
_MIN_RANGE = 12  # grey levels between the darkest and the palest pixel, of which a picture with writing has more
_FULL_INK_QUANTILE = 0.97  # share of a picture that is paler than its ink, where it was not told which pixels are ink
_MIN_CONTRAST = 8.0  # grey levels


@dataclass(frozen=True)
class Page:
    """A picture at the size in which writing is looked for, and how each pixel stands out from its paper."""

    grey: np.ndarray  # uint8 [at most 96, at most 1600], 0 black, 255 white
    scale: float  # pixels of it for each of the picture, at most 1
    image_width: int  # pixels
    inverted: bool = False  # what its levels suggest to be paper is taken for ink

    @property
    def is_bare(self) -> bool:
        """Whether it is of one level everywhere, or nearly."""
        return int(self.grey.max()) - int(self.grey.min()) < _MIN_RANGE

    @cached_property
    def darkness(self) -> np.ndarray:
        """How far each pixel lies on the ink's side of its paper, float32 [height, width] in grey levels."""
        grey = 255 - self.grey if self._light_on_dark else self.grey
        level = grey.astype(np.float32)
        reach = max(3, round(0.5 * grey.shape[0])) | 1
        tiny = min(grey.shape) <= 16
        shrunk = level if tiny else cv2.resize(level, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        kernel = np.ones((max(3, reach // 4) | 1, max(3, reach // 4) | 1), np.uint8)
        paper = cv2.morphologyEx(shrunk, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
        paper = cv2.GaussianBlur(paper, (0, 0), max(1, reach / 16))
        shade = cv2.resize(paper, level.shape[::-1], interpolation=cv2.INTER_LINEAR) - level
        # Every third pixel tells the paper's level as well as all do.
        shade -= _upper_median(shade.ravel()[::3])
        return np.maximum(shade, 0)

    @cached_property
    def _light_on_dark(self) -> bool:
        low, middle, high = _quantiles(self.grey, 0.02, 0.5, 0.98)
        return (high - middle > 1.3 * (middle - low)) != self.inverted

    @cached_property
    def noise(self) -> float:
        """The paper's noise in grey levels.

        It is in how pixels differ from one two columns on, since most of these pairs lie on one page even where boxes
        and ink fill the picture.
        """
        level = self.grey.astype(np.float32)
        if level.shape[1] <= 2:
            return 1.0
        return _MAD_TO_STD * _upper_median(np.abs(level[:, 2::3] - level[:, :-2:3]).ravel()) + 1.0

    @cached_property
    def _otsu(self) -> tuple[float, np.ndarray, np.ndarray]:
        """The level of shade that parts ink from paper, the mask of ink, and the levels."""
        levels = np.minimum(cv2.GaussianBlur(self.darkness, (0, 0), 0.8), 255).astype(np.uint8)
        threshold, mask = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
        return threshold, mask, levels

    @property
    def mask(self) -> np.ndarray:
        """Where there is ink: uint8 [height, width], 0 or 1."""
        return self._otsu[1]

    @property
    def stands_out(self) -> bool:
        """Whether there is ink that is no noise of the paper."""
        return self._otsu[0] >= 0.8 * self.noise and bool(self.mask.any())

    def contrast(self, mask: np.ndarray | None = None) -> float:
        """The shade of full ink in grey levels: of what a mask shows; of the darkest pixels where there is none."""
        levels = self._otsu[2]
        if mask is None:
            return float(max(*_quantiles(levels, _FULL_INK_QUANTILE), _MIN_CONTRAST))
        counts = cv2.calcHist([levels], [0], mask, [256], [0, 256]).ravel()
        return float(max(np.searchsorted(np.cumsum(counts), 0.7 * counts.sum()), _MIN_CONTRAST))

    def inverse(self) -> "Page":
        """The same with what was taken for paper as ink."""
        return replace(self, inverted=not self.inverted)

    def between(self, top: int, bottom: int) -> "Page":
        """Some of its rows, on their own."""
        return replace(self, grey=self.grey[top:bottom])


def prepare_page(grey: np.ndarray) -> Page:
    """Bring a picture, uint8 [height, width], to the size in which writing is looked for."""
    scale = min(1.0, _MAX_HEIGHT / grey.shape[0], _MAX_WIDTH / grey.shape[1])
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = grey if scale == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return Page(small, scale, grey.shape[1])


@dataclass(frozen=True)
class TextLine:
    """A line of writing in a page; its top and bottom are those in the middle of a tilted one."""

    left: float
    top: float
    right: float
    bottom: float
    slope: float  # pixels that it goes down for each to the right
    contrast: float  # grey levels of its ink over its paper
    ink_outside: float  # share of what has the form of writing that lies outside of it, 0 to 1


def detect_line(page: Page, joined: bool = False) -> TextLine | None:
    """The line of writing; None when nothing stands out as writing does.

    `joined` chooses how ruled lines are told from writing; see `ruling`.
    """
    if not page.stands_out:
        return None
    height, width = page.grey.shape
    mask = ruled_lines.remove_connected_lines(page.mask) if joined else ruled_lines.remove_lines(page.mask)
    # 16 bits number the most pieces that a page has room for, in half the time of 32.
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U)
    if count < 2:
        return None
    left, top, wide, high, area = boxes[1:].T
    specks = (area < 0.0008 * height * height + 3) | (high < 0.04 * height)
    frames = (wide > 0.6 * width) & (area < 0.25 * wide * high) & (high > 0.5 * height) & (width > 2 * height)
    thin = (wide > 6 * high) | ((high > 0.85 * height) & (wide < 0.12 * height))
    edge = ((top == 0) | (top + high == height)) & (high < 0.3 * height)
    keep = ~(specks | frames | thin | edge)
    if joined:
        keep &= ~ruled_lines.find_box_sides(boxes[1:], keep, height)
    if not keep.any() or np.count_nonzero(keep) > _MAX_COMPONENTS:
        return None
    # Digits are the tall ones; what stands level with them belongs to the line.
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


def _upper_median(values: np.ndarray) -> float:
    """The median, of an even number the higher of two; in half of the time of numpy's."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def _quantiles(levels: np.ndarray, *shares: float) -> list[int]:
    """Grey levels below which the given shares of a uint8 array lie; from its histogram, which needs no sorting."""
    counts = cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel()
    return [int(each) for each in np.searchsorted(np.cumsum(counts), np.array(shares) * levels.size)]


def _rank_quantile(values: np.ndarray, share: float) -> float:
    """The value below which a share of a few lies; a twentieth of the time of numpy's percentile."""
    return float(np.sort(values)[int(share * (len(values) - 1) + 0.5)])


def _slope(x: np.ndarray, y: np.ndarray, high: np.ndarray) -> float:
    """How many pixels a line of digits goes down for each to the right; 0 where that is uncertain or not a tilt.

    The median over all pairs of digits of about one size (Theil 1950, Sen 1968), since raised cents are no tilt.
    """
    usual = _rank_quantile(high, 0.5)
    tall = high > 0.75 * usual
    x, y = x[tall], y[tall]
    if len(x) < 3:
        return 0.0
    apart = np.subtract.outer(x, x)
    wide = apart > 0.5 * usual  # of two digits once: from the left one to the right one
    if not wide.any():
        return 0.0
    slope = _rank_quantile(np.subtract.outer(y, y)[wide] / apart[wide], 0.5)
    return slope if abs(slope) < _MAX_SLOPE else 0.0
