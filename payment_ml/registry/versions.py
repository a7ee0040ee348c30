"""Trained versions: the folders below models/, each with a network, its card and its model card."""

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
_PARTIAL = ".partial-"


@dataclass(frozen=True)
class Version:
    """One trained version: a folder models/<UTC time>-<architecture>-<8 hex>/."""

    folder: Path
    metadata: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def task(self) -> str:
        """What it can be champion of: digits or amounts."""
        return self.metadata["task"]

    @property
    def network_path(self) -> Path:
        """The saved network."""
        return self.folder / "model.keras"


class VersionStore:
    """The versions below one models folder; each appears whole, with its card and checksum, or not at all."""

    def __init__(self, models_dir: Path):
        self.models_dir = models_dir

    def create(self, save: Callable[[Path], None], card: dict[str, Any], now: datetime | None = None) -> Version:
        """File a newly trained network as a version.

        Parameters
        ----------
        save : writes the network to the path that it is given, which ends in .keras
        card : what to keep of it; needs `architecture` and `task`; sha256, bytes and time of creation are added
        now : the time for its name; None is the clock's
        """
        now = (now or datetime.now(UTC)).astimezone(UTC)
        self.models_dir.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=self.models_dir, prefix=f"{_PARTIAL}{os.getpid()}-"))
        try:
            network = partial / "model.keras"
            save(network)
            atomic_files.sync(network)
            sha256 = atomic_files.sha256(network)
            card = {
                **card,
                "format": 1,
                "number": 1 + max((_number(each)[0] for each in self.versions()), default=0),
                "created": now.isoformat(timespec="seconds"),
                "sha256": sha256,
                "bytes": network.stat().st_size,
            }
            atomic_files.write_json(partial / "card.json", card)
            name = f"{now:%Y%m%dT%H%M%SZ}-{card['architecture']}-{sha256[:8]}"
            (partial / "README.md").write_text(model_cards.render_model_card(name, card), encoding="utf-8")
            atomic_files.sync(partial / "README.md")
            partial.chmod(0o755)
            folder = partial.rename(self.models_dir / name)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        atomic_files.sync(self.models_dir)
        return Version(folder, card)

    def update_card(self, version: Version, **entries: Any) -> Version:
        """Add entries to a version's card, and write its model card anew; returns the version with both."""
        card = {**version.metadata, **entries}
        atomic_files.write_json(version.folder / "card.json", card)
        with atomic_files.atomic_write(version.folder / "README.md") as partial:
            partial.write_text(model_cards.render_model_card(version.name, card), encoding="utf-8")
        return Version(version.folder, card)

    def versions(self, task: str | None = None, architecture: str | None = None) -> list[Version]:
        """All versions with a whole card, oldest first; of one task or architecture where named."""
        found = [version for name in self._names() if (version := self._get(name)) is not None]
        # By number, not by time: a clock that was set back must not make the newest version look old.
        return sorted(
            (
                version
                for version in found
                if task in (None, version.task) and architecture in (None, version.metadata["architecture"])
            ),
            key=_number,
        )

    def damaged(self) -> list[str]:
        """Names of versions whose card cannot be read."""
        return [name for name in self._names() if self._get(name) is None]

    def _names(self) -> list[str]:
        if not self.models_dir.is_dir():
            return []
        return [path.name for path in sorted(self.models_dir.iterdir()) if NAME.fullmatch(path.name)]

    def _get(self, name: str) -> Version | None:
        try:
            return self.get(name)
        except RegistryError:
            return None

    def get(self, name: str) -> Version:
        """One version by name.

        Raises
        ------
        RegistryError : no such version, or its card is damaged
        """
        folder = self.models_dir / name
        if not NAME.fullmatch(name) or not (folder / "card.json").is_file():
            raise RegistryError(
                f"expected a version in {self.models_dir}, but there is no {name!r}; see payment-ml models list"
            )
        try:
            card = atomic_files.read_json(folder / "card.json")
            if not {"task", "architecture", "sha256", "created"} <= set(card):
                raise errors.CorruptFileError(f"expected a model card in {folder / 'card.json'}, but it lacks entries")
            return Version(folder, card)
        except (errors.CorruptFileError, TypeError) as error:
            raise RegistryError(f"{error}; version {name} cannot be used") from error

    def latest(self, task: str | None = None, architecture: str | None = None) -> Version:
        """The version that was trained last.

        Raises
        ------
        RegistryError : none was trained yet
        """
        versions = self.versions(task, architecture)
        if not versions:
            raise RegistryError(
                f"expected a trained version in {self.models_dir}, but there is none; "
                "run notebooks/02-train.ipynb, or payment-ml retrain, first"
            )
        return versions[-1]

    def latest_of_architecture(self, architecture: str, version: Version) -> Version | None:
        """The newest version of an architecture besides `version`; None when there is none."""
        others = [each for each in self.versions(architecture=architecture) if each.name != version.name]
        return others[-1] if others else None

    def verify(self, version: Version) -> None:
        """Check that the saved network is the one that the card describes.

        Raises
        ------
        RegistryError : missing, or its sha256 is another
        """
        if version.folder.is_symlink() or version.network_path.is_symlink() or not version.network_path.is_file():
            raise RegistryError(
                f"expected the file {version.network_path}, but it is missing, or a link to somewhere else; "
                f"version {version.name} is refused"
            )
        if (got := atomic_files.sha256(version.network_path)) != version.metadata["sha256"]:
            raise RegistryError(
                f"expected {version.network_path} with sha256 {version.metadata['sha256']}, but got {got}; "
                f"it was changed after training and is refused; go back with payment-ml models rollback"
            )

    def pin(self, version: Version, pinned: bool = True) -> Version:
        """Keep a version from being pruned, or no longer."""
        return self.update_card(version, pinned=pinned)

    def remove(self, version: Version) -> None:
        """Remove a version; a kill meanwhile leaves it whole, or as what `sweep` removes."""
        partial = self.models_dir / f"{_PARTIAL}{os.getpid()}-{version.name}"
        version.folder.rename(partial)  # out of sight in one step
        shutil.rmtree(partial, ignore_errors=True)

    def sweep(self) -> list[str]:
        """Remove what processes that are dead by now left half-written; returns names."""
        found = [self.models_dir, *(self.models_dir / name for name in self._names())]
        return [path.name for folder in found for path in atomic_files.remove_stale(folder)]


def _number(version: Version) -> tuple[int, str]:
    return version.metadata.get("number", 0), version.name
