"""Finds the writing in a grey picture: how much ink lies where, and which of it is the digit in the middle."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX, SIDE

_WORKING_SIDE = 160  # pixels; larger pictures are brought down to this, strokes keep their shape
_MAX_CLOSE_UPS = 3  # how often a small piece of writing on a large page is approached
_MIN_SIGNAL_TO_NOISE = 4.0  # ink must stand out from the paper's noise by so many standard deviations
_MIN_CONTRAST = 10.0  # and by so many grey levels, or no eye would see it


@dataclass(frozen=True)
class Ink:
    """Writing without its paper."""

    amount: np.ndarray  # float32 [height, width], 0 bare paper to 1 full ink
    mask: np.ndarray  # bool [height, width], where there is ink at all
    contrast: float  # depth of the ink over the noise of the paper
    depth: float  # grey levels between ink and paper
    place: tuple[float, float, float] = (
        0.0,
        0.0,
        1.0,
    )  # its left and top in the picture, and pixels there for one here

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands out from the paper as writing does."""
        return not self.mask.any() or self.contrast < _MIN_SIGNAL_TO_NOISE or self.depth < _MIN_CONTRAST


def extract_ink(grey: np.ndarray) -> Ink:
    """Separate writing from paper, whichever of the two is darker.

    The paper is what remains when everything thin is closed over; so uneven light and tinted paper drop out. The
    side of the paper's level on which the rarer, further levels lie is the ink's. A small piece of writing on a large
    page is looked at once more by itself, in full resolution.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, 255 white

    Returns
    -------
    Ink at the working size: at most 160 pixels along the longer side
    """
    left = top = 0
    for look in range(_MAX_CLOSE_UPS + 1):
        found = _separate(grey)
        ink = replace(found, place=(left, top, grey.shape[0] / found.mask.shape[0]))
        closer = None if ink.is_blank or look == _MAX_CLOSE_UPS else _text_region(ink)
        if closer is None:
            break
        rows, columns = closer
        grey, left, top = grey[rows, columns], left + columns.start, top + rows.start
    return ink


def _text_region(ink: Ink) -> tuple[slice, slice] | None:
    """Rows and columns that hold all of the writing, with margins; None when that is most of the picture anyway."""
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
    if _light_on_dark(level):
        level = 255 - level
    thick = max(3, round(0.45 * min(level.shape))) | 1  # wider than any stroke
    paper = cv2.morphologyEx(level, cv2.MORPH_CLOSE, np.ones((thick, thick), np.uint8), borderType=cv2.BORDER_REPLICATE)
    paper = np.minimum(cv2.GaussianBlur(paper, (0, 0), thick / 4), paper)
    shade = np.maximum(cv2.GaussianBlur(paper - level, (0, 0), 0.7), 0)
    threshold, _ = cv2.threshold(np.clip(shade, 0, 255).astype(np.uint8), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    mask = shade > max(threshold, 1)
    if not mask.any() or mask.all():
        return Ink(np.zeros_like(shade), np.zeros_like(mask), 0.0, 0.0)
    full, bare = np.percentile(shade[mask], 75), np.median(shade[~mask])
    noise = 1.4826 * np.median(np.abs(shade[~mask] - bare)) + 0.5
    amount = np.clip((shade - bare) / max(full - bare, 1), 0, 1)
    return Ink(amount, mask, float((full - bare) / noise), float(full - bare))


def _working_size(grey: np.ndarray) -> np.ndarray:
    scale = _WORKING_SIDE / max(grey.shape)
    if scale >= 1:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def _light_on_dark(level: np.ndarray) -> bool:
    """Ink is rarer than paper and lies further from the middle level: cubes weigh how far, however little there is."""
    away = level - np.median(level)
    return float(np.sum(away**3)) > 0


def crop_center_digit(ink: Ink) -> list[np.ndarray]:
    """Likely cuts of the digit in the middle, each brought to what MNIST's digits look like.

    Writing that was cut out of a longer number brings pieces of its neighbours along, sometimes touching. No single
    rule separates them always, so a few cuts are made, and the reader weighs them: the strokes nearest the
    middle; where these are too wide for one digit, what lies between the emptiest columns around the middle, looked
    for near and far; and the strokes with those beside them that may be theirs.

    Parameters
    ----------
    ink : as found by `find_ink`

    Returns
    -------
    list of uint8 [28, 28], 0 paper, 255 ink; empty when there is nothing
    """
    if ink.is_blank:
        return []
    mask = _text_mask(ink)
    strokes = _center_strokes(mask)
    cuts = [strokes, *_crops_between_valleys(ink.amount * mask, strokes), _with_adjacent_strokes(mask, strokes)]
    return [normalize_to_mnist(_with_soft_edge(ink.amount, cut)) for cut in cuts if cut.any()]


def center_digit_box(ink: Ink) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of the strokes in the middle, in pixels of the picture; None when there are none."""
    if ink.is_blank:
        return None
    across, down, wide, high = cv2.boundingRect(_center_strokes(_text_mask(ink)).astype(np.uint8))
    left, top, scale = ink.place
    return left + scale * across, top + scale * down, left + scale * (across + wide), top + scale * (down + high)


def _text_mask(ink: Ink) -> np.ndarray:
    """The mask without printed lines, unless these are all that there is."""
    mask = _remove_rules(ink.mask)
    return mask if mask.any() else ink.mask


def _with_soft_edge(amount: np.ndarray, cut: np.ndarray) -> np.ndarray:
    """The ink of a cut with its soft edge, which lies just outside of the mask."""
    around = cv2.dilate(cut.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return amount * around


def _remove_rules(mask: np.ndarray) -> np.ndarray:
    """The mask without printed lines: straight runs along nearly the whole picture, thin across."""
    height, width = mask.shape
    cleaned = mask.astype(np.uint8)
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
    """Connected strokes nearest the middle, with the pieces that stand above or below them."""
    height, width = mask.shape
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return mask
    left, _, wide, high, area = boxes[1:].T
    # Ink counts by how near the middle it lies: a bell a third of the picture's height wide.
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
    """The strokes together with those beside them that a digit in several strokes may be made of.

    A four is often two strokes that do not touch. What reaches the left or right edge, or lies further out than a digit
    is wide, belongs to a neighbour. Empty when there is no such stroke.
    """
    rows, columns = np.where(strokes)
    high, middle = np.ptp(rows) + 1, (columns.min() + columns.max()) / 2
    count, labels, boxes, centres = cv2.connectedComponentsWithStats((mask & ~strokes).astype(np.uint8), connectivity=8)
    company = np.zeros(count, bool)
    for i in range(1, count):
        left, _, wide, tall, area = boxes[i]
        inside = left > 0 and left + wide < mask.shape[1] and abs(centres[i][0] - middle) < 0.6 * high
        company[i] = inside and area > 0.04 * strokes.sum() and max(tall, wide) > 0.2 * high
    return strokes | company[labels] if company.any() else np.zeros_like(strokes)


def _crops_between_valleys(amount: np.ndarray, strokes: np.ndarray) -> list[np.ndarray]:
    """Cuts of strokes that are too wide for one digit, at the emptiest columns left and right of the middle."""
    rows, columns = np.where(strokes)
    high, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    if wide < 0.75 * high:
        return []
    width = strokes.shape[1]
    profile = cv2.GaussianBlur((amount * strokes).sum(axis=0, keepdims=True), (0, 0), max(0.5, 0.02 * high))[0]
    cuts = []
    for reach in (0.55, 0.75):
        near, far = 0.15 * high, reach * high
        left = _emptiest_column(profile, width / 2 - far, width / 2 - near, columns.min())
        right = _emptiest_column(profile, width / 2 + near, width / 2 + far, columns.max())
        cut = np.zeros_like(strokes)
        cut[:, left : right + 1] = strokes[:, left : right + 1]
        cuts.append(cut)
    return cuts


def _emptiest_column(profile: np.ndarray, begin: float, end: float, edge: int) -> int:
    """Column with the least ink from begin to end; the strokes' own edge when it lies there already."""
    begin, end = max(0, round(begin)), min(len(profile) - 1, round(end))
    if begin <= edge <= end or begin >= end:
        return int(np.clip(edge, 0, len(profile) - 1))
    return begin + int(np.argmin(profile[begin : end + 1]))


def normalize_to_mnist(amount: np.ndarray) -> np.ndarray:
    """Bring a digit's ink to MNIST's format: its longer side 20 pixels, its centre of mass in the middle of 28.

    Parameters
    ----------
    amount : float32 [height, width], 0 bare paper to 1 full ink; not all bare

    Returns
    -------
    uint8 [28, 28], 0 paper, 255 ink

    Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", section III.A.
    """
    rows, columns = np.where(amount > 0.25)
    if len(rows) == 0:
        rows, columns = np.where(amount > 0)
    cut = amount[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32)
    scale = BOX / max(cut.shape)
    size = (max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale)))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    small = np.clip(small / max(np.percentile(small, 98), 1e-3), 0, 1)
    y, x = np.mgrid[: small.shape[0], : small.shape[1]]
    weight = small.sum()
    middle = SIDE / 2  # not (SIDE - 1) / 2: the mean centre of MNIST's own digits is 14.0, 14.0
    top = int(np.clip(round(middle - (y * small).sum() / weight), 0, SIDE - small.shape[0]))
    left = int(np.clip(round(middle - (x * small).sum() / weight), 0, SIDE - small.shape[1]))
    field = np.zeros((SIDE, SIDE), np.uint8)
    field[top : top + small.shape[0], left : left + small.shape[1]] = np.round(small * 255)
    return field
