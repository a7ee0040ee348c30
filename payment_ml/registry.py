"""The folder models/: trained versions, and which of them serves each task."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import cards, files, signatures

TASKS = ("digits", "amounts")
_NAME = re.compile(r"\d{8}T\d{6}Z-[a-z0-9]+-[0-9a-f]{8}")
_PARTIAL = ".partial-"
_ROLLBACKS = 3  # champions before the present one that are kept to go back to


class RegistryError(LookupError):
    """A version or champion that is absent, damaged or not what its card says."""


@dataclass(frozen=True)
class Version:
    """One trained version: a folder models/<UTC time>-<architecture>-<8 hex>/."""

    folder: Path
    card: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def task(self) -> str:
        """What it can be champion of: digits or amounts."""
        return self.card["task"]

    @property
    def network_path(self) -> Path:
        """The saved network."""
        return self.folder / "model.keras"


class Registry:
    """The versions below one models folder.

    Every change is one atomic step: a version appears whole, with its card and checksum, or not at all, and
    `champions.json` is the old one or the new one.
    """

    def __init__(self, models_dir: Path):
        self.models_dir = models_dir
        self._champions_path = models_dir / "champions.json"

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
            files.sync(network)
            sha256 = files.sha256(network)
            card = {
                **card,
                "format": 1,
                "number": 1 + max((_number(each)[0] for each in self.versions()), default=0),
                "created": now.isoformat(timespec="seconds"),
                "sha256": sha256,
                "bytes": network.stat().st_size,
            }
            files.write_json(partial / "card.json", card)
            name = f"{now:%Y%m%dT%H%M%SZ}-{card['architecture']}-{sha256[:8]}"
            (partial / "README.md").write_text(cards.describe(name, card), encoding="utf-8")
            files.sync(partial / "README.md")
            partial.chmod(0o755)
            folder = partial.rename(self.models_dir / name)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        files.sync(self.models_dir)
        return Version(folder, card)

    def update_card(self, version: Version, **entries: Any) -> Version:
        """Add entries to a version's card, and write its model card anew; returns the version with both."""
        card = {**version.card, **entries}
        files.write_json(version.folder / "card.json", card)
        with files.replacing(version.folder / "README.md") as partial:
            partial.write_text(cards.describe(version.name, card), encoding="utf-8")
        return Version(version.folder, card)

    def versions(self, task: str | None = None, architecture: str | None = None) -> list[Version]:
        """All versions with a whole card, oldest first; of one task or architecture where named."""
        found = [version for name in self._names() if (version := self._get(name)) is not None]
        # By number, not by time: a clock that was set back must not make the newest version look old.
        return sorted(
            (
                version
                for version in found
                if task in (None, version.task) and architecture in (None, version.card["architecture"])
            ),
            key=_number,
        )

    def damaged(self) -> list[str]:
        """Names of versions whose card cannot be read."""
        return [name for name in self._names() if self._get(name) is None]

    def _names(self) -> list[str]:
        if not self.models_dir.is_dir():
            return []
        return [path.name for path in sorted(self.models_dir.iterdir()) if _NAME.fullmatch(path.name)]

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
        if not _NAME.fullmatch(name) or not (folder / "card.json").is_file():
            raise RegistryError(
                f"expected a version in {self.models_dir}, but there is no {name!r}; see payment-ml models list"
            )
        try:
            card = files.read_json(folder / "card.json")
            if not {"task", "architecture", "sha256", "created"} <= set(card):
                raise files.DamagedError(f"expected a model card in {folder / 'card.json'}, but it lacks entries")
            return Version(folder, card)
        except (files.DamagedError, TypeError) as error:
            raise RegistryError(f"{error}; version {name} cannot be used") from error

    def newest(self, task: str | None = None, architecture: str | None = None) -> Version:
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

    def latest_other(self, architecture: str, version: Version) -> Version | None:
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
        if (got := files.sha256(version.network_path)) != version.card["sha256"]:
            raise RegistryError(
                f"expected {version.network_path} with sha256 {version.card['sha256']}, but got {got}; "
                f"it was changed after training and is refused; go back with payment-ml models rollback"
            )

    def verify_serving(self, version: Version) -> None:
        """Check that a version may serve: as `verify`, and signed where signatures are asked for.

        Raises
        ------
        RegistryError : changed, missing, unsigned or wrongly signed
        """
        self.verify(version)
        try:
            signatures.check_if_configured(version.folder, version.card)
        except signatures.SignatureError as error:
            raise RegistryError(str(error)) from error

    def champion(self, task: str) -> Version | None:
        """The version that serves a task; None when none was promoted yet.

        Raises
        ------
        RegistryError : champions.json is damaged, or names an unknown or since changed version
        """
        entry = self._champions().get(task)
        if entry is None:
            return None
        version = self.get(entry["version"])
        if version.card["sha256"] != entry["sha256"]:
            raise RegistryError(
                f"expected {version.name} with sha256 {entry['sha256']}, as it was promoted, but its card says "
                f"{version.card['sha256']}; it is refused; go back with payment-ml models rollback"
            )
        return version

    def before(self, task: str) -> list[str]:
        """Names of the versions that were champions of a task before the present one, the latest first."""
        return list((self._champions().get(task) or {"before": []})["before"])

    def promote(self, version: Version) -> None:
        """Make a version the champion of its task; the champion so far is remembered for `rollback`.

        Raises
        ------
        RegistryError : its network is not the one that its card describes, or it is not signed and has to be
        """
        self.verify(version)
        try:
            signatures.sign_if_configured(version.folder, version.card)
        except signatures.SignatureError as error:
            raise RegistryError(str(error)) from error
        self.verify_serving(version)
        champions = self._champions()
        before = champions.get(version.task)
        if before is not None and before["version"] == version.name:
            return
        champions[version.task] = {
            "version": version.name,
            "sha256": version.card["sha256"],
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "change": _next_change(champions),
            "before": [] if before is None else [before["version"], *before["before"]],
        }
        self._write_champions(champions)

    def rollback(self, task: str | None = None) -> Version:
        """Make the champion before this one serve again; one that is damaged by now is passed over.

        Parameters
        ----------
        task : whose champion; None: the one that changed last

        Raises
        ------
        RegistryError : there is none before it that could serve
        """
        champions = self._champions()
        if task is None:
            task = max(champions, key=lambda name: champions[name].get("change", 0), default="any task")
        entry = champions.get(task) or {"before": []}
        for place, name in enumerate(entry["before"]):
            try:
                version = self.get(name)
                self.verify_serving(version)
            except RegistryError:
                continue
            champions[task] = {
                "version": name,
                "sha256": version.card["sha256"],
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
                "change": _next_change(champions),
                "before": entry["before"][place + 1 :],
            }
            self._write_champions(champions)
            return version
        raise RegistryError(f"expected a champion of {task} before the present one, but there is none to go back to")

    def restore(self) -> list[str]:
        """Where a champion is damaged, make the one before it serve again; returns what was done, a line for each.

        Raises
        ------
        RegistryError : a champion is damaged, and none before it could serve
        """
        done = []
        for task in self._champions():
            try:
                self.verify_serving(self.champion(task))
            except RegistryError as error:
                version = self.rollback(task)
                done.append(f"{error}; {version.name}, the champion before it, serves {task} again")
        return done

    def pin(self, version: Version, pinned: bool = True) -> Version:
        """Keep a version from being pruned, or no longer."""
        return self.update_card(version, pinned=pinned)

    def prune(self, keep: int, task: str | None = None) -> list[str]:
        """Remove old versions; returns their names.

        Of each task, kept are the champion and the three before it, the newest `keep`, and all that are pinned.
        """
        champions = self._champions()
        serving = {entry["version"] for entry in champions.values()}
        serving |= {name for entry in champions.values() for name in entry["before"][:_ROLLBACKS]}
        removed = []
        for each in TASKS if task is None else (task,):
            versions = self.versions(each)
            for version in versions[: max(0, len(versions) - keep)]:
                if version.name in serving or version.card.get("pinned"):
                    continue
                # Out of sight in one step; a kill while it is removed leaves what `sweep` removes.
                version.folder.rename(self.models_dir / f"{_PARTIAL}{os.getpid()}-{version.name}")
                shutil.rmtree(self.models_dir / f"{_PARTIAL}{os.getpid()}-{version.name}", ignore_errors=True)
                removed.append(version.name)
        return removed

    def sweep(self) -> list[str]:
        """Remove what processes that are dead by now left half-written; returns names."""
        found = [self.models_dir, *(self.models_dir / name for name in self._names())]
        return [path.name for folder in found for path in files.sweep(folder)]

    def _champions(self) -> dict[str, Any]:
        if not self._champions_path.is_file():
            return {}
        try:
            champions = files.read_json(self._champions_path)["champions"]
            for entry in champions.values():
                if not (_NAME.fullmatch(entry["version"]) and isinstance(entry["before"], list)):
                    raise ValueError(f"it names {entry['version']!r}")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RegistryError(
                f"expected {self._champions_path} to name the version of each task, but it is damaged ({error}); "
                "remove it and name a champion again with payment-ml models promote"
            ) from error
        return champions

    def _write_champions(self, champions: dict[str, Any]) -> None:
        files.write_json(self._champions_path, {"format": 1, "champions": champions})


def _number(version: Version) -> tuple[int, str]:
    return version.card.get("number", 0), version.name


def _next_change(champions: dict[str, Any]) -> int:
    return 1 + max((entry.get("change", 0) for entry in champions.values()), default=0)
