"""Find and compare the marks that a form prints: SIFT features of the contrast between ink and paper.

docs/decisions/documents.md compares them with other features.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.imaging.background import grey_quantiles

Points = np.ndarray  # floating [n, 2]: x and y in pixels, 0 is the edge of the picture

_MAX_SIDE = 600  # pixels of the picture in which marks are found; a larger one is reduced
_MAX_MARKS = 600  # of one picture, the clearest
_PAPER_WINDOW, _MIN_PAPER_WINDOW = 0.03, 31  # side of the window whose median is the paper: of the picture, and pixels
_PAPER_REDUCTION = 4  # of the picture in which the paper's levels are found
_MIN_CONTRAST = 25.0  # grey levels that count as full ink at least, so that the grain of empty paper does not
_INK_QUANTILE, _INK_LEVEL = 0.99, 200.0  # of the contrast that counts as full ink, and its level then
# From the centre of a pixel to its edge is half a pixel. A quarter is in the places already: OpenCV doubles a picture
# before it looks for features, and the centres of its pixels move by as much.
_TO_EDGE = 0.25
_RATIO = 0.8  # of a mark's distance to its partner against that to the next likely one (Lowe 2004, section 7.1)
_REACH = 6.0  # pixels of the reduced page around a mark's place in which its partner is looked for
_MIN_SIMILARITY = 0.75  # of a mark and its partner there


@dataclass(frozen=True)
class Marks:
    """Hold the marks of one picture."""

    places: Points  # float32 [n, 2], in pixels of the reduced picture
    descriptors: np.ndarray  # float32 [n, 128], each of length 1
    scale: float  # of the reduced picture against the picture
    size: tuple[int, int]  # width and height of the reduced picture

    def __len__(self) -> int:
        return len(self.places)


def find_marks(grey: np.ndarray) -> Marks:
    """Return the clearest marks of a picture.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, with dark ink
    """
    scale = min(1.0, _MAX_SIDE / max(grey.shape))
    size = max(1, round(scale * grey.shape[1])), max(1, round(scale * grey.shape[0]))
    small = grey if scale == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    keypoints, descriptors = cv2.SIFT.create(nfeatures=_MAX_MARKS).detectAndCompute(_contrast(small), None)
    if descriptors is None:
        return Marks(np.empty((0, 2), np.float32), np.empty((0, 128), np.float32), scale, size)
    places = np.array([keypoint.pt for keypoint in keypoints], np.float32) + np.float32(_TO_EDGE)
    # Root SIFT: Arandjelovic and Zisserman 2012, section 2.
    roots = np.sqrt(descriptors / np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6))
    return Marks(places, roots.astype(np.float32), scale, size)


def similarity(first: Marks, second: Marks) -> np.ndarray:
    """Return how alike the marks of two pictures are: float32 [n of the first, n of the second], 1 for the same."""
    alike: np.ndarray = first.descriptors @ second.descriptors.T
    return alike


def clear_matches(alike: np.ndarray) -> np.ndarray:
    """Return the pairs of marks that are more alike than any other of the form and the one on the page.

    Parameters
    ----------
    alike : float32 [n of the form, n of the page], n of the form at least 2; from `similarity`

    Returns
    -------
    indices of the form's and of the page's marks, int [n, 2]
    """
    likeliest = np.argpartition(-alike, 1, axis=0)[:2]
    second, best = np.sort(np.take_along_axis(alike, likeliest, axis=0), axis=0)
    nearest, next_nearest = (np.sqrt(np.maximum(0, 2 - 2 * cosine)) for cosine in (best, second))
    partners = alike.argmax(axis=0)
    return np.stack([partners, np.arange(len(partners))], axis=1)[nearest < _RATIO * next_nearest]


def matches_nearby(alike: np.ndarray, expected: Points, seen: Marks) -> np.ndarray:
    """Return the pairs of marks that are alike, each near the place where the page should show the mark.

    Letters and corners that a form repeats have partners here, unlike in `clear_matches`.

    Parameters
    ----------
    alike : as in `clear_matches`
    expected : [n of the form, 2], places of the form's marks in pixels of the reduced page

    Returns
    -------
    as `clear_matches`
    """
    places = expected.astype(np.float32)
    across, down = (np.subtract.outer(places[:, axis], seen.places[:, axis]) for axis in (0, 1))
    near = np.where(across**2 + down**2 < _REACH**2, alike, -1.0)
    partners = near.argmax(axis=1)
    marks = np.arange(len(partners))
    is_match = (near[marks, partners] > _MIN_SIMILARITY) & (near.argmax(axis=0)[partners] == marks)
    return np.stack([marks, partners], axis=1)[is_match]


def _contrast(grey: np.ndarray) -> np.ndarray:
    """Return how much darker than its paper each pixel is, 0 for paper and about 200 for ink; uint8 [height, width]."""
    height, width = grey.shape
    reduced = max(1, width // _PAPER_REDUCTION), max(1, height // _PAPER_REDUCTION)
    window = max(_MIN_PAPER_WINDOW, _PAPER_WINDOW * max(grey.shape)) / _PAPER_REDUCTION
    paper = cv2.medianBlur(cv2.resize(grey, reduced, interpolation=cv2.INTER_AREA), 2 * round(window / 2) + 1)
    contrast = cv2.subtract(cv2.resize(paper, (width, height)), grey)
    full = max(_MIN_CONTRAST, float(grey_quantiles(contrast, _INK_QUANTILE)[0]))
    return cv2.convertScaleAbs(contrast, alpha=_INK_LEVEL / full)
