"""Writes pictures out of MNIST's digits: pen on paper, photographed. What MNIST lacks, and what people upload."""

from collections.abc import Iterator

import cv2
import numpy as np

_BOX = 20  # MNIST's digits fill a box of 20 pixels


def digit_picture(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A photograph of one digit that somebody cut out of a form or a ledger by its middle.

    The first of `images` stands in the middle. The others are its neighbours: next to it, touching it or cut off by
    the edge, as in a crop out of a longer number; one may also be left out. Ruled lines, coloured paper and ink,
    uneven light, blur, noise and JPEG's blocks are drawn at random.

    Parameters
    ----------
    images : uint8 [3, 28, 28], 0 paper: the digit, its left and its right neighbour

    Returns
    -------
    uint8 [height, width, 3], sRGB; height 28 to 140 pixels
    """
    height = int(np.exp(rng.uniform(np.log(28), np.log(140))))
    size = height * rng.uniform(0.55, 0.9)
    slant, thickness = rng.normal(0, 0.12), rng.normal(0, 0.35)
    middle, left, right = (_pen(image, size / _BOX, slant, thickness) for image in images)
    width = int(middle.shape[1] * rng.uniform(1.15, 2.2)) + 4
    ink = np.zeros((height, width), np.float32)
    x = (width - middle.shape[1]) // 2 + int(rng.normal(0, 0.04) * size)
    y = (height - middle.shape[0]) // 2 + int(rng.normal(0, 0.04) * size)
    _lay(ink, middle, x, y)
    if rng.random() < 0.5:
        gap = int(rng.uniform(-0.05, 0.3) * size)
        _lay(ink, left, x - gap - left.shape[1], y + middle.shape[0] - left.shape[0] + int(rng.normal(0, 0.06) * size))
    if rng.random() < 0.5:
        gap = int(rng.uniform(-0.05, 0.3) * size)
        _lay(
            ink,
            right,
            x + gap + middle.shape[1],
            y + middle.shape[0] - right.shape[0] + int(rng.normal(0, 0.06) * size),
        )
    if rng.random() < 0.3:
        _rule(ink, rng, y + middle.shape[0])
    return photograph(ink, rng)


def digit_pictures(
    images: np.ndarray, labels: np.ndarray, count: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, int]]:
    """`count` photographs, each with its true digit; every digit of a split is the middle of one before any is twice.

    Parameters
    ----------
    images : uint8 [n, 28, 28], of one split
    labels : integer [n]
    """
    for place in range(count):
        i = place % len(labels)
        neighbours = rng.integers(len(labels), size=2)
        yield digit_picture(images[[i, *neighbours]], rng), int(labels[i])


def photograph(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give ink a colour and paper, and photograph both, with the faults that photographs have.

    Parameters
    ----------
    ink : float32 [height, width], 0 bare paper to 1 full ink

    Returns
    -------
    uint8 [height, width, 3], sRGB
    """
    height, width = ink.shape
    paper = _PAPERS[rng.integers(len(_PAPERS))] * rng.uniform(0.75, 1.05)
    pen = _INKS[rng.integers(len(_INKS))] + rng.uniform(0, 60)
    light = _smooth_field(height, width, rng, rng.uniform(0, 0.12)) + 1
    texture = _smooth_field(height, width, rng, rng.uniform(0, 0.02), knots=24)
    strength = np.clip(ink * rng.uniform(0.75, 1), 0, 1)[:, :, None]
    picture = (paper * (1 - strength) + np.minimum(pen, paper * 0.7) * strength) * (light + texture)[:, :, None]
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.02 * height + 0.4))
    picture = picture + rng.normal(0, rng.uniform(0, 9), (height, width, 1)) + rng.normal(0, 2, picture.shape)
    picture = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])
        picture = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return picture


# sRGB of papers (white, cream, ledger grey, manila, blue, green, rose) and pens (black, blue, dark red, brown).
_PAPERS = np.array(
    [
        [246, 246, 244],
        [240, 230, 205],
        [196, 192, 178],
        [226, 160, 84],
        [214, 226, 238],
        [212, 228, 210],
        [236, 212, 212],
    ],
    np.float32,
)
_INKS = np.array([[20, 20, 24], [28, 36, 110], [110, 24, 32], [78, 52, 36]], np.float32)


def _pen(image: np.ndarray, scale: float, slant: float, thickness: float) -> np.ndarray:
    """A digit cut to its ink and enlarged, with the crisp edge of a pen instead of the staircase of 28 pixels."""
    rows, columns = np.where(image > 64)
    cut = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(np.float32) / 255
    cut = np.pad(cut, 2)
    height, width = cut.shape
    lean = int(np.ceil(abs(slant) * height * scale))
    matrix = np.float32([[scale, -slant * scale, lean / 2 + slant * scale * height / 2], [0, scale, 0]])
    large = cv2.warpAffine(cut, matrix, (int(width * scale) + lean, int(height * scale)), flags=cv2.INTER_CUBIC)
    large = cv2.GaussianBlur(large, (0, 0), 0.35 * scale)
    crisp = np.clip((large - 0.42 + 0.12 * thickness) * max(1.0, scale) * 1.4 + 0.5, 0, 1)
    rows, columns = np.where(crisp > 0.3)
    if len(rows) == 0:
        return large
    return crisp[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _lay(ink: np.ndarray, stroke: np.ndarray, x: int, y: int) -> None:
    """Lay a stroke over the ink with its upper left corner at x, y; what falls outside is cut off."""
    top, left = max(y, 0), max(x, 0)
    bottom, right = min(y + stroke.shape[0], ink.shape[0]), min(x + stroke.shape[1], ink.shape[1])
    if top < bottom and left < right:
        part = stroke[top - y : bottom - y, left - x : right - x]
        np.maximum(ink[top:bottom, left:right], part, out=ink[top:bottom, left:right])


def _rule(ink: np.ndarray, rng: np.random.Generator, base: int) -> None:
    """Draw a printed line: under the digit, or beside it as a ledger's column; sometimes dotted."""
    height, width = ink.shape
    weight = max(1, int(rng.uniform(0.01, 0.03) * height))
    strength = rng.uniform(0.3, 0.9)
    dash = np.ones(max(height, width), bool) if rng.random() < 0.7 else np.arange(max(height, width)) % 4 < 2
    if rng.random() < 0.6:
        y = int(np.clip(base + rng.uniform(-0.02, 0.08) * height, 0, height - weight))
        ink[y : y + weight] = np.maximum(ink[y : y + weight], strength * dash[:width])
    else:
        x = int(rng.uniform(0, 0.15) * width) if rng.random() < 0.5 else int(rng.uniform(0.85, 1) * width) - weight
        x = max(0, x)
        ink[:, x : x + weight] = np.maximum(ink[:, x : x + weight], strength * dash[:height, None])


def _smooth_field(height: int, width: int, rng: np.random.Generator, amplitude: float, knots: int = 3) -> np.ndarray:
    """A smooth random field, float32 [height, width], with standard deviation `amplitude` at its knots."""
    field = rng.normal(0, amplitude, (knots, knots)).astype(np.float32)
    return cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
