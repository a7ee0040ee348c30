"""Read images and save corrections for the upload panel, independently of any browser."""

import io
import secrets
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from PIL import Image

from payment_ml.app import answers, form_files
from payment_ml.errors import CorruptFileError, FeedbackError, ImageError
from payment_ml.feedback.labels import parse_typed
from payment_ml.feedback.store import FeedbackStore, image_name
from payment_ml.imaging import image_loading
from payment_ml.imaging.file_types import FORMATS
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.document_reader import DocumentReader, Networks
from payment_ml.recognition.reader import Reader
from payment_ml.tasks import TASKS, Task
from payment_ml.text.profiles import Profile, load_profile, profile_names

MAX_BYTES = 10_000_000
ANY_FORM = ""  # in place of the name of a profile: nothing is known of the form
_UNNAMED = "this form"  # a profile that was not loaded from a file
_MIN_BOX_SIDE = 4  # pixels
_TRANSPOSITIONS = {  # Pillow turns counterclockwise
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}

Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the image


class PredictionService:
    """Hold the readers and the store of corrections that serve one panel.

    Every answer is a dict that JSON can represent. Invalid input raises nothing: the answer then has only the key
    `refused`, a sentence that says what was expected, what came, and what to do.

    Parameters
    ----------
    readers : a reader for each task that can be chosen
    feedback : where corrections are saved; all of one service count as one session
    profile : of the form on which amounts are written, as they are read and typed, unless a question names another;
        None: that of the amount reader
    networks : read whole documents beside the amount reader; None: every block of a page is looked at
    """

    def __init__(
        self,
        readers: Mapping[Task, Reader],
        feedback: FeedbackStore,
        profile: Profile | None = None,
        networks: Networks | None = None,
    ):
        self._readers = dict(readers)
        self._networks = networks or Networks()
        amount_reader = self._readers.get(Task.AMOUNTS)
        if profile is None and amount_reader is not None:
            profile = amount_reader.profile
        self._profiles = {name: load_profile(name) for name in profile_names()} | {ANY_FORM: None}
        if profile is not None:
            self._profiles[profile.name or _UNNAMED] = profile
        self.profile = ANY_FORM if profile is None else profile.name or _UNNAMED
        self._for_form: dict[tuple[Task, str], Reader] = {}
        self._feedback = feedback
        self._session = f"panel-{secrets.token_hex(4)}"

    @property
    def tasks(self) -> list[Task]:
        """Return the tasks that have a reader."""
        return [task for task in TASKS if task in self._readers]

    @property
    def versions(self) -> list[str]:
        """Return the names of the versions that read."""
        return [self._readers[task].version.name for task in self.tasks]

    @property
    def profiles(self) -> list[str]:
        """Return the names of the profiles that a question can name."""
        return sorted(self._profiles)

    @property
    def waiting(self) -> int:
        """Return the number of corrections that wait for the next retraining."""
        return len(self._feedback)

    def read(
        self,
        content: bytes,
        name: str,
        task: Task,
        box: Box | None = None,
        profile: str | None = None,
        turned: int = 0,
    ) -> dict[str, Any]:
        """Read an image, or the part of it inside a box.

        Parameters
        ----------
        content : of a file in one of `file_types.FORMATS`
        name : of the file, for messages
        task : one of `tasks`
        box : None reads the whole image
        profile : one of `profiles`, as in `check` and `save`; None: that of the service
        turned : degrees by which the image is turned clockwise before anything else: 0, 90, 180 or 270

        Returns
        -------
        `refused`, or what `answers.describe_reading` returns with `width` and `height` of the image, `turned`, and
        `note`; places in pixels of the whole image after it was turned
        """
        try:
            image, part, corner = self._open(content, name, box, turned)
        except ImageError as error:
            return {"refused": str(error)}
        reading = self._reader(task, profile).read(part)
        described = answers.describe_reading(reading, task, self._profile(profile), corner)
        return {**described, **_describe_image(image, turned)}

    def read_document(
        self, content: bytes, name: str, profile: str | None = None, turned: int | None = None
    ) -> dict[str, Any]:
        """Find and read the amount on a whole cheque, slip or bill; parameters as in `read`.

        Parameters
        ----------
        turned : None lets the reader find out how the page must be turned to be upright

        Returns
        -------
        `refused`, or what `answers.describe_document` returns with `width` and `height` of the upright page, `turned`,
        and `note`
        """
        try:
            page, _, _ = self._open(content, name, None, turned or 0)
        except ImageError as error:
            return {"refused": str(error)}
        reader = self._reader(Task.AMOUNTS, profile)
        assert isinstance(reader, AmountReader)
        reading = DocumentReader(reader, self._networks).read(page, may_turn=turned is None)
        described = answers.describe_document(reading, self._profile(profile))
        upright = _turn(page, reading.turned)
        return {**described, **_describe_image(upright, reading.turned if turned is None else turned)}

    def check(self, typed: str, task: Task, profile: str | None = None) -> dict[str, Any]:
        """Return what a typed text means: `amount` as it would be saved, and `means` for people; or `refused`."""
        try:
            label = parse_typed(task, typed, self._profile(profile)).text
        except FeedbackError as error:
            return {"refused": str(error)}
        return {"amount": label, "means": answers.format_value(Decimal(label), task)}

    def page(self, content: bytes, name: str, number: int) -> dict[str, Any]:
        """Return one page of a file that browsers cannot show, from 1.

        Returns
        -------
        `refused`, or `count`: the number of pages of the file, and `image`: the page as the bytes of a PNG
        """
        try:
            pages = image_loading.split_pages(content)
            if not 1 <= number <= len(pages):
                raise ImageError(f"expected a page from 1 to {len(pages)} of {name}, but got {number}")
            image = image_loading.load(pages[number - 1], name, FORMATS, MAX_BYTES)
        except ImageError as error:
            return {"refused": str(error)}
        encoded = io.BytesIO()
        image.save(encoded, "PNG", compress_level=1)
        return {"count": len(pages), "image": encoded.getvalue()}

    def form(self, box: Box, size: tuple[int, int], turned: int, profile: str | None = None) -> dict[str, Any]:
        """Return the profile of a form on whose page a person drew where the amount stands.

        Parameters
        ----------
        box : of the amount, in pixels of the page
        size : width and height of the page in pixels
        turned : degrees by which the page was turned to be upright
        profile : as in `read`; what it says of the amounts, the form says too

        Returns
        -------
        `refused`, or `file`: the bytes of a TOML file
        """
        form = self._profile(profile)
        if form is None:
            return {"refused": "expected a kind of form, which says how amounts are written on it; choose one first"}
        if turned:
            return {
                "refused": f"expected a page that lies upright in its file, but this one was turned by {turned} "
                "degrees, and a form is read as it lies; turn the file, and draw the rectangle again"
            }
        return {"file": form_files.form_file(form, box, size)}

    def save(
        self,
        content: bytes,
        name: str,
        task: Task,
        typed: str,
        box: Box | None = None,
        profile: str | None = None,
        turned: int = 0,
    ) -> dict[str, Any]:
        """Save the label that a person typed for an image, or for the part of it inside a box; parameters as in `read`.

        Returns
        -------
        `refused`, or `amount` as it was saved, `said`: a sentence on what was saved, and `waiting`: the number of
        corrections that wait for the next retraining
        """
        try:
            _, part, _ = self._open(content, name, box, turned)
            reader = self._reader(task, profile)
            reading = reader.read(part)
            record = {
                "text": reading.text,
                "confidence": reading.confidence,
                "decision": reading.decision,
                "version": reader.version.name,
            }
            correction = self._feedback.save(part, task, typed, record, self._session, self._profile(profile))
        except (ImageError, FeedbackError, CorruptFileError) as error:
            return {"refused": str(error)}
        except OSError as error:
            return {"refused": f"expected to save into {self._feedback.folder.name}/, but got: {error.strerror}"}
        label = answers.format_value(Decimal(correction.text), task)
        if correction.history:
            message = f"{name} is now saved as {label}; before, it was {correction.history[-1]['text']}."
        elif correction.text == reading.text:
            message = f"{name} is saved: {label} is right."
        else:
            message = f"{name} is saved as {label}; it was read as {reading.text or 'nothing'}."
        return {"amount": correction.text, "said": message, "waiting": self.waiting}

    def undo(self, content: bytes, name: str, box: Box | None = None, turned: int = 0) -> dict[str, Any]:
        """Take back the last save of an image, or of the part of it inside a box; parameters as in `read`.

        Returns
        -------
        `refused`, or `said`: a sentence on what was taken back, and `waiting` as `save` returns it
        """
        try:
            _, part, _ = self._open(content, name, box, turned)
            before = self._feedback.undo(image_name(part))
        except (ImageError, FeedbackError, CorruptFileError) as error:
            return {"refused": str(error)}
        except OSError as error:
            return {"refused": f"expected to change {self._feedback.folder.name}/, but got: {error.strerror}"}
        said = f"{name} is no longer saved." if before is None else f"{name} is saved as {before.text} again."
        return {"said": said, "waiting": self.waiting}

    def _profile(self, name: str | None) -> Profile | None:
        """Return the profile of a question; that of the service where the question names none that is known."""
        return self._profiles[self.profile if name is None or name not in self._profiles else name]

    def _reader(self, task: Task, profile: str | None) -> Reader:
        """Return the reader of a task for a kind of form; each is made once, since making one looks for files."""
        known = self._profile(profile)
        key = task, "" if known is None else known.fingerprint
        if key not in self._for_form:
            self._for_form[key] = self._readers[task].with_profile(known)
        return self._for_form[key]

    def _open(
        self, content: bytes, name: str, box: Box | None, turned: int
    ) -> tuple[Image.Image, Image.Image, tuple[int, int]]:
        """Return the whole image, turned, the part of it to read, and the left and top of that part in pixels."""
        image = _turn(image_loading.load(content, name, FORMATS, MAX_BYTES), turned)
        if box is None:
            return image, image, (0, 0)
        left, top = (max(int(edge), 0) for edge in box[:2])
        right, bottom = min(int(box[2]), image.width), min(int(box[3]), image.height)
        if right - left < _MIN_BOX_SIDE or bottom - top < _MIN_BOX_SIDE:
            raise ImageError(
                f"expected a rectangle of at least {_MIN_BOX_SIDE} x {_MIN_BOX_SIDE} pixels inside of {name}, but got "
                f"{max(right - left, 0)} x {max(bottom - top, 0)}; drag a larger one"
            )
        return image, image.crop((left, top, right, bottom)), (left, top)


def _turn(image: Image.Image, turned: int) -> Image.Image:
    """Return an image turned clockwise by 0, 90, 180 or 270 degrees."""
    return image.transpose(_TRANSPOSITIONS[turned]) if turned else image


def _describe_image(image: Image.Image, turned: int) -> dict[str, Any]:
    """Return the entries of an answer that are about the whole image, which was turned by so many degrees."""
    return {"width": image.width, "height": image.height, "turned": turned, "note": image_loading.note(image)}
