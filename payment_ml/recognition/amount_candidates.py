"""Hold what was read of a place on a page, weigh how much it looks like an amount, and say where it stands."""

import copy
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from payment_ml.imaging.form_registration import FormPlace
from payment_ml.imaging.page_regions import SAME_LINE, shared_height
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.page_detector import PageLayout
from payment_ml.recognition.readings import AmountReading, Character, FoundAmount
from payment_ml.text.alphabet import SET_APART
from payment_ml.text.amounts import digits_of

_MARGIN = 0.35  # heights of a block that are cut out around it
_NEAR = 2.0  # heights of an amount within which digits beside it may be a part of it
_MIN_LOG_PROBABILITY = -6.0  # nats; however unlikely a text is, its place counts too
# What speaks for and against a text, in nats. They were set by hand, from how forms are laid out; nothing was fitted.
_CURRENCY = 1.0  # a currency sign stands with the digits
_DECIMALS = 0.5  # a mark or a gap stands before the last two digits
_ONE_DIGIT, _TWO_DIGITS = -2.0, -1.0
_LONG_NUMBER = -3.0  # from seven digits on without a written mark: an account, a telephone or a cheque's number
_LEADING_ZERO = -4.0  # 007, 000123, 0.00; but not 0.50
_DATE = -3.0
_MIN_LONG_NUMBER = 7  # digits
_SIGNS = "$€£₹"
_MARKED_DECIMALS = re.compile(r"[0-9][.,|-][0-9]{2}\b|/100")
_LEADING_ZEROS = re.compile(r"[^0-9]*0[0-9]")
_DATE_LIKE = re.compile(r"[^0-9]*[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{2,4}[^0-9]*")


@dataclass(frozen=True)
class Candidate:
    """Hold a place that was read, and how much speaks for it."""

    reading: AmountReading
    block: Box  # of the ink
    cut: Box  # that was read, with a margin
    score: float  # in nats
    place_probability: float = 1.0  # that the amount to pay stands there, by the network of pages
    is_of_words: bool = False  # it is a part of the amount in words, such as 39/100, which cannot confirm itself


def cut_with_margin(box: Box, shape: Sequence[int]) -> Box:
    """Return the part of a page to read for a block: with some paper around it."""
    left, top, right, bottom = box
    margin = round(_MARGIN * (bottom - top)) + 2
    return max(0, left - margin), max(0, top - margin), min(shape[1], right + margin), min(shape[0], bottom + margin)


def cut_out(grey: np.ndarray, box: Box) -> np.ndarray:
    """Return the part of a page in a box, uint8 [height, width]."""
    left, top, right, bottom = box
    return copy.copy(grey[top:bottom, left:right])


def text_score(written: str, log_probability: float) -> float:
    """Return how much speaks for a text to be an amount, wherever it stands, in nats."""
    digits = len(digits_of(written))
    unmarked = written.replace(SET_APART, "").strip(f"{_SIGNS}* ")
    score = max(log_probability, _MIN_LOG_PROBABILITY)
    score += _CURRENCY * any(sign in written for sign in _SIGNS) + _DECIMALS * bool(_MARKED_DECIMALS.search(written))
    score += {1: _ONE_DIGIT, 2: _TWO_DIGITS}.get(digits, 0.0)
    score += _LONG_NUMBER * (digits >= _MIN_LONG_NUMBER and unmarked.isdigit())
    score += _LEADING_ZERO * (_LEADING_ZEROS.match(written) is not None or not digits_of(written).strip("0"))
    return score + _DATE * (_DATE_LIKE.fullmatch(written) is not None)


def log_probability(reading: AmountReading) -> float:
    """Return the logarithm of the probability of all characters of a reading."""
    return math.log(max(math.prod(character.confidence for character in reading.characters), 1e-9))


def found_amount(candidate: Candidate, currency: str | None, layout: PageLayout | None = None) -> FoundAmount:
    """Return an amount with its places in the upright picture instead of in the part that was cut out.

    Parameters
    ----------
    candidate : that was read
    currency : ISO 4217 code; None where none is known
    layout : of the page that it was cut out of; None: the page is the picture
    """
    left, top = candidate.cut[:2]
    values = {field.name: getattr(candidate.reading, field.name) for field in fields(AmountReading)}
    values["outline"] = tuple((x + left, y + top) for x, y in candidate.reading.outline)
    values["characters"] = tuple(
        replace(character, left=character.left + left, right=character.right + left)
        for character in candidate.reading.characters
    )
    box = _without_marks(candidate.block, values["characters"])
    if layout is not None:
        middle = (box[1] + box[3]) / 2
        values["outline"] = tuple(layout.points_in_picture(values["outline"]))
        values["characters"] = tuple(
            replace(character, left=ends[0][0], right=ends[1][0])
            for character in values["characters"]
            for ends in [layout.points_in_picture([(character.left, middle), (character.right, middle)])]
        )
        box = layout.box_in_picture(box)
    cut = candidate.cut if layout is None else layout.box_in_picture(candidate.cut)
    return FoundAmount(**values, box=box, cut=cut, currency=currency)


def may_go_on(amount: FoundAmount, others: Iterable[FoundAmount]) -> bool:
    """Return whether other digits stand so closely beside an amount that they may be a part of it, such as cents."""
    left, top, right, bottom = amount.box
    near = _NEAR * (bottom - top)
    return any(
        0 <= max(other.box[0] - right, left - other.box[2]) <= near
        and shared_height(amount.box, other.box) >= SAME_LINE
        for other in others
        if other.digits
    )


def amount_in_form(reading: AmountReading, place: FormPlace, currency: str | None) -> FoundAmount:
    """Return an amount that was read in the region of a form, with its places on the page."""
    values = {field.name: getattr(reading, field.name) for field in fields(AmountReading)}
    row = sum(y for _, y in reading.outline) / len(reading.outline) if reading.outline else 0.0
    values["outline"] = tuple((x, y) for x, y in place.to_page(reading.outline).tolist()) if reading.outline else ()
    ends = [[(character.left, row), (character.right, row)] for character in reading.characters]
    values["characters"] = tuple(
        replace(character, left=left, right=right)
        for character, ((left, _), (right, _)) in zip(reading.characters, map(place.to_page, ends), strict=True)
    )
    return FoundAmount(**values, box=place.box, currency=currency)


def _without_marks(block: Box, characters: Sequence[Character]) -> Box:
    """Return a block without a currency sign in front and a dash behind, by the places of its digits."""
    digits = [character for character in characters if character.character.isdigit()]
    if not digits:
        return block
    left = max(block[0], math.floor(digits[0].left))
    return left, block[1], max(left + 1, min(block[2], math.ceil(digits[-1].right))), block[3]
