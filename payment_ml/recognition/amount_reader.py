"""Read a whole amount from an image, with a confidence and a decision to accept it or to send it to review."""

import copy
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from payment_ml.errors import ImageError
from payment_ml.imaging import image_loading, line_batches, line_images
from payment_ml.imaging.image_loading import Source, load_grey_with_note
from payment_ml.imaging.line_images import LineImage
from payment_ml.networks import inference
from payment_ml.recognition import acceptance, confidence, ctc, doubts, profile_calibration
from payment_ml.recognition.calibrated_range import measure
from payment_ml.recognition.hypotheses import AmountHypothesis, group_by_value, likeliest
from payment_ml.recognition.line_recognizer import BATCH_SIZE, LineRecognizer
from payment_ml.recognition.readings import Alternative, AmountReading, Character
from payment_ml.recognition.test_time_augmentation import LineRecognition
from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task
from payment_ml.text import amounts
from payment_ml.text.amounts import Amount
from payment_ml.text.profiles import Profile

_MIN_UNDETECTED_PROBABILITY = 0.1  # of a text where no text was detected; a less likely one is no reading
_NO_TEXT = "no writing was found in the picture"
_NO_AMOUNT = "no amount was found in the picture"


@dataclass(frozen=True)
class _Prepared:
    """Hold an image that is ready to be recognised, or the reason why there is nothing to recognise."""

    line: LineImage | None
    reason: str | None = None  # None if there is a line
    note: str | None = None


class AmountReader:
    """Read amounts with a line network, its calibration and its acceptance rule; fulfils the protocol `Reader`."""

    task = Task.AMOUNTS
    batch_size = BATCH_SIZE

    def __init__(
        self, version: Version, profile: Profile | None = None, calibrations: ProfileCalibrationStore | None = None
    ):
        """Load a version's network; `load_amount_reader` finds a version and verifies it first.

        Parameters
        ----------
        profile : None: nothing is assumed of the form
        calibrations : where profiles have calibrations of their own; None: the model card's serves under all of them
        """
        self.version = version
        self.profile = profile
        self._calibrations = calibrations
        self._use(profile_calibration.find(version, profile, calibrations))
        self.recognizer = LineRecognizer(inference.load_session(version.inference_path))

    def read(self, source: Source) -> AmountReading:
        """Read the amount in an image of any size and colour, dark on light or light on dark.

        An image that cannot be read raises nothing but becomes a reading for review with the reason.

        Parameters
        ----------
        source : path, bytes, PIL image, or array [height, width] or [height, width, 1 | 3 | 4]; a source of several
            pages goes to review, see `read_pages`

        Raises
        ------
        TypeError : `source` is none of these types
        """
        prepared = _prepare(source)
        lines = [] if prepared.line is None else [prepared.line]
        recognitions = self.recognizer.recognize(lines)
        return self._decide(prepared, recognitions[0] if recognitions else None)

    def read_many(self, sources: Iterable[Source]) -> list[AmountReading]:
        """Read many images, faster than one by one; each is read as it is read alone.

        Parameters
        ----------
        sources : each as in `read`; a bad one becomes a reading for review and stops nothing

        Returns
        -------
        a reading for each source, in their order
        """
        return list(self.stream(sources))

    def read_lines(self, lines: Sequence[LineImage]) -> list[AmountReading]:
        """Read lines that `line_images.extract_line` has extracted already, as `read` reads their images."""
        recognitions = self.recognizer.recognize(lines)
        return [
            self._decide(_Prepared(line), recognition) for line, recognition in zip(lines, recognitions, strict=True)
        ]

    def read_pages(self, source: Source) -> list[AmountReading]:
        """Read each page of a TIFF or HEIC in their order; any other source is one page."""
        return self.read_many(image_loading.split_pages(source))

    def stream(self, sources: Iterable[Source]) -> Iterator[AmountReading]:
        """Read many images, and yield each reading as soon as it and those before it are ready."""
        remaining = iter(sources)
        with ThreadPoolExecutor(max_workers=2) as preparers, ThreadPoolExecutor(max_workers=1) as recognisers:
            # While one batch is decided, the network recognises the next, and the one after it is decoded and prepared.
            batch = [preparers.submit(_prepare, source) for source in itertools.islice(remaining, BATCH_SIZE)]
            recognising = recognisers.submit(self._recognize, batch)
            while batch:
                batch = [preparers.submit(_prepare, source) for source in itertools.islice(remaining, BATCH_SIZE)]
                recognised = recognising.result()
                recognising = recognisers.submit(self._recognize, batch)
                for prepared, recognition in recognised:
                    yield self._decide(prepared, recognition)

    def with_profile(self, profile: Profile | None) -> "AmountReader":
        """Return the same reader for another kind of form; None: nothing is assumed.

        A calibration that one of the two profiles has of its own serves under this profile alone.
        """
        reader = copy.copy(self)
        reader.profile = profile
        found = profile_calibration.find(self.version, profile, self._calibrations)
        if self.own_calibration is not None or found.own is not None:
            reader._use(found)
        return reader

    def with_card_calibration(self) -> "AmountReader":
        """Return the same reader with the calibration of the model card, also where its profile has its own."""
        reader = copy.copy(self)
        reader._calibrations = None
        reader._use(profile_calibration.find(self.version, self.profile, None))
        return reader

    def without_threshold(self) -> "AmountReader":
        """Return the same reader, which accepts whatever it does not doubt for another reason than its confidence."""
        reader = copy.copy(self)
        reader.acceptance_rules = {Task.AMOUNTS: acceptance.ACCEPT_ALL}
        return reader

    def uncalibrated(self) -> "AmountReader":
        """Return the same reader with the network's own confidence, for comparison."""
        reader = copy.copy(self)
        reader.calibration = (1.0, 0.0)
        return reader

    def calibrated(self, probability: float) -> float:
        """Return the confidence for a probability of the network."""
        return confidence.platt_scale(probability, *self.calibration)

    @property
    def calibration_state(self) -> dict[str, Any]:
        """Return what calibration set, as card.json records it."""
        return {
            "calibration": list(self.calibration),
            "promises": acceptance.rules_as_metadata(self.acceptance_rules),
            "range": None if self.range is None else self.range.as_metadata(),
        }

    def describe_calibration(self) -> str:
        """Return the calibration in words."""
        slope, offset = self.calibration
        return f"log-odds times {slope:.3f}, plus {offset:.3f} (1 and 0 would leave them as they are)"

    def threshold(self, kind: str | None = None) -> float:
        """Return the lowest accepted confidence; infinite if there is no rule yet. The only kind is "amounts"."""
        rule = self.acceptance_rules.get(kind or Task.AMOUNTS)
        return math.inf if rule is None else rule.threshold

    def _use(self, found: profile_calibration.CalibrationInUse) -> None:
        """Take over a calibration."""
        self.calibration: tuple[float, float] = found.line
        self.acceptance_rules = found.rules
        self.range = found.range
        self.own_calibration = found.own  # that the profile has for this version; None: the model card's serves
        self.calibration_note = found.note  # why a calibration that the profile has is not used; None: there is none

    def _recognize(self, batch: Sequence[Future[_Prepared]]) -> list[tuple[_Prepared, LineRecognition | None]]:
        """Recognise the lines of a batch; None for an image without a line."""
        prepared = [future.result() for future in batch]
        lines = [image.line for image in prepared if image.line is not None]
        recognitions = iter(self.recognizer.recognize(lines))
        return [(image, None if image.line is None else next(recognitions)) for image in prepared]

    def _decide(self, prepared: _Prepared, recognition: LineRecognition | None) -> AmountReading:
        """Group the recognised texts by value, calibrate their probabilities, and accept the best or ask for review."""
        if recognition is None:
            return _nothing(prepared.reason or _NO_TEXT, prepared.note)
        line = recognition.line
        hypotheses = group_by_value(recognition.hypotheses, self.profile)
        best = likeliest(hypotheses)
        alternatives = tuple(
            Alternative(str(hypothesis.amount.value), hypothesis.amount.value, self.calibrated(hypothesis.probability))
            for hypothesis in hypotheses
            if hypothesis.amount.value is not None
        )
        is_guess = not line.text_detected and best.probability < _MIN_UNDETECTED_PROBABILITY
        if best.is_no_amount or not best.written or is_guess:
            return _nothing(_NO_AMOUNT if line.text_detected else _NO_TEXT, prepared.note, alternatives)
        characters = _characters(recognition, best.written)
        amount, evidence = doubts.with_cents_evidence(best.amount, line, characters, self.profile)
        value, digits = amount.value, amounts.digits_of(best.written)
        certainty = self.calibrated(self._probability(value, best, hypotheses, recognition))
        measures = None if value is None else measure(line, len(digits), value)
        rule = self.acceptance_rules.get(Task.AMOUNTS)
        reason = (
            _spelling_reason(amount, evidence)
            or doubts.doubt(amount, line, characters, self.profile)
            or (None if self.range is None or measures is None else self.range.reason(measures))
            or acceptance.review_reason(certainty, rule, self.version.name)
        )
        return AmountReading(
            text=amount.text if value is None else str(value),
            value=value,
            digits=digits,
            confidence=certainty if value is not None else 0.0,
            decision="review" if reason else "accept",
            reason=reason,
            characters=characters,
            alternatives=alternatives[1:] if value is not None else alternatives,
            outline=line.outline,
            note=prepared.note,
            measures=measures,
        )

    def _probability(
        self,
        value: Decimal | None,
        best: AmountHypothesis,
        hypotheses: Sequence[AmountHypothesis],
        recognition: LineRecognition,
    ) -> float:
        """Return the probability of a value: of its best spelling, and of the others that mean it in this picture.

        Under a profile, 2037 means 20.37 where a gap or a faint mark stands before the last two digits. Whether the
        network reads the gap makes no difference to the value, so both spellings speak for it.
        """
        probability = best.probability
        for other in hypotheses:
            if other is best or value is None or value not in other.amount.readings:
                continue
            amount = other.amount
            if amount.value is None and self.profile is not None:
                characters = _characters(recognition, other.written)
                amount, _ = doubts.with_cents_evidence(amount, recognition.line, characters, self.profile)
            if amount.value == value:
                probability += other.probability
        return min(probability, 1.0)


def _prepare(source: Source) -> _Prepared:
    """Load an image and extract its line; where no text is detected, the full image is the line."""
    try:
        grey, note = load_grey_with_note(source)
    except ImageError as error:
        return _Prepared(None, error.reason)
    line = line_images.extract_line(grey) or line_images.full_image_line(grey)
    return _Prepared(line, None if line else _NO_TEXT, note)


def _nothing(reason: str, note: str | None, alternatives: tuple[Alternative, ...] = ()) -> AmountReading:
    """Return the reading for review of an image in which no amount was read."""
    return AmountReading("", None, "", 0.0, "review", reason, (), alternatives, note=note)


def _spelling_reason(amount: Amount, evidence: str | None) -> str | None:
    """Return why a text has no certain value; None where it has one."""
    if amount.reason is None or not amount.readings:
        return amount.reason and f"not an amount that the grammar knows: {amount.reason}"
    return amount.reason if evidence is None else f"{amount.reason}: {evidence}"


def _characters(recognition: LineRecognition, written: str) -> tuple[Character, ...]:
    """Return each character of a text with its confidence, its alternatives and its place in the image."""
    frames, alternatives = ctc.align_characters(recognition.log_probs, written)
    spans = line_images.character_spans(recognition.line, (frames + 0.5) * line_batches.FRAME_WIDTH)
    characters = []
    for character, hypotheses, (left, right) in zip(written, alternatives, spans, strict=True):
        shares = {hypothesis.text: math.exp(hypothesis.log_probability) for hypothesis in hypotheses}
        own_share = shares.pop(character)
        characters.append(Character(character, own_share, left, right, tuple(shares.items())))
    return tuple(characters)
