"""Faults of photographs and pens, one at a time and by measure: how much of each does a reader stand?"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.synthesis import photographs


@dataclass(frozen=True)
class Corruption:
    """Something that goes wrong with a picture."""

    name: str
    unit: str  # of the strengths
    severities: tuple[float, ...]  # from slight to severe
    apply: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]  # uint8 [h, w, 3] -> the same, another size


def _noise(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    grain = rng.standard_normal(picture.shape, np.float32) * np.float32(strength)
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _blur(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), strength / 100 * picture.shape[0])


def _tilt(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return photographs.tilt(picture, strength if rng.random() < 0.5 else -strength, cv2.BORDER_REPLICATE)


def _thin(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return _change_strokes(picture, strength, cv2.MORPH_DILATE)  # what grows is the light paper


def _thick(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    return _change_strokes(picture, strength, cv2.MORPH_ERODE)


def _change_strokes(picture: np.ndarray, strength: float, operation: int) -> np.ndarray:
    """Take so many percent of the picture's height off a stroke's width, or add it; at four times the resolution."""
    height, width = picture.shape[:2]
    large = cv2.resize(picture, (4 * width, 4 * height), interpolation=cv2.INTER_CUBIC)
    side = max(1, round(4 * strength / 100 * height))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side + 1, side + 1))
    return cv2.resize(cv2.morphologyEx(large, operation, kernel), (width, height), interpolation=cv2.INTER_AREA)


def _low_resolution(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    scale = strength / picture.shape[0]
    if scale >= 1:
        return picture
    size = (max(1, round(picture.shape[1] * scale)), round(strength))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _low_contrast(picture: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    paper = np.median(picture, axis=(0, 1))
    return np.round(paper + (picture - paper) * (strength / 100)).astype(np.uint8)


CORRUPTIONS = (
    Corruption("noise", "grey levels", (15, 30, 60), _noise),
    Corruption("blur", "% of the height", (2, 4, 7), _blur),
    Corruption("tilt", "degrees", (3, 5, 8), _tilt),
    Corruption("thin strokes", "% of the height less", (1, 2, 3), _thin),
    Corruption("thick strokes", "% of the height more", (2, 4, 7), _thick),
    Corruption("low resolution", "pixels high", (32, 20, 12), _low_resolution),
    Corruption("low contrast", "% of it left", (40, 20, 8), _low_contrast),
)
