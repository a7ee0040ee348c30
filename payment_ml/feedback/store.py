"""Store user corrections: images with the label that a person gave them, for the next retraining to learn from."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from PIL import Image

from payment_ml import atomic_files, errors
from payment_ml.errors import FeedbackError
from payment_ml.feedback.labels import Label, parse_typed
from payment_ml.tasks import TASKS
from payment_ml.text.profiles import Profile

QUOTA = 2_000_000_000  # bytes of a feedback folder; about 20,000 photographs
_FORMAT = 1
_MEASURE_EVERY = 200  # images that are saved before the folder is measured again; others may write to it too


@dataclass(frozen=True)
class Correction:
    """Represent the label that a person gave an image, with the reading that it corrects or confirms."""

    name: str  # sha256 of the image's mode, size and pixels
    task: str  # a value of `Task`
    text: str  # the label: "1234.56", or a digit; empty where only the digits of an amount are known
    typed: str  # the same as it was typed
    saved: str  # UTC, ISO 8601
    reading: dict[str, Any]  # the reading when it was saved: text, confidence, decision, version
    source: str  # one session of the panel, one program or one archive, without a person's name; empty: unknown
    history: tuple[dict[str, Any], ...]  # earlier labels of this image with their records, the oldest first
    digits: str = ""  # all digits of an amount in the order written; empty where only the value is known

    @property
    def label(self) -> Label:
        """Return the label."""
        return Label(self.text, self.digits)


class FeedbackStore:
    """Hold a folder of corrections: `<name>.png` and `<name>.json` for each, readable by their owner alone.

    Parameters
    ----------
    folder : created by the first save
    quota : bytes that the folder may hold before it accepts no further image
    """

    def __init__(self, folder: Path, quota: int = QUOTA):
        self.folder = folder
        self._quota = quota
        self._used, self._saved = 0, 0  # bytes in the folder, and images saved since this object was made

    def save(
        self,
        image: Image.Image,
        task: str,
        typed: str,
        reading: dict[str, Any],
        source: str = "",
        profile: Profile | None = None,
    ) -> Correction:
        """Save an image with its label; a second save of the same image replaces the label and keeps the history.

        Both files are written whole or not at all, the record last: an image without a record does not count. Only
        the pixels of the image are stored, none of the metadata of its file.

        Parameters
        ----------
        image : mode L or RGB, as `image_loading.load` returns it
        task : a value of `Task`
        typed : the label as a person typed it, checked by `labels.parse_typed`
        reading : the reading that is corrected or confirmed, for the record
        source : an anonymous id of the session or program; retraining learns a limited share from each
        profile : of the form on which the amount is written; None: nothing is assumed

        Raises
        ------
        FeedbackError : `typed` is no label, or the folder is full
        CorruptFileError : the earlier record of the image is damaged
        """
        return self.save_label(image, task, parse_typed(task, typed, profile), typed, reading, source)

    def save_label(
        self, image: Image.Image, task: str, label: Label, typed: str, reading: dict[str, Any], source: str
    ) -> Correction:
        """Save an image with a label that was checked before; parameters, result and errors as of `save`."""
        name = image_name(image)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.folder / ".lock", mode=0o600):
            earlier = self.get(name)
            if earlier is None:
                self._check_quota()
                self._saved += 1
                with atomic_files.atomic_write(self.image_path(name), mode=0o600) as partial:
                    image.save(partial, "PNG")
                self._used += self.image_path(name).stat().st_size
            now = datetime.now(UTC).isoformat(timespec="seconds")
            history = _history(earlier)
            correction = Correction(name, task, label.text, typed.strip(), now, reading, source, history, label.digits)
            atomic_files.write_json(self._record_path(name), {"format": _FORMAT, **asdict(correction)}, mode=0o600)
        return correction

    def undo(self, name: str) -> Correction | None:
        """Take back the last save of an image: its earlier label counts again; without one, it is removed.

        Parameters
        ----------
        name : of the correction

        Returns
        -------
        the correction that counts now; None when the image is no longer stored

        Raises
        ------
        FeedbackError : nothing was saved for the image
        CorruptFileError : its record is damaged
        """
        with FileLock(self.folder / ".lock", mode=0o600):
            last = self.get(name)
            if last is None:
                raise FeedbackError(f"expected a saved correction, but {self.folder.name}/ holds none of this picture")
            if not last.history:
                # The record goes first: an image without a record does not count.
                self._record_path(name).unlink()
                self.image_path(name).unlink(missing_ok=True)
                return None
            *history, entry = last.history
            before = Correction(**{"source": "", "digits": "", **entry, "name": name, "history": tuple(history)})
            atomic_files.write_json(self._record_path(name), {"format": _FORMAT, **asdict(before)}, mode=0o600)
            return before

    def get(self, name: str) -> Correction | None:
        """Return the correction of that name; None when there is none.

        Raises
        ------
        CorruptFileError : its record is not JSON, or lacks an entry
        """
        path = self._record_path(name)
        return _read(path) if path.is_file() else None

    def names(self) -> list[str]:
        """Return the names of all corrections in alphabetical order, those with a damaged record included."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def image(self, correction: Correction) -> Image.Image:
        """Return the image of a correction, mode L or RGB.

        Raises
        ------
        CorruptFileError : the file is missing, or its pixels are not those that were saved
        """
        return open_image(self.folder, correction.name)

    def image_path(self, name: str) -> Path:
        """Return the path of the image of that name."""
        return self.folder / f"{name}.png"

    def __len__(self) -> int:
        """Return the number of corrections."""
        return len(self.names())

    def _check_quota(self) -> None:
        if self._saved % _MEASURE_EVERY == 0:
            self._used = sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())
        if self._used >= self._quota:
            raise FeedbackError(
                f"expected at most {self._quota / 1e6:,.0f} MB of corrections, but {self.folder.name}/ holds "
                f"{self._used / 1e6:,.0f} MB; retrain, then move old ones away"
            )

    def _record_path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def open_image(folder: Path, name: str) -> Image.Image:
    """Return the image `<name>.png` of a folder of corrections, mode L or RGB.

    Raises
    ------
    CorruptFileError : the file is missing, or its pixels are not those that were saved
    """
    path = folder / f"{name}.png"
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise errors.CorruptFileError(f"expected the picture of a correction in {path}, but got: {error}") from error
    if image_name(image) != name:
        raise errors.CorruptFileError(f"expected in {path} the picture that was saved, but its pixels differ")
    return image


def image_name(image: Image.Image) -> str:
    """Return the name under which an image is saved: the sha256 of its mode, size and pixels, in hexadecimal."""
    return hashlib.sha256(f"{image.mode} {image.size}\n".encode() + image.tobytes()).hexdigest()


def _history(earlier: Correction | None) -> tuple[dict[str, Any], ...]:
    if earlier is None:
        return ()
    entry = {key: value for key, value in asdict(earlier).items() if key not in ("name", "history")}
    return (*earlier.history, entry)


def _read(path: Path) -> Correction:
    record = atomic_files.read_json(path)
    try:
        fields = {name: record[name] for name in Correction.__annotations__ if name not in ("source", "digits")}
    except (TypeError, KeyError) as error:
        raise errors.CorruptFileError(
            f"expected a correction in {path}, but it lacks {error}; remove it or save it again"
        ) from error
    if fields["task"] not in TASKS or not isinstance(fields["text"], str) or not isinstance(fields["history"], list):
        raise errors.CorruptFileError(
            f"expected a correction in {path}, but its task, text or history is none; remove it or save it again"
        )
    # Records of the first release have no source, and only archives say which digits are written.
    later = {name: str(record.get(name, "")) for name in ("source", "digits")}
    return Correction(**{**fields, **later, "history": tuple(fields["history"])})
