"""Corrupt images by one fault of photographs or pens at a time, at three severities, to measure robustness.

Source of the method: Hendrycks and Dietterich 2019, "Benchmarking neural network robustness to common corruptions",
arXiv 1903.12261.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.synthesis import photographs


@dataclass(frozen=True)
class Corruption:
    """Describe one fault of an image, its severities, and the function that applies it."""

    name: str
    unit: str  # of the severities
    severities: tuple[float, ...]  # from slight to severe
    # Image uint8 [height, width, 3], severity and generator -> new image, uint8 [other height, other width, 3].
    apply: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


def _noise(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    grain = rng.standard_normal(image.shape, np.float32) * np.float32(severity)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _blur(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), severity / 100 * image.shape[0])


def _tilt(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    return photographs.tilt(image, severity if rng.random() < 0.5 else -severity, cv2.BORDER_REPLICATE)


def _thin(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    return _change_strokes(image, severity, cv2.MORPH_DILATE)  # dilates the light paper


def _thick(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    return _change_strokes(image, severity, cv2.MORPH_ERODE)


def _change_strokes(image: np.ndarray, severity: float, operation: int) -> np.ndarray:
    """Change the width of strokes by `severity` percent of the image's height, at four times the resolution."""
    height, width = image.shape[:2]
    large = cv2.resize(image, (4 * width, 4 * height), interpolation=cv2.INTER_CUBIC)
    side = max(1, round(4 * severity / 100 * height))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side + 1, side + 1))
    return cv2.resize(cv2.morphologyEx(large, operation, kernel), (width, height), interpolation=cv2.INTER_AREA)


def _low_resolution(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    scale = severity / image.shape[0]
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), round(severity))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _low_contrast(image: np.ndarray, severity: float, rng: np.random.Generator) -> np.ndarray:
    paper = np.median(image, axis=(0, 1))
    return np.round(paper + (image - paper) * (severity / 100)).astype(np.uint8)


CORRUPTIONS = (
    Corruption("noise", "grey levels", (15, 30, 60), _noise),
    Corruption("blur", "% of the height", (2, 4, 7), _blur),
    Corruption("tilt", "degrees", (3, 5, 8), _tilt),
    Corruption("thin strokes", "% of the height less", (1, 2, 3), _thin),
    Corruption("thick strokes", "% of the height more", (2, 4, 7), _thick),
    Corruption("low resolution", "pixels high", (32, 20, 12), _low_resolution),
    Corruption("low contrast", "% of it left", (40, 20, 8), _low_contrast),
)
