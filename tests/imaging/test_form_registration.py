"""Test imaging.form_registration with invented forms on pages where they lie askew."""

import pickle
from dataclasses import replace

import cv2
import numpy as np
import pytest
from helpers.known_forms import compose_pages, form_profile, overlap

from payment_ml.errors import ProfileError
from payment_ml.imaging.form_registration import FormPlace, FormRegistration
from payment_ml.synthesis import filled_forms
from payment_ml.synthesis.filled_forms import FORMS, FilledPage
from payment_ml.text.profiles import Profile

SLIP = FORMS[0]
TURNS = {0: None, 90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


@pytest.fixture(scope="module")
def pages(splits) -> list[FilledPage]:
    """Return pages of three forms in turns, filled in, shifted, scaled, turned and in perspective."""
    return compose_pages(splits["validation"], 12, 5)


@pytest.fixture(scope="module")
def registrations() -> dict[str, FormRegistration]:
    """Return the registration of each form."""
    found = {form.name: FormRegistration.of_profile(form_profile(form)) for form in FORMS}
    return {name: registration for name, registration in found.items() if registration is not None}


def test_a_form_is_found_on_its_pages_and_on_no_others(pages, registrations):
    """The amount's region lies where the page was composed to show it, at an overlap of at least 0.8."""
    close = []
    for page in pages:
        place = registrations[page.form.name].find(page.image)
        close.append(place is not None and overlap(place.corners, page.box) >= 0.8)
        others = [registration for name, registration in registrations.items() if name != page.form.name]
        assert all(registration.find(page.image) is None for registration in others)
    assert sum(close) >= len(pages) - 1


@pytest.mark.parametrize("turned", TURNS)
def test_a_page_may_lie_in_any_direction(registrations, turned):
    """The region is the same part of the upright page, and what is cut out is upright."""
    blank = filled_forms.draw_blank(SLIP)
    rotation = TURNS[turned]
    page = blank if rotation is None else cv2.rotate(blank, rotation)
    place = registrations[SLIP.name].find(page)
    assert place is not None
    assert place.turned == turned
    width, height = SLIP.size
    expected = np.array(SLIP.region) * (width, height, width, height)
    assert np.abs(np.array(place.box) - expected).max() < 3
    left, top, right, bottom = np.round(expected).astype(int)
    cut, straight = place.cut_out(page), blank[top:bottom, left:right]
    assert np.abs(np.array(cut.shape) - straight.shape).max() < 4
    resized = cv2.resize(cut, straight.shape[::-1])
    assert np.abs(resized[8:-8, 8:-8].astype(int) - straight[8:-8, 8:-8]).mean() < 2
    corner = place.to_page([(0.0, 0.0)])[0]
    assert np.abs(corner - expected[:2]).max() < 3


def test_a_filled_in_form_serves_as_its_picture(pages):
    """Handwriting on it has no partners on other pages, and does no harm."""
    first, *others = [page for page in pages if page.form is FORMS[1]]
    straight = cv2.warpPerspective(
        first.image, first.from_form, first.form.size, flags=cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    registration = FormRegistration(straight, first.form.region)
    places = [registration.find(page.image) for page in others]
    found = [(place, page) for place, page in zip(places, others, strict=True) if place is not None]
    assert len(found) >= len(others) - 1
    assert all(overlap(place.corners, page.box) >= 0.8 for place, page in found)


def test_another_form_with_the_same_head_is_not_taken_for_it(registrations):
    """A bank's forms share its name; that alone does not place the amount."""
    head = tuple(text for text in SLIP.texts if text[2] < 0.2)
    bill = FORMS[1]
    other = replace(bill, size=SLIP.size, texts=(*head, *[text for text in bill.texts if text[2] > 0.2]))
    assert registrations[SLIP.name].find(filled_forms.draw_blank(other)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 20000), (20000, 3), (300, 400)])
def test_blank_pages_and_noise_show_no_form(registrations, rng, shape):
    """However odd their shapes are."""
    for page in (np.full(shape, 255, np.uint8), rng.integers(0, 256, shape, np.uint8)):
        assert registrations[SLIP.name].find(page) is None


def test_a_mirrored_page_shows_no_form(registrations):
    """No scanner mirrors a page."""
    assert registrations[SLIP.name].find(filled_forms.draw_blank(SLIP)[:, ::-1].copy()) is None


def test_a_region_that_is_cut_off_is_said_so(registrations):
    """The form is found, but a part of the amount may be missing."""
    page = filled_forms.draw_blank(SLIP)[:, : round(0.85 * SLIP.size[0])]
    place = registrations[SLIP.name].find(page)
    assert place is not None
    assert not place.is_on_page
    whole = registrations[SLIP.name].find(filled_forms.draw_blank(SLIP))
    assert whole is not None
    assert whole.is_on_page


def test_the_same_page_gives_the_same_place_in_another_process(pages, registrations):
    """A registration can be pickled, and random samples are the same each time."""
    registration, page = registrations[pages[0].form.name], pages[0].image
    first, second = registration.find(page), pickle.loads(pickle.dumps(registration)).find(page)
    assert isinstance(first, FormPlace)
    assert isinstance(second, FormPlace)
    assert np.array_equal(first.corners, second.corners)


def test_a_profile_without_a_picture_has_no_registration():
    """All is as it was."""
    for profile in (None, Profile("en_US"), Profile("en_US", region=(0.5, 0, 1, 1))):
        assert FormRegistration.of_profile(profile) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no picture", "the form of the profile slip cannot be used: expected a ", id="no picture"),
        pytest.param(
            cv2.imencode(".png", np.full((400, 600), 255, np.uint8))[1].tobytes(),
            "the form of the profile slip cannot be used: .*at least 60 printed marks, but it has 0; take one that",
            id="empty page",
        ),
    ],
)
def test_a_picture_that_cannot_serve_is_refused(content: bytes, message: str):
    """The message says what to do."""
    with pytest.raises(ProfileError, match=message):
        FormRegistration.of_profile(Profile("en_US", region=(0, 0, 1, 1), form=content, name="slip"))
