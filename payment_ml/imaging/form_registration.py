"""Find where a page shows a known form, by the marks that the form prints, and cut out a region of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike

from payment_ml.errors import ImageError, ProfileError
from payment_ml.imaging import image_loading, printed_marks
from payment_ml.imaging.printed_marks import Marks, Points
from payment_ml.text.profiles import Profile, Region

_TOLERANCE = 2.0  # pixels of the reduced page between a mark and its place
_MIN_PAIRS = 8  # of marks, from which a transform is estimated
_ESTIMATES, _CONFIDENCE = 3000, 0.9999  # of OpenCV's random samples, at most; that one of them is right
_MIN_FORM_MARKS = 60  # of a picture of a form
# A page surely shows the form where so many marks agree, and all over it; of other forms, at most 15 marks and 9% did.
_MIN_MARKS = 25
_MIN_SHARE = 0.10  # of the form's marks that lie on the page
_MIN_SPREAD = 0.35  # of the area that all marks of the form span
_MIN_AGREEMENT = 0.8  # intersection over union of the regions where two halves of the marks place them
_MAX_STRETCH = 1.6  # by which one side of the form may be longer on the page than another, against the form
_OVERHANG = 0.03  # share of its size by which a region may reach beyond the page


@dataclass(frozen=True)
class FormPlace:
    """Hold where a page shows the region of a form."""

    corners: Points  # [4, 2] of the region in pixels of the page, clockwise from its upper left in the form
    page_size: tuple[int, int]  # width and height in pixels
    marks: int  # that agree

    @property
    def turned(self) -> int:
        """Return the degrees by which the page must be turned clockwise to be upright: 0, 90, 180 or 270."""
        across, down = self.corners[1] - self.corners[0] + self.corners[2] - self.corners[3]
        return round(-float(np.rad2deg(np.arctan2(down, across))) / 90) % 4 * 90

    @property
    def is_on_page(self) -> bool:
        """Return True if the page shows the whole region."""
        reach = _OVERHANG * np.ptp(self.corners, axis=0)
        return bool((self.corners >= -reach).all() and (self.corners <= self.page_size + reach).all())

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom of the region in pixels of the upright page."""
        corners, (width, height) = self._upright(self.corners)
        left, top = np.floor(corners.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(corners.max(axis=0)).astype(int).tolist()
        return max(0, left), max(0, top), min(width, right), min(height, bottom)

    def cut_out(self, page: np.ndarray) -> np.ndarray:
        """Return the region as the form has it, as large as on the page.

        Parameters
        ----------
        page : uint8 [height, width]
        """
        return cv2.warpPerspective(
            page,
            self._from_cut(),
            self._cut_size(),
            flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )

    def to_page(self, points: ArrayLike) -> Points:
        """Return where points of the region that was cut out lie on the upright page."""
        return self._upright(_map(self._from_cut(), points))[0]

    def _cut_size(self) -> tuple[int, int]:
        """Return width and height of the region in pixels of the page."""
        sides = np.linalg.norm(np.roll(self.corners, -1, axis=0) - self.corners, axis=1)
        width, height = np.ceil(np.maximum(sides[:2], sides[2:])).astype(int).tolist()
        return max(1, width), max(1, height)

    def _from_cut(self) -> np.ndarray:
        """Return what takes pixels of the region that is cut out to pixels of the page, float64 [3, 3]."""
        cut = _rectangle((0, 0, 1, 1), self._cut_size())
        return cv2.getPerspectiveTransform(cut.astype(np.float32), self.corners.astype(np.float32))

    def _upright(self, points: Points) -> tuple[Points, tuple[int, int]]:
        """Return points of the page as they lie after it was turned, and its width and height then."""
        (width, height), upright = self.page_size, points
        for _ in range(self.turned // 90):
            upright = np.stack([height - upright[:, 1], upright[:, 0]], axis=1)
            width, height = height, width
        return upright, (width, height)


class FormRegistration:
    """Find a form on pages; holds arrays alone, so that it can be pickled."""

    def __init__(self, form: np.ndarray, region: Region):
        """Find the marks of a form.

        Parameters
        ----------
        form : uint8 [height, width], a picture of the empty form, or of one that is filled in
        region : left, top, right and bottom in shares of the form

        Raises
        ------
        ProfileError : the picture has too few marks
        """
        marks = printed_marks.find_marks(form)
        if len(marks) < _MIN_FORM_MARKS:
            raise ProfileError(
                f"expected a picture of a form with at least {_MIN_FORM_MARKS} printed marks, but it has {len(marks)}; "
                "take one that shows the whole form sharply, such as a scan with 200 dots per inch"
            )
        self._marks = marks
        self._places = marks.places / marks.scale
        self._size = (form.shape[1], form.shape[0])
        self._region = _rectangle(region, self._size)

    @classmethod
    def of_profile(cls, profile: Profile | None) -> "FormRegistration | None":
        """Return the registration of a profile's form; None for a profile without a picture of its form.

        Raises
        ------
        ProfileError : the picture cannot be read or has too few marks
        """
        if profile is None or profile.form is None or profile.region is None:
            return None
        try:
            return cls(image_loading.load_grey(profile.form), profile.region)
        except (ImageError, ProfileError) as error:
            named = f" {profile.name}" if profile.name else ""
            raise ProfileError(f"the form of the profile{named} cannot be used: {error}") from error

    def find(self, page: np.ndarray) -> FormPlace | None:
        """Return where a page shows the form; None where it is not sure that it does.

        Parameters
        ----------
        page : uint8 [height, width]
        """
        seen = printed_marks.find_marks(page)
        if len(seen) < _MIN_MARKS:
            return None
        alike = printed_marks.similarity(self._marks, seen)
        first = _estimate(*self._pairs(seen, printed_marks.clear_matches(alike)))
        if first is None:
            return None
        matches = printed_marks.matches_nearby(alike, _map(first, self._places), seen)
        form_places, page_places = self._pairs(seen, matches)
        place = _estimate(form_places, page_places)
        if place is None:
            return None
        agrees = _agrees(place, form_places, page_places)
        if not self._is_sure(seen, place, form_places[agrees], page_places[agrees]):
            return None
        return FormPlace(_map(place, self._region) / seen.scale, (page.shape[1], page.shape[0]), int(agrees.sum()))

    def _pairs(self, seen: Marks, matches: np.ndarray) -> tuple[Points, Points]:
        """Return the places of matched marks in the form's pixels and in those of the reduced page."""
        return self._places[matches[:, 0]], seen.places[matches[:, 1]]

    def _is_sure(self, seen: Marks, place: np.ndarray, form_places: Points, page_places: Points) -> bool:
        """Return True if enough marks agree, all over the form, and place its region alike.

        Parameters
        ----------
        place : takes the form to the reduced page, float64 [3, 3]
        form_places, page_places : [n, 2] each, of the marks that agree
        """
        on_page = _map(place, self._places)
        visible = int(((on_page >= 0) & (on_page <= seen.size)).all(axis=1).sum())
        if len(form_places) < max(_MIN_MARKS, _MIN_SHARE * visible) or not self._is_plausible(place):
            return False
        if _hull_area(form_places) < _MIN_SPREAD * _hull_area(self._places):
            return False
        halves = [_fit(form_places[half::2], page_places[half::2]) for half in (0, 1)]
        regions = [_map(half, self._region) for half in halves if half is not None]
        return len(regions) == 2 and _overlap(*regions) >= _MIN_AGREEMENT

    def _is_plausible(self, place: np.ndarray) -> bool:
        """Return True if a page can show the form in this way: not mirrored, folded, or seen from the side."""
        corners = _rectangle((0, 0, 1, 1), self._size)
        if (np.column_stack([corners, np.ones(4)]) @ place[2] <= 0).any():
            return False
        sides = np.roll(_map(place, corners), -1, axis=0) - _map(place, corners)
        following = np.roll(sides, -1, axis=0)
        is_convex = (sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0] > 0).all()
        stretch = np.linalg.norm(sides, axis=1) / np.array([*self._size, *self._size])
        return bool(is_convex and stretch.max() < _MAX_STRETCH * stretch.min())


def _estimate(form_places: Points, page_places: Points) -> np.ndarray | None:
    """Return what takes the form to the page by most pairs of places, float64 [3, 3]; None where too few agree."""
    if len(form_places) < _MIN_PAIRS:
        return None
    place, _ = cv2.findHomography(
        form_places, page_places, cv2.USAC_MAGSAC, _TOLERANCE, maxIters=_ESTIMATES, confidence=_CONFIDENCE
    )
    if place is None:
        return None
    agrees = _agrees(place, form_places, page_places)
    return _fit(form_places[agrees], page_places[agrees]) if agrees.sum() >= _MIN_PAIRS else None


def _fit(form_places: Points, page_places: Points) -> np.ndarray | None:
    """Return what takes the form to the page by all pairs of places, in the sense of least squares."""
    place, _ = cv2.findHomography(form_places, page_places, 0)
    return place


def _agrees(place: np.ndarray, form_places: Points, page_places: Points) -> np.ndarray:
    """Return which pairs of places agree with a transform, bool [n]."""
    agrees: np.ndarray = np.linalg.norm(_map(place, form_places) - page_places, axis=1) < _TOLERANCE
    return agrees


def _map(transform: np.ndarray, points: ArrayLike) -> Points:
    """Return where a perspective transform, float64 [3, 3], takes points."""
    return cv2.perspectiveTransform(np.asarray(points, np.float64)[None], transform)[0]


def _rectangle(shares: Region, size: tuple[int, int]) -> Points:
    """Return the corners of a rectangle in shares of a size, in pixels clockwise from the upper left."""
    left, top, right, bottom = shares
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64) * size


def _hull_area(points: Points) -> float:
    return float(cv2.contourArea(cv2.convexHull(points.astype(np.float32))))


def _overlap(first: Points, second: Points) -> float:
    """Return the intersection over union of two convex shapes."""
    areas = [_hull_area(first), _hull_area(second)]
    common, _ = cv2.intersectConvexConvex(first.astype(np.float32), second.astype(np.float32))
    return common / max(1e-9, sum(areas) - common)
