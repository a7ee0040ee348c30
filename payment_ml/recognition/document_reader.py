"""Read the amount on a whole cheque, slip or bill: find blocks of text, read each, and choose the amount to pay."""

import copy
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np

from payment_ml.errors import ImageError
from payment_ml.imaging import image_loading, line_images, text_blocks
from payment_ml.imaging.image_loading import Source, SourcePage
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.page_detector import PageDetector, PageLayout
from payment_ml.recognition.readings import AmountReading, Character, DocumentReading, FoundAmount
from payment_ml.tasks import Task
from payment_ml.text.alphabet import SET_APART
from payment_ml.text.amounts import digits_of
from payment_ml.text.profiles import Profile

_MARGIN = 0.35  # heights of a block that are cut out around it
_MAX_AMOUNTS = 5  # that a reading names
_MAX_READ = 5  # blocks that are read with all views and crops, the most likely of those that got one look
_MAX_PLACES = 5  # where the network of pages sees an amount, that are read
_PLACE_WEIGHT = 2.0  # of the logarithm of a place's probability, against that of its text
_PLAUSIBLE_PLACE = -4.0  # score from which on a place counts as an amount (docs/decisions/documents.md)
_PLAUSIBLE = -2.5  # score from which on a block counts as an amount
_CLEAR = 0.0  # score from which on the page is taken to be upright without a look at it upside down
_LIKELY = -0.7  # score from which on it is taken not to lie on its side
_MIN_LOG_PROBABILITY = -6.0  # nats; however unlikely a text is, its place counts too
# What speaks for and against a block, in nats. They were set by hand, from how forms are laid out; nothing was fitted.
_CURRENCY = 1.0  # a currency sign stands with the digits
_DECIMALS = 0.5  # a mark or a gap stands before the last two digits
_TO_THE_RIGHT = 0.8  # for the right edge of the page, against the left one
_ONE_DIGIT, _TWO_DIGITS = -2.0, -1.0
_LONG_NUMBER = -3.0  # from seven digits on without a written mark: an account, a telephone or a cheque's number
_LEADING_ZERO = -4.0  # 007, 000123, 0.00; but not 0.50
_DATE = -3.0
_BOTTOM = -2.0  # in the lowest part of the page, where the line for machines stands
_BOTTOM_SHARE = 0.85
_MIN_LONG_NUMBER = 7  # digits
_TURNED = 0.6  # by which a turned page must be better than the page as it is
_ROTATIONS = {180: cv2.ROTATE_180, 90: cv2.ROTATE_90_CLOCKWISE, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_SIGNS = "$€£₹"
_MARKED_DECIMALS = re.compile(r"[0-9][.,|-][0-9]{2}\b|/100")
_LEADING_ZEROS = re.compile(r"[^0-9]*0[0-9]")
_DATE_LIKE = re.compile(r"[^0-9]*[0-9]{1,4}([./-])[0-9]{1,2}\1[0-9]{2,4}[^0-9]*")
_NONE_FOUND = "no amount was found on the page"
_UNPROMISED = "the amount was found among other text on the page; check that it is the one to pay"


@dataclass(frozen=True)
class _Look:
    """Hold a block that got one look, and how much speaks for it, in nats."""

    block: Box  # of the ink
    cut: Box  # with a margin
    score: float


@dataclass(frozen=True)
class _Candidate:
    """Hold a block that was read, and how much speaks for it, in nats."""

    reading: AmountReading
    block: Box  # of the ink
    cut: Box  # that was read, with a margin
    score: float


_View = tuple[int, np.ndarray, list[_Look]]  # degrees by which a page is turned, the page, and the looks at its blocks


class DocumentReader:
    """Read whole documents with an amount reader; fulfils the protocol `Reader`.

    Where the profile names a region, the amount is read there, and the amount reader's own decision holds. Elsewhere
    the amount is found, and always goes to review: what the acceptance rule promises was measured on amounts that a
    person had cut out.
    """

    task = Task.AMOUNTS

    def __init__(self, amounts: AmountReader, detector: PageDetector | None = None):
        """Take the reader of amounts, and the network that finds them; None: every block of a page is looked at."""
        self._amounts = amounts
        self._detector = detector
        self.version = amounts.version
        self.profile = amounts.profile  # of the form; None: nothing is assumed
        self.acceptance_rules = amounts.acceptance_rules

    @property
    def calibration_state(self) -> dict[str, Any]:
        """Return what calibration set, and that documents are read: a batch goes on only with the same reader."""
        detector = None if self._detector is None else self._detector.version.name
        return {**self._amounts.calibration_state, "reads": "documents", "detector": detector}

    def describe_calibration(self) -> str:
        """Return the calibration in words."""
        return self._amounts.describe_calibration()

    def threshold(self, kind: str | None = None) -> float:
        """Return the lowest accepted confidence of the amount reader."""
        return self._amounts.threshold(kind)

    def with_profile(self, profile: Profile | None) -> "DocumentReader":
        """Return the same reader for another kind of form; None: nothing is assumed."""
        return DocumentReader(self._amounts.with_profile(profile), self._detector)

    def uncalibrated(self) -> "DocumentReader":
        """Return the same reader with the network's own confidence, for comparison."""
        return DocumentReader(self._amounts.uncalibrated(), self._detector)

    def read(self, source: Source) -> DocumentReading:
        """Read a document; one that cannot be read becomes a reading for review with the reason.

        Parameters
        ----------
        source : as `AmountReader.read` takes it; a source of several pages goes to review, see `read_pages`
        """
        page = source.number if isinstance(source, SourcePage) else None
        try:
            grey, note = image_loading.load_grey_with_note(source)
        except ImageError as error:
            return DocumentReading(None, (), None, "review", error.reason, page=page)
        if self.profile is not None and self.profile.region is not None:
            return replace(self._read_region(grey, self.profile.region), page=page, note=note)
        words: tuple[Box, ...] = ()
        layout = None
        if self._detector is None:
            turned, candidates = self._best_direction(grey)
        else:
            layout = self._detector.detect(grey)
            turned, candidates = layout.turned, self._read_places(layout)
            words = tuple(layout.box_in_picture(line.box) for line in layout.words)
        amounts = tuple(self._found(candidate, layout) for candidate in candidates[:_MAX_AMOUNTS])
        if not amounts:
            return DocumentReading(None, (), None, "review", _NONE_FOUND, turned, page, note, words)
        reason = amounts[0].reason or _UNPROMISED
        return DocumentReading(amounts[0], amounts, None, "review", reason, turned, page, note, words)

    def read_many(self, sources: Iterable[Source]) -> list[DocumentReading]:
        """Read documents in their order; a bad one stops nothing."""
        return list(self.stream(sources))

    def read_pages(self, source: Source) -> list[DocumentReading]:
        """Read each page of a PDF, TIFF or HEIC in their order; any other source is one page."""
        return self.read_many(image_loading.split_pages(source))

    def stream(self, sources: Iterable[Source]) -> Iterator[DocumentReading]:
        """Read documents, and yield each reading as soon as it is ready."""
        return map(self.read, sources)

    def _read_region(self, grey: np.ndarray, region: tuple[float, float, float, float]) -> DocumentReading:
        """Read the amount where the form has it; `region` is left, top, right and bottom in shares of the page."""
        height, width = grey.shape
        left, top, right, bottom = region
        box = (int(left * width), int(top * height), math.ceil(right * width), math.ceil(bottom * height))
        reading = self._amounts.read(_cut_out(grey, box))
        found = self._found(_Candidate(reading, box, box, 0.0))
        if not reading.text:
            return DocumentReading(None, (), None, "review", reading.reason)
        return DocumentReading(found, (found,), None, reading.decision, reading.reason)

    def _read_places(self, layout: PageLayout) -> list[_Candidate]:
        """Read the likeliest places of a page's amount, and return those that are plausible, the best first."""
        places = layout.amounts[:_MAX_PLACES]
        cuts = [_with_margin(place.box, layout.page.shape) for place in places]
        readings = self._amounts.read_many([_cut_out(layout.page, cut) for cut in cuts])
        candidates = []
        for reading, place, cut in zip(readings, places, cuts, strict=True):
            if reading.digits:
                text = _text_score(reading.written, _log_probability(reading))
                score = _PLACE_WEIGHT * math.log(place.probability) + text
                if score >= _PLAUSIBLE_PLACE:
                    candidates.append(_Candidate(reading, place.box, cut, score))
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _best_direction(self, grey: np.ndarray) -> tuple[int, list[_Candidate]]:
        """Return by how many degrees the page is turned clockwise to be upright; and its candidates, the best first."""
        views = [(0, grey, self._look_once(grey))]
        for enough, directions in ((_CLEAR, (180,)), (_LIKELY, (90, 270))):
            if max(map(_best_score, views)) >= enough:
                break
            for degrees in directions:
                page = cv2.rotate(grey, _ROTATIONS[degrees])
                views.append((degrees, page, self._look_once(page)))
        best = max(views, key=_best_score)
        if _best_score(best) < _best_score(views[0]) + _TURNED:
            best = views[0]
        turned, page, looks = best
        return turned, self._read_candidates(page, looks[:_MAX_READ])

    def _look_once(self, grey: np.ndarray) -> list[_Look]:
        """Return the blocks of a page that may be the amount after one look at each, the likeliest first."""
        looks, lines = [], []
        for block in text_blocks.find_text_blocks(grey):
            cut = _with_margin(block, grey.shape)
            line = line_images.extract_line(_cut_out(grey, cut))
            if line is not None:
                looks.append((block, cut))
                lines.append(line)
        scored = []
        for (block, cut), recognition in zip(looks, self._amounts.recognizer.recognize_once(lines), strict=True):
            best = recognition.hypotheses[0]
            if digits_of(best.text):
                scored.append(_Look(block, cut, _score(best.text, best.log_probability, block, grey.shape)))
        return sorted(scored, key=lambda look: -look.score)

    def _read_candidates(self, grey: np.ndarray, looks: Sequence[_Look]) -> list[_Candidate]:
        """Read blocks of a page as a person would cut them out, and return those that are plausible, the best first."""
        readings = self._amounts.read_many([_cut_out(grey, look.cut) for look in looks])
        candidates = []
        for reading, look in zip(readings, looks, strict=True):
            score = _score(reading.written, _log_probability(reading), look.block, grey.shape)
            if reading.digits and score >= _PLAUSIBLE:
                candidates.append(_Candidate(reading, look.block, look.cut, score))
        return sorted(candidates, key=lambda candidate: -candidate.score)

    def _found(self, candidate: _Candidate, layout: PageLayout | None = None) -> FoundAmount:
        """Return an amount with its places in the upright picture instead of in the part that was cut out.

        Parameters
        ----------
        candidate : that was read
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
        currency = None if self.profile is None else self.profile.currency
        return FoundAmount(**values, box=box, currency=currency)


def _without_marks(block: Box, characters: Sequence[Character]) -> Box:
    """Return a block without a currency sign in front and a dash behind, by the places of its digits."""
    digits = [character for character in characters if character.character.isdigit()]
    if not digits:
        return block
    left = max(block[0], math.floor(digits[0].left))
    return left, block[1], max(left + 1, min(block[2], math.ceil(digits[-1].right))), block[3]


def _best_score(view: _View) -> float:
    return view[2][0].score if view[2] else -math.inf


def _score(written: str, log_probability: float, block: Box, shape: Sequence[int]) -> float:
    """Return how much speaks for a block with this text to be the amount on a page of this shape, in nats."""
    across, down = (block[0] + block[2]) / 2 / shape[1], (block[1] + block[3]) / 2 / shape[0]
    return _text_score(written, log_probability) + _TO_THE_RIGHT * (across - 1) + _BOTTOM * (down > _BOTTOM_SHARE)


def _text_score(written: str, log_probability: float) -> float:
    """Return how much speaks for a text to be an amount, wherever it stands, in nats."""
    digits = len(digits_of(written))
    unmarked = written.replace(SET_APART, "").strip(f"{_SIGNS}* ")
    score = max(log_probability, _MIN_LOG_PROBABILITY)
    score += _CURRENCY * any(sign in written for sign in _SIGNS) + _DECIMALS * bool(_MARKED_DECIMALS.search(written))
    score += {1: _ONE_DIGIT, 2: _TWO_DIGITS}.get(digits, 0.0)
    score += _LONG_NUMBER * (digits >= _MIN_LONG_NUMBER and unmarked.isdigit())
    score += _LEADING_ZERO * (_LEADING_ZEROS.match(written) is not None or not digits_of(written).strip("0"))
    return score + _DATE * (_DATE_LIKE.fullmatch(written) is not None)


def _log_probability(reading: AmountReading) -> float:
    """Return the logarithm of the probability of all characters of a reading."""
    return math.log(max(math.prod(character.confidence for character in reading.characters), 1e-9))


def _with_margin(box: Box, shape: Sequence[int]) -> Box:
    left, top, right, bottom = box
    margin = round(_MARGIN * (bottom - top)) + 2
    return max(0, left - margin), max(0, top - margin), min(shape[1], right + margin), min(shape[0], bottom + margin)


def _cut_out(grey: np.ndarray, box: Box) -> np.ndarray:
    left, top, right, bottom = box
    return copy.copy(grey[top:bottom, left:right])
