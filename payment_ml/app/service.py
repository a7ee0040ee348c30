"""What happens behind the upload panel: pictures in, answers and corrections out, and nothing of a browser."""

import secrets
from dataclasses import asdict
from typing import Any

from PIL import Image

from payment_ml import errors
from payment_ml.errors import CorruptFileError, FeedbackError
from payment_ml.feedback.store import FeedbackStore, parse_label
from payment_ml.imaging import image_loading
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.readings import AmountReading, DigitReading
from payment_ml.text import amounts

FORMATS = ("PNG", "JPEG", "GIF")
MAX_BYTES = 10_000_000
KINDS = ("amount", "digit")
_TASKS = {"amount": "amounts", "digit": "digits"}
_MIN_SIDE = 4  # pixels of a rectangle
_MAX_ALTERNATIVES = 3  # other digits that are shown
_MIN_SHARE = 0.001  # of them

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the picture


class PredictionService:
    """The readers and the folder of corrections, and what a person can have done with a picture.

    Every answer is a dict that JSON can hold. What goes wrong with a person's input is no exception but an answer with
    `refused`: a sentence that says what was expected, what came, and what to do.
    """

    def __init__(self, readers: dict[str, AmountReader | DigitClassifier], feedback: FeedbackStore):
        """Of a reader for each of some `KINDS`, and the corrections that are saved; one sitting, one source."""
        self._readers = readers
        self._feedback = feedback
        self._source = f"panel-{secrets.token_hex(4)}"

    @property
    def kinds(self) -> list[str]:
        """What can be read: some of `KINDS`."""
        return [kind for kind in KINDS if kind in self._readers]

    def read(self, content: bytes, name: str, kind: str, box: Box | None = None) -> dict[str, Any]:
        """Read a picture, or what a rectangle cuts out of it.

        Parameters
        ----------
        content : PNG, JPEG or GIF
        name : of the file, for messages
        kind : "amount" or "digit"
        box : None reads the whole picture

        Returns
        -------
        `refused`, or: `text` as read, `shown` for people, `digits`, `confidence`, `decision`, `reason`, `width` and
        `height` of the picture, `outline` (corners of the writing), `characters` (each with `character`,
        `confidence`, `left`, `right`, `alternatives`), `alternatives` (amounts with `text` and `confidence`), `note`;
        places in pixels of the whole picture
        """
        try:
            whole, cut, (left, top) = self._open(content, name, box)
        except errors.ImageError as error:
            return {"refused": str(error)}
        reading = self._readers[kind].read(cut)
        return {
            "text": reading.text,
            "shown": _shown(reading),
            "digits": reading.digits,
            "confidence": reading.confidence,
            "decision": reading.decision,
            "reason": reading.reason,
            "width": whole.width,
            "height": whole.height,
            "outline": [[x + left, y + top] for x, y in reading.outline],
            "characters": [
                {**each, "left": each["left"] + left, "right": each["right"] + left} for each in _characters(reading)
            ],
            "alternatives": [
                {"text": f"{each.value:,.2f}", "confidence": each.confidence}
                for each in getattr(reading, "alternatives", ())[:_MAX_ALTERNATIVES]
            ],
            "note": image_loading.note(whole),
        }

    def check(self, typed: str, kind: str) -> dict[str, Any]:
        """Whether what a person typed can be saved: `means` in words, or `refused`."""
        try:
            text = parse_label(_TASKS[kind], typed)
        except FeedbackError as error:
            return {"refused": str(error)}
        return {"means": f"{amounts.parse(text).value:,.2f}" if kind == "amount" else text}

    def save(self, content: bytes, name: str, kind: str, typed: str, box: Box | None = None) -> dict[str, Any]:
        """Save what a person says is on a picture, or on what a rectangle cuts out of it; parameters as in `read`.

        Returns
        -------
        `refused`, or `said`: a sentence on what was saved, and `waiting`: how many corrections wait for retraining
        """
        try:
            _, cut, _ = self._open(content, name, box)
            reader = self._readers[kind]
            reading = reader.read(cut)
            record = {
                "text": reading.text,
                "confidence": reading.confidence,
                "decision": reading.decision,
                "version": reader.version.name,
            }
            saved = self._feedback.save(cut, _TASKS[kind], typed, record, self._source)
        except (errors.ImageError, FeedbackError, CorruptFileError) as error:
            return {"refused": str(error)}
        except OSError as error:
            return {"refused": f"expected to save into {self._feedback.folder.name}/, but got: {error.strerror}"}
        shown = self.check(saved.text, kind)["means"]
        if saved.history:
            said = f"{name} is now saved as {shown}; before, it was {saved.history[-1]['text']}."
        elif saved.text == reading.text:
            said = f"{name} is saved: {shown} is right."
        else:
            said = f"{name} is saved as {shown}; it was read as {reading.text or 'nothing'}."
        return {"said": said, "waiting": self.waiting}

    @property
    def waiting(self) -> int:
        """Corrections that the next retraining finds."""
        return len(self._feedback)

    def _open(self, content: bytes, name: str, box: Box | None) -> tuple[Image.Image, Image.Image, tuple[int, int]]:
        """The whole picture, the part of it to read, and where in it that begins."""
        whole = image_loading.load(content, name, FORMATS, MAX_BYTES)
        if box is None:
            return whole, whole, (0, 0)
        left, top = (max(int(each), 0) for each in box[:2])
        right, bottom = min(int(box[2]), whole.width), min(int(box[3]), whole.height)
        if right - left < _MIN_SIDE or bottom - top < _MIN_SIDE:
            raise errors.ImageError(
                f"expected a rectangle of at least {_MIN_SIDE} x {_MIN_SIDE} pixels inside of {name}, but got "
                f"{max(right - left, 0)} x {max(bottom - top, 0)}; drag a larger one"
            )
        return whole, whole.crop((left, top, right, bottom)), (left, top)


def _shown(reading: AmountReading | DigitReading) -> str:
    value = getattr(reading, "value", None)
    return reading.text if value is None else f"{value:,.2f}"


def _characters(reading: AmountReading | DigitReading) -> list[dict[str, Any]]:
    if isinstance(reading, AmountReading):
        return [asdict(each) for each in reading.characters]
    if reading.digit is None:
        return []
    order = [int(each) for each in (-reading.probabilities).argsort() if each != reading.digit]
    rivals = [(str(each), float(reading.probabilities[each])) for each in order[:_MAX_ALTERNATIVES]]
    across = [x for x, _ in reading.outline]
    return [
        {
            "character": reading.text,
            "confidence": reading.confidence,
            "left": min(across),
            "right": max(across),
            "alternatives": [each for each in rivals if each[1] >= _MIN_SHARE],
        }
    ]
