"""Find the outline of a page that was photographed on a table, and flatten the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging.text_blocks import Box

_SIDE = 480  # pixels of the picture in which the outline is looked for
_SMOOTHING = 7  # pixels of the median that removes writing
_MIN_AREA, _MAX_AREA = 0.2, 0.96  # of the picture; a page that fills it needs no flattening
_MIN_FILLED = 0.93  # of the four-cornered outline, by the page
_TOLERANCES = (0.015, 0.025, 0.04)  # of the circumference, by which the outline may be straightened
_MAX_COSINE = 0.3  # of a corner's angle: 73 to 107 degrees
_MIN_CONTRAST = 12  # grey levels between page and table, at every side
_BAND = 6  # pixels on either side of the outline at which the contrast is measured
_SAMPLES = 40  # points of a side
_MAX_FLAT = 2400  # pixels of the longest side of a flattened page


@dataclass(frozen=True)
class FlatPage:
    """Hold a flattened page, and the way back to the picture."""

    grey: np.ndarray  # uint8 [height, width]
    to_picture: np.ndarray  # float64 [3, 3], homography from its pixels to those of the picture


def flatten(grey: np.ndarray) -> FlatPage | None:
    """Return the page in a picture as a scanner would see it; None where no outline of a page is seen.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, upright
    """
    corners = find_outline(grey)
    if corners is None:
        return None
    width, height = (
        max(float(np.linalg.norm(corners[first] - corners[second])) for first, second in pairs)
        for pairs in (((0, 1), (3, 2)), ((0, 3), (1, 2)))
    )
    scale = min(1.0, _MAX_FLAT / max(width, height))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    flat = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    to_flat = cv2.getPerspectiveTransform(corners, flat)
    return FlatPage(cv2.warpPerspective(grey, to_flat, size, flags=cv2.INTER_LINEAR), np.linalg.inv(to_flat))


def find_outline(grey: np.ndarray) -> np.ndarray | None:
    """Return the corners of a light page on a dark table, or a dark one on a light table.

    Returns
    -------
    float32 [4, 2], x and y in pixels, clockwise from the top left; None where no page with a border is seen
    """
    scale = min(1.0, _SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    smooth = cv2.medianBlur(small, _SMOOTHING)
    _, light = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    for page in (light, cv2.bitwise_not(light)):
        corners = _corners(page)
        if corners is not None and _is_square(corners) and _least_contrast(smooth, corners) >= _MIN_CONTRAST:
            return corners / np.float32(scale)
    return None


def map_points(matrix: np.ndarray, points: Iterable[Sequence[float]]) -> list[tuple[float, float]]:
    """Return points x, y after a homography."""
    mapped = cv2.perspectiveTransform(np.array([list(points)], np.float64), matrix)[0]
    return [(float(x), float(y)) for x, y in mapped]


def map_box(matrix: np.ndarray, box: Box) -> Box:
    """Return the upright box around a box after a homography."""
    left, top, right, bottom = box
    across, down = zip(*map_points(matrix, [(left, top), (right, top), (right, bottom), (left, bottom)]), strict=True)
    return round(min(across)), round(min(down)), round(max(across)), round(max(down))


def _corners(page: np.ndarray) -> np.ndarray | None:
    """Return the corners of the largest part of a mask, float32 [4, 2]; None where it has no four sides."""
    contours, _ = cv2.findContours(page, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    for tolerance in _TOLERANCES:
        corners = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(corners) == 4:
            area, filled = cv2.contourArea(corners), max(map(cv2.contourArea, contours))
            is_page = _MIN_AREA * page.size <= area <= _MAX_AREA * page.size and filled >= _MIN_FILLED * area
            return _clockwise(corners[:, 0]) if is_page else None
    return None


def _is_square(corners: np.ndarray) -> bool:
    """Return whether all angles are near enough to right ones; a thumb on the edge of a page makes others."""
    before, after = np.roll(corners, 1, axis=0) - corners, np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    return bool((np.abs((before * after).sum(axis=1) / np.maximum(lengths, 1)) <= _MAX_COSINE).all())


def _least_contrast(smooth: np.ndarray, corners: np.ndarray) -> float:
    """Return by how many grey levels the page differs from what lies around it, at the least different of its sides."""
    contrasts = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = (end - start) / max(1.0, float(np.linalg.norm(end - start)))
        outwards = np.array([along[1], -along[0]]) * _BAND  # corners are clockwise
        points = start + np.linspace(0.1, 0.9, _SAMPLES)[:, None] * (end - start)
        inner, outer = (_levels(smooth, points + offset) for offset in (-outwards, outwards))
        contrasts.append(float(np.median(inner - outer)))
    return min(map(abs, contrasts)) if min(contrasts) * max(contrasts) > 0 else 0.0


def _levels(smooth: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the grey levels at points x, y; those beyond the picture have the level of its edge."""
    height, width = smooth.shape
    columns, rows = (points[:, axis].round().astype(int).clip(0, side - 1) for axis, side in ((0, width), (1, height)))
    return smooth[rows, columns].astype(float)


def _clockwise(corners: np.ndarray) -> np.ndarray:
    """Return corners clockwise, the one nearest to the top left first."""
    centre = corners.mean(axis=0)
    ordered = corners[np.argsort(np.arctan2(corners[:, 1] - centre[1], corners[:, 0] - centre[0]))]
    return np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0).astype(np.float32)
