"""Draw what surrounds a sheet in a photograph: a table, shadows, folds, and the fingers that hold it."""

from collections.abc import Sequence

import cv2
import numpy as np

from payment_ml.synthesis import photographs

_COARSE = 4  # tables are drawn with one pixel for so many of the picture
_HELD_SHARE, _SHADED_SHARE, _FOLDED_SHARE = 0.25, 0.45, 0.35  # of the photographs


def background(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draw a table: wood, plain, woven, tiled, or strewn with papers; float32 [height, width], 0 to 255."""
    height, width = shape
    rows, columns = max(2, height // _COARSE), max(2, width // _COARSE)
    level = np.float32(rng.uniform(20, 215))
    kind = rng.random()
    if kind < 0.4:
        grain = rng.standard_normal((rows, max(2, columns // 40)), np.float32) * np.float32(rng.uniform(3, 22))
        table = cv2.resize(grain, (columns, rows), interpolation=cv2.INTER_CUBIC)
        table = table.T if rng.random() < 0.4 and rows > 2 else table
        table = cv2.resize(np.ascontiguousarray(table), (columns, rows)) + level
    elif kind < 0.6:
        table = np.full((rows, columns), level, np.float32)
    elif kind < 0.75:
        step = rng.uniform(2, 9)
        y, x = np.mgrid[:rows, :columns].astype(np.float32)
        table = level + np.float32(rng.uniform(4, 25)) * (np.sin(x * 6.3 / step) * np.sin(y * 6.3 / step))
    else:
        table = np.full((rows, columns), level, np.float32)
        for _ in range(int(rng.integers(1, 6))):
            centre, side = rng.uniform(0, 1, 2) * (columns, rows), rng.uniform(0.1, 0.7) * columns
            box = cv2.boxPoints(
                (tuple(map(float, centre)), (float(side), float(side * rng.uniform(0.2, 1))), float(rng.uniform(0, 90)))
            )
            cv2.fillPoly(table, [box.astype(np.int32)], float(rng.uniform(30, 250)), cv2.LINE_AA)
    table = cv2.resize(table.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    table += photographs.smooth_field(height, width, rng, 8, 5)
    return np.clip(table, 5, 250, out=table)


def cast_shadow(scene: np.ndarray, covered: np.ndarray, size: float, rng: np.random.Generator) -> None:
    """Darken the table beside a sheet, in place.

    Parameters
    ----------
    scene : float32 [height, width], 0 to 255
    covered : float32 [height, width], 1 where the sheet lies
    size : height of a digit in pixels
    """
    height, width = scene.shape
    small = cv2.resize(covered, (max(2, width // 8), max(2, height // 8)), interpolation=cv2.INTER_AREA)
    shift = np.array([[1, 0, rng.normal(0, 0.06) * size], [0, 1, rng.normal(0.04, 0.06) * size]], np.float32)
    soft = cv2.GaussianBlur(cv2.warpAffine(small, shift, small.shape[::-1]), (0, 0), max(0.5, 0.05 * size))
    scene *= 1 - np.float32(rng.uniform(0.1, 0.6)) * cv2.resize(soft, (width, height))


def fold(paper: np.ndarray, rng: np.random.Generator) -> None:
    """Brighten and darken a sheet along one or two folds, in place; float32 [height, width]."""
    if rng.random() > _FOLDED_SHARE:
        return
    for _ in range(int(rng.integers(1, 3))):
        axis = int(rng.integers(2))
        length = paper.shape[axis]
        distance = (np.arange(length, dtype=np.float32) - rng.uniform(0.2, 0.8) * length) / np.float32(0.02 * length)
        crease = np.sign(distance) * np.exp(-np.abs(distance)) * np.float32(rng.normal(0, 0.1)) + 1
        paper *= crease[:, None] if axis == 0 else crease


def shade(scene: np.ndarray, rng: np.random.Generator) -> None:
    """Throw the shadow of a head, an arm or a camera across a scene, in place."""
    if rng.random() > _SHADED_SHARE:
        return
    rows, columns = 48, 64
    shadow = np.zeros((rows, columns), np.float32)
    middle, side = rng.uniform(-0.1, 1.1, 2) * (columns, rows), rng.uniform(0.3, 1.3, 2) * (columns, rows)
    if rng.random() < 0.5:
        cv2.ellipse(shadow, (tuple(map(float, middle)), tuple(map(float, side)), float(rng.uniform(0, 180))), 1.0, -1)
    else:
        corners = middle + rng.normal(0, 1, (4, 2)) * side
        cv2.fillConvexPoly(shadow, cv2.convexHull(corners.astype(np.int32)), 1.0)
    soft = cv2.GaussianBlur(shadow, (0, 0), rng.uniform(0.6, 5))
    large = cv2.resize(soft, scene.shape[::-1], interpolation=cv2.INTER_LINEAR)
    scene *= 1 - np.float32(rng.uniform(0.1, 0.5)) * large


def hold(
    scene: np.ndarray, corners: np.ndarray, kept: Sequence[tuple[int, int, int, int]], size: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Draw fingers that hold a sheet at its edges, in place, where they cover nothing that must be seen.

    Parameters
    ----------
    scene : float32 [height, width], 0 to 255
    corners : float [4, 2] of the sheet, x and y in pixels
    kept : left, top, right and bottom of fields that stay free
    size : height of a digit in pixels
    """
    if rng.random() > _HELD_SHARE:
        return
    skin = rng.uniform(70, 215)
    for _ in range(int(rng.integers(1, 4))):
        first = int(rng.integers(4))
        edge = corners[first] + rng.uniform(0.1, 0.9) * (corners[(first + 1) % 4] - corners[first])
        inwards = corners.mean(axis=0) - edge
        inwards /= max(1e-6, float(np.hypot(*inwards)))
        radius = size * rng.uniform(0.7, 1.6)
        tip, root = (
            edge + inwards * radius * rng.uniform(0.3, 1.6),
            edge - inwards * radius * 8 + rng.normal(0, radius, 2),
        )
        finger: np.ndarray = np.zeros(scene.shape, np.uint8)
        cv2.line(
            finger, tip.astype(int).tolist(), root.astype(int).tolist(), 255, max(2, round(2 * radius)), cv2.LINE_AA
        )
        if any(finger[top:bottom, left:right].any() for left, top, right, bottom in kept):
            continue
        left, top, width, height = cv2.boundingRect(finger)
        if not width:
            continue
        part = finger[top : top + height, left : left + width].astype(np.float32) / np.float32(255)
        sigma = max(0.5, 0.4 * radius)
        round_ = cv2.GaussianBlur(part, (0, 0), sigma)
        under = scene[top : top + height, left : left + width]
        under += part * (np.float32(skin) * (0.45 + 0.55 * round_) - under)
