"""Compose pages that show a form, filled in by hand: shifted, scaled, turned, and seen in perspective."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import cv2
import numpy as np

from payment_ml.synthesis import glyphs, photographs, typefaces
from payment_ml.synthesis.amount_forms import WrittenAmount
from payment_ml.synthesis.hands import Hand, Hands
from payment_ml.synthesis.written_lines import write_line

Rectangle = tuple[float, float, float, float]  # left, top, right, bottom in shares of the form

_PAPER, _PRINT = 245, 190  # grey levels of the empty form: its paper, and by how much full print is darker
_ROOM = 1.3  # size of a page against that of its form
_SHIFT = 0.1  # of the form's size, to each side
_SCALES = (0.8, 1.2)
_MAX_TURN = 10.0  # degrees
_UPSIDE_DOWN_SHARE = 0.3
_PERSPECTIVE = 0.04  # of the form's size, by which each corner moves at most
_WRITING_HEIGHT = (0.45, 0.62)  # of the height of the field that is filled in
_WRITING_WIDTH = 0.9  # of its width, at most
_ATTEMPTS = 100


@dataclass(frozen=True)
class Form:
    """Describe an invented form; places are shares of its size, heights of print are pixels."""

    name: str
    size: tuple[int, int]  # width and height in pixels
    region: Rectangle  # of the amount
    texts: Sequence[tuple[str, float, float, float, int]]  # text, left, base line, digit height, typeface
    boxes: Sequence[Rectangle] = ()
    rules: Sequence[tuple[float, float, float]] = ()  # left, right, row
    others: Sequence[Rectangle] = field(default=())  # where other numbers are written


FORMS = (
    Form(
        "deposit slip",
        (1200, 560),
        (0.66, 0.30, 0.97, 0.44),
        (
            ("FIRST HARBOUR SAVINGS BANK", 0.03, 0.10, 26, 1), ("Deposit slip", 0.03, 0.18, 20, 0),
            ("Branch 17, Quay Street", 0.66, 0.10, 14, 0), ("Account holder", 0.03, 0.28, 13, 0),
            ("Account number", 0.03, 0.45, 13, 0), ("Amount in figures", 0.66, 0.28, 14, 0),
            ("Date", 0.66, 0.52, 13, 0), ("Number of cheques", 0.03, 0.62, 13, 0),
            ("Please write clearly and within the boxes", 0.03, 0.94, 12, 6), ("Signature", 0.66, 0.80, 13, 0),
            ("Teller use only", 0.35, 0.62, 13, 0), ("Form DS-4821 rev. 3", 0.80, 0.94, 10, 2),
        ),
        ((0.66, 0.30, 0.97, 0.44), (0.03, 0.47, 0.60, 0.57), (0.03, 0.64, 0.30, 0.84), (0.35, 0.64, 0.60, 0.84)),
        ((0.03, 0.60, 0.38), (0.66, 0.97, 0.64), (0.66, 0.97, 0.90)),
        ((0.05, 0.47, 0.55, 0.57), (0.68, 0.53, 0.95, 0.64), (0.05, 0.66, 0.20, 0.82), (0.37, 0.68, 0.58, 0.80)),
    ),
    Form(
        "gas bill",
        (1000, 1300),
        (0.60, 0.80, 0.95, 0.86),
        (
            ("Northern Gas & Light", 0.05, 0.06, 30, 4), ("Statement of account", 0.05, 0.10, 18, 4),
            ("Customer", 0.05, 0.16, 14, 4), ("Invoice", 0.60, 0.16, 14, 4), ("Meter reading", 0.05, 0.27, 14, 5),
            ("previous", 0.30, 0.27, 12, 4), ("current", 0.52, 0.27, 12, 4), ("units used", 0.74, 0.27, 12, 4),
            ("Standing charge", 0.05, 0.42, 14, 4), ("Consumption", 0.05, 0.48, 14, 4),
            ("Value added tax", 0.05, 0.54, 14, 4), ("Carried forward", 0.05, 0.60, 14, 4),
            ("Detach here and return with your payment", 0.25, 0.70, 13, 6), ("Amount paid", 0.60, 0.785, 15, 5),
            ("Reference", 0.05, 0.785, 14, 4), ("Make cheques payable to Northern Gas & Light", 0.05, 0.93, 13, 6),
            ("Questions? Write to 8 Mill Lane, Aldwick", 0.05, 0.96, 12, 6),
        ),
        ((0.60, 0.80, 0.95, 0.86), (0.05, 0.80, 0.50, 0.86), (0.05, 0.24, 0.95, 0.36)),
        ((0.05, 0.95, 0.12), (0.05, 0.95, 0.44), (0.05, 0.95, 0.50), (0.05, 0.95, 0.56), (0.05, 0.95, 0.68)),
        (
            (0.30, 0.29, 0.48, 0.35), (0.52, 0.29, 0.70, 0.35), (0.70, 0.385, 0.93, 0.435), (0.70, 0.45, 0.93, 0.495),
            (0.70, 0.51, 0.93, 0.555), (0.08, 0.805, 0.45, 0.855),
        ),
    ),
    Form(
        "cheque",
        (1300, 580),
        (0.73, 0.40, 0.96, 0.53),
        (
            ("Meridian Trust", 0.04, 0.13, 32, 7), ("Member of the clearing house", 0.04, 0.19, 13, 6),
            ("No.", 0.76, 0.12, 16, 6), ("Date", 0.66, 0.26, 15, 6), ("Pay to", 0.04, 0.38, 17, 6),
            ("or order", 0.62, 0.38, 15, 6), ("the sum of", 0.04, 0.52, 17, 6), ("$", 0.705, 0.49, 24, 1),
            ("DOLLARS", 0.62, 0.66, 15, 1), ("Memo", 0.04, 0.80, 15, 6), ("Authorised signature", 0.66, 0.87, 13, 6),
            ("Security features: see reverse", 0.04, 0.95, 10, 0),
        ),
        ((0.73, 0.40, 0.96, 0.53),),
        ((0.11, 0.60, 0.39), (0.14, 0.60, 0.53), (0.04, 0.60, 0.67), (0.10, 0.50, 0.81), (0.64, 0.96, 0.83),
         (0.71, 0.96, 0.27)),
        ((0.80, 0.05, 0.96, 0.14), (0.72, 0.18, 0.95, 0.27), (0.12, 0.70, 0.40, 0.81)),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class FilledPage:
    """Hold a page that shows a filled-in form, and where."""

    image: np.ndarray  # uint8 [height, width], grey levels
    form: Form
    value: Decimal  # of the amount
    from_form: np.ndarray  # float64 [3, 3], takes pixels of the form to pixels of the page

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of the amount's region in pixels of the page."""
        corners = _corners(self.form.region, self.form.size)
        places = cv2.perspectiveTransform(corners[None], self.from_form)[0]
        (left, top), (right, bottom) = places.min(axis=0), places.max(axis=0)
        return float(left), float(top), float(right), float(bottom)


def draw_blank(form: Form) -> np.ndarray:
    """Draw an empty form as a clean scan shows it, uint8 [height, width]."""
    return np.round(_PAPER - _PRINT * _print(form)).astype(np.uint8)


def compose_page(form: Form, hands: Hands, rng: np.random.Generator) -> FilledPage:
    """Compose a page with a form, filled in in one hand: an amount with cents, and other numbers elsewhere.

    The form is shifted by up to 10% of its size, scaled by 0.8 to 1.2, turned by up to 10 degrees, in three pages of
    ten upside down besides, and seen in perspective. Parts of it may lie outside of the page, but not the amount.

    Parameters
    ----------
    hands : one of them writes
    """
    hand = hands.choose(rng)
    cents = int(10 ** rng.uniform(3, 6.5))
    value = Decimal(cents) / 100
    ink = np.zeros(form.size[::-1], np.float32)
    digit_height = _write(ink, f"{value:.2f}", form.region, hand, rng)
    for place in form.others:
        _write(ink, _other_number(rng), place, hand, rng)
    width, height = (round(_ROOM * side) for side in form.size)
    from_form = _random_view(form, (width, height), rng)
    seen = [
        cv2.warpPerspective(layer, from_form, (width, height), flags=cv2.INTER_AREA) for layer in (ink, _print(form))
    ]
    image = photographs.render_photograph(seen[0], rng, seen[1], colour=False, digit_height=_SCALES[0] * digit_height)
    return FilledPage(image, form, value, from_form)


def _print(form: Form) -> np.ndarray:
    """Return what the form prints, float32 [height, width], 0 bare paper to 1 full print."""
    width, height = form.size
    field = np.zeros((height, width), np.float32)
    for text, left, base, digit_height, typeface in form.texts:
        printed = typefaces.print_text(text, typeface, digit_height)
        top = round(base * height) - printed.bottom - printed.ink.shape[0]
        glyphs.composite(field, printed.ink.astype(np.float32) / 255, round(left * width), top)
    for box in form.boxes:
        first, _, last, _ = np.round(_corners(box, form.size)).astype(int).tolist()
        cv2.rectangle(field, first, last, 1.0, 2)
    for left, right, row in form.rules:
        cv2.line(field, (round(left * width), round(row * height)), (round(right * width), round(row * height)), 1.0, 2)
    return field


def _write(ink: np.ndarray, text: str, place: Rectangle, hand: Hand, rng: np.random.Generator) -> float:
    """Write a number into a field, in place, and return the height of its digits in pixels."""
    (left, top), _, (right, bottom), _ = _corners(place, (ink.shape[1], ink.shape[0])).tolist()
    size = rng.uniform(*_WRITING_HEIGHT) * (bottom - top)
    line = write_line(WrittenAmount(Decimal(0), text), hand, hand.style(rng, size), rng).ink
    scale = min(1.0, _WRITING_WIDTH * (right - left) / line.shape[1], 0.9 * (bottom - top) / line.shape[0])
    if scale < 1:
        line = cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    across, down = (right - left - line.shape[1], bottom - top - line.shape[0])
    glyphs.composite(ink, line, int(left + rng.uniform(0.1, 0.9) * across), int(top + rng.uniform(0.3, 0.8) * down))
    return size * scale


def _other_number(rng: np.random.Generator) -> str:
    """Draw a number that is not the amount to pay: another sum, an account's number, or a small count."""
    kind = rng.random()
    if kind < 0.5:
        return f"{10 ** rng.uniform(0.5, 3.5):.2f}"
    return str(rng.integers(10**5, 10**8)) if kind < 0.8 else str(rng.integers(1, 1000))


def _random_view(form: Form, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Draw where a page of a size shows the form: float64 [3, 3], from pixels of the form to pixels of the page."""
    sides, middle = np.array(form.size), np.array(size) / 2
    whole = _corners((0, 0, 1, 1), form.size)
    for _ in range(_ATTEMPTS):
        angle = np.deg2rad(rng.uniform(-_MAX_TURN, _MAX_TURN) + 180 * (rng.random() < _UPSIDE_DOWN_SHARE))
        turn = rng.uniform(*_SCALES) * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        moved = whole - sides / 2 + rng.uniform(-_PERSPECTIVE, _PERSPECTIVE, (4, 2)) * sides
        seen = moved @ turn.T + middle + rng.uniform(-_SHIFT, _SHIFT, 2) * sides
        from_form = cv2.getPerspectiveTransform(whole.astype(np.float32), seen.astype(np.float32))
        region = cv2.perspectiveTransform(_corners(form.region, form.size)[None], from_form)[0]
        if (region >= 0).all() and (region <= size).all():
            return from_form
    raise ValueError(f"expected the amount of {form.name} to fit into a page, but its region {form.region} does not")


def _corners(place: Rectangle, size: Sequence[int]) -> np.ndarray:
    """Return the corners of a rectangle in pixels, clockwise from the upper left: float64 [4, 2]."""
    left, top, right, bottom = place
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64) * size
