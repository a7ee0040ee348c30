"""Tells whether writing was seen before, however its picture was scaled, lit or saved."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging import image_loading, line_images

_SAME_LINE = (
    0.985  # correlation of two pictures of writing that are one; other writing of the same amount stays below 0.97
)
SAME_DIGIT = 0.975  # the same of two digits; of ten million pairs by two people a handful of ones reach it


@dataclass(frozen=True)
class HeldOutImages:
    """What no correction may equal: digits that calibrate, gate and test, and the pictures that 03 asks."""

    digits: np.ndarray  # uint8 [n, 28, 28]
    pictures: Sequence[np.ndarray]  # uint8 [height, width, 3]


class NearDuplicateIndex:
    """Writing that was seen: what is held out, and the corrections so far."""

    def __init__(self, held_out: HeldOutImages):
        strips_asked = (line_images.extract_line(image_loading.load_grey(each)) for each in held_out.pictures)
        self._held_out = {
            "digits": unit_vectors([normalized_digit(each) for each in held_out.digits]),
            "amounts": unit_vectors([_small(each.pixels) for each in strips_asked if each is not None]),
        }
        self._seen: dict[str, list[tuple[str, np.ndarray]]] = {"digits": [], "amounts": []}

    def rejection_reason(self, task: str, name: str, shown: np.ndarray | None) -> str | None:
        """Why this writing is not new; None, and it is remembered, when it is.

        Parameters
        ----------
        task : "amounts" or "digits"
        name : of the correction
        shown : uint8 [32, width], an amount's strip; or float32 [16, 16], a digit as `filled` gives it; None is new
        """
        if shown is None:
            return None
        (print_,) = unit_vectors([shown if task == "digits" else _small(shown)])
        limit = SAME_DIGIT if task == "digits" else _SAME_LINE
        held_out = self._held_out[task]
        if len(held_out) and float((held_out @ print_).max()) > limit:
            return "it equals a picture that is kept for calibration, gate or test"
        for other, seen in self._seen[task]:
            if float(seen @ print_) > limit:
                return f"it shows the same writing as correction {other[:12]}"
        self._seen[task].append((name, print_))
        return None


def _small(levels: np.ndarray) -> np.ndarray:
    """A strip brought to one size, whatever its width."""
    return cv2.resize(levels, (96, 16), interpolation=cv2.INTER_AREA)


def normalized_digit(grey: np.ndarray) -> np.ndarray:
    """What stands out from the paper of a digit's picture, of either polarity, stretched to fill one small size."""
    depth = np.abs(grey.astype(np.float32) - np.median(grey))
    left, top, wide, high = cv2.boundingRect((depth > 0.4 * depth.max()).astype(np.uint8))
    return cv2.resize(depth[top : top + high, left : left + wide], (16, 16), interpolation=cv2.INTER_AREA)


def unit_vectors(pictures: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Pictures of one size as unit vectors, float32 [n, pixels]: their product is the correlation."""
    if len(pictures) == 0:
        return np.zeros((0, 1), np.float32)
    flat = np.asarray(pictures, np.float32).reshape(len(pictures), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
