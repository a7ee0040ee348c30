"""Draw MNIST's digits in one consistent writer style."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.datasets.mnist_format import BOX


@dataclass(frozen=True)
class WriterStyle:
    """Describe how one person writes, as far as digits of many writers can be drawn that way."""

    size: float  # height of a digit in pixels
    slant: float  # pixels to the right for each pixel up
    thickness: float  # of the stroke, in MNIST's pixels; digits of about this thickness are chosen
    spacing: float  # between digits, in digit heights; negative digits touch and overlap
    unsteadiness: float  # variation of size, slant and base line, 0 to 1
    stroke_gain: float = 0.0  # added thickness of the strokes; 0 is MNIST's own, 1 a felt pen
    european: bool = False  # sevens with a bar, ones with a foot


@dataclass(frozen=True)
class Glyph:
    """Hold the ink of a digit, or of joined zeros, and where it stands on the line."""

    digits: str  # that it shows: "7", or "00"
    ink: np.ndarray  # uint8 [height, width], 0 bare paper, 255 full ink
    left: float  # pixels from the left edge to the body of the digit; flags, bars and bare pixels lie outside of it
    right: float  # pixels from the body to the right edge
    bottom: float  # pixels from the base line up to the lower edge, negative below it


def random_style(rng: np.random.Generator, size: float) -> WriterStyle:
    """Draw a writer style at random; `size` is the height of its digits in pixels."""
    return WriterStyle(
        size=size,
        slant=float(rng.normal(0.08, 0.14)),
        thickness=min(max(float(rng.normal(2.6, 0.6)), 1.4), 4.5),
        spacing=float(rng.uniform(-0.06, 0.22) if rng.random() < 0.8 else rng.uniform(0.22, 0.5)),
        unsteadiness=float(rng.uniform(0.2, 1)),
        stroke_gain=float(rng.uniform(-1.2, 0.6)) if rng.random() < 0.3 else 0.0,
    )


def out_of_distribution_style(rng: np.random.Generator, size: float) -> WriterStyle:
    """Draw a writer style unlike MNIST's: a felt pen that leans backwards, sevens with a bar, ones with a foot.

    Training data has none of it, so that it can measure the effect of users' corrections. `size` is the height of a
    digit in pixels.
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
    """Hold the digits of one split with their slants and thicknesses, and write with them in one writer style.

    It is a hand (`hands.Hand`), of which every amount has another style.
    """

    kind = "MNIST"

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        """Measure each digit once.

        Parameters
        ----------
        images : uint8 [n, height, width], 0 paper
        labels : integer [n], 0 to 9
        """
        self.images = images
        self.labels = labels
        self.slants = _slants(images)
        self.thicknesses = _thicknesses(images)
        self._by_label = [np.flatnonzero(labels == label) for label in range(10)]

    def choose(self, rng: np.random.Generator) -> "GlyphBank":
        """Return this hand: all amounts are written with MNIST's digits."""
        return self

    def style(self, rng: np.random.Generator, size: float) -> WriterStyle:
        """Return a style at random; `size` is the height of a digit in pixels."""
        return random_style(rng, size)

    def write(self, digits: str, style: WriterStyle, rng: np.random.Generator) -> list[Glyph]:
        """Draw digits in a style, each of some writer."""
        drawings = [self.draw(self.pick(int(digit), style, rng), style, rng) for digit in digits]
        lifts = 0.03 * style.unsteadiness * style.size * rng.standard_normal(len(digits))
        return [
            Glyph(digit, np.round(ink * 255).astype(np.uint8), 0.0, 0.0, float(lift))
            for digit, ink, lift in zip(digits, drawings, lifts, strict=True)
        ]

    def pick(self, label: int, style: WriterStyle, rng: np.random.Generator) -> int:
        """Return the index of a digit about as thick as the style's stroke: the best of four drawn at random."""
        candidates = self._by_label[label]
        drawn = candidates[rng.integers(len(candidates), size=4)]
        return int(drawn[np.argmin(np.abs(self.thicknesses[drawn] - style.thickness))])

    def draw(self, index: int, style: WriterStyle, rng: np.random.Generator) -> np.ndarray:
        """Draw a digit in a style, cropped to its ink; float32 [height, width], 0 bare paper to 1 full ink."""
        unsteadiness = style.unsteadiness
        height = style.size * (1 + 0.06 * unsteadiness * rng.normal())
        # The digit's own slant is removed, so that all lean alike; a part of it stays, since no writer is that steady.
        slant = style.slant - (1 - 0.3 * unsteadiness) * self.slants[index] + 0.04 * unsteadiness * rng.normal()
        digit = draw_digit(self.images[index], height / BOX, slant, style.stroke_gain)
        label = int(self.labels[index])
        return _europeanize(digit, label, style, rng) if style.european and label in (1, 7) else digit


def draw_digit(image: np.ndarray, scale: float, slant: float, thickness: float) -> np.ndarray:
    """Draw a digit enlarged and cropped to its ink, with the sharp edge of a pen instead of MNIST's coarse pixels.

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
    crop = image[top : top + height, left : left + width]
    padded: np.ndarray = cv2.copyMakeBorder(crop, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0).astype(np.float32)
    padded *= np.float32(1 / 255)
    height, width = padded.shape
    lean = math.ceil(abs(slant) * height * scale)
    matrix = np.array([[scale, -slant * scale, lean / 2 + slant * scale * height / 2], [0, scale, 0]], np.float32)
    large = cv2.warpAffine(padded, matrix, (int(width * scale) + lean, int(height * scale)), flags=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), max(0.35 * scale, 0.3))
    sharp = (large - np.float32(0.42 - 0.12 * thickness)) * np.float32(max(1.0, scale) * 1.4) + 0.5
    # Faster than np.clip on arrays this small (docs/decisions/generator.md).
    sharp = np.minimum(np.maximum(sharp, 0), 1)
    left, top, width, height = cv2.boundingRect((sharp > 0.3).astype(np.uint8))
    return sharp[top : top + height, left : left + width] if width else large


def composite(ink: np.ndarray, stroke: np.ndarray, x: int, y: int) -> None:
    """Lay a stroke over the ink, in place, with its upper left corner at x, y; parts outside are cut off.

    Parameters
    ----------
    ink, stroke : float32 [height, width] each, 0 bare paper to 1 full ink; the darker one of two pixels stays
    x, y : pixels, may be negative
    """
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + stroke.shape[0], ink.shape[0]), min(x + stroke.shape[1], ink.shape[1])
    if top < bottom and left < right:
        part = stroke[top - y : bottom - y, left - x : right - x]
        np.maximum(ink[top:bottom, left:right], part, out=ink[top:bottom, left:right])


def _europeanize(digit: np.ndarray, label: int, style: WriterStyle, rng: np.random.Generator) -> np.ndarray:
    """Add a bar to a seven, or a foot and an upstroke to a one; float32 [height, width], widened as needed."""
    height = digit.shape[0]
    half_length = 0.5 * height * rng.uniform(0.4, 0.55)
    pen = max(1, round((style.thickness + 1.2 * style.stroke_gain) * height / BOX * 0.8))
    margin = int(half_length) + pen
    wide = np.pad(digit, ((0, pen // 2 + 1), (margin, margin)))
    row = round(height * rng.uniform(0.45, 0.58)) if label == 7 else height - 1
    inked_columns = np.flatnonzero(wide[min(row, height - 1) - (label == 1) * (height // 8)] > 0.3)
    center = float(inked_columns.mean()) if len(inked_columns) else wide.shape[1] / 2
    rise = height * rng.normal(0, 0.02)
    ends = (round(center - half_length), round(row + rise)), (round(center + half_length), round(row - rise))
    cv2.line(wide, *ends, 1.0, pen, cv2.LINE_AA)
    if label == 1:
        top_columns = np.flatnonzero(wide[height // 10] > 0.3)
        tip = (round(float(top_columns.mean())) if len(top_columns) else round(center), round(0.05 * height))
        end = (tip[0] - round(0.3 * height), round(height * rng.uniform(0.25, 0.4)))
        cv2.line(wide, tip, end, 1.0, pen, cv2.LINE_AA)
    left, top, width, height = cv2.boundingRect((wide > 0.3).astype(np.uint8))
    return wide[top : top + height, left : left + width]


def _slants(images: np.ndarray) -> np.ndarray:
    """Measure the slant of each digit by its second moments: pixels to the right for each pixel up, float [n].

    Values are limited to 0.7 either way.
    """
    y, x = np.mgrid[: images.shape[1], : images.shape[2]].astype(np.float32)
    weight = images.reshape(len(images), -1).astype(np.float32)
    total = weight.sum(axis=1)
    mean_x, mean_y = weight @ x.ravel() / total, weight @ y.ravel() / total
    covariance = weight @ (x * y).ravel() / total - mean_x * mean_y
    variance_y = weight @ (y * y).ravel() / total - mean_y**2
    return np.clip(-covariance / np.maximum(variance_y, 1), -0.7, 0.7)


def _thicknesses(images: np.ndarray) -> np.ndarray:
    """Measure the thickness of each digit's stroke in pixels, float [n]: twice its ink over the length of its edge."""
    ink = images.astype(np.float32) / np.float32(255)
    edge_x = np.abs(np.diff(ink, axis=2)).sum(axis=(1, 2))
    edge_y = np.abs(np.diff(ink, axis=1)).sum(axis=(1, 2))
    return 2 * ink.sum(axis=(1, 2)) / np.maximum(np.hypot(edge_x, edge_y), 1)
