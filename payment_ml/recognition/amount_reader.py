"""Reads a whole amount from a picture, says how sure it is, and whether a person should look."""

import copy
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from payment_ml.errors import ImageError
from payment_ml.imaging import line_images
from payment_ml.imaging.image_loading import Source, load_grey_with_note
from payment_ml.networks import inference
from payment_ml.recognition import ctc
from payment_ml.recognition.acceptance import review_reason
from payment_ml.recognition.confidence import log_odds
from payment_ml.recognition.line_recognizer import BATCH_SIZE
from payment_ml.recognition.readings import Alternative, AmountReading, Character
from payment_ml.recognition.test_time_augmentation import (
    LineRecognition,
    group_by_value,
    linear_opinion_pool,
    logarithmic_opinion_pool,
)
from payment_ml.registry.versions import Version
from payment_ml.text import alphabet, amounts

_WIDEST_GAP = 1.6  # digit heights between two digits of one amount; wider apart, they are two numbers
_GUESS = 0.1  # probability of a reading, below which it is none where no writing was found
_NO_WRITING = "no writing was found in the picture"
_ELSEWHERE = 0.45  # share of the writing that may lie outside of the line that was read


class AmountReader:
    """A trained amount network with its calibration and its accept threshold."""

    def __init__(self, version: Version):
        """Load a version's network; `load_amount_reader` finds one and checks it first."""
        self.version = version
        self.calibration: tuple[float, float] = tuple(version.metadata.get("calibration", (1.0, 0.0)))
        self.promises = version.metadata.get("promises", {})
        self._network = inference.load_session(version.network_path)

    def log_probs(self, levels: list[np.ndarray]) -> list[np.ndarray]:
        """What the network says along each strip.

        Parameters
        ----------
        levels : uint8 [32, width] each, 0 paper, 255 ink, as `strips.cut_strip` gives them

        Returns
        -------
        float32 [width / 4, symbols + 1] each: logarithms of probabilities in every frame, the first of the blank
        """
        answers: list[np.ndarray | None] = [None] * len(levels)
        # Strips of one padded width go together: then none is read otherwise than it is read alone.
        widths = [line_images.padded_width(each.shape[1]) for each in levels]
        for _, group in itertools.groupby(sorted(range(len(levels)), key=widths.__getitem__), key=widths.__getitem__):
            places = list(group)
            said = self._network(line_images.stack_lines([levels[i] for i in places]))
            for i, frames in zip(places, said, strict=True):
                answers[i] = frames[: line_images.frame_count(levels[i].shape[1])]
        return answers

    def _hear(self, found: list[line_images.LineImage]) -> list[LineRecognition]:
        """Of each strip what the network says along it, and the likeliest texts."""
        frames = self.log_probs([each.pixels for each in found])
        return [
            LineRecognition(strip, each, ctc.beam_search(each[ctc.drop_repeated_blanks(each)]))
            for strip, each in zip(found, frames, strict=True)
        ]

    def _look_again(self, cuts: dict[int, list[LineRecognition]]) -> dict[int, LineRecognition]:
        """What the cuts of each picture, and other looks at them, say together."""
        looks = {i: [look for cut in each for look in cut.line.looks()] for i, each in cuts.items()}
        said = _in_one_go(self.log_probs, looks)
        return {
            i: linear_opinion_pool(each, said[i])
            if each[0].needs_other_crops or len(each) > 1
            else logarithmic_opinion_pool(each[0], said[i])
            for i, each in cuts.items()
        }

    def _say(self, found: list[line_images.LineImage]) -> list[LineRecognition]:
        """Of each strip the likeliest texts; where one look leaves a doubt, after more of them.

        A strip of which the network is nearly sure is looked at twice more. A doubtful picture is also cut out in other
        ways, and each cut looked at three times; where that leaves it lost, so is the whole picture, and the better
        counts. Most pictures need none of it. Of 8,000 amounts of validation digits one look left 3.8% wrong, all this
        2.8%.
        """
        heard = self._hear(found)
        unsure = {i: [each] for i, each in enumerate(heard) if not each.is_confident}
        others = {i: heard[i].line.others() for i in unsure if heard[i].needs_other_crops}
        for i, each in _in_one_go(self._hear, others).items():
            unsure[i] += each
        unsure = self._look_again(unsure)
        # Where no writing was found, the others were of the whole picture already.
        lost = {i: each.line.whole() for i, each in unsure.items() if each.needs_full_image and found[i].text_detected}
        for i, each in self._look_again(_in_one_go(self._hear, lost)).items():
            unsure[i] = max(unsure[i], each, key=lambda way: way.score)
        return [unsure.get(i, each) for i, each in enumerate(heard)]

    def read(self, source: Source) -> AmountReading:
        """Read the amount in a picture: any size and colour, dark on light or light on dark.

        A picture that cannot be read is no exception here but a reading for review with the reason.

        Parameters
        ----------
        source : path, bytes, PIL image, or array [height, width] or [height, width, 1 | 3 | 4]

        Raises
        ------
        TypeError : `source` is none of these types
        """
        found, note = _look(source)
        if isinstance(found, AmountReading):
            return found
        return self._judge(self._say([found])[0], note)

    def read_many(self, sources: Iterable[Source]) -> list[AmountReading]:
        """Read many pictures, faster than one by one; each reads as it does alone.

        Parameters
        ----------
        sources : each as in `read`; a bad one becomes a reading for review and stops nothing

        Returns
        -------
        a reading for each source, in their order
        """
        return list(self.stream(sources))

    def stream(self, sources: Iterable[Source]) -> Iterator[AmountReading]:
        """As `read_many`, but each reading is given as soon as it and those before it are there."""
        remaining = iter(sources)
        with ThreadPoolExecutor(max_workers=2) as lookers, ThreadPoolExecutor(max_workers=1) as beside:
            # While one chunk is judged, the network reads the next, and the one after it is decoded and looked at.
            looks = [lookers.submit(_look, each) for each in itertools.islice(remaining, BATCH_SIZE)]
            answers = beside.submit(self._answer, looks)
            while looks:
                looks = [lookers.submit(_look, each) for each in itertools.islice(remaining, BATCH_SIZE)]
                answered = answers.result()
                answers = beside.submit(self._answer, looks)
                for found, note in answered:
                    yield self._judge(found, note) if isinstance(found, LineRecognition) else found

    def _answer(self, looks: list[Future]) -> list[tuple[LineRecognition | AmountReading, str | None]]:
        """Of each picture what the network says of it, or the reading that says why it was not asked; and the note."""
        found = [each.result() for each in looks]
        said = iter(self._say([each for each, _ in found if isinstance(each, line_images.LineImage)]))
        return [(next(said) if isinstance(each, line_images.LineImage) else each, note) for each, note in found]

    def uncalibrated(self) -> "AmountReader":
        """The same reader, as sure as its network is by itself; to compare with."""
        other = copy.copy(self)
        other.calibration = (1.0, 0.0)
        return other

    @property
    def calibration_state(self) -> dict[str, Any]:
        """What calibration set, as the version's card keeps it."""
        return {"calibration": list(self.calibration), "promises": self.promises}

    def describe_calibration(self) -> str:
        """The calibration in words."""
        slope, offset = self.calibration
        return f"log-odds times {slope:.3f}, plus {offset:.3f} (1 and 0 would leave them as they are)"

    def threshold(self, kind: str = "amounts") -> float:
        """The least confidence at which to accept; infinite when nothing was promised yet."""
        return self.promises[kind]["threshold"] if kind in self.promises else math.inf

    def _judge(self, heard: LineRecognition, note: str | None) -> AmountReading:
        """Make a reading of what the network says along a strip, and of the texts that this may be."""
        strip, kept = heard.line, ctc.drop_repeated_blanks(heard.log_probs)
        frames = heard.log_probs[kept]
        meanings = group_by_value(heard.hypotheses)
        # What is no amount gives way to what is one: the likeliest reading that the grammar knows, however unlikely.
        best = next((each for each in meanings if each.amount.readings or each.is_no_amount), meanings[0])
        named = [each for each in meanings if each.amount.value is not None]
        alternatives = tuple(
            Alternative(str(each.amount.value), each.amount.value, self.calibrated(each.probability)) for each in named
        )
        if best.is_no_amount or not best.written or (not strip.text_detected and best.probability < _GUESS):
            reason = "no amount was found in the picture" if strip.text_detected else _NO_WRITING
            return _nothing(reason, note, alternatives)
        characters = _characters(strip, frames, kept, best.written)
        confidence = self.calibrated(best.probability)
        value = best.amount.value
        reason = (
            best.amount.reason
            or _two_numbers(strip, characters)
            or review_reason(confidence, self.promises.get("amounts"), self.version.name)
        )
        return AmountReading(
            text=best.written if value is None else str(value),
            value=value,
            digits=amounts.digits_of(best.written),
            confidence=confidence if value is not None else 0.0,
            decision="review" if reason else "accept",
            reason=reason,
            characters=characters,
            alternatives=alternatives[1:] if value is not None else alternatives,
            outline=strip.outline,
            note=note,
        )

    def calibrated(self, probability: float) -> float:
        """The probability of being right, from the network's own: Platt's line through the log-odds."""
        slope, offset = self.calibration
        return 1 / (1 + math.exp(-(slope * log_odds(probability) + offset)))


def _in_one_go(ask: Callable[[list], list], groups: dict[int, list]) -> dict[int, list]:
    """The answers to groups of things that are asked about together, in the same groups."""
    answers = iter(ask(list(itertools.chain.from_iterable(groups.values()))))
    return {i: list(itertools.islice(answers, len(each))) for i, each in groups.items()}


def _look(source: Source) -> tuple[line_images.LineImage | AmountReading, str | None]:
    """The strip to read, or the reading that says why there is none; and a remark on the picture.

    Where no writing is found the whole picture is the strip, for the network to judge.
    """
    try:
        grey, note = load_grey_with_note(source)
    except ImageError as error:
        return _nothing(str(error)), None
    strip = line_images.extract_line(grey) or line_images.full_image_line(grey)
    return strip or _nothing(_NO_WRITING, note), note


def _nothing(reason: str, note: str | None = None, alternatives: tuple[Alternative, ...] = ()) -> AmountReading:
    """The reading for review of a picture in which nothing was read."""
    return AmountReading("", None, "", 0.0, "review", reason, (), alternatives, note=note)


def _characters(
    strip: line_images.LineImage, frames: np.ndarray, kept: np.ndarray, written: str
) -> tuple[Character, ...]:
    """Each character with its confidence, and the columns of the picture in which its strokes stand.

    `kept` tells the places of the frames along the strip.
    """
    symbols = alphabet.encode(written)
    peaks = ctc.forced_align(frames, symbols)
    options = ctc.character_alternatives(frames, symbols, peaks)
    spans = strip.spans((kept[peaks] + 0.5) * line_images.FRAME_WIDTH)
    found = []
    for character, choices, (left, right) in zip(written, options, spans, strict=True):
        shares = {each.text: math.exp(each.log_probability) for each in choices}
        own = shares.pop(character)
        found.append(Character(character, own, left, right, tuple(shares.items())))
    return tuple(found)


def _two_numbers(strip: line_images.LineImage, characters: tuple[Character, ...]) -> str | None:
    """Why what was read may be two numbers; None when nothing speaks for it."""
    for one, other in itertools.pairwise(characters):
        if other.left - one.right > _WIDEST_GAP * strip.digit_height:
            return f"there may be two numbers: a wide gap lies between {one.character!r} and {other.character!r}"
    if strip.ink_outside > _ELSEWHERE:
        return "there is more writing above or below what was read; cut out the amount"
    return None
