"""Store trained model versions: folders below models/, each with a network, its metadata and its model card."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import atomic_files, errors
from payment_ml.errors import RegistryError
from payment_ml.registry import model_cards

NAME = re.compile(r"\d{8}T\d{6}Z-[a-z0-9]+-[0-9a-f]{8}")
CALIBRATIONS = "calibrations"  # folder of the calibrations that profiles have of their own
_PARTIAL = ".partial-"
_METADATA, _MODEL_CARD = "card.json", "README.md"
_KERAS, _ONNX = "model.keras", "model.onnx"


@dataclass(frozen=True)
class Version:
    """Represent a trained model version: a folder models/<UTC time>-<architecture>-<8 hex>/."""

    folder: Path
    metadata: dict[str, Any]  # content of card.json

    @property
    def name(self) -> str:
        """Return the name of the folder."""
        return self.folder.name

    @property
    def task(self) -> str:
        """Return the task that the version can be champion of, a value of `Task`."""
        return self.metadata["task"]

    @property
    def number(self) -> int:
        """Return the number of the version, by which people call it; 0 of versions that have none."""
        number: int = self.metadata.get("number", 0)
        return number

    @property
    def note(self) -> str:
        """Return the name that a person gave the version, in one line; empty where it has none."""
        return model_cards.note(self.metadata)

    @property
    def label(self) -> str:
        """Return a short name for tables and legends: the number, with the note or architecture and time (UTC)."""
        trained = f"{self.metadata['architecture']} {self.metadata['created'][5:16].replace('T', ' ')}"
        return f"{self.number} {self.note or trained}"

    @property
    def network_path(self) -> Path:
        """Return the path of the saved Keras network."""
        return self.folder / _KERAS

    @property
    def inference_path(self) -> Path:
        """Return the path of the file to read with: the ONNX model, or the Keras network where there is none."""
        return self.folder / (_ONNX if "onnx_sha256" in self.metadata else _KERAS)


class VersionStore:
    """Hold the versions below one models folder; each appears whole, with metadata and checksum, or not at all.

    Parameters
    ----------
    models_dir : created by the first registration
    """

    def __init__(self, models_dir: Path):
        self.models_dir = models_dir

    def register(
        self,
        save: Callable[[Path], None],
        metadata: dict[str, Any],
        now: datetime | None = None,
        onnx_model: bytes | None = None,
    ) -> Version:
        """File a newly trained network as a version.

        Parameters
        ----------
        save : writes the network to the path that it gets, which ends in .keras
        metadata : needs `architecture` and `task`; format, number, created, sha256 and bytes are added, and onnx_sha256
            where there is an ONNX model
        now : time for the version's name; None is the current time
        onnx_model : the same network for ONNX Runtime; None where it cannot be exported
        """
        now = (now or datetime.now(UTC)).astimezone(UTC)
        self.models_dir.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=self.models_dir, prefix=f"{_PARTIAL}{os.getpid()}-"))
        try:
            network = partial / _KERAS
            save(network)
            atomic_files.sync(network)
            sha256 = atomic_files.sha256(network)
            metadata = {
                **metadata,
                "format": 1,
                "number": 1 + max((_order(version)[0] for version in self.versions()), default=0),
                "created": now.isoformat(timespec="seconds"),
                "sha256": sha256,
                "bytes": network.stat().st_size,
            }
            metadata.pop("onnx_sha256", None)  # of another version, where its metadata is registered again
            if onnx_model is not None:
                (partial / _ONNX).write_bytes(onnx_model)
                atomic_files.sync(partial / _ONNX)
                metadata["onnx_sha256"] = atomic_files.sha256(partial / _ONNX)
            atomic_files.write_json(partial / _METADATA, metadata)
            name = f"{now:%Y%m%dT%H%M%SZ}-{metadata['architecture']}-{sha256[:8]}"
            (partial / _MODEL_CARD).write_text(model_cards.render_model_card(name, metadata), encoding="utf-8")
            atomic_files.sync(partial / _MODEL_CARD)
            partial.chmod(0o755)
            folder = partial.rename(self.models_dir / name)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        atomic_files.sync(self.models_dir)
        return Version(folder, metadata)

    def update_metadata(self, version: Version, **entries: Any) -> Version:
        """Add entries to a version's metadata, rewrite its model card, and return the updated version."""
        metadata = {**version.metadata, **entries}
        atomic_files.write_json(version.folder / _METADATA, metadata)
        with atomic_files.atomic_write(version.folder / _MODEL_CARD) as partial:
            partial.write_text(model_cards.render_model_card(version.name, metadata), encoding="utf-8")
        return Version(version.folder, metadata)

    def get(self, name: str) -> Version:
        """Return the version of that name.

        Raises
        ------
        RegistryError : there is no such version, or its metadata is damaged
        """
        folder = self.models_dir / name
        if not NAME.fullmatch(name) or not (folder / _METADATA).is_file():
            raise RegistryError(
                f"expected a version in {self.models_dir}, but there is no {name!r}; see payment-ml models list"
            )
        try:
            metadata = atomic_files.read_json(folder / _METADATA)
            if not {"task", "architecture", "sha256", "created"} <= set(metadata):
                raise errors.CorruptFileError(
                    f"expected the metadata of a version in {folder / _METADATA}, but it lacks entries"
                )
            return Version(folder, metadata)
        except (errors.CorruptFileError, TypeError) as error:
            raise RegistryError(f"{error}; version {name} cannot be used") from error

    def versions(self, task: str | None = None, architecture: str | None = None) -> list[Version]:
        """Return all versions with undamaged metadata, oldest first.

        Parameters
        ----------
        task, architecture : return only versions with this one; None returns those with any
        """
        matching = [
            version
            for name in self._names()
            if (version := self._get_undamaged(name)) is not None
            and task in (None, version.task)
            and architecture in (None, version.metadata["architecture"])
        ]
        # By number, not by time: after a clock was set back, the newest version would look old.
        return sorted(matching, key=_order)

    def find(self, text: str) -> list[Version]:
        """Return the versions with this name, number or note, oldest first; several may share a note.

        Raises
        ------
        RegistryError : there is none
        """
        named = ((version, (version.name, str(version.number), version.note)) for version in self.versions())
        matching = [version for version, names in named if text and text in names]
        if not matching:
            raise RegistryError(
                f"expected the name, the number or the note of a version in {self.models_dir}, but got {text!r}; "
                "see payment-ml models list"
            )
        return matching

    def damaged(self) -> list[str]:
        """Return the names of versions whose metadata cannot be read."""
        return [name for name in self._names() if self._get_undamaged(name) is None]

    def latest(self, task: str | None = None, architecture: str | None = None) -> Version:
        """Return the version that was trained last, of one task or architecture where given.

        Raises
        ------
        RegistryError : there is no version yet
        """
        versions = self.versions(task, architecture)
        if not versions:
            raise RegistryError(
                f"expected a trained version in {self.models_dir}, but there is none; "
                "run notebooks/02-train.ipynb, or payment-ml retrain, first"
            )
        return versions[-1]

    def latest_of_architecture(self, architecture: str, excluded: Version) -> Version | None:
        """Return the latest version of an architecture other than `excluded`; None where there is none."""
        candidates = [version for version in self.versions(architecture=architecture) if version.name != excluded.name]
        return candidates[-1] if candidates else None

    def verify(self, version: Version) -> None:
        """Check that the saved network and its ONNX model are those that the metadata describes.

        Raises
        ------
        RegistryError : a file is missing, a link, or has another sha256
        """
        checksums = {version.network_path: version.metadata["sha256"]}
        if "onnx_sha256" in version.metadata:
            checksums[version.inference_path] = version.metadata["onnx_sha256"]
        for path, expected in checksums.items():
            if version.folder.is_symlink() or path.is_symlink() or not path.is_file():
                raise RegistryError(
                    f"expected the file {path}, but it is missing, or a link to somewhere else; "
                    f"version {version.name} is refused"
                )
            if (sha256 := atomic_files.sha256(path)) != expected:
                raise RegistryError(
                    f"expected {path} with sha256 {expected}, but got {sha256}; "
                    f"it was changed after training and is refused; go back with payment-ml models rollback"
                )

    def pin(self, version: Version, pinned: bool = True) -> Version:
        """Exempt a version from pruning; with `pinned` False, end the exemption."""
        return self.update_metadata(version, pinned=pinned)

    def remove(self, version: Version) -> None:
        """Remove a version; a kill in between leaves it whole, or as a folder that `remove_stale` removes.

        Calibrations that profiles have for it go with it: they mean nothing for another version.
        """
        partial = self.models_dir / f"{_PARTIAL}{os.getpid()}-{version.name}"
        version.folder.rename(partial)  # out of sight in one step
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.models_dir / CALIBRATIONS / version.name, ignore_errors=True)

    def remove_stale(self) -> list[str]:
        """Remove half-written folders of processes that died, and return their names."""
        folders = [self.models_dir, *(self.models_dir / name for name in self._names())]
        return [path.name for folder in folders for path in atomic_files.remove_stale(folder)]

    def _names(self) -> list[str]:
        if not self.models_dir.is_dir():
            return []
        return [path.name for path in sorted(self.models_dir.iterdir()) if NAME.fullmatch(path.name)]

    def _get_undamaged(self, name: str) -> Version | None:
        try:
            return self.get(name)
        except RegistryError:
            return None


def _order(version: Version) -> tuple[int, str]:
    return version.number, version.name
