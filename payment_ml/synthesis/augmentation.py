"""Augment digits and lines of writing by random affine and elastic distortions."""

import cv2
import numpy as np

ROTATION = 12.0  # degrees, either way
SHIFT = 2.0  # pixels, either way
ZOOM = 0.12  # natural logarithm, either way, each axis by itself
SHEAR = 0.2  # pixels sideways for each pixel down, either way
BEND = 0.4  # pixels, standard deviation of the elastic field at its knots (docs/decisions/generator.md)
_KNOTS = 5  # of the elastic field, along each side

_LINE_SIZE = 0.13  # natural logarithm, both axes together; about as far as the rescaled views of test-time augmentation
_LINE_ZOOM = 0.06  # natural logarithm, each axis by itself
_LINE_SHIFT = 1.0  # pixels up or down
_LINE_SHEAR = 0.1  # pixels sideways for each pixel down
_LINE_BEND = 0.5  # pixels, standard deviation of the elastic field at its knots
_LINE_KNOT = 10  # pixels from one knot to the next, about half a digit
_LINE_INK = 0.15  # more or less ink, as a fraction


def distort(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Warp each image by its own random affine map and smooth elastic field, in one resampling.

    OpenCV releases the global interpreter lock, so the function can run beside training
    (docs/decisions/generator.md).

    Parameters
    ----------
    images : uint8 [n, height, width], 0 paper

    Returns
    -------
    uint8 [n, height, width], a new array

    Source: Simard, Steinkraus and Platt 2003, "Best practices for convolutional neural networks applied to visual
    document analysis" (affine and elastic distortions).
    """
    count, height, width = images.shape
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    angle = np.deg2rad(rng.uniform(-ROTATION, ROTATION, count))
    zoom = np.exp(rng.uniform(-ZOOM, ZOOM, (count, 2)))
    shear = rng.uniform(-SHEAR, SHEAR, count)
    shift = rng.uniform(-SHIFT, SHIFT, (count, 2))
    field = rng.normal(0, BEND, (count, _KNOTS, _KNOTS, 2)).astype(np.float32)

    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], 1)
    stretch = np.zeros((count, 2, 2))
    stretch[:, 0, 0], stretch[:, 1, 1], stretch[:, 0, 1] = 1 / zoom[:, 0], 1 / zoom[:, 1], shear
    linear = turn @ stretch
    affine = np.concatenate([linear, (centre - linear @ centre + shift)[:, :, None]], axis=2).astype(np.float32)

    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float32)
    distorted = np.empty_like(images)
    for i in range(count):
        source = cv2.transform(grid, affine[i]) + cv2.resize(field[i], (width, height), interpolation=cv2.INTER_CUBIC)
        # The stub demands a second map; OpenCV takes None where the first one holds x and y.
        cv2.remap(images[i], source, None, cv2.INTER_LINEAR, dst=distorted[i], borderMode=cv2.BORDER_CONSTANT)  # type: ignore[call-overload]
    return distorted


def augment_line(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return another view of a line of writing: scaled, stretched, slanted, bent and inked anew, in one resampling.

    Much faster than rendering a new line (docs/decisions/generator.md).

    Parameters
    ----------
    pixels : uint8 [height, width], 0 paper

    Returns
    -------
    uint8 [height, new width], a new array
    """
    height, width = pixels.shape
    x, y = random_view_map(height, width, rng)
    return vary_ink(cv2.remap(pixels, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), rng)


def random_view_map(height: int, width: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw the source coordinates of another view of a line image.

    Returns
    -------
    x and y in the line image, float32 [height, new width] each, for each pixel of the view
    """
    size = np.exp(rng.uniform(-_LINE_SIZE, _LINE_SIZE))
    new_width = round(width * size)
    zoom_x, zoom_y = np.exp(rng.uniform(-_LINE_ZOOM, _LINE_ZOOM, 2))
    shear = rng.uniform(-_LINE_SHEAR, _LINE_SHEAR)
    # A stretched view must not lose its ends: line images have about five bare columns there, and only those may go.
    zoom_x = max(zoom_x, 1 - 5 / new_width) if zoom_x < 1 else zoom_x
    y = np.arange(height, dtype=np.float32)[:, None] - (height - 1) / 2
    x = np.arange(new_width, dtype=np.float32)[None, :] - (new_width - 1) / 2
    knots = (height // _LINE_KNOT + 1, new_width // _LINE_KNOT + 1, 2)
    field = cv2.resize(
        rng.normal(0, _LINE_BEND, knots).astype(np.float32), (new_width, height), interpolation=cv2.INTER_LINEAR
    )
    shift = rng.uniform(-_LINE_SHIFT, _LINE_SHIFT)
    source_x = np.float32(zoom_x) * x + np.float32(shear) * y + field[:, :, 0]
    source_y = np.float32(zoom_y) * y + np.float32(shift) + field[:, :, 1]
    source_x = source_x * np.float32(width / new_width) + np.float32((width - 1) / 2)
    source_y = source_y / np.float32(size) + np.float32((height - 1) / 2)
    return source_x, source_y


def vary_ink(pixels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a line image, uint8 [height, width], with a little more or less ink."""
    return cv2.convertScaleAbs(pixels, alpha=rng.uniform(1 - _LINE_INK, 1 + _LINE_INK))
