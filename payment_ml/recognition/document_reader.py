"""Read the amount on a whole cheque, slip or bill: find it, read it, and check it against the amount in words."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from payment_ml.errors import ImageError
from payment_ml.imaging import image_loading, page_images, text_blocks
from payment_ml.imaging.form_registration import FormRegistration
from payment_ml.imaging.image_loading import Source, SourcePage
from payment_ml.imaging.page_regions import intersection_over_union
from payment_ml.recognition import acceptance, block_search, confidence, cross_check
from payment_ml.recognition.amount_candidates import (
    Candidate,
    amount_in_form,
    cut_out,
    cut_with_margin,
    found_amount,
    may_go_on,
)
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.block_search import Look
from payment_ml.recognition.document_acceptance import DocumentCalibration
from payment_ml.recognition.page_detector import PageDetector, PageLayout
from payment_ml.recognition.readings import DocumentReading, FoundAmount
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile

if TYPE_CHECKING:
    from payment_ml.recognition.word_verifier import WordsReading, WordVerifier  # spelling takes a while to import

_MAX_AMOUNTS = 5  # that a reading names
_MAX_PLACES = 3  # where the network of pages sees an amount, that are read
_NONE_FOUND = "no amount was found on the page"
_NO_FORM = "its printed marks were not found on the page"
_AMOUNT_CUT_OFF = "the page does not show all of the place where its amount stands"
_MAY_GO_ON = "other digits stand beside the amount and may be a part of it, such as its cents"
_NOT_IN_WORDS = "no words on the page confirm that this is the amount to pay"
_NO_SPELLINGS = "amounts in words are not read in the language of the form, so that nothing confirms this amount"
UNPROMISED = "the amount was found among other text on the page; check that it is the one to pay"


@dataclass(frozen=True)
class Networks:
    """Hold the networks that read documents beside the reader of amounts; a missing one is None."""

    detector: PageDetector | None = None  # finds amounts and words; without it every block of a page is looked at
    verifier: "WordVerifier | None" = None  # reads amounts in words
    versions: Mapping[Task, Version] | None = None  # of these networks, by task
    calibration: DocumentCalibration | None = None  # when documents are accepted; without it none is
    note: str | None = None  # why there is no calibration


class DocumentReader:
    """Read whole documents with an amount reader; fulfils the protocol `Reader`.

    Where the profile names a region, the amount is read there, and the amount reader's own decision holds. Where it
    has a picture of the form besides, the region is first found on the page; a page that does not surely show the form
    goes to review unread. Without a region the amount is found. It is accepted only where the amount in words confirms
    it: what a page looks like elsewhere is too various to promise that the right one of its numbers was found.
    """

    task = Task.AMOUNTS
    batch_size = 4  # each is read alone; few, so that several processes end at nearly the same time

    def __init__(self, amounts: AmountReader, networks: Networks = Networks()):
        """Prepare to read documents as `amounts` reads amounts.

        Parameters
        ----------
        amounts : reads what was found
        networks : find it, and check it against the words

        Raises
        ------
        ProfileError : the picture of the profile's form cannot be read, or shows too little print
        """
        self.amounts = amounts
        self._undecided = amounts.without_threshold()  # reads what is found: a rule of documents decides on that
        self._networks = networks
        self._registration = FormRegistration.of_profile(amounts.profile)
        self.version = amounts.version
        self.versions = {Task.AMOUNTS: amounts.version, **(networks.versions or {})}  # that read together, by task
        self.profile = amounts.profile  # of the form; None: nothing is assumed
        self.acceptance_rules = amounts.acceptance_rules

    @property
    def calibration_state(self) -> dict[str, Any]:
        """Return what calibration set, and what reads documents: a batch goes on only with the same reader."""
        calibration = self._networks.calibration
        state = {task.value: version.name for task, version in (self._networks.versions or {}).items()}
        state |= {} if calibration is None else calibration.as_entries()
        form = None if self.profile is None else self.profile.form_sha256
        state |= {} if form is None else {"form": form}
        return {**self.amounts.calibration_state, "reads": "documents", **({"documents": state} if state else {})}

    def describe_calibration(self) -> str:
        """Return the calibration in words."""
        calibration = self._networks.calibration
        if calibration is None:
            return self._networks.note or self.amounts.describe_calibration()
        slope, offset = calibration.line
        return f"log-odds times {slope:.3f}, plus {offset:.3f}; accepted from {calibration.rule.threshold:.2%} on"

    def threshold(self, kind: str | None = None) -> float:
        """Return the lowest accepted confidence: of documents, or of a region that the profile names."""
        if self.profile is not None and self.profile.region is not None:
            return self.amounts.threshold(kind)
        calibration = self._networks.calibration
        return math.inf if calibration is None else calibration.rule.threshold

    def with_profile(self, profile: Profile | None) -> "DocumentReader":
        """Return the same reader for another kind of form; None: nothing is assumed."""
        return DocumentReader(self.amounts.with_profile(profile), self._networks)

    def with_calibration(self, calibration: DocumentCalibration | None) -> "DocumentReader":
        """Return the same reader with another rule for which documents are accepted; None accepts none."""
        return DocumentReader(self.amounts, replace(self._networks, calibration=calibration))

    def uncalibrated(self) -> "DocumentReader":
        """Return the same reader with the network's own confidence, for comparison."""
        return DocumentReader(self.amounts.uncalibrated(), replace(self._networks, calibration=None))

    def prepare(self) -> None:
        """Prepare what the first document would otherwise wait for; a known place of the amount needs nothing."""
        is_searched = self.profile is None or self.profile.region is None
        if is_searched and self._networks.verifier is not None:
            self._networks.verifier.prepare(self._languages)

    def read(self, source: Source, may_turn: bool = True) -> DocumentReading:
        """Read a document; one that cannot be read becomes a reading for review with the reason.

        Parameters
        ----------
        source : as `AmountReader.read` takes it; a source of several pages goes to review, see `read_pages`
        may_turn : False reads the page as it lies: a person has seen that it is upright
        """
        page = source.number if isinstance(source, SourcePage) else None
        try:
            grey, note = image_loading.load_grey_with_note(source)
        except ImageError as error:
            return DocumentReading(None, (), None, "review", error.reason, page=page)
        return replace(self._read_page(grey, may_turn), page=page, note=note)

    def read_many(self, sources: Iterable[Source]) -> list[DocumentReading]:
        """Read documents in their order; a bad one stops nothing."""
        return list(self.stream(sources))

    def read_pages(self, source: Source) -> list[DocumentReading]:
        """Read each page of a PDF, TIFF or HEIC in their order; any other source is one page."""
        return self.read_many(image_loading.split_pages(source))

    def stream(self, sources: Iterable[Source]) -> Iterator[DocumentReading]:
        """Read documents, and yield each reading as soon as it is ready."""
        return map(self.read, sources)

    def _read_page(self, grey: np.ndarray, may_turn: bool) -> DocumentReading:
        if self._registration is not None:
            return self._read_form(grey, self._registration)
        if self.profile is not None and self.profile.region is not None:
            return self._read_region(grey, self.profile.region)
        if self._networks.detector is not None:
            return self._read_places(*self._detect(grey, self._networks.detector, may_turn))
        turned, candidates = block_search.find_candidates(self._undecided, grey, may_turn)
        return self._decide(
            [(c, found_amount(c, self._currency)) for c in candidates], None, DocumentReading(turned=turned)
        )

    def _detect(
        self, grey: np.ndarray, detector: PageDetector, may_turn: bool
    ) -> tuple[PageLayout, Sequence[Look] | None]:
        """Return what stands where on a page in the direction in which it can be read, which the network may miss.

        The looks at the blocks of the page come with it, if there were some.
        """
        layout = detector.detect(grey, may_turn)
        is_flattened = layout.to_picture is not None  # then looks at the picture are of no use for the page
        if not may_turn or (is_flattened and block_search.is_sure(layout.directions)):
            return layout, None
        ink = text_blocks.find_ink(page_images.turn(grey, layout.turned // 90)) if is_flattened else layout.ink
        turned, looks = block_search.likeliest_direction(self._undecided, grey, layout.directions, ink.blocks)
        if turned != layout.turned:
            upright = detector.detect(page_images.turn(grey, turned // 90), may_turn=False)
            layout = replace(upright, turned=turned, directions=layout.directions)
        return layout, looks if layout.to_picture is None else None

    @property
    def _currency(self) -> str | None:
        return None if self.profile is None else self.profile.currency

    @property
    def _languages(self) -> tuple[str, ...] | None:
        """Return the language of the words; None: any."""
        return None if self.profile is None else (self.profile.locale,)

    def _read_region(self, grey: np.ndarray, region: tuple[float, float, float, float]) -> DocumentReading:
        """Read the amount where the form has it; `region` is left, top, right and bottom in shares of the page."""
        height, width = grey.shape
        left, top, right, bottom = region
        box = (int(left * width), int(top * height), math.ceil(right * width), math.ceil(bottom * height))
        reading = self.amounts.read(cut_out(grey, box))
        if not reading.text:
            return DocumentReading(reason=reading.reason)
        found = found_amount(Candidate(reading, box, box, 0.0), self._currency)
        return DocumentReading(found, (found,), None, reading.decision, reading.reason)

    def _read_form(self, grey: np.ndarray, registration: FormRegistration) -> DocumentReading:
        """Read the amount where a page shows the region of the profile's form."""
        place = registration.find(grey)
        if place is None or not place.is_on_page:
            name = self.profile.name if self.profile is not None else ""
            named = f"the form of profile {name}" if name else "the form of the profile"
            return DocumentReading(reason=f"expected {named}, but {_NO_FORM if place is None else _AMOUNT_CUT_OFF}")
        reading = self.amounts.read(place.cut_out(grey))
        if not reading.text:
            return DocumentReading(reason=reading.reason, turned=place.turned)
        found = amount_in_form(reading, place, self._currency)
        return DocumentReading(found, (found,), None, reading.decision, reading.reason, place.turned)

    def _read_places(self, layout: PageLayout, looked: Sequence[Look] | None = None) -> DocumentReading:
        """Read the likeliest places of a page's amount and its words, and decide."""
        places = [place.box for place in layout.amounts[:_MAX_PLACES]]
        candidates = block_search.weigh_blocks(
            self._undecided, layout.page, places, layout.amount_probability, layout.ink.blocks, looked
        )
        words = self._read_words(layout, candidates)
        candidates = cross_check.mark_parts_of_words(candidates, words, layout.words_lines)
        boxes = tuple(layout.box_in_picture(line.box) for line in layout.words)
        empty = DocumentReading(turned=layout.turned, words_boxes=boxes)
        return self._decide([(c, found_amount(c, self._currency, layout)) for c in candidates], words, empty)

    def _read_words(self, layout: PageLayout, candidates: Sequence[Candidate]) -> "WordsReading | None":
        """Read the amount in words; None where there are none, or no network for them."""
        verifier = self._networks.verifier
        if verifier is None or not layout.words:
            return None
        lines = [cut_out(layout.page, cut_with_margin(line, layout.page.shape)) for line in layout.words_lines]
        sure = [
            any(intersection_over_union(line, known.box) > 0 for known in layout.words) for line in layout.words_lines
        ]
        return verifier.read(lines, cross_check.meanings(candidates), self._languages, sure)

    def _decide(
        self, found: Sequence[tuple[Candidate, FoundAmount]], words: "WordsReading | None", empty: DocumentReading
    ) -> DocumentReading:
        """Choose the amount to pay, and whether it is accepted.

        Parameters
        ----------
        found : places that were read, the likeliest first
        words : the amount in words; None where it was not read
        empty : what is known of the page besides
        """
        read = replace(empty, words=None if words is None else words.transcription or None)
        if not found:
            return replace(read, reason=_NONE_FOUND)
        weights = np.exp([candidate.score - found[0][0].score for candidate, _ in found])
        weighed = [
            cross_check.weigh(candidate, amount, share, words)
            for (candidate, amount), share in zip(found, (weights / weights.sum()).tolist(), strict=True)
        ]
        weighed.sort(key=lambda item: -item.preference)
        evidence, chosen, said = weighed[0].evidence, weighed[0].amount, weighed[0].words
        agrees = cross_check.agreement(chosen, said)
        calibration = self._networks.calibration
        certainty = evidence if calibration is None else confidence.platt_scale(evidence, *calibration.line)
        others = [item.amount for item in weighed[1:]]
        reason = (
            chosen.reason
            or cross_check.disagreement(chosen, said)
            or (_MAY_GO_ON if may_go_on(chosen, others) else None)
            or self._unpromised(certainty, agrees)
        )
        decision = "review" if reason else "accept"
        first = replace(chosen, decision=decision, reason=reason)
        less_likely = [replace(other, decision="review", reason=review_reason(other)) for other in others]
        return replace(
            read,
            amount=first,
            amounts=(first, *less_likely[: _MAX_AMOUNTS - 1]),
            decision=decision,
            reason=reason,
            certainty=certainty if chosen.value is not None else 0.0,
            words_agree=agrees,
        )

    def _unpromised(self, certainty: float, agrees: bool | None) -> str | None:
        """Return why an amount that was found is not accepted in spite of its own confidence; None if it is."""
        calibration = self._networks.calibration
        if calibration is None:
            return UNPROMISED
        if not agrees:
            verifier = self._networks.verifier
            can_read = verifier is None or verifier.can_read(self._languages)
            return _NOT_IN_WORDS if can_read else _NO_SPELLINGS
        return acceptance.review_reason(certainty, calibration.rule, self.version.name)


def review_reason(amount: FoundAmount) -> str:
    """Return why a person should look at an amount that was chosen instead of the likeliest one on its page."""
    return amount.reason or UNPROMISED
