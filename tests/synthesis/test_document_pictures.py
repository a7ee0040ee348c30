"""Tests of pictures of sheets: boxes follow the ink through perspective, scanning and turning."""

import cv2
import numpy as np
import pytest

from payment_ml.synthesis import document_pictures
from payment_ml.synthesis.document_fields import Field, FieldKind
from payment_ml.synthesis.document_placement import FilledSheet, PlacedField

_MARGIN = 12  # pixels around a box
BLOCK = (520, 200, 640, 240)  # left, top, right, bottom


@pytest.fixture
def sheet() -> FilledSheet:
    """Return a bare sheet with one black block on it."""
    left, top, right, bottom = BLOCK
    ink = np.zeros((400, 900), np.float32)
    ink[top:bottom, left:right] = 1
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    return FilledSheet(ink, np.zeros_like(ink), [PlacedField(FieldKind.AMOUNT, "1", corners)])


@pytest.mark.parametrize("seed", range(40))
def test_the_box_is_where_the_ink_is(sheet, seed):
    """In it, most pixels are darker than the paper around it, on which there is no other ink."""
    image, (field,) = document_pictures.take_picture(sheet, 40.0, np.random.default_rng(seed))
    left, top, right, bottom = field.box
    smooth = cv2.GaussianBlur(image, (0, 0), 2).astype(float)
    around = smooth[max(0, top - _MARGIN) : bottom + _MARGIN, max(0, left - _MARGIN) : right + _MARGIN]
    paper = (around[:3].mean(axis=0) + around[-3:].mean(axis=0)) / 2
    darker = paper - around
    assert np.median(darker[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]) > 10
    is_ink = darker > np.median(darker[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]) / 2
    rows, columns = (np.flatnonzero(is_ink.mean(axis=axis) > 0.3) for axis in (1, 0))
    ends = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])
    ends += [max(0, left - _MARGIN), max(0, top - _MARGIN)] * 2
    assert ends == pytest.approx(np.array(field.box), abs=9)


@pytest.mark.parametrize(
    ("paper", "ink", "noise", "expected"),
    [(230, 60, 8, True), (230, 220, 0, False), (140, 100, 45, False), (235, 10, 0, True)],
    ids=["a pen", "faded", "drowned in noise", "black and white"],
)
def test_ink_that_nobody_can_see_is_not_legible(sheet, rng, paper, ink, noise, expected):
    """As an operator sees at once, who then scans again."""
    image = paper - (paper - ink) * sheet.ink + rng.normal(0, noise, sheet.ink.shape)
    image = np.clip(image, 0, 255).astype(np.uint8)
    field = Field(FieldKind.AMOUNT, BLOCK, "1")
    assert document_pictures._is_legible(field, image, sheet, np.eye(3)) is expected
    blank = np.full_like(image, 230)
    assert not document_pictures._is_legible(field, blank, sheet, np.eye(3))


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_turning_takes_the_boxes_along(degrees):
    """A picture that must be turned clockwise by 90 degrees has its top at the left."""
    image = np.full((50, 80), 255, np.uint8)
    image[10:20, 30:60] = 0
    turned, (field,) = document_pictures.turn(image, [Field(FieldKind.AMOUNT, (30, 10, 60, 20), "1")], degrees)
    left, top, right, bottom = field.box
    assert not turned[top:bottom, left:right].any()
    assert (turned == 0).sum() == 300
    assert np.array_equal(np.rot90(turned, -degrees // 90), image)
