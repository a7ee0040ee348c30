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
from payment_ml.tasks import TASKS, Task
from payment_ml.text import amounts
from payment_ml.text.profiles import Profile

QUOTA = 2_000_000_000  # bytes of a feedback folder; about 20,000 photographs
_FORMAT = 1


@dataclass(frozen=True)
class Correction:
    """Represent the label that a person gave an image, with the reading that it corrects or confirms."""

    name: str  # sha256 of the image's mode, size and pixels
    task: str  # a value of `Task`
    text: str  # the label: "1234.56", or a digit
    typed: str  # the same as it was typed
    saved: str  # UTC, ISO 8601
    reading: dict[str, Any]  # the reading when it was saved: text, confidence, decision, version
    source: str  # one session of the panel, or one program, without a person's name; empty: unknown
    history: tuple[dict[str, Any], ...]  # earlier labels of this image with their records, the oldest first


def parse_label(task: str, typed: str, profile: Profile | None = None) -> str:
    """Return the label that a person typed, in the form of `Correction.text`.

    Parameters
    ----------
    task : a value of `Task`
    typed : an amount in any usual spelling, or one digit
    profile : of the form on which the amount is written; None: nothing is assumed

    Raises
    ------
    FeedbackError : `typed` is no amount, an ambiguous or a doubtful one, or not one digit
    """
    if task == Task.DIGITS:
        if typed.strip() not in set("0123456789"):
            raise FeedbackError(f"expected one digit from 0 to 9, but got {typed.strip()!r}")
        return typed.strip()
    amount = amounts.parse(typed, profile)
    if amount.reason is not None:
        raise FeedbackError(str(amount.reason))
    return str(amount.value)


def is_label(task: str, text: str) -> bool:
    """Return True for a label as `parse_label` returns it."""
    return text in tuple("0123456789") if task == Task.DIGITS else amounts.value_of_label(text) is not None


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
        typed : the label as a person typed it, checked by `parse_label`
        reading : the reading that is corrected or confirmed, for the record
        source : an anonymous id of the session or program; retraining learns a limited share from each
        profile : of the form on which the amount is written; None: nothing is assumed

        Raises
        ------
        FeedbackError : `typed` is no label, or the folder is full
        CorruptFileError : the earlier record of the image is damaged
        """
        text, name = parse_label(task, typed, profile), _name(image)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.folder / ".lock", mode=0o600):
            earlier = self.get(name)
            if earlier is None:
                self._check_quota()
                with atomic_files.atomic_write(self.image_path(name), mode=0o600) as partial:
                    image.save(partial, "PNG")
            now = datetime.now(UTC).isoformat(timespec="seconds")
            correction = Correction(name, task, text, typed.strip(), now, reading, source, _history(earlier))
            atomic_files.write_json(self._record_path(name), {"format": _FORMAT, **asdict(correction)}, mode=0o600)
        return correction

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
        used = sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())
        if used >= self._quota:
            raise FeedbackError(
                f"expected at most {self._quota / 1e6:,.0f} MB of corrections, but {self.folder.name}/ holds "
                f"{used / 1e6:,.0f} MB; retrain, then move old ones away"
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
    if _name(image) != name:
        raise errors.CorruptFileError(f"expected in {path} the picture that was saved, but its pixels differ")
    return image


def _name(image: Image.Image) -> str:
    return hashlib.sha256(f"{image.mode} {image.size}\n".encode() + image.tobytes()).hexdigest()


def _history(earlier: Correction | None) -> tuple[dict[str, Any], ...]:
    if earlier is None:
        return ()
    entry = {key: value for key, value in asdict(earlier).items() if key not in ("name", "history")}
    return (*earlier.history, entry)


def _read(path: Path) -> Correction:
    record = atomic_files.read_json(path)
    try:
        fields = {name: record[name] for name in Correction.__annotations__ if name != "source"}
    except (TypeError, KeyError) as error:
        raise errors.CorruptFileError(
            f"expected a correction in {path}, but it lacks {error}; remove it or save it again"
        ) from error
    if fields["task"] not in TASKS or not isinstance(fields["text"], str) or not isinstance(fields["history"], list):
        raise errors.CorruptFileError(
            f"expected a correction in {path}, but its task, text or history is none; remove it or save it again"
        )
    # Records of the first release have no source.
    return Correction(**{**fields, "source": str(record.get("source", "")), "history": tuple(fields["history"])})
