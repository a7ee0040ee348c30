"""Corrections that people saved: pictures with their truth, for the next retraining to learn from."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from PIL import Image

from payment_ml import atomic_files, errors
from payment_ml.errors import FeedbackError
from payment_ml.text import amounts

QUOTA = 2_000_000_000  # bytes of a feedback folder; some 20,000 photographs
_FORMAT = 1


@dataclass(frozen=True)
class Correction:
    """What a person said that a picture shows."""

    name: str  # sha256 of the picture's mode, size and pixels
    task: str  # "amounts" or "digits"
    text: str  # the truth: "1234.56", or a digit
    typed: str  # the same as it was typed
    saved: str  # UTC, ISO 8601
    reading: dict[str, Any]  # what was read when it was saved: text, confidence, decision, version
    source: str  # who said so, without a name: one sitting at the panel, or one program; empty: unknown
    history: tuple[dict[str, Any], ...]  # what was saved of this picture before, the oldest first


def parse_label(task: str, typed: str) -> str:
    """What a person typed, as `Correction.text`.

    Parameters
    ----------
    task : "amounts" or "digits"

    Raises
    ------
    FeedbackError : no amount, an ambiguous one, or not one digit
    """
    if task == "digits":
        if typed.strip() not in set("0123456789"):
            raise FeedbackError(f"expected one digit from 0 to 9, but got {typed.strip()!r}")
        return typed.strip()
    amount = amounts.parse(typed)
    if amount.value is None:
        raise FeedbackError(str(amount.reason))
    return str(amount.value)


class FeedbackStore:
    """A folder of corrections: `<name>.png` and `<name>.json` for each, readable by their owner alone."""

    def __init__(self, folder: Path, quota: int = QUOTA):
        """Of a folder that is made at the first save; `quota` bytes at most are kept in it."""
        self.folder = folder
        self._quota = quota

    def save(
        self, picture: Image.Image, task: str, typed: str, reading: dict[str, Any], source: str = ""
    ) -> Correction:
        """Save what a picture shows; of a picture that was saved before, correct it and keep what was said then.

        Both files are written whole or not at all, the record last: a picture without one does not count. What is
        stored of the picture is its pixels, nothing else that came with the file.

        Parameters
        ----------
        picture : mode L or RGB, as `images.load` gives it
        task : "amounts" or "digits"
        typed : what is on it, checked by `truth`
        reading : what was read, for the record
        source : who says so, without a name; retraining learns only so much from each

        Raises
        ------
        FeedbackError : `typed` is no truth, or the folder is full
        DamagedError : the picture's earlier record is damaged
        """
        text, name = parse_label(task, typed), _name(picture)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.folder / ".lock", mode=0o600):
            before = self.get(name)
            if before is None:
                self._check_room()
                with atomic_files.atomic_write(self.image_path(name), mode=0o600) as partial:
                    picture.save(partial, "PNG")
            now = datetime.now(UTC).isoformat(timespec="seconds")
            correction = Correction(name, task, text, typed.strip(), now, reading, source, _history(before))
            atomic_files.write_json(self._record(name), {"format": _FORMAT, **asdict(correction)}, mode=0o600)
        return correction

    def get(self, name: str) -> Correction | None:
        """The correction of a picture; None when there is none.

        Raises
        ------
        DamagedError : its record is no JSON, or lacks something
        """
        path = self._record(name)
        return _read(path) if path.is_file() else None

    def corrections(self) -> Iterator[Correction]:
        """All corrections, by name.

        Raises
        ------
        DamagedError : a record is damaged
        """
        for path in sorted(self.folder.glob("*.json")):
            yield _read(path)

    def image(self, correction: Correction) -> Image.Image:
        """The picture of a correction, mode L or RGB.

        Raises
        ------
        DamagedError : it is missing, or not the one that was saved
        """
        return open_picture(self.folder, correction.name)

    def image_path(self, name: str) -> Path:
        """Where the picture of a correction lies."""
        return self.folder / f"{name}.png"

    def __len__(self) -> int:
        """How many pictures were corrected or confirmed."""
        return sum(1 for _ in self.folder.glob("*.json"))

    def _check_room(self) -> None:
        used = sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())
        if used >= self._quota:
            raise FeedbackError(
                f"expected at most {self._quota / 1e6:,.0f} MB of corrections, but {self.folder.name}/ holds "
                f"{used / 1e6:,.0f} MB; retrain, then move old ones away"
            )

    def _record(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def open_picture(folder: Path, name: str) -> Image.Image:
    """The picture `<name>.png` of a folder of corrections, mode L or RGB.

    Raises
    ------
    DamagedError : it is missing, or not the one that was saved
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


def _name(picture: Image.Image) -> str:
    return hashlib.sha256(f"{picture.mode} {picture.size}\n".encode() + picture.tobytes()).hexdigest()


def _history(before: Correction | None) -> tuple[dict[str, Any], ...]:
    if before is None:
        return ()
    said = {key: value for key, value in asdict(before).items() if key not in ("name", "history")}
    return (*before.history, said)


def _read(path: Path) -> Correction:
    record = atomic_files.read_json(path)
    try:
        fields = {name: record[name] for name in Correction.__annotations__ if name != "source"}
    except (TypeError, KeyError) as error:
        raise errors.CorruptFileError(
            f"expected a correction in {path}, but it lacks {error}; remove it or save it again"
        ) from error
    # Records of the first release did not tell their source.
    return Correction(**{**fields, "source": str(record.get("source", "")), "history": tuple(fields["history"])})
