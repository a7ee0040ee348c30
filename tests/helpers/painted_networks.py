"""Make functions that stand for a trained network of pages: they know by themselves what stands where."""

from collections.abc import Sequence

import numpy as np

from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import Content
from payment_ml.imaging.text_blocks import Box
from payment_ml.networks.inference import Network


def painted_network(boxes: Sequence[tuple[Content, Box]], shape: tuple[int, int]) -> Network:
    """Return a network that sees contents in the boxes of an upright page of this shape, in any direction.

    It takes a page for turned whose left upper corner has not the most ink of its four corners.
    """
    scale = page_images.reduction(shape)
    reduced = round(shape[0] * scale), round(shape[1] * scale)
    scaled = [(content, tuple(round(edge * scale) for edge in box)) for content, box in boxes]

    def network(images: np.ndarray) -> np.ndarray:
        height, width = (reduced, reduced[::-1])[int(images.shape[1] > images.shape[2])]
        page = images[0, :height, :width, 0]
        corners = [page[:4, :4], page[:4, -4:], page[-4:, -4:], page[-4:, :4]]  # clockwise
        direction = -int(np.argmax([corner.mean() for corner in corners])) % 4
        upright = page_images.label_cells(reduced, scaled, direction)
        labels = page_images.stack_labels([page_images.turn(upright, -direction % 4)], images)
        return np.log(np.eye(page_images.LABELS, dtype=np.float32)[labels] * 0.98 + 0.001)

    return network
