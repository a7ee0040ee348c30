"""Assemble a sheet from pieces of ink, and measure where each field lies."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.synthesis import glyphs
from payment_ml.synthesis.document_fields import FieldKind

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels

_VISIBLE = 0.25  # of full ink: from so much on, a pixel counts as a part of a field
_CROWDED = 0.3  # share of writing that may lie on a line of the amount in words


@dataclass(frozen=True)
class PlacedField:
    """Hold a field, and the corners of its ink."""

    kind: FieldKind
    text: str
    corners: np.ndarray  # float32 [n, 2], x and y of the convex hull of its pixels

    @property
    def box(self) -> Box:
        """Return left, top, right and bottom of the ink; right and bottom lie just outside of it."""
        (left, top), (right, bottom) = self.corners.min(axis=0), self.corners.max(axis=0)
        return int(np.floor(left)), int(np.floor(top)), int(np.ceil(right)), int(np.ceil(bottom))


@dataclass(frozen=True)
class Item:
    """Hold ink, and where it lies on a sheet."""

    kind: FieldKind
    text: str
    ink: np.ndarray  # float32 [height, width], 0 bare paper to 1 full ink
    x: int  # pixels of its left edge
    y: int  # pixels of its upper edge
    printed: bool  # of the form, and not by who fills it in
    columns: tuple[int, int] | None = None  # of the ink, that the field is; None: all. The rest is signs and dashes

    @property
    def box(self) -> Box:
        """Return left, top, right and bottom."""
        return self.x, self.y, self.x + self.ink.shape[1], self.y + self.ink.shape[0]


@dataclass(frozen=True)
class FilledSheet:
    """Hold a sheet as it lies on a table, before any light falls on it."""

    ink: np.ndarray  # float32 [height, width], 0 bare paper to 1 full ink of a pen
    print_: np.ndarray  # float32 [height, width], the same of print
    fields: list[PlacedField]


def assemble(items: Sequence[Item], print_: np.ndarray) -> FilledSheet | None:
    """Return a sheet with all ink, and its fields; None where the amount in words meets the figures or itself.

    Print and writing that would touch the figures is left out, and so is writing across the words.

    Parameters
    ----------
    items : in the order in which they are drawn
    print_ : float32 [height, width], what is printed and is no field; printed items are added in place
    """
    ink = np.zeros_like(print_)
    figures, words = ([item.box for item in items if item.kind is kind] for kind in (FieldKind.AMOUNT, FieldKind.WORDS))
    if any(_shared(line, box) > 0 for line in words for box in figures):
        return None
    if any(_shared(line, other) > _CROWDED for i, line in enumerate(words) for other in words[:i]):
        return None
    fields = []
    for item in items:
        corners = None if _is_in_the_way(item, figures, words) else _corners(item, item.columns)
        if corners is not None:
            glyphs.composite(print_ if item.printed else ink, item.ink, item.x, item.y)
            fields.append(PlacedField(item.kind, item.text, corners))
            beside = [] if item.columns is None else [(0, item.columns[0]), (item.columns[1], item.ink.shape[1])]
            signs = (_corners(item, columns) for columns in beside)
            fields += [PlacedField(FieldKind.WRITING, "", sign) for sign in signs if sign is not None]
    return FilledSheet(ink, print_, fields)


def _is_in_the_way(item: Item, figures: list[Box], words: list[Box]) -> bool:
    """Return whether an item touches the figures, or is writing that lies across the amount in words."""
    if item.kind in (FieldKind.AMOUNT, FieldKind.WORDS):
        return False
    limit = 1.0 if item.printed else _CROWDED
    return any(_shared(item.box, box) > 0 for box in figures) or any(_shared(item.box, box) > limit for box in words)


def _shared(box: Box, other: Box) -> float:
    """Return the share of a box that another one covers, a pixel around it included."""
    width = min(box[2], other[2]) - max(box[0], other[0]) + 1
    height = min(box[3], other[3]) - max(box[1], other[1]) + 1
    return max(0, width) * max(0, height) / ((box[2] - box[0]) * (box[3] - box[1]))


def _corners(item: Item, columns: tuple[int, int] | None) -> np.ndarray | None:
    """Return the corners of the hull of an item's visible pixels, [n, 2]; None where it has none in these columns."""
    is_visible = (item.ink > _VISIBLE).astype(np.uint8)
    if columns is not None:
        is_visible[:, : columns[0]] = is_visible[:, columns[1] :] = 0
    visible = cv2.findNonZero(is_visible)
    if visible is None:
        return None
    hull = cv2.convexHull(visible).reshape(-1, 2)
    sides = np.concatenate([hull, hull + (1, 0), hull + (0, 1), hull + (1, 1)])
    return (sides + (item.x, item.y)).astype(np.float32)
