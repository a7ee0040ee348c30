"""Recognise writing that is known already, also in other light, another file format and often another size."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging import image_loading, line_images
from payment_ml.tasks import Task

# Correlation above which two lines count as one; lines with other writing of the same amount correlate less.
_SAME_LINE = 0.985
# The same of two digits; a few pairs of plain vertical ones from two people exceed it (docs/decisions/generator.md).
SAME_DIGIT = 0.975


@dataclass(frozen=True)
class HeldOutImages:
    """Hold the images that no correction may equal: those that calibrate, decide on promotion, and test."""

    digits: np.ndarray  # uint8 [n, 28, 28], 0 paper
    images: Sequence[np.ndarray]  # test images of notebook 03, uint8 [height, width, 3] each


class NearDuplicateIndex:
    """Hold the known writing: the held-out images, and the corrections that were accepted so far.

    Parameters
    ----------
    held_out : images that no correction may equal
    """

    def __init__(self, held_out: HeldOutImages):
        lines = (line_images.extract_line(image_loading.load_grey(image)) for image in held_out.images)
        self._held_out = {
            Task.DIGITS: unit_vectors([normalized_digit(image) for image in held_out.digits]),
            Task.AMOUNTS: unit_vectors([_resized_line(line.pixels) for line in lines if line is not None]),
        }
        self._accepted: dict[Task, list[tuple[str, np.ndarray]]] = {Task.DIGITS: [], Task.AMOUNTS: []}

    def rejection_reason(self, task: str, name: str, writing: np.ndarray | None) -> str | None:
        """Return the reason why writing is not new; remember new writing and return None.

        Parameters
        ----------
        task : a value of `Task`
        name : of the correction
        writing : pixels of an amount's line, uint8 [32, width], or a digit as `normalized_digit` returns it, float32
            [16, 16]; None, for no writing, counts as new and is not remembered
        """
        if writing is None:
            return None
        task = Task(task)
        (vector,) = unit_vectors([writing if task == Task.DIGITS else _resized_line(writing)])
        limit = SAME_DIGIT if task == Task.DIGITS else _SAME_LINE
        held_out = self._held_out[task]
        if len(held_out) and float((held_out @ vector).max()) > limit:
            return "it equals a picture that is held out for calibration, gate or test"
        for accepted_name, accepted_vector in self._accepted[task]:
            if float(accepted_vector @ vector) > limit:
                return f"it shows the same writing as correction {accepted_name[:12]}"
        self._accepted[task].append((name, vector))
        return None


def normalized_digit(grey: np.ndarray) -> np.ndarray:
    """Return the strokes of a digit's image, of either polarity, stretched to one small size.

    Parameters
    ----------
    grey : uint8 [height, width]

    Returns
    -------
    float32 [16, 16], distance of each grey level from the paper's
    """
    contrast = np.abs(grey.astype(np.float32) - np.median(grey))
    left, top, width, height = cv2.boundingRect((contrast > 0.4 * contrast.max()).astype(np.uint8))
    return cv2.resize(contrast[top : top + height, left : left + width], (16, 16), interpolation=cv2.INTER_AREA)


def unit_vectors(images: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Return images of one size as centred unit vectors, float32 [n, pixels]; their products are correlations."""
    if len(images) == 0:
        return np.zeros((0, 1), np.float32)
    flat = np.asarray(images, np.float32).reshape(len(images), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


def _resized_line(pixels: np.ndarray) -> np.ndarray:
    """Return a line, uint8 [32, width], at one size, uint8 [16, 96]."""
    return cv2.resize(pixels, (96, 16), interpolation=cv2.INTER_AREA)
