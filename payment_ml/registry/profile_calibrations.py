"""Store the calibrations that profiles have of their own: fitted on a user's pictures, each for one version.

A calibration is a file `calibrations/<version>/<profile>.json` in the models folder, beside the versions and not inside
of them: a version stays as it was filed, and one that travels with the code may be in a folder that nobody may write.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import atomic_files, errors
from payment_ml.registry import signing
from payment_ml.registry.versions import CALIBRATIONS, Version
from payment_ml.text.profiles import Profile

_FORMAT = 1
_KIND = "profile calibration"  # that a signature is of
_UNNAMED = "unnamed"  # profile that was made in Python
_CHECKSUMS = ("sha256", "onnx_sha256")  # of the version's metadata


@dataclass(frozen=True)
class ProfileCalibration:
    """Hold one calibration: when the readings of a version under a profile are accepted."""

    path: Path
    content: dict[str, Any]  # of the file

    @property
    def profile(self) -> str:
        """Return the name of the profile."""
        return self.path.stem

    @property
    def entries(self) -> dict[str, Any]:
        """Return what replaces entries of the version's metadata: calibration, promises, range."""
        return {name: self.content[name] for name in ("calibration", "promises", "range")}

    def describe(self) -> tuple[str, str, str]:
        """Return in words when it was made, what it accepts, and what it was made of."""
        try:
            (rule,) = self.content["promises"].values()
            return (
                str(self.content["created"]),
                f"from {rule['threshold']:.2%} confidence on: at most {rule['risk']:.1%} wrong",
                f"{rule['accepted']:,} of {rule['total']:,} accepted, {rule['wrong']:,} of them wrong",
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            return "", "DAMAGED: the model card's serves", ""


class ProfileCalibrationStore:
    """Hold the calibrations of profiles below one models folder.

    Parameters
    ----------
    models_dir : need not exist
    """

    def __init__(self, models_dir: Path):
        self._folder = models_dir / CALIBRATIONS

    def write(self, version: Version, profile: Profile, entries: Mapping[str, Any], **about: Any) -> ProfileCalibration:
        """File the calibration of a profile for a version, in the place of an earlier one.

        Parameters
        ----------
        entries : calibration, promises and range, as in card.json
        about : further entries, of the pictures that it was fitted on

        Raises
        ------
        SignatureError : PAYMENT_ML_PRIVATE_KEY names a key that cannot be read
        OSError : the folder cannot be written
        """
        content = {
            "format": _FORMAT,
            "version": version.name,
            **{name: version.metadata[name] for name in _CHECKSUMS if name in version.metadata},
            "profile": profile.name,
            "profile_sha256": profile.fingerprint,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            **entries,
            **about,
        }
        content = signing.signed_content(_KIND, content)
        path = self._path(version, profile)
        atomic_files.write_json(path, content)
        return ProfileCalibration(path, content)

    def find(self, version: Version, profile: Profile | None) -> tuple[ProfileCalibration | None, str | None]:
        """Return the calibration of a profile for a version, or why the profile's calibration is not used.

        Returns
        -------
        the calibration and None; None and a sentence, where there is one that does not fit; or None and None
        """
        if profile is None or not self._folder.is_dir():
            return None, None
        path = self._path(version, profile)
        if not path.is_file():
            others = sorted(self._folder.glob(f"*/{_escape(path.name)}"))
            return None, _note(path, f"it was made for version {others[-1].parent.name}") if others else None
        try:
            calibration = ProfileCalibration(path, atomic_files.read_json(path))
            unfit = _unfit(calibration.content, version, profile)
            _ = calibration.entries
        except (errors.CorruptFileError, OSError, KeyError, TypeError, AttributeError) as error:
            return None, _note(path, f"{path} is damaged ({error!r})")
        except errors.SignatureError as error:
            return None, _note(path, str(error))
        return (None, _note(path, unfit)) if unfit else (calibration, None)

    def of_version(self, version: Version) -> list[ProfileCalibration]:
        """Return the readable calibrations that profiles have for a version, by name."""
        found = []
        for path in sorted((self._folder / version.name).glob("*.json")):
            try:
                found.append(ProfileCalibration(path, dict(atomic_files.read_json(path))))
            except (errors.CorruptFileError, OSError, TypeError, ValueError):
                continue
        return found

    def remove(self, profile_name: str) -> list[Path]:
        """Remove the calibrations of a profile for all versions, and return their paths."""
        paths = sorted(self._folder.glob(f"*/{_escape(profile_name)}.json"))
        for path in paths:
            path.unlink()
        return paths

    def _path(self, version: Version, profile: Profile) -> Path:
        return self._folder / version.name / f"{profile.name or _UNNAMED}.json"


def _unfit(content: dict[str, Any], version: Version, profile: Profile) -> str | None:
    """Return why a calibration may not be used for a version and a profile; None if it may."""
    if any(content.get(name) != version.metadata.get(name) for name in _CHECKSUMS):
        return "it was made for another network"
    if content["profile_sha256"] != profile.fingerprint:
        return "the profile was changed since"
    if not signing.is_trusted_content(_KIND, content):
        return f"{signing.PUBLIC} is set, and it is not signed with the private half of that key"
    return None


def _note(path: Path, reason: str) -> str:
    return (
        f"the calibration of its own that the profile {path.stem} has is not used, as {reason}; the model card's "
        f"serves; make a new one with payment-ml evaluate --recalibrate, or remove it with payment-ml models "
        f"uncalibrate {path.stem}"
    )


def _escape(name: str) -> str:
    """Return a name as a pattern that matches it alone."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)
