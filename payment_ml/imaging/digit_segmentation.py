"""Segment the digit in the middle of an image and normalise it to MNIST's format."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX, SIDE
from payment_ml.imaging import background

_WORKING_SIDE = 160  # pixels; larger images are reduced to this, strokes keep their shape
_MAX_CLOSE_UPS = 3  # crops, each closer than the one before, towards small text on a large page
_MIN_SIGNAL_TO_NOISE = 4.0  # standard deviations of the paper's noise by which ink must stand out
_MIN_CONTRAST = 10.0  # grey levels by which ink must stand out


@dataclass(frozen=True)
class Ink:
    """Hold the ink of an image, separated from its paper."""

    density: np.ndarray  # float32 [height, width], 0 bare paper to 1 full ink
    mask: np.ndarray  # bool [height, width], where there is any ink
    signal_to_noise: float  # contrast over the standard deviation of the paper's noise
    contrast: float  # grey levels between ink and paper
    place: tuple[float, float, float] = (0.0, 0.0, 1.0)  # left and top in the image, and pixels there per pixel here

    @property
    def is_blank(self) -> bool:
        """Return True if nothing stands out from the paper as text does."""
        return not self.mask.any() or self.signal_to_noise < _MIN_SIGNAL_TO_NOISE or self.contrast < _MIN_CONTRAST


def extract_ink(grey: np.ndarray) -> Ink:
    """Separate ink from paper, whichever of the two is darker.

    The paper is what remains when every thin stroke is closed over, so uneven light and tinted paper cancel out. Small
    text on a large page is cropped and separated again in full resolution.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, 255 white

    Returns
    -------
    Ink at the working size: at most 160 pixels along the longer side
    """
    left = top = 0
    for close_up in range(_MAX_CLOSE_UPS + 1):
        separated = _separate(grey)
        ink = replace(separated, place=(left, top, grey.shape[0] / separated.mask.shape[0]))
        region = None if ink.is_blank or close_up == _MAX_CLOSE_UPS else _text_region(ink)
        if region is None:
            break
        rows, columns = region
        grey, left, top = grey[rows, columns], left + columns.start, top + rows.start
    return ink


def crop_center_digit(ink: Ink) -> list[np.ndarray]:
    """Crop the digit in the middle in the likely ways, each normalised to MNIST's format.

    A digit that was cut out of a longer number comes with pieces of its neighbours, sometimes touching it. No single
    rule always separates them, so the classifier weighs several crops: the strokes nearest the middle; where these are
    too wide for one digit, the strokes between the emptiest columns near and further from the middle; and the strokes
    with adjacent ones that may belong to them.

    Parameters
    ----------
    ink : from `extract_ink`

    Returns
    -------
    list of uint8 [28, 28], 0 paper, 255 ink; empty if there is no ink
    """
    if ink.is_blank:
        return []
    mask = _text_mask(ink)
    strokes = _center_strokes(mask)
    crops = [strokes, *_crops_between_valleys(ink.density * mask, strokes), _with_adjacent_strokes(mask, strokes)]
    return [normalize_to_mnist(_with_soft_edge(ink.density, crop)) for crop in crops if crop.any()]


def center_digit_box(ink: Ink) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of the strokes in the middle, pixels of the image; None if there are none."""
    if ink.is_blank:
        return None
    across, down, wide, high = cv2.boundingRect(_center_strokes(_text_mask(ink)).astype(np.uint8))
    left, top, scale = ink.place
    return left + scale * across, top + scale * down, left + scale * (across + wide), top + scale * (down + high)


def normalize_to_mnist(density: np.ndarray) -> np.ndarray:
    """Normalise a digit to MNIST's format: its longer side 20 pixels, its centre of mass in the middle of 28.

    Parameters
    ----------
    density : float32 [height, width], 0 bare paper to 1 full ink; not all bare

    Returns
    -------
    uint8 [28, 28], 0 paper, 255 ink

    Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A.
    """
    rows, columns = np.where(density > 0.25)
    if len(rows) == 0:
        rows, columns = np.where(density > 0)
    crop = density[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32)
    scale = BOX / max(crop.shape)
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    small = np.clip(small / max(np.percentile(small, 98), 1e-3), 0, 1)
    y, x = np.mgrid[: small.shape[0], : small.shape[1]]
    weight = small.sum()
    middle = SIDE / 2  # not (SIDE - 1) / 2: the mean centre of MNIST's own digits is 14.0, 14.0
    top = int(np.clip(round(middle - (y * small).sum() / weight), 0, SIDE - small.shape[0]))
    left = int(np.clip(round(middle - (x * small).sum() / weight), 0, SIDE - small.shape[1]))
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = np.round(small * 255)
    return image


def _text_region(ink: Ink) -> tuple[slice, slice] | None:
    """Return the rows and columns that hold all text, with margins; None if that is most of the image anyway."""
    left, top, wide, high = cv2.boundingRect(ink.mask.astype(np.uint8))
    if max(wide / ink.mask.shape[1], high / ink.mask.shape[0]) > 0.5:
        return None
    scale = ink.place[2]
    margin = 0.35 * max(wide, high)
    return (
        slice(max(0, int((top - margin) * scale)), int((top + high + margin) * scale)),
        slice(max(0, int((left - margin) * scale)), int((left + wide + margin) * scale)),
    )


def _separate(grey: np.ndarray) -> Ink:
    level = _working_size(grey).astype(np.float32)
    if background.is_light_digit_on_dark(level):
        level = 255 - level
    thick = max(3, round(0.45 * min(level.shape))) | 1  # wider than any stroke
    closed, smooth = background.estimate_background(level, thick, thick / 4)
    darkness = np.maximum(cv2.GaussianBlur(np.minimum(smooth, closed) - level, (0, 0), 0.7), 0)
    grey_darkness = np.clip(darkness, 0, 255).astype(np.uint8)
    threshold, _ = cv2.threshold(grey_darkness, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = darkness > max(threshold, 1)
    if not mask.any() or mask.all():
        return Ink(np.zeros_like(darkness), np.zeros_like(mask), 0.0, 0.0)
    full, bare = np.percentile(darkness[mask], 75), np.median(darkness[~mask])
    noise = 1.4826 * np.median(np.abs(darkness[~mask] - bare)) + 0.5
    density = np.clip((darkness - bare) / max(full - bare, 1), 0, 1)
    return Ink(density, mask, float((full - bare) / noise), float(full - bare))


def _working_size(grey: np.ndarray) -> np.ndarray:
    scale = _WORKING_SIDE / max(grey.shape)
    if scale >= 1:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def _text_mask(ink: Ink) -> np.ndarray:
    """Return the mask of ink without printed lines, unless there is nothing else."""
    mask = _remove_rules(ink.mask)
    return mask if mask.any() else ink.mask


def _with_soft_edge(density: np.ndarray, crop: np.ndarray) -> np.ndarray:
    """Return the ink density of a crop with its soft edge, which lies just outside of the mask."""
    around = cv2.dilate(crop.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return density * around


def _remove_rules(mask: np.ndarray) -> np.ndarray:
    """Remove printed lines from a mask: thin straight runs along nearly the whole image."""
    height, width = mask.shape
    cleaned: np.ndarray = mask.astype(np.uint8)
    for length, shape in (
        (round(0.85 * width), (1, max(3, round(0.85 * width)))),
        (height, (max(3, round(0.9 * height)), 1)),
    ):
        if length < 12:
            continue
        runs = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones(shape, np.uint8))
        across = runs.sum(axis=0 if shape[0] == 1 else 1).max()
        if 0 < across <= max(2, 0.12 * min(height, width)):
            cleaned[runs > 0] = 0
    if cleaned.sum() < mask.sum():
        cleaned = cv2.morphologyEx(cleaned, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return cleaned > 0


def _center_strokes(mask: np.ndarray) -> np.ndarray:
    """Return the connected strokes nearest the middle, with the pieces above or below them."""
    height, width = mask.shape
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return mask
    left, _, wide, high, area = boxes[1:].T
    # A bell weighs ink by its distance from the middle.
    y, x = np.mgrid[:height, :width]
    spread = 0.2 * height
    bell = np.exp(-(((x - width / 2) / spread) ** 2 + ((y - height / 2) / (2 * spread)) ** 2) / 2)
    weight = np.bincount(labels.ravel(), (bell * mask).ravel(), minlength=count)[1:]
    seed = int(np.argmax(weight))
    chosen = np.zeros(count, bool)
    chosen[seed + 1] = True
    begin, end = left[seed], left[seed] + wide[seed]
    for i in np.argsort(-area):
        overlap = min(end, left[i] + wide[i]) - max(begin, left[i])
        cut_off = (left[i] == 0 or left[i] + wide[i] == width) and area[i] < area[seed]
        speck = area[i] < 0.02 * area[seed] or max(wide[i], high[i]) < 0.12 * high[seed]
        if i != seed and overlap > 0.6 * wide[i] and not cut_off and not speck:
            chosen[i + 1] = True
    return chosen[labels]


def _with_adjacent_strokes(mask: np.ndarray, strokes: np.ndarray) -> np.ndarray:
    """Return the strokes with adjacent ones that may be part of the same digit; empty if there are none.

    A four is often two strokes that do not touch. A stroke that reaches the left or right edge, or lies further out
    than a digit is wide, belongs to a neighbour.
    """
    rows, columns = np.where(strokes)
    high, middle = np.ptp(rows) + 1, (columns.min() + columns.max()) / 2
    count, labels, boxes, centres = cv2.connectedComponentsWithStats((mask & ~strokes).astype(np.uint8), connectivity=8)
    adjacent = np.zeros(count, bool)
    for i in range(1, count):
        left, _, wide, tall, area = boxes[i]
        inside = left > 0 and left + wide < mask.shape[1] and abs(centres[i][0] - middle) < 0.6 * high
        adjacent[i] = inside and area > 0.04 * strokes.sum() and max(tall, wide) > 0.2 * high
    return strokes | adjacent[labels] if adjacent.any() else np.zeros_like(strokes)


def _crops_between_valleys(density: np.ndarray, strokes: np.ndarray) -> list[np.ndarray]:
    """Crop strokes that are too wide for one digit at the emptiest columns left and right of the middle."""
    rows, columns = np.where(strokes)
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    if wide < 0.75 * high:
        return []
    width = strokes.shape[1]
    profile = cv2.GaussianBlur((density * strokes).sum(axis=0, keepdims=True), (0, 0), max(0.5, 0.02 * high))[0]
    crops = []
    for reach in (0.55, 0.75):
        near, far = 0.15 * high, reach * high
        left = _emptiest_column(profile, width / 2 - far, width / 2 - near, columns.min())
        right = _emptiest_column(profile, width / 2 + near, width / 2 + far, columns.max())
        crop = np.zeros_like(strokes)
        crop[:, left : right + 1] = strokes[:, left : right + 1]
        crops.append(crop)
    return crops


def _emptiest_column(profile: np.ndarray, begin: float, end: float, edge: int) -> int:
    """Return the column with the least ink from begin to end; the strokes' own edge if it lies there already."""
    begin, end = max(0, round(begin)), min(len(profile) - 1, round(end))
    if begin <= edge <= end or begin >= end:
        return int(np.clip(edge, 0, len(profile) - 1))
    return begin + int(np.argmin(profile[begin : end + 1]))
