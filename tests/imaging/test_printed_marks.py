"""Test imaging.printed_marks with descriptors by hand and with a drawn form."""

import cv2
import numpy as np

from payment_ml.imaging import printed_marks
from payment_ml.imaging.printed_marks import Marks
from payment_ml.synthesis import filled_forms

FORM = filled_forms.draw_blank(filled_forms.FORMS[0])


def test_clear_matches_leave_out_marks_that_look_alike():
    """The second mark of the page resembles two of the form."""
    alike = np.array([[0.99, 0.90], [0.10, 0.90], [0.20, 0.30]], np.float32)
    assert printed_marks.clear_matches(alike).tolist() == [[0, 0]]


def test_matches_nearby_find_repeated_marks_by_their_places():
    """Two equal marks each have the partner that is near; one far away and one unlike have none."""
    seen = Marks(np.array([(10, 10), (50, 50), (90, 10)], np.float32), np.empty((3, 128), np.float32), 1.0, (100, 100))
    alike = np.array([[0.9, 0.9, 0.1], [0.9, 0.9, 0.1], [0.1, 0.1, 0.5], [0.2, 0.2, 0.9]], np.float32)
    expected = np.array([(12, 10), (50, 53), (90, 12), (60, 90)], np.float64)
    assert printed_marks.matches_nearby(alike, expected, seen).tolist() == [[0, 0], [1, 1]]


def test_marks_lie_at_the_same_shares_of_a_smaller_picture():
    """The marks of a picture of half the size that have partners lie at half the distance, within half a pixel."""
    half = cv2.resize(FORM, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    large, small = printed_marks.find_marks(FORM), printed_marks.find_marks(half)
    matches = printed_marks.clear_matches(printed_marks.similarity(large, small))
    assert len(matches) > 100
    places = [marks.places[matches[:, i]] / marks.scale for i, marks in enumerate((large, small))]
    assert np.abs(np.median(places[0] - 2 * places[1], axis=0)).max() < 0.5


def test_light_and_shadow_on_the_paper_leave_marks_as_they_are():
    """Marks are those of the contrast."""
    shade = np.linspace(0.5, 1, FORM.shape[1])[None]
    first, second = (printed_marks.find_marks(page) for page in (FORM, (FORM * shade).astype(np.uint8)))
    matches = printed_marks.clear_matches(printed_marks.similarity(first, second))
    same = np.linalg.norm(first.places[matches[:, 0]] - second.places[matches[:, 1]], axis=1) < 1
    assert same.sum() > 150
    assert same.mean() > 0.95
