"""Draws with a pen: MNIST's digits in one consistent hand, and the marks between them that MNIST lacks."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX


@dataclass(frozen=True)
class WriterStyle:
    """How somebody writes, as far as it can be put on digits of many writers."""

    size: float  # height of a digit in pixels
    slant: float  # pixels to the right for each pixel up
    thickness: float  # of the stroke, in MNIST's pixels: digits of about that are chosen
    spacing: float  # between digits, in digit heights; negative digits touch and overlap
    unsteadiness: float  # how far size, slant and base line wander, 0 to 1
    stroke_gain: float = 0.0  # how much thicker than MNIST's the strokes are drawn; 1 is a felt pen
    european: bool = False  # sevens are crossed, and ones stand on a foot


def random_style(rng: np.random.Generator, size: float) -> WriterStyle:
    """A hand drawn at random; `size` is the height of its digits in pixels."""
    return WriterStyle(
        size=size,
        slant=float(rng.normal(0.08, 0.14)),
        thickness=min(max(float(rng.normal(2.6, 0.6)), 1.4), 4.5),
        spacing=float(rng.uniform(-0.06, 0.22) if rng.random() < 0.8 else rng.uniform(0.22, 0.5)),
        unsteadiness=float(rng.uniform(0.2, 1)),
    )


def out_of_distribution_style(rng: np.random.Generator, size: float) -> WriterStyle:
    """A hand unlike MNIST's: a thick felt pen that leans backwards, crossed sevens, ones with a foot.

    No network learns from it unless somebody corrects readings of it: it measures what corrections are worth.
    """
    return WriterStyle(
        size=size,
        slant=float(rng.normal(-0.28, 0.05)),
        thickness=min(max(float(rng.normal(3.6, 0.4)), 2.6), 4.5),
        spacing=float(rng.uniform(0.0, 0.2)),
        unsteadiness=float(rng.uniform(0.2, 0.8)),
        stroke_gain=float(rng.uniform(0.5, 1.0)),
        european=True,
    )


class GlyphBank:
    """The digits of one split, sorted by label, with what is needed to make a hand out of them."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        """Measure every digit once: uint8 [n, 28, 28] with 0 for paper, and labels integer [n]."""
        self.images = images
        self.labels = labels
        self.slants = _slants(images)
        self.thicknesses = _thicknesses(images)
        self._by_label = [np.flatnonzero(labels == label) for label in range(10)]

    def pick(self, label: int, hand: WriterStyle, rng: np.random.Generator) -> int:
        """Index of a digit whose stroke is about as thick as the hand's: the best of four drawn at random."""
        candidates = self._by_label[label]
        drawn = candidates[rng.integers(len(candidates), size=4)]
        return int(drawn[np.argmin(np.abs(self.thicknesses[drawn] - hand.thickness))])

    def draw(self, index: int, hand: WriterStyle, rng: np.random.Generator) -> np.ndarray:
        """A digit in a hand, cut to its ink; float32 [height, width], 0 bare paper to 1 full ink."""
        wander = hand.unsteadiness
        height = hand.size * (1 + 0.06 * wander * rng.normal())
        # Upright digits first, so that all lean alike; a part of their own slant stays, as nobody is that steady.
        slant = hand.slant - (1 - 0.3 * wander) * self.slants[index] + 0.04 * wander * rng.normal()
        digit = draw_digit(self.images[index], height / BOX, slant, hand.stroke_gain)
        label = int(self.labels[index])
        return _europeanize(digit, label, hand, rng) if hand.european and label in (1, 7) else digit


def _europeanize(digit: np.ndarray, label: int, hand: WriterStyle, rng: np.random.Generator) -> np.ndarray:
    """Cross a seven, or put a foot and an upstroke to a one; float32 [height, width], as wide as that needs."""
    height = digit.shape[0]
    half = 0.5 * height * rng.uniform(0.4, 0.55)
    pen = max(1, round((hand.thickness + 1.2 * hand.stroke_gain) * height / BOX * 0.8))
    margin = int(half) + pen
    wide = np.pad(digit, ((0, pen // 2 + 1), (margin, margin)))
    row = round(height * rng.uniform(0.45, 0.58)) if label == 7 else height - 1
    inked = np.flatnonzero(wide[min(row, height - 1) - (label == 1) * (height // 8)] > 0.3)
    middle = float(inked.mean()) if len(inked) else wide.shape[1] / 2
    rise = height * rng.normal(0, 0.02)
    ends = (round(middle - half), round(row + rise)), (round(middle + half), round(row - rise))
    cv2.line(wide, *ends, 1.0, pen, cv2.LINE_AA)
    if label == 1:
        top = np.flatnonzero(wide[height // 10] > 0.3)
        tip = (round(float(top.mean())) if len(top) else round(middle), round(0.05 * height))
        cv2.line(
            wide, tip, (tip[0] - round(0.3 * height), round(height * rng.uniform(0.25, 0.4))), 1.0, pen, cv2.LINE_AA
        )
    left, top, width, high = cv2.boundingRect((wide > 0.3).astype(np.uint8))
    return wide[top : top + high, left : left + width]


def draw_digit(image: np.ndarray, scale: float, slant: float, thickness: float) -> np.ndarray:
    """A digit cut to its ink and enlarged, with the crisp edge of a pen instead of the staircase of 28 pixels.

    Parameters
    ----------
    image : uint8 [28, 28], 0 paper
    scale : pixels of the result for each of MNIST's
    slant : pixels to the right for each pixel up, added to the digit's own
    thickness : 0 leaves the stroke as it is, 1 makes it thicker, -1 thinner

    Returns
    -------
    float32 [height, width], 0 bare paper to 1 full ink
    """
    left, top, width, height = cv2.boundingRect((image > 64).astype(np.uint8))
    cut = cv2.copyMakeBorder(
        image[top : top + height, left : left + width], 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0
    ).astype(np.float32) * np.float32(1 / 255)  # fmt: skip
    height, width = cut.shape
    lean = math.ceil(abs(slant) * height * scale)
    matrix = np.float32([[scale, -slant * scale, lean / 2 + slant * scale * height / 2], [0, scale, 0]])
    large = cv2.warpAffine(cut, matrix, (int(width * scale) + lean, int(height * scale)), flags=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), max(0.35 * scale, 0.3))
    crisp = (large - np.float32(0.42 - 0.12 * thickness)) * np.float32(max(1.0, scale) * 1.4) + 0.5
    crisp = np.minimum(np.maximum(crisp, 0), 1)  # as np.clip, in half the time
    left, top, width, height = cv2.boundingRect((crisp > 0.3).astype(np.uint8))
    return crisp[top : top + height, left : left + width] if width else large


def composite(ink: np.ndarray, stroke: np.ndarray, x: int, y: int) -> None:
    """Lay a stroke over the ink with its upper left corner at x, y; what falls outside is cut off."""
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + stroke.shape[0], ink.shape[0]), min(x + stroke.shape[1], ink.shape[1])
    if top < bottom and left < right:
        part = stroke[top - y : bottom - y, left - x : right - x]
        np.maximum(ink[top:bottom, left:right], part, out=ink[top:bottom, left:right])


def _slants(images: np.ndarray) -> np.ndarray:
    """Pixels to the right for each pixel up, of every digit, float [n]; from its second moments, at most 0.7."""
    y, x = np.mgrid[: images.shape[1], : images.shape[2]].astype(np.float32)
    weight = images.reshape(len(images), -1).astype(np.float32)
    total = weight.sum(axis=1)
    middle_x, middle_y = weight @ x.ravel() / total, weight @ y.ravel() / total
    mixed = weight @ (x * y).ravel() / total - middle_x * middle_y
    upright = weight @ (y * y).ravel() / total - middle_y**2
    return np.clip(-mixed / np.maximum(upright, 1), -0.7, 0.7)


def _thicknesses(images: np.ndarray) -> np.ndarray:
    """Thickness of every digit's stroke in pixels, float [n]: twice its ink over the length of its edge."""
    fields = images.astype(np.float32) / np.float32(255)
    across = np.abs(np.diff(fields, axis=2)).sum(axis=(1, 2))
    down = np.abs(np.diff(fields, axis=1)).sum(axis=(1, 2))
    return 2 * fields.sum(axis=(1, 2)) / np.maximum(np.hypot(across, down), 1)
